//! The mouse: select, scroll, choose tabs, drag borders.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::app::action::Action;
use crate::app::message::Effect;
use crate::app::model::{Border, Focus, Model, Overlay, Split};

/// Rows that one notch of the wheel scrolls.
const NOTCH: isize = 3;

impl Model {
    pub(super) fn mouse(&mut self, mouse: MouseEvent, effects: &mut Vec<Effect>) {
        let place = Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollUp => self.wheel(place, -NOTCH, effects),
            MouseEventKind::ScrollDown => self.wheel(place, NOTCH, effects),
            MouseEventKind::Down(MouseButton::Left) if self.overlay.is_some() => self.click_overlay(place),
            MouseEventKind::Down(MouseButton::Left) => self.click(place, effects),
            MouseEventKind::Drag(MouseButton::Left) if self.overlay.is_some() => self.drag_timeline(place),
            MouseEventKind::Drag(MouseButton::Left) => self.drag(place),
            MouseEventKind::Up(MouseButton::Left) => self.drag = None,
            _ => {}
        }
    }

    fn wheel(&mut self, place: Position, rows: isize, effects: &mut Vec<Effect>) {
        match &self.overlay {
            Some(
                Overlay::Help(_)
                | Overlay::Conditions(_)
                | Overlay::Groups(_)
                | Overlay::Differences(_)
                | Overlay::Pair(_)
                | Overlay::Command(_)
                | Overlay::Themes(_)
                | Overlay::Replay(_)
                | Overlay::Replays(_)
                | Overlay::Picker(_)
                | Overlay::Wiring(_)
                | Overlay::Ledger(_),
            ) => {
                let action = if rows < 0 { Action::Up } else { Action::Down };
                self.overlay_action(action, effects);
            }
            Some(Overlay::Timeline(_)) => {
                let action = if rows < 0 { Action::ZoomIn } else { Action::ZoomOut };
                self.overlay_action(action, effects);
            }
            Some(Overlay::Filter(_) | Overlay::Search(_) | Overlay::Note(_) | Overlay::Export(_) | Overlay::Copy)
            | None => self.wheel_on_board(place, rows),
        }
    }

    fn wheel_on_board(&mut self, place: Position, rows: isize) {
        if self.geometry.detail_pane.contains(place) {
            self.hold();
            self.detail.scroll_by(rows);
        } else if let Some((pane, _)) = self.geometry.list_at(place) {
            let (list, board, height) = self.moving(pane);
            list.scroll(board, rows, height);
        }
    }

    fn click(&mut self, place: Position, effects: &mut Vec<Effect>) {
        if let Some(tab) = self.geometry.tab_at(place) {
            self.choose_tab(tab);
        } else if let Some(border) = self.geometry.border_at(place) {
            self.drag = Some(border);
        } else if let Some((pane, line)) = self.geometry.list_at(place) {
            let (list, board, height) = self.moving(pane);
            list.click(board, line, height);
            self.focus_on(Focus::List(pane));
        } else if self.geometry.detail_pane.contains(place) {
            self.click_detail(place, effects);
        }
    }

    fn click_overlay(&mut self, place: Position) {
        let inside = [self.geometry.menu, self.geometry.help].into_iter().any(|area| area.contains(place));
        let stays = matches!(
            self.overlay,
            Some(
                Overlay::Filter(_)
                    | Overlay::Pair(_)
                    | Overlay::Replay(_)
                    | Overlay::Replays(_)
                    | Overlay::Picker(_)
                    | Overlay::Wiring(_)
            )
        );
        if !inside && !stays {
            self.overlay = None;
        }
        self.click_timeline(place);
        self.click_pair(place);
        let area = self.geometry.menu;
        let line = self.geometry.menu_top + usize::from(place.y.saturating_sub(area.y));
        if let Some(Overlay::Picker(picker)) = &mut self.overlay
            && area.contains(place)
        {
            picker.point(line);
        }
        if let Some(Overlay::Conditions(menu)) = &mut self.overlay
            && area.contains(place)
        {
            menu.point(self.geometry.menu_top + usize::from(place.y - area.y), &self.board);
            menu.toggle(&self.board);
        }
    }

    fn drag(&mut self, place: Position) {
        let (body, lists) = (self.geometry.body, self.geometry.both_lists);
        match self.drag {
            Some(Border::Detail) => self.split_mut().lists = share(place.y, body.y, body.height),
            Some(Border::Lists) if self.geometry.stacked => {
                self.split_mut().failures = share(place.y, lists.y, lists.height);
            }
            Some(Border::Lists) => self.split_mut().failures = share(place.x, lists.x, lists.width),
            None => {}
        }
    }
}

fn share(at: u16, start: u16, whole: u16) -> u16 {
    let thousandths = (u32::from(at.saturating_sub(start)) + 1) * 1000 / u32::from(whole.max(1));
    (thousandths as u16).clamp(*Split::RANGE.start(), *Split::RANGE.end())
}
