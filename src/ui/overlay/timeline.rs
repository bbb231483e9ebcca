//! The histogram: failures above the axis, successes below it, and what the chosen part of it tells.

use std::fmt::Write as _;
use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::app::model::{Model, Timeline};
use crate::board::{Bar, Spread, TimeFrame, VersionChange};
use crate::log::visible;
use crate::record::Outcome;
use crate::replay::duration_words;

use crate::ui::header::count;
use crate::ui::text::{cut, width};
use crate::ui::theme::Theme;
use crate::ui::times;

/// Cells at the left for the greatest numbers.
const SCALE: u16 = 8;
/// Records of each pane whose delays and attempts are looked at for one frame.
const LOOKED: usize = 1_000;
/// Parts of a cell that a bar is drawn in, from the bottom.
const UP: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Draws it, and gives where the bars are.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, timeline: &Timeline, theme: &Theme) -> Rect {
    let bars = usize::from(area.width.saturating_sub(SCALE + 5)).max(1);
    let shown = timeline.frame(&model.board, bars);
    let high = area.height.saturating_sub(3).min(24);
    let inner = super::popup(frame, area, &title(model, timeline, &shown), area.width.saturating_sub(2), high, theme);
    let [above, axis, below, marks, _, told] = Layout::vertical([
        Constraint::Fill(3),
        Constraint::Length(1),
        Constraint::Fill(2),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(4),
    ])
    .areas(inner);
    let heights = model.board.bars(shown.from, shown.width, bars);
    let column = |area: Rect| Rect { x: area.x + SCALE, width: bars as u16, ..area };
    draw_bars(frame, above, &heights, |bar| bar.failures, theme.outcome(Outcome::Failure), true);
    draw_axis(frame, axis, model, &shown, theme);
    draw_bars(frame, below, &heights, |bar| bar.successes, theme.outcome(Outcome::Success), false);
    let changes = model.board.version_changes();
    draw_marks(frame, column(marks), &shown, &changes, theme);
    draw_told(frame, told, model, timeline, (&shown, &heights, &changes), theme);
    let chart = column(Rect { height: above.height + 1 + below.height, ..above });
    let chosen = timeline.chosen(&shown);
    let place = Rect { x: chart.x + chosen.start as u16, width: (chosen.end - chosen.start) as u16, ..chart };
    frame.buffer_mut().set_style(place.intersection(chart), Style::new().add_modifier(Modifier::REVERSED));
    chart
}

fn title(model: &Model, timeline: &Timeline, shown: &TimeFrame) -> String {
    let (from, to) = (times::long(model, shown.from), times::long(model, shown.end()));
    let follows = if timeline.follows() { " · follows" } else { "" };
    format!(" Time · a bar is {} · {from} to {to}{follows} ", duration_words(shown.width))
}

/// Bars that grow up from the bottom of `area`, or down from its top; at the left the number of the highest.
fn draw_bars(frame: &mut Frame<'_>, area: Rect, bars: &[Bar], part: impl Fn(&Bar) -> usize, style: Style, up: bool) {
    let most = bars.iter().map(&part).max().unwrap_or(0);
    let scale = Rect { width: SCALE, height: 1, y: if up { area.y } else { area.bottom().saturating_sub(1) }, ..area };
    frame.render_widget(Line::styled(format!("{:>7} ", count(most)), style), scale);
    let eighths = usize::from(area.height) * 8;
    for (at, bar) in bars.iter().enumerate() {
        let filled = (part(bar) * eighths).div_ceil(most.max(1));
        for row in 0..area.height {
            let part = filled.saturating_sub(usize::from(row) * 8).min(8);
            let y = if up { area.bottom() - 1 - row } else { area.y + row };
            let Some(cell) = frame.buffer_mut().cell_mut((area.x + SCALE + at as u16, y)) else { continue };
            if part > 0 {
                // A bar that hangs is drawn as what is left of the cell below it.
                let (symbol, style) = match (up, part) {
                    (true, _) | (false, 8) => (UP[part], style),
                    (false, _) => (UP[8 - part], style.add_modifier(Modifier::REVERSED)),
                };
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}

/// The times at which parts of the chart begin.
fn draw_axis(frame: &mut Frame<'_>, area: Rect, model: &Model, shown: &TimeFrame, theme: &Theme) {
    let dated = times::is_dated(model, shown.from) || shown.width >= 3_600_000;
    let label = |bar: usize| times::short(model, shown.time_of(bar), dated);
    let room = width(&label(0)) + 3;
    let mut text = " ".repeat(usize::from(SCALE));
    for bar in (0..shown.bars).step_by(room) {
        if bar + room <= shown.bars || bar == 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "╵{:<1$}", label(bar), room - 1);
        }
    }
    frame.render_widget(Line::styled(text, theme.dim()), area);
}

/// Where functions began to run another version.
fn draw_marks(frame: &mut Frame<'_>, area: Rect, shown: &TimeFrame, changes: &[VersionChange], theme: &Theme) {
    let mut free = 0;
    for change in changes.iter().filter(|change| (shown.from..shown.end()).contains(&change.time)) {
        let bar = shown.bar_of(change.time);
        if bar < free {
            continue;
        }
        let words = format!("▲{}→{}", visible(&change.function), visible(&change.version));
        let words = cut(&words, usize::from(area.width).saturating_sub(bar)).into_owned();
        free = bar + width(&words) + 1;
        frame.render_widget(
            Line::styled(words, theme.waiting()),
            Rect { x: area.x + bar as u16, width: area.width - bar as u16, ..area },
        );
    }
}

/// What the chosen part tells: numbers, delays, attempts.
fn draw_told(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    timeline: &Timeline,
    (shown, bars, changes): (&TimeFrame, &[Bar], &[VersionChange]),
    theme: &Theme,
) {
    let span = timeline.span(shown);
    let sum = |part: fn(&Bar) -> usize| bars[timeline.chosen(shown)].iter().map(part).sum::<usize>();
    let (failures, successes, hidden) = (sum(|bar| bar.failures), sum(|bar| bar.successes), sum(|bar| bar.hidden));
    let hidden = if hidden == 0 { String::new() } else { format!(" · {} hidden by the filter", count(hidden)) };
    let dated = times::is_dated(model, span.start);
    // In the place of seconds that are all alike, the whole time.
    let time = |at: i64| if shown.width < 1000 { times::long(model, at) } else { times::short(model, at, dated) };
    let chosen = format!(
        "{} to {} · failures {} · successes {}{hidden}",
        time(span.start),
        time(span.end),
        count(failures),
        count(successes)
    );
    let spread = model.board.spread(span.start, span.end, LOOKED);
    let lines = [
        ("chosen", chosen),
        ("record→log", delays(&spread)),
        ("tried", attempts(&spread)),
        ("versions", versions(changes, &span)),
    ];
    for (row, (name, text)) in lines.into_iter().enumerate() {
        let place = Rect { y: area.y + row as u16, height: 1, ..area };
        let text = cut(&text, usize::from(area.width).saturating_sub(13)).into_owned();
        let line = Line::from(vec![Span::styled(format!(" {name:<11} "), theme.dim()), Span::raw(text)]);
        frame.render_widget(line, place);
    }
}

/// From the making of the records to their log events, in words.
fn delays(spread: &Spread) -> String {
    if spread.of == 0 {
        return "no record in sight is in this part".to_owned();
    }
    let Some(((median, ninety), most)) = spread.delay(50).zip(spread.delay(90)).zip(spread.delay(100)) else {
        return "no record tells when it was made and when it was logged".to_owned();
    };
    let sample = if spread.looked < spread.of {
        format!(" (of {} of {})", count(spread.looked), count(spread.of))
    } else {
        String::new()
    };
    format!(
        "half within {}, 9 of 10 within {}, all within {}{sample}",
        duration_words(median),
        duration_words(ninety),
        duration_words(most)
    )
}

/// How often the functions were tried, with a bar for each number.
fn attempts(spread: &Spread) -> String {
    if spread.of == 0 {
        return "–".to_owned();
    }
    let most = spread.counts.values().copied().max().unwrap_or(0).max(1);
    let one = |(tries, records): (&u64, &usize)| {
        format!("×{tries} {}{}", count(*records), UP[(records * 8).div_ceil(most).clamp(1, 8)])
    };
    let told: Vec<_> = spread.counts.iter().map(one).collect();
    if told.is_empty() { "no record tells how often".to_owned() } else { told.join("  ") }
}

fn versions(changes: &[VersionChange], span: &Range<i64>) -> String {
    let within = changes.iter().filter(|change| span.contains(&change.time));
    let told: Vec<_> = within.map(|it| format!("{} → {}", visible(&it.function), visible(&it.version))).collect();
    if told.is_empty() { "no function began to run another one here".to_owned() } else { told.join(", ") }
}
