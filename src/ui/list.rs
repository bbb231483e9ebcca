//! One of the two lists.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use crate::app::action::Action;
use crate::app::keymap::Context;
use crate::app::model::{Focus, Health, Model, TimeStyle};
use crate::board::Pane;
use crate::log::visible;

use super::header::count;
use super::row::{self, Columns};
use super::text::width;
use super::theme::Theme;
use super::times;

/// Draws a list and gives the area of its rows.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme, pane: Pane) -> Rect {
    let focused = model.focus == Focus::List(pane);
    let block = block(frame.area(), area, model, theme, pane, focused);
    let rows = block.inner(area);
    frame.render_widget(block, area);
    if model.board.view(pane).is_empty() {
        let text = Paragraph::new(empty(model, pane)).style(theme.dim()).wrap(Wrap { trim: true });
        frame.render_widget(text, Rect { x: rows.x + 1, width: rows.width.saturating_sub(2), ..rows });
    } else {
        draw_rows(frame, rows, model, theme, pane, focused);
    }
    rows
}

fn block<'a>(screen: Rect, area: Rect, model: &Model, theme: &Theme, pane: Pane, focused: bool) -> Block<'a> {
    let borders = if super::framed(screen) { Borders::ALL } else { Borders::TOP };
    let shown = model.board.view(pane).len();
    let all = model.board.kept(pane);
    let counts = if shown == all { count(all) } else { format!("{}/{}", count(shown), count(all)) };
    let name = if focused { theme.accent() } else { theme.strong() };
    let title = Line::from(vec![
        Span::styled(format!(" {} ", super::pane_title(pane)), name),
        Span::raw(format!("{counts} {}", marked(model, pane))),
    ]);
    let room = usize::from(area.width).saturating_sub(title.width() + 2);
    let block = Block::new().borders(borders).border_style(theme.frame(focused)).title(title);
    match held(model, pane, room) {
        Some(text) => block.title(Line::styled(text, theme.waiting()).right_aligned()),
        None => block,
    }
}

fn marked(model: &Model, pane: Pane) -> String {
    match model.board.marked_len(pane) {
        0 => String::new(),
        marks => format!("· {} marked ", count(marks)),
    }
}

/// What the reader of a held list should know, as far as there is room for it.
fn held(model: &Model, pane: Pane, room: usize) -> Option<String> {
    let list = model.list(pane);
    if list.following() || !model.source.is_alive() {
        return None;
    }
    let follow = model.keymap.hint(Context::Browse, Action::Bottom).unwrap_or_default();
    let (long, short) = match list.unseen() {
        0 => (format!(" held · {follow} follows "), " held ".to_owned()),
        new => (format!(" ↓ {} new · {follow} follows ", count(new)), format!(" ↓ {} ", count(new))),
    };
    [long, short].into_iter().find(|text| width(text) <= room)
}

fn draw_rows(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme, pane: Pane, focused: bool) {
    let view = model.board.view(pane);
    let window = model.list(pane).window(&model.board, usize::from(area.height));
    let columns = Columns::new(model, pane, usize::from(area.width), dated(model, pane));
    for line in 0..usize::from(area.height) {
        let at = window.top + line;
        let Some((seq, entry)) = view.get(at).and_then(|seq| Some((seq, model.board.get(seq)?))) else { break };
        let place = Rect { y: area.y + line as u16, height: 1, ..area };
        let selected = window.selected == Some(at);
        frame.render_widget(row::line(model, theme, (seq, entry), &columns, selected && model.shown == pane), place);
        if selected {
            frame.buffer_mut().set_style(place, theme.selected(focused));
        }
    }
}

/// Rows show their day when the oldest is not from today.
fn dated(model: &Model, pane: Pane) -> bool {
    let view = model.board.view(pane);
    let oldest = view.get(0).and_then(|seq| model.board.get(seq));
    oldest.is_some_and(|entry| times::is_dated(model, entry.time()))
}

fn empty(model: &Model, pane: Pane) -> String {
    let all = model.board.kept(pane);
    if all > 0 {
        let take_back = model.keymap.hint(Context::Browse, Action::Back);
        let take_back = take_back.map(|key| format!(" {key} takes it back.")).unwrap_or_default();
        let why = model.board.stranger().map(|why| format!(" {}", visible(&why))).unwrap_or_default();
        return format!("None of {} matches the filter.{take_back}{why}", count(all));
    }
    let what = match pane {
        Pane::Failures => "failure",
        Pane::Successes => "success",
    };
    let reasons = if pane == Pane::Failures { reasons(model) } else { String::new() };
    let state = match &model.source.health {
        Health::Connecting => "Connecting…".to_owned(),
        Health::History { .. } | Health::Reading { .. } => format!("Reading; no {what} so far."),
        Health::Failed(reason) => visible(reason).into_owned(),
        Health::Ended => format!("{}.", none_of(model, what)),
        Health::Retrying { reason, .. } => format!("{}.\n\n{}", none_of(model, what), visible(reason)),
        Health::Following { .. } => format!("{}; new ones show up by themselves.", none_of(model, what)),
    };
    format!("{state}{reasons}")
}

/// How much was looked at in vain, and from when on.
fn none_of(model: &Model, what: &str) -> String {
    let since = model.source.place.since.map(|at| match model.time {
        TimeStyle::Relative => format!(" in the last {}", times::ago(model.now - at)),
        _ => format!(" since {}", times::short(model, at, times::is_dated(model, at))),
    });
    let since = since.unwrap_or_default();
    match model.source.ledger.events as usize {
        0 => format!("No log event{since}"),
        1 => format!("No {what} in 1 log event{since}"),
        events => format!("No {what} in {} log events{since}", count(events)),
    }
}

/// What may explain that nothing has come, each on a line of its own, and the key that tells what to do.
fn reasons(model: &Model) -> String {
    let found = model.reasons.found.iter().map(|reason| format!("\n\n{}", visible(reason)));
    let asking = model.reasons.asking.is_some().then(|| "\n\nLooking why…".to_owned());
    let onward = (!model.reasons.found.is_empty()).then(|| onward(model)).flatten();
    found.chain(asking).chain(onward.map(|words| format!("\n\n{words}"))).collect()
}

fn onward(model: &Model) -> Option<String> {
    let key = |action| model.keymap.hint(Context::Browse, action);
    match &model.source.place.function {
        Some(_) => key(Action::Wiring).map(|key| format!("{key} shows the wiring, with the commands that mend it.")),
        None => key(Action::Pick).map(|key| format!("{key} lists the functions and where their outcomes go.")),
    }
}
