//! The wiring page: where a function's outcomes go, what is wrong with that, and what mends it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::model::{Geometry, WiringPage};
use crate::log::visible;
use crate::wiring::{Gravity, Weight};

use super::text::{cut, width, wrap};
use super::theme::Theme;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, page: &WiringPage, theme: &Theme, geometry: &mut Geometry) {
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let title = format!(" Wiring of {} ", visible(&page.function));
    let block = Block::bordered().border_style(theme.frame(true)).title(Span::styled(title, theme.accent()));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let lines = lines(page, theme, usize::from(inner.width).saturating_sub(1));
    geometry.help = inner;
    geometry.help_lines = lines.len();
    frame.render_widget(Paragraph::new(lines).scroll((page.top as u16, 0)), inner);
}

fn lines<'a>(page: &WiringPage, theme: &Theme, room: usize) -> Vec<Line<'a>> {
    let lines = match &page.lines {
        _ if page.looking.is_some() => return vec![Line::styled(" Looking…", theme.dim())],
        Err(why) => return wrapped(why, theme.waiting(), room),
        Ok(lines) => lines,
    };
    lines.iter().flat_map(|line| wrapped(&line.text, style(line.weight, theme), room)).collect()
}

fn style(weight: Weight, theme: &Theme) -> Style {
    match weight {
        Weight::Head => theme.accent(),
        Weight::Plain => Style::new(),
        Weight::Aside | Weight::Finding(Gravity::Note) => theme.dim(),
        Weight::Finding(_) => theme.waiting(),
        Weight::Command => theme.strong(),
    }
}

/// A line over as many rows as it takes, the further ones set in as far as the first; a long word is cut into pieces,
/// since a command is no command without its end.
fn wrapped<'a>(text: &str, style: Style, room: usize) -> Vec<Line<'a>> {
    let text = visible(text);
    let indent = text.len() - text.trim_start().len();
    let rows = wrap_whole(text.trim_start(), room.saturating_sub(indent + 1).max(8));
    rows.into_iter().map(|row| Line::styled(format!(" {}{row}", " ".repeat(indent)), style)).collect()
}

fn wrap_whole(text: &str, cells: usize) -> Vec<String> {
    let pieces = text.split(' ').flat_map(|word| pieces(word, cells));
    wrap(&pieces.collect::<Vec<_>>().join(" "), cells)
}

/// A word in pieces of at most `cells` cells.
fn pieces(word: &str, cells: usize) -> Vec<String> {
    let (mut rest, mut pieces) = (word, Vec::new());
    while width(rest) > cells {
        let piece = cut(rest, cells).trim_end_matches('…').to_owned();
        let Some(after) = rest.get(piece.len()..).filter(|_| !piece.is_empty()) else { break };
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest.to_owned());
    pieces
}
