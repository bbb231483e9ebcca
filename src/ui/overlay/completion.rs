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
    let widest = completion.candidates.iter().map(cells).max().unwrap_or(0);
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
        frame.render_widget(row_of(candidate, wide, theme), place);
        frame.buffer_mut().set_style(place, theme.selected(offer.taken() == Some(at)));
    }
}

fn cells(candidate: &Candidate) -> usize {
    width(&visible(&candidate.text)) + 2 + width(&note(candidate))
}

/// How often it was seen, or what it means.
fn note(candidate: &Candidate) -> String {
    candidate.count.map_or_else(|| visible(&candidate.hint).into_owned(), |number| format!("{:>7}", count(number)))
}

fn row_of<'a>(candidate: &Candidate, wide: usize, theme: &Theme) -> Line<'a> {
    let note = note(candidate);
    let text = visible(&candidate.text);
    if candidate.count.is_some() {
        let room = wide.saturating_sub(width(&note) + 2);
        return Line::from(vec![
            Span::raw(format!(" {}", fit(&text, room))),
            Span::styled(format!("{note} "), theme.dim()),
        ]);
    }
    let text = cut(&text, wide.saturating_sub(2)).into_owned();
    let room = wide.saturating_sub(width(&text) + 4);
    Line::from(vec![Span::raw(format!(" {text}  ")), Span::styled(fit(&note, room + 1), theme.dim())])
}
