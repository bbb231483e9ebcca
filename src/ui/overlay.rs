//! What lies over the board: the place of a filter error, the condition menu, the help.

mod command;
mod completion;
mod differences;
mod groups;
mod help;
mod ledger;
mod pair;
mod timeline;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::action::Action;
use crate::app::keymap::Context;
use crate::app::model::{ConditionMenu, FilterLine, Geometry, Model, Overlay, Scope};
use crate::log::visible;

use super::header::{FILTER_TEXT, count};
use super::text::{cut, fit, width, wrap};
use super::theme::Theme;

/// Cells of a choice's key.
const KEY: usize = 5;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme, geometry: &mut Geometry) {
    match &model.overlay {
        Some(Overlay::Filter(line)) => {
            let lines = draw_filter_error(frame, area, line, theme);
            completion::draw(frame, area, lines, line, theme);
        }
        Some(Overlay::Conditions(menu)) => {
            (geometry.menu, geometry.menu_top) = draw_menu(frame, area, model, menu, theme);
        }
        Some(Overlay::Groups(list)) => groups::draw(frame, area, model, list, theme),
        Some(Overlay::Timeline(timeline)) => geometry.menu = timeline::draw(frame, area, model, timeline, theme),
        Some(Overlay::Differences(list)) => differences::draw(frame, area, list, theme),
        Some(Overlay::Pair(pair)) => {
            pair::draw(frame, area, model, pair, theme, geometry);
            if pair.copying {
                draw_choices(frame, area, (Context::PairCopy, " Copy "), model, theme);
            }
        }
        Some(Overlay::Replay(sheet)) => super::replay::draw_sheet(frame, area, model, sheet, theme),
        Some(Overlay::Replays(bulk)) => super::replay::draw_bulk(frame, area, model, bulk, theme, geometry),
        Some(Overlay::Copy) => draw_choices(frame, area, (Context::Copy, " Copy "), model, theme),
        Some(Overlay::Export(scope)) => draw_export(frame, area, *scope, model, theme),
        Some(Overlay::Picker(picker)) => super::picker::draw(frame, area, model, picker, theme, geometry),
        Some(Overlay::Wiring(page)) => super::wiring::draw(frame, area, page, theme, geometry),
        Some(Overlay::Help(help)) => help::draw(frame, area, model, help, theme, geometry),
        Some(Overlay::Command(command)) => command::draw(frame, area, model, command, theme),
        Some(Overlay::Themes(_)) => draw_themes(frame, area, model, theme),
        Some(Overlay::Ledger(top)) => ledger::draw(frame, area, model, *top, theme, geometry),
        Some(Overlay::Search(_) | Overlay::Note(_)) | None => {}
    }
}

/// Carets under the place of the error, and what is wrong there, over the first rows of the body; gives how many.
fn draw_filter_error(frame: &mut Frame<'_>, area: Rect, line: &FilterLine, theme: &Theme) -> u16 {
    let Some(error) = line.error() else { return 0 };
    let room = usize::from(area.width).saturating_sub(2);
    let before = line.text().get(..error.at).unwrap_or_default();
    let wrong = line.text().get(error.at..error.at + error.len).unwrap_or_default();
    let column = (FILTER_TEXT + width(before)).min(room);
    let carets =
        format!("{}{}", " ".repeat(column), "^".repeat(width(wrong).clamp(1, room.saturating_sub(column).max(1))));
    let message = wrap(&visible(&error.message), room.saturating_sub(FILTER_TEXT));
    let message = message.iter().take(4).map(|piece| format!("{}{}", " ".repeat(FILTER_TEXT), cut(piece, room)));
    let mut rows = 0;
    for text in std::iter::once(carets).chain(message) {
        let place = Rect { y: area.y + 2 + rows, height: 1, ..area };
        frame.render_widget(Clear, place);
        frame.render_widget(Line::styled(text, theme.waiting()), place);
        rows += 1;
    }
    rows
}

fn draw_menu(frame: &mut Frame<'_>, area: Rect, model: &Model, menu: &ConditionMenu, theme: &Theme) -> (Rect, usize) {
    let rows = menu.rows(&model.board);
    let widest = rows.iter().map(|row| width(row.condition.as_str())).max().unwrap_or(0).max(16);
    let wide = (widest + 20).min(usize::from(area.width) - 2);
    let inner = popup(frame, area, " Conditions ", wide as u16 + 2, rows.len().max(1) as u16 + 2, theme);
    if rows.is_empty() {
        frame.render_widget(Line::styled(" No record has arrived yet.", theme.dim()), inner);
    }
    let first = menu.cursor().saturating_sub(usize::from(inner.height).saturating_sub(1));
    for (at, row) in rows.iter().enumerate().skip(first).take(usize::from(inner.height)) {
        let name = fit(&visible(row.condition.as_str()), wide.saturating_sub(16));
        let line = Line::from(vec![
            Span::styled(if row.chosen { " [x] " } else { " [ ] " }, theme.accent()),
            Span::styled(name, theme.outcome(row.condition.outcome())),
            Span::raw(format!("{:>10}", count(row.count))),
        ]);
        let place = Rect { y: inner.y + (at - first) as u16, height: 1, ..inner };
        frame.render_widget(line, place);
        if at == menu.cursor() {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
    (inner, first)
}

/// What is taken along of which records, each form with its key.
fn draw_export(frame: &mut Frame<'_>, area: Rect, scope: Scope, model: &Model, theme: &Theme) {
    let scopes = Scope::ALL.map(|other| {
        let name = format!("{} {}", other.title(), count(model.scope_size(other)));
        if other == scope { format!("[{name}]") } else { format!(" {name} ") }
    });
    draw_choices(frame, area, (Context::Export, &format!(" Take along {} ", scopes.join(" "))), model, theme);
}

/// What can be chosen in a context, each with its key.
fn draw_choices(frame: &mut Frame<'_>, area: Rect, (context, title): (Context, &str), model: &Model, theme: &Theme) {
    let choices = model.keymap.of(context).filter(|binding| binding.action != Action::Suspend);
    let room = usize::from(area.width).saturating_sub(KEY + 5);
    let lines: Vec<_> = choices
        .flat_map(|binding| {
            let key = binding.key_names().into_iter().next().unwrap_or_default();
            let keys = std::iter::once(key).chain(std::iter::repeat(String::new()));
            let rows = wrap(&binding.help, room).into_iter().zip(keys);
            rows.map(|(words, key)| {
                Line::from(vec![Span::styled(format!(" {}", fit(&key, KEY)), theme.accent()), Span::raw(words)])
            })
        })
        .collect();
    let wide = lines.iter().map(Line::width).chain([width(title)]).max().unwrap_or(0) as u16 + 3;
    let inner = popup(frame, area, title, wide, lines.len() as u16 + 2, theme);
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The themes, at the right edge, so that the board beside them shows the one under the cursor.
fn draw_themes(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let wide = model.themes.iter().map(|name| width(name)).max().unwrap_or(0).max(12) as u16 + 6;
    let place = Rect { x: area.right().saturating_sub(wide + 2), width: wide.min(area.width), ..area };
    let inner = popup(frame, place, " Themes ", wide, model.themes.len() as u16 + 2, theme);
    for (at, name) in model.themes.iter().enumerate().take(usize::from(inner.height)) {
        let row = Rect { y: inner.y + at as u16, height: 1, ..inner };
        frame.render_widget(Line::raw(format!(" {}", visible(name))), row);
        if at == model.theme {
            frame.buffer_mut().set_style(row, theme.selected(true));
        }
    }
}

/// A framed area in the middle of the screen, cleared.
pub(super) fn popup(frame: &mut Frame<'_>, area: Rect, title: &str, wide: u16, high: u16, theme: &Theme) -> Rect {
    let (wide, high) = (wide.min(area.width), high.min(area.height));
    let place =
        Rect { x: area.x + (area.width - wide) / 2, y: area.y + (area.height - high) / 2, width: wide, height: high };
    let block = Block::bordered().border_style(theme.frame(true)).title(Span::styled(title.to_owned(), theme.accent()));
    let inner = block.inner(place);
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    inner
}
