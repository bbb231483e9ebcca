//! The picker: what is typed, what fits it, and the last record of the row under the cursor.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use crate::app::model::{Geometry, Model, PickRow, Picker};
use crate::log::visible;

use super::header::count;
use super::text::{cut_middle, fill, width, wrap};
use super::theme::Theme;
use super::times;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    picker: &Picker,
    theme: &Theme,
    geometry: &mut Geometry,
) {
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let title = format!(" Functions and log groups, {} of {} ", count(picker.rows().len()), count(picker.total()));
    let block = Block::bordered().border_style(theme.frame(true)).title(Span::styled(title, theme.accent()));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let state = wrap(&visible(&progress(picker)), usize::from(inner.width).saturating_sub(2));
    let high = state.len().min(usize::from(inner.height / 2).max(1)) as u16;
    let [typed, told, list, preview] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(high), Constraint::Fill(1), Constraint::Length(2)])
            .areas(inner);
    draw_typed(frame, typed, picker, theme);
    let state: Vec<_> = state.into_iter().map(|line| Line::styled(format!(" {line}"), theme.dim())).collect();
    frame.render_widget(Paragraph::new(state), told);
    geometry.menu = list;
    geometry.menu_top = draw_rows(frame, list, picker, theme);
    frame.render_widget(Paragraph::new(last_record(model, picker, theme)).wrap(Wrap { trim: false }), preview);
}

fn draw_typed(frame: &mut Frame<'_>, area: Rect, picker: &Picker, theme: &Theme) {
    let typed = visible(picker.typed()).into_owned();
    let cursor = (area.x + 2 + width(&typed) as u16).min(area.right().saturating_sub(1));
    let hint = if typed.is_empty() { " type a part of a name" } else { "" };
    let line = Line::from(vec![Span::styled(" ▏", theme.accent()), Span::raw(typed), Span::styled(hint, theme.dim())]);
    frame.render_widget(line, area);
    frame.set_cursor_position((cursor, area.y));
}

fn progress(picker: &Picker) -> String {
    let trouble = picker.trouble.iter().cloned();
    let searching = match (picker.searching, picker.surveyed) {
        (Some(_), Some((done, total))) => Some(format!("asking functions for their destinations, {done} of {total}")),
        (Some(_), None) => Some("listing log groups and functions".to_owned()),
        (None, _) if picker.total() == 0 && picker.trouble.is_empty() => {
            Some("there is no log group and no function with an event-invoke config here".to_owned())
        }
        (None, _) => None,
    };
    searching.into_iter().chain(trouble).collect::<Vec<_>>().join(" · ")
}

fn draw_rows(frame: &mut Frame<'_>, area: Rect, picker: &Picker, theme: &Theme) -> usize {
    let height = usize::from(area.height);
    let first = picker.cursor().saturating_sub(height.saturating_sub(1));
    let names = picker.rows().skip(first).take(height).map(|row| width(&row.name)).max().unwrap_or(0);
    let whole = usize::from(area.width);
    let names = names.clamp(12, (whole * 2 / 5).max(12));
    for (line, row) in picker.rows().skip(first).take(height).enumerate() {
        let place = Rect { y: area.y + line as u16, height: 1, ..area };
        frame.render_widget(row_line(row, names, whole, theme), place);
        if first + line == picker.cursor() {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
    first
}

fn row_line<'a>(row: &PickRow, names: usize, whole: usize, theme: &Theme) -> Line<'a> {
    let name_only = row.ways.is_empty() && row.function.is_none();
    let kind = if row.function.is_some() { " ƒ " } else { " ≡ " };
    // A group of its own has the whole line for its name.
    let room = if name_only { whole.saturating_sub(3) } else { names };
    let name = fill(cut_middle(&visible(&row.name), room).into_owned(), room);
    let mut groups = row.groups.join(", ");
    if row.function.is_none() {
        groups.clear();
    } else if groups.is_empty() {
        groups.push_str("no log");
    }
    let arrow = if row.function.is_some() { " → " } else { "" };
    let ways = if name_only { String::new() } else { format!("  {}{arrow}{groups}", row.ways) };
    Line::from(vec![
        Span::styled(kind, theme.accent()),
        Span::styled(name, theme.strong()),
        Span::styled(cut_middle(&visible(&ways), whole.saturating_sub(room + 3)).into_owned(), theme.dim()),
    ])
}

fn last_record<'a>(model: &Model, picker: &Picker, theme: &Theme) -> Line<'a> {
    let Some(group) = picker.wanted() else {
        let why = if picker.picked().is_some() { " No log has its records; ↵ tells why." } else { "" };
        return Line::styled(why, theme.dim());
    };
    let said = |text: String| Line::styled(format!(" {}", visible(&text)), theme.dim());
    match picker.preview().map(|preview| &preview.last) {
        None => said(format!("looking into {group}")),
        Some(Err(why)) => said(why.clone()),
        Some(Ok(None)) => said(format!("{group}: no record among the newest events of its latest stream")),
        Some(Ok(Some(glance))) => {
            let time = glance.time.map(|time| format!("{} ", times::long(model, time))).unwrap_or_default();
            let mark = if glance.succeeded { "✓" } else { "✗" };
            Line::from(vec![
                Span::styled(" last record ".to_owned(), theme.dim()),
                Span::raw(format!("{time}{mark} {}  ", visible(&glance.function))),
                Span::styled(visible(&glance.words).into_owned(), theme.strong()),
            ])
        }
    }
}
