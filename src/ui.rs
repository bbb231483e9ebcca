//! Drawing: a function of the model that only reads it, and says what it put where.

mod detail;
mod footer;
mod header;
mod list;
mod overlay;
mod picker;
mod reach;
mod replay;
mod row;
mod syntax;
mod text;
mod theme;
mod times;
mod tree;
mod wiring;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use crate::app::model::{Focus, Geometry, Model, Split, index};
use crate::board::Pane;
use crate::log::is_bidi_control;

pub use syntax::{Syntax, colour};
pub use theme::{Background, Depth, Scheme, Theme};

/// Smallest screen that the board fits on, in cells.
const SMALLEST: (u16, u16) = (40, 12);
/// From this width on, the lists stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// From this size on there is room for a frame around each pane.
const FRAMED: (u16, u16) = (100, 30);

/// Draws the board.
pub fn draw(frame: &mut Frame<'_>, model: &Model, theme: &Theme) -> Geometry {
    let area = frame.area();
    let mut geometry = Geometry { screen: area.as_size(), ..Geometry::default() };
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        draw_too_small(frame, area);
        return geometry;
    }
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(2), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    geometry.body = body;
    share_out(model, body, &mut geometry);
    draw_panes(frame, model, theme, &mut geometry);
    header::draw(frame, head, model, theme);
    footer::draw(frame, foot, model, theme);
    overlay::draw(frame, area, model, theme, &mut geometry);
    footer::draw_long(frame, foot, model, theme);
    scrub(frame.buffer_mut());
    if theme.is_ascii() {
        plain_borders(frame.buffer_mut());
    }
    geometry
}

/// The last gate before the terminal: whatever slipped through unseen does not get further.
fn scrub(buffer: &mut Buffer) {
    let hidden = |symbol: &str| symbol.chars().any(|c| c.is_control() || is_bidi_control(c));
    for cell in buffer.content.iter_mut().filter(|cell| hidden(cell.symbol())) {
        cell.set_symbol("�");
    }
}

/// Box characters as those that every terminal and every font has.
fn plain_borders(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let plain = match cell.symbol() {
            "─" => "-",
            "│" | "▏" => "|",
            "▌" => ">",
            "┌" | "┐" | "└" | "┘" | "├" | "┤" | "┬" | "┴" | "┼" => "+",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}

fn draw_too_small(frame: &mut Frame<'_>, area: Rect) {
    let (width, height) = SMALLEST;
    let lines = [
        format!("arrivals needs {width}×{height} cells;"),
        format!("here are {}×{}.", area.width, area.height),
        "Make the window larger, or press q.".to_owned(),
    ];
    let text = Paragraph::new(lines.map(Line::from).to_vec()).wrap(Wrap { trim: true });
    frame.render_widget(text, area);
}

/// Whether panes have frames of their own, or only a line between them.
fn framed(screen: Rect) -> bool {
    screen.width >= FRAMED.0 && screen.height >= FRAMED.1
}

/// Gives every pane its area; the lists' rows are found when they are drawn.
fn share_out(model: &Model, body: Rect, geometry: &mut Geometry) {
    geometry.stacked = body.width < SIDE_BY_SIDE;
    if model.zoomed {
        match model.focus {
            Focus::Detail => geometry.detail_pane = body,
            Focus::List(pane) => geometry.lists[index(pane)] = body,
        }
        return;
    }
    let split = if geometry.stacked { model.stacked } else { model.wide };
    let [lists, detail] = shares(body, split.lists, true);
    geometry.both_lists = lists;
    geometry.detail_pane = detail;
    geometry.lists = share_lists(lists, split, geometry.stacked);
}

fn share_lists(lists: Rect, split: Split, stacked: bool) -> [Rect; 2] {
    shares(lists, split.failures, stacked)
}

/// Cuts an area in two, the first with so many thousandths of it; both keep room for a title and a row.
fn shares(area: Rect, thousandths: u16, vertical: bool) -> [Rect; 2] {
    let whole = if vertical { area.height } else { area.width };
    let least = if vertical { 2 } else { 16 };
    let wanted = (u32::from(whole) * u32::from(thousandths)).div_ceil(1000) as u16;
    let first = wanted.clamp(least.min(whole), whole.saturating_sub(least).max(least.min(whole)));
    let parts = [Constraint::Length(first), Constraint::Fill(1)];
    if vertical { Layout::vertical(parts).areas(area) } else { Layout::horizontal(parts).areas(area) }
}

fn draw_panes(frame: &mut Frame<'_>, model: &Model, theme: &Theme, geometry: &mut Geometry) {
    for pane in Pane::ALL {
        let area = geometry.lists[index(pane)];
        if !area.is_empty() {
            geometry.lists[index(pane)] = list::draw(frame, area, model, theme, pane);
        }
    }
    if !geometry.detail_pane.is_empty() {
        detail::draw(frame, model, theme, geometry);
    }
}

/// Title of a pane.
fn pane_title(pane: Pane) -> &'static str {
    match pane {
        Pane::Failures => "1 Failures",
        Pane::Successes => "2 Successes",
    }
}
