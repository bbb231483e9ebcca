//! The sheet of one replay, and the screen of several.

mod bulk;
mod sheet;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::model::{JqLine, TextLine};
use crate::log::visible;

use super::text::{cut, wrap};
use super::theme::Theme;

pub(super) use bulk::draw as draw_bulk;
pub(super) use sheet::draw as draw_sheet;

/// Width of the names at the left.
const NAME: usize = 11;

/// A named line; what is too long goes on below, for at most `most` lines.
fn field<'a>(theme: &Theme, name: &str, text: &str, room: usize, most: usize) -> Vec<Line<'a>> {
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    wrap(&visible(text), room.saturating_sub(NAME + 2))
        .into_iter()
        .take(most)
        .zip(names)
        .map(|(text, name)| Line::from(vec![Span::styled(format!(" {name:<NAME$}"), theme.dim()), Span::raw(text)]))
        .collect()
}

/// Something to know before sending.
fn warning<'a>(theme: &Theme, text: &str, room: usize) -> Vec<Line<'a>> {
    let marks = std::iter::once(" ! ").chain(std::iter::repeat("   "));
    wrap(&visible(text), room.saturating_sub(4))
        .into_iter()
        .zip(marks)
        .map(|(text, mark)| Line::styled(format!("{mark}{text}"), theme.waiting()))
        .collect()
}

/// Why the expression that is typed made no payload; never more than so many lines.
fn jq_errors<'a>(jq: Option<&JqLine>, theme: &Theme, room: usize) -> Vec<Line<'a>> {
    const MOST: usize = 5;
    let error = jq.and_then(|jq| jq.error.as_deref());
    error.map(|error| warning(theme, error, room).into_iter().take(MOST).collect()).unwrap_or_default()
}

/// A line that is typed, with its cursor.
fn typed(frame: &mut Frame<'_>, area: Rect, theme: &Theme, question: &str, line: &TextLine) {
    let before = super::text::width(question) + 2;
    let text = cut(line.text(), usize::from(area.width).saturating_sub(before + 1)).into_owned();
    let shown =
        Line::from(vec![Span::styled(format!(" {question} "), theme.accent()), Span::raw(visible(&text).into_owned())]);
    frame.render_widget(shown, area);
    let column = (before + line.column()).min(usize::from(area.width).saturating_sub(1));
    frame.set_cursor_position((area.x + column as u16, area.y));
}

/// What has to be done before it is sent.
fn confirm(
    frame: &mut Frame<'_>,
    area: Rect,
    theme: &Theme,
    by_name: bool,
    (what, names): (&str, &str),
    line: &TextLine,
) {
    if by_name {
        typed(frame, area, theme, &format!("Production: type {names} and Enter to send {what}:"), line);
    } else {
        let text = format!(" Enter sends {what}. Esc goes back.");
        frame.render_widget(Line::styled(cut(&text, usize::from(area.width)).into_owned(), theme.accent()), area);
    }
}
