//! The candidates for the word at the cursor, under the filter line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::app::model::FilterLine;
use crate::board::Candidate;
use crate::log::visible;

use crate::ui::header::{FILTER_TEXT, count};
use crate::ui::text::{cut, fit, width};
use crate::ui::theme::Theme;

/// Candidates on screen at a time.
const ROWS: usize = 8;

/// Draws what is offered from row `below` of the body on.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, below: u16, line: &FilterLine, theme: &Theme) {
    let Some(offer) = line.offer() else { return };
    let completion = offer.completion();
    let before = line.text().get(..completion.range.start).unwrap_or_default();
    let text = completion.candidates.iter().map(|candidate| width(&visible(&candidate.text))).max().unwrap_or(0);
    let note = completion.candidates.iter().map(|candidate| width(&note(candidate))).max().unwrap_or(0);
    let widest = text + 2 + note;
    let wide = (widest + 2).min(usize::from(area.width));
    let column = (FILTER_TEXT + width(before)).saturating_sub(1).min(usize::from(area.width) - wide);
    let taken = offer.taken().unwrap_or(0);
    let first = taken.saturating_sub(ROWS - 1);
    for (row, (at, candidate)) in completion.candidates.iter().enumerate().skip(first).take(ROWS).enumerate() {
        let y = area.y + 2 + below + row as u16;
        if y + 1 >= area.bottom() {
            break;
        }
        let place = Rect { x: area.x + column as u16, y, width: wide as u16, height: 1 };
        frame.render_widget(Clear, place);
        frame.render_widget(row_of(candidate, wide, text, theme), place);
        frame.buffer_mut().set_style(place, theme.selected(offer.taken() == Some(at)));
    }
}

/// How often it was seen, or what it means.
fn note(candidate: &Candidate) -> String {
    candidate.count.map_or_else(|| visible(&candidate.hint).into_owned(), |number| format!("{:>7}", count(number)))
}

/// Counts stand at the right edge, meanings in a column behind the text.
fn row_of<'a>(candidate: &Candidate, wide: usize, column: usize, theme: &Theme) -> Line<'a> {
    let note = note(candidate);
    let counted = candidate.count.is_some();
    let room = if counted { wide.saturating_sub(width(&note) + 3) } else { column.min(wide.saturating_sub(4)) };
    let text = fit(&visible(&candidate.text), room);
    let note = cut(&note, wide.saturating_sub(room + 3)).into_owned();
    Line::from(vec![Span::raw(format!(" {text}  ")), Span::styled(note, theme.dim())])
}
