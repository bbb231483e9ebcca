//! Every key, from the keymap.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::action::Action;
use crate::app::keymap::Context;
use crate::app::model::{Geometry, Help, Model};
use crate::log::visible;

use super::super::text::{fit, width, wrap};
use super::super::theme::Theme;

/// Cells of the keys of a line; more of them go on below.
const KEYS: usize = 14;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    help: &Help,
    theme: &Theme,
    geometry: &mut Geometry,
) {
    let wide = area.width.saturating_sub(4).min(104);
    let lines = lines(model, help, theme, usize::from(wide).saturating_sub(2));
    geometry.help_lines = lines.len();
    let high = (lines.len() as u16 + 2).clamp(3, area.height - 2);
    let top = help.top.min(lines.len().saturating_sub(usize::from(high - 2)));
    let last = (top + usize::from(high - 2)).min(lines.len());
    let title = title(model, help, (top + 1).min(lines.len()), last, lines.len());
    let inner = super::popup(frame, area, &title, wide, high, theme);
    geometry.help = inner;
    frame.render_widget(Paragraph::new(lines).scroll((top as u16, 0)), inner);
    if let Some(search) = help.search.as_ref().filter(|_| help.typing) {
        let before: String = search.text().chars().take(search.column()).collect();
        let cells = width(" Help, search: ") + width(&visible(&before));
        frame.set_cursor_position(Position::new(inner.x + (cells as u16).min(inner.width - 1), inner.y - 1));
    }
}

fn title(model: &Model, help: &Help, first: usize, last: usize, all: usize) -> String {
    if let Some(search) = &help.search {
        return format!(" Help, search: {} ", visible(search.text()));
    }
    let key = model.keymap.hint(Context::Help, Action::Filter).unwrap_or_default();
    format!(" Help, {first}–{last} of {all} lines, {key} searches ")
}

fn lines<'a>(model: &Model, help: &Help, theme: &Theme, room: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for context in Context::ALL {
        let found: Vec<_> = model
            .keymap
            .of(context)
            .filter(|binding| !binding.keys.is_empty())
            .filter(|binding| {
                help.shows(&[&binding.key_names().join(" "), &binding.help, &binding.action.name(), context.title()])
            })
            .collect();
        if found.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(format!(" {}", context.title()), theme.strong()));
        for binding in found {
            let (keys, words) =
                (wrap(&binding.key_names().join(" "), KEYS), wrap(&binding.help, room.saturating_sub(KEYS + 6)));
            for at in 0..keys.len().max(words.len()) {
                let part = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
                lines.push(Line::from(vec![
                    Span::styled(format!("  {}  ", fit(&part(&keys), KEYS)), theme.accent()),
                    Span::raw(part(&words)),
                ]));
            }
        }
    }
    if lines.is_empty() {
        lines.push(Line::styled("  Nothing in the help holds these words.", theme.dim()));
    }
    lines
}
