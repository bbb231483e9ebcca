//! The command line, on the last row, with the actions that fit above it.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::app::keymap::Context;
use crate::app::model::{CommandLine, Model};
use crate::log::visible;

use super::super::text::{cut, fit, width};
use super::super::theme::Theme;

/// Rows of candidates, at most.
const ROWS: u16 = 10;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, command: &CommandLine, theme: &Theme) {
    let rows = (command.candidates().len() as u16).min(ROWS).min(area.height.saturating_sub(4));
    let list = Rect { y: area.bottom() - 2 - rows, height: rows, ..area };
    frame.render_widget(Clear, list);
    let first = command.cursor().saturating_sub(usize::from(rows).saturating_sub(1));
    for (at, candidate) in command.candidates().enumerate().skip(first).take(usize::from(rows)) {
        let keys = model.keymap.hint(Context::Browse, candidate.action).unwrap_or_default();
        let help = cut(&candidate.help, usize::from(area.width).saturating_sub(31)).into_owned();
        let line = Line::from(vec![
            Span::styled(format!("  {}", fit(&candidate.name, 18)), theme.strong()),
            Span::styled(fit(&keys, 10), theme.accent()),
            Span::raw(help),
        ]);
        let place = Rect { y: list.y + (at - first) as u16, height: 1, ..list };
        frame.render_widget(line, place);
        if at == command.cursor() {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
    draw_line(frame, Rect { y: area.bottom() - 2, height: 1, ..area }, command, theme);
}

fn draw_line(frame: &mut Frame<'_>, place: Rect, command: &CommandLine, theme: &Theme) {
    let (text, column) = (command.line().text(), command.line().column());
    frame.render_widget(Clear, place);
    frame.render_widget(Line::from(vec![Span::styled(" :", theme.accent()), Span::raw(visible(text))]), place);
    let before: String = text.chars().take(column).collect();
    let cells = (width(&visible(&before)) as u16).min(place.width.saturating_sub(3));
    frame.set_cursor_position(Position::new(place.x + 2 + cells, place.y));
}
