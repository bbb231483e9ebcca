//! Keys and clicks in the histogram.

use ratatui::layout::Position;

use crate::app::action::Action;
use crate::app::model::{Model, Overlay, Timeline};
use crate::board::TimeFrame;

/// Bars that a page moves.
const PAGE: isize = 10;

impl Model {
    pub(super) fn open_timeline(&mut self) {
        if self.board.span().is_none() {
            return self.notify("no time to show: nothing has come yet");
        }
        self.overlay = Some(Overlay::Timeline(Timeline::new(&self.board)));
    }

    pub(super) fn in_timeline(&mut self, mut timeline: Timeline, action: Action) -> Option<Overlay> {
        let (board, bars) = (&self.board, self.bars());
        match action {
            Action::Left => timeline.step(board, bars, -1),
            Action::Right => timeline.step(board, bars, 1),
            Action::PageUp => timeline.step(board, bars, -PAGE),
            Action::PageDown => timeline.step(board, bars, PAGE),
            Action::Top => timeline.oldest(board, bars),
            Action::Bottom => timeline.newest(board),
            Action::ZoomIn => timeline.zoom(board, bars, true),
            Action::ZoomOut => timeline.zoom(board, bars, false),
            Action::Clear => timeline.show_all(),
            Action::Toggle => timeline.toggle_range(),
            Action::Accept => {
                let span = timeline.span(&timeline.frame(board, bars));
                let query = self.query().within(span.start, span.end);
                self.set_query(query);
                return None;
            }
            Action::Back if !timeline.give_up_range() => return None,
            _ => {}
        }
        Some(Overlay::Timeline(timeline))
    }

    /// How many bars there is room for.
    fn bars(&self) -> usize {
        usize::from(self.geometry.menu.width).max(1)
    }

    /// A click begins a range.
    pub(super) fn click_timeline(&mut self, place: Position) {
        self.on_bar(place, Timeline::begin_range);
    }

    /// Drawing the mouse along extends it.
    pub(super) fn drag_timeline(&mut self, place: Position) {
        self.on_bar(place, Timeline::point);
    }

    fn on_bar(&mut self, place: Position, act: impl Fn(&mut Timeline, &TimeFrame, usize)) {
        let (area, bars) = (self.geometry.menu, self.bars());
        if let Some(Overlay::Timeline(timeline)) = &mut self.overlay
            && (area.left()..area.right()).contains(&place.x)
        {
            let frame = timeline.frame(&self.board, bars);
            act(timeline, &frame, usize::from(place.x - area.x));
        }
    }
}
