//! The two top lines: where this comes from, whether it is alive, what is filtered, and what is not known.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::model::{Health, Model, Overlay};
use crate::board::Pane;
use crate::log::{Follow, visible};

use super::reach;
use super::text::{cut, cut_middle, width};
use super::theme::Theme;

/// Column that the filter's text begins at.
pub(super) const FILTER_TEXT: usize = 9;

/// Cells below which a part of the first line says nothing.
const LEAST: usize = 6;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let [source, filter] = Layout::vertical([Constraint::Length(1); 2]).areas(area);
    draw_source(frame, source, model, theme);
    draw_filter(frame, filter, model, theme);
}

fn draw_source(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let (words, style) = health(model, theme, area.width);
    let room = usize::from(area.width).saturating_sub(width(&words) + 1);
    let mut left = vec![Span::styled(" arrivals", theme.accent())];
    let mut used = 9;
    if model.guard.read_only {
        left.push(Span::styled("  read-only", theme.waiting()));
        used += 11;
    }
    left.extend(places(model, theme, room.saturating_sub(used)));
    frame.render_widget(Line::from(left), area);
    render_right(frame, area, Line::styled(words, style));
    if let Some(colour) = model.guard.header {
        frame.buffer_mut().set_style(area, theme.banner(colour));
    }
}

/// Group, endpoint, region, and who reads: what is most needed first, as far as there is room.
fn places<'a>(model: &Model, theme: &Theme, room: usize) -> Vec<Span<'a>> {
    let place = &model.source.place;
    let names = names(model);
    let endpoint = place.endpoint.as_deref().map(|url| address(url, &names, room));
    let taken = endpoint.as_deref().map_or(0, cells);
    let rest = room.saturating_sub(taken + 2);
    let names = (!names.is_empty() && rest >= LEAST).then(|| cut_middle(&names, rest).into_owned());
    let mut left = room.saturating_sub(taken + names.as_deref().map_or(0, cells));
    let others = [&place.region, &place.identity].into_iter().flatten().map(|part| visible(part).into_owned());
    // Half a region or account says nothing.
    let others = others.filter(|part| {
        let fits = !part.is_empty() && cells(part) <= left;
        left -= if fits { cells(part) } else { 0 };
        fits
    });
    let names = names.map(|names| Span::styled(format!("  {names}"), theme.strong()));
    names.into_iter().chain(endpoint.into_iter().chain(others).map(|part| Span::raw(format!("  {part}")))).collect()
}

/// Cells of a part and the space before it.
fn cells(part: &str) -> usize {
    width(part) + 2
}

/// The first of what is read, and how much more there is.
fn names(model: &Model) -> String {
    let names = match model.source.place.names.as_slice() {
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
        [] => String::new(),
    };
    visible(&names).into_owned()
}

/// An endpoint in as many cells as it may have beside the names: in full, without its scheme, or a part of it. It is
/// never left out, since what stands in for AWS would look like AWS.
fn address(url: &str, names: &str, free: usize) -> String {
    let url = visible(url);
    let bare = url.split_once("://").map_or(&*url, |(_, rest)| rest).trim_end_matches('/');
    let room = free.saturating_sub(2);
    if cells(names) + width(&url) <= room { url.into_owned() } else { cut_middle(bare, room).into_owned() }
}

fn health(model: &Model, theme: &Theme, room: u16) -> (String, Style) {
    match (&model.source.health, &model.source.reach) {
        (Health::History { .. }, Some(reach)) => (reach::words(model, reach, room >= 100), theme.waiting()),
        (Health::Following { lag, .. }, Some(reach)) => {
            let is_live = model.source.ledger.follow == Follow::Live;
            let following = following(is_live, lag.filter(|_| room >= 100), None);
            (format!("{following} · {}", reach::words(model, reach, room >= 120)), theme.waiting())
        }
        (health, _) => of_health(model, health, theme, room),
    }
}

fn of_health(model: &Model, health: &Health, theme: &Theme, room: u16) -> (String, Style) {
    match health {
        // Behind the picker there is no source yet.
        Health::Connecting if model.source.place.names.is_empty() => ("○ nothing is read yet".to_owned(), theme.dim()),
        Health::Connecting => ("○ connecting".to_owned(), theme.waiting()),
        Health::History { done } => (format!("◐ history {:.0} %", done * 100.0), theme.waiting()),
        Health::Reading { bytes, of } => (reading(*bytes, *of), theme.waiting()),
        Health::Following { lag, at, .. } => {
            let is_live = model.source.ledger.follow == Follow::Live;
            let next = model.counts_down().then(|| seconds_until(model.now, *at));
            (following(is_live, lag.filter(|_| room >= 60), next), Style::new())
        }
        Health::Retrying { at, throttled, .. } => (retrying(model.now, *at, *throttled), theme.waiting()),
        Health::Ended => ("■ all read".to_owned(), theme.dim()),
        Health::Failed(_) => ("✗ stopped by an error".to_owned(), theme.waiting()),
    }
}

fn reading(bytes: u64, of: Option<u64>) -> String {
    match of {
        Some(of) if of > 0 => format!("◐ reading {} %", (bytes * 100 / of).min(100)),
        _ => format!("◐ reading, {} MB so far", bytes / 1_000_000),
    }
}

fn following(is_live: bool, lag: Option<Duration>, next: Option<i64>) -> String {
    let (how, what) = if is_live { ("live", "read") } else { ("following", "poll") };
    let lag = lag.map_or_else(String::new, |lag| format!(" · lag {:.1} s", lag.as_secs_f32()));
    let next = next.map_or_else(String::new, |seconds| format!(" · next {what} in {seconds} s"));
    format!("● {how}{lag}{next}")
}

/// Seconds that are left, rounded up; never none.
fn seconds_until(now: i64, at: i64) -> i64 {
    ((at - now).max(1) + 999) / 1000
}

fn retrying(now: i64, at: i64, throttled: bool) -> String {
    let seconds = seconds_until(now, at);
    let what = if throttled { "throttled" } else { "retrying" };
    format!("◌ {what}, again in {seconds} s")
}

fn draw_filter(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let label = width(" filter ▏");
    let right = known(model, theme, usize::from(area.width).saturating_sub(label + LEAST + 2));
    let room = usize::from(area.width).saturating_sub(label + right.width() + 2);
    let mut left = vec![Span::styled(" filter ▏", theme.dim())];
    let typed = match &model.overlay {
        Some(Overlay::Filter(line)) => Some((" filter ▏", line.text(), line.column())),
        Some(Overlay::Note(line)) => Some((" note   ▏", line.text(), line.column())),
        Some(Overlay::Search(line)) => Some((" find   ▏", line.text(), line.column())),
        _ => None,
    };
    if let Some((label, text, column)) = typed {
        let shown = visible(edited(text, column, usize::from(area.width).saturating_sub(11))).into_owned();
        frame.render_widget(Line::from(vec![Span::styled(label, theme.dim()), Span::raw(shown)]), area);
        draw_cursor(frame, area, text, column);
        return;
    }
    let query = model.query().to_string();
    if query.is_empty() {
        let key = model.keymap.hint(crate::app::keymap::Context::Browse, crate::app::action::Action::Filter);
        let none = format!("none ({} sets one)", key.unwrap_or_default());
        left.push(Span::styled(cut(&none, room).into_owned(), theme.dim()));
    } else {
        left.push(Span::styled(cut(&visible(&query), room).into_owned(), theme.strong()));
    }
    frame.render_widget(Line::from(left), area);
    render_right(frame, area, right);
}

/// The end of the typed text that fits, so that the cursor at its end stays in sight.
fn edited(text: &str, column: usize, room: usize) -> &str {
    let skip = column.saturating_sub(room);
    text.char_indices().nth(skip).map_or("", |(at, _)| &text[at..])
}

fn draw_cursor(frame: &mut Frame<'_>, area: Rect, text: &str, column: usize) {
    let room = usize::from(area.width).saturating_sub(11);
    let skipped = column.saturating_sub(room);
    let before: String = text.chars().take(column).skip(skipped).collect();
    let cells = width(&visible(&before));
    frame.set_cursor_position(Position::new(area.x + FILTER_TEXT as u16 + cells as u16, area.y));
}

/// Shown of all, and everything that is not known, as far as there is room.
fn known<'a>(model: &Model, theme: &Theme, room: usize) -> Line<'a> {
    let totals = model.board.totals();
    let shown: usize = Pane::ALL.into_iter().map(|pane| model.board.view(pane).len()).sum();
    let all: usize = Pane::ALL.into_iter().map(|pane| model.board.kept(pane)).sum();
    let mut text = if shown == all { count(all) } else { format!("{} of {}", count(shown), count(all)) };
    if !model.is_settled() {
        text.push('…');
    }
    let mut spans = vec![Span::raw(text)];
    spans.extend(counted(model).map(|words| Span::styled(format!(" · {words}"), theme.waiting())));
    let unknowns = [
        ("late", totals.late),
        ("unreadable", totals.unreadable),
        ("gaps", model.source.ledger.open_gaps()),
        ("evicted", totals.evicted),
    ];
    for (word, number) in unknowns {
        let style = if number == 0 { theme.dim() } else { theme.waiting() };
        if number > 0 || word == "unreadable" {
            spans.push(Span::styled(format!(" · {word} {}", count(number as usize)), style));
        }
    }
    let mut used = 1;
    spans.retain(|span| {
        let fits = used + span.width() <= room;
        used += if fits { span.width() } else { 0 };
        fits
    });
    spans.push(Span::raw(" "));
    Line::from(spans)
}

/// Where CloudWatch's counts disagree with what was read, or tell of what was lost.
fn counted(model: &Model) -> impl Iterator<Item = String> {
    let metering = &model.metering;
    let key = model.keymap.hint(crate::app::keymap::Context::Browse, crate::app::action::Action::Wiring);
    let key = key.unwrap_or_default();
    let words = |number: u64, what: String| (number > 0).then_some(what);
    let missing = metering.missing();
    let failures = if missing == 1 { "failure" } else { "failures" };
    [
        words(missing, format!("{} {failures} more than records: see wiring ({key})", count(missing as usize))),
        words(metering.undelivered, format!("undelivered {}", metering.undelivered)),
        words(metering.unburied, format!("dead letters lost {}", metering.unburied)),
        words(metering.receiver_errors, format!("receiver errors {}", metering.receiver_errors)),
    ]
    .into_iter()
    .flatten()
}

/// A number with its thousands parted.
pub(super) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut parted = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

pub(super) fn render_right(frame: &mut Frame<'_>, area: Rect, line: Line<'_>) {
    let wide = (line.width() as u16).min(area.width);
    let right = Rect { x: area.right() - wide, width: wide, ..area };
    frame.render_widget(line, right);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        assert_eq!([0, 12, 999, 1000, 1_234_567].map(count), ["0", "12", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn the_countdown_never_shows_zero() {
        assert_eq!(retrying(10_000, 12_500, false), "◌ retrying, again in 3 s");
        assert_eq!(retrying(10_000, 9_000, true), "◌ throttled, again in 1 s");
    }
}
