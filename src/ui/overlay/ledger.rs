//! The ledger: what was read, what is missing, and what it took.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::model::{Events, Geometry, Health, Model};
use crate::log::{Follow, Gap, Lateness, query_price, visible};

use super::super::header::count;
use super::super::text::{cut, wrap};
use super::super::theme::Theme;
use super::super::times;

/// Cells of a label.
const LABEL: usize = 13;
/// Cells of the longest bar.
const BAR: u64 = 24;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    top: usize,
    theme: &Theme,
    geometry: &mut Geometry,
) {
    let wide = area.width.saturating_sub(4).min(92);
    let lines = lines(model, theme, usize::from(wide).saturating_sub(4));
    geometry.help_lines = lines.len();
    let high = (lines.len() as u16 + 2).clamp(3, area.height.saturating_sub(2).max(3));
    let top = top.min(lines.len().saturating_sub(usize::from(high - 2)));
    let inner = super::popup(frame, area, " Ledger: what was read, and what is not known ", wide, high, theme);
    geometry.help = inner;
    frame.render_widget(Paragraph::new(lines).scroll((top as u16, 0)), inner);
}

fn lines<'a>(model: &Model, theme: &Theme, room: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut line = |label: &str, text: String| {
        let pieces = wrap(&text, room.saturating_sub(LABEL));
        for (at, piece) in pieces.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!(" {label:<LABEL$}"), theme.dim()),
                Span::raw(piece.clone()),
            ]));
        }
    };
    match &model.source.health {
        Health::Retrying { reason, .. } => line("trouble", visible(reason).into_owned()),
        Health::Failed(reason) => line("stopped by", visible(reason).into_owned()),
        _ => {}
    }
    line("how", follow(model));
    line("next", next(model));
    line("read", read(model));
    line("found", found(model));
    line("repeated", format!("{} log events, shown once each", number(model.source.ledger.repeated)));
    line("requests", requests(model));
    if model.source.ledger.traffic.queries > 0 {
        line("queries", queries(model));
    }
    if let Some(events) = &model.metering.events {
        line("CloudWatch", counted(model, events));
    }
    line("late", late(model));
    lines.extend(histogram(&model.source.ledger.late, theme));
    lines.push(gaps_line(model, theme));
    for noted in model.source.ledger.gaps().iter().rev() {
        let state = if noted.filled { "filled" } else { "missing" };
        let text = format!("{} {state}: {}", span(model, &noted.gap), noted.gap.reason);
        let style = if noted.filled { theme.dim() } else { theme.waiting() };
        lines.push(Line::styled(cut(&format!("   {}", visible(&text)), room).into_owned(), style));
    }
    lines
}

fn follow(model: &Model) -> String {
    let live = model.source.ledger.traffic;
    let cost = (live.sessions > 0).then(|| {
        format!("; {} sessions, {:.1} min of them; {}", live.sessions, live.live.as_secs_f64() / 60.0, Follow::PRICE)
    });
    let how = match &model.source.ledger.follow {
        Follow::Polling => "polling".to_owned(),
        Follow::Live => "live tail, checked by a read every 30 s".to_owned(),
        Follow::Interrupted(why) => format!("polling until live tail can be had again: {}", visible(why)),
        Follow::Refused(why) => format!("polling, live tail was refused: {}", visible(why)),
    };
    format!("{how}{}", cost.unwrap_or_default())
}

fn next(model: &Model) -> String {
    let lag =
        model.source.ledger.lag.map_or("no lag known yet".to_owned(), |lag| {
            format!("lag {:.1} s, median of recent reads", lag.as_secs_f64())
        });
    match &model.source.health {
        Health::Following { interval, .. } => format!("a read every {:.1} s; {lag}", interval.as_secs_f64()),
        _ => lag,
    }
}

fn read(model: &Model) -> String {
    let ledger = &model.source.ledger;
    format!("{} log events, {:.1} MB", number(ledger.events), ledger.bytes as f64 / 1e6)
}

fn found(model: &Model) -> String {
    let ledger = &model.source.ledger;
    let masked = (ledger.masked > 0).then(|| format!("; {} records with masked values", number(ledger.masked)));
    format!(
        "{} records, {} unreadable, {} crashes of the receiver{}",
        number(ledger.records),
        number(ledger.unreadable),
        number(ledger.crashes),
        masked.unwrap_or_default()
    )
}

fn requests(model: &Model) -> String {
    let traffic = model.source.ledger.traffic;
    format!(
        "{}: {} throttled, {} failed; {} sweeps",
        number(traffic.requests),
        number(traffic.throttled),
        number(traffic.failed),
        number(traffic.sweeps)
    )
}

fn queries(model: &Model) -> String {
    let traffic = model.source.ledger.traffic;
    format!(
        "{} of Logs Insights, through {:.1} MB; about USD {:.4} at the price of us-east-1",
        number(traffic.queries),
        traffic.scanned as f64 / 1e6,
        query_price(traffic.scanned)
    )
}

/// The service's own counts.
fn counted(model: &Model, events: &Events) -> String {
    let metering = &model.metering;
    let scale = model.replays.time_scale;
    // A clock that was not asked about goes as fast as the service's.
    let is_fast = scale > 0.0 && (scale - 1.0).abs() > f64::EPSILON;
    let clock =
        if is_fast { format!(" by the endpoint's clock, {scale} times as fast as this one") } else { String::new() };
    format!(
        "{} events received, {} ended without a success; the longest wait for a run was {:.1} s{clock}; \
         {} records undelivered, {} dead letters lost, {} receiver errors",
        number(events.received),
        number(events.dropped),
        events.oldest.as_secs_f64(),
        number(metering.undelivered),
        number(metering.unburied),
        number(metering.receiver_errors)
    )
}

fn late(model: &Model) -> String {
    let ledger = &model.source.ledger;
    if ledger.late.total() == 0 {
        return "none".to_owned();
    }
    format!(
        "{} log events, up to {:.1} s behind newer ones; {} found by a sweep",
        number(ledger.late.total()),
        ledger.late.longest().as_secs_f64(),
        number(ledger.swept)
    )
}

/// A bar for each part that is not empty.
fn histogram<'a>(late: &Lateness, theme: &Theme) -> Vec<Line<'a>> {
    let most = late.counts().iter().copied().max().unwrap_or(0).max(1);
    let labels = Lateness::BOUNDS.iter().map(|bound| format!("< {}", short(*bound))).chain(["longer".to_owned()]);
    let rows = labels.zip(late.counts()).filter(|(_, count)| **count > 0);
    rows.map(|(label, count)| {
        let bar = "█".repeat((count * BAR).div_ceil(most) as usize);
        Line::from(vec![
            Span::styled(format!("   {label:>8}  "), theme.dim()),
            Span::raw(bar),
            Span::raw(format!(" {}", number(*count))),
        ])
    })
    .collect()
}

fn gaps_line<'a>(model: &Model, theme: &Theme) -> Line<'a> {
    let ledger = &model.source.ledger;
    let text = match (ledger.gap_count(), ledger.open_gaps()) {
        (0, _) => "none known".to_owned(),
        (all, open) => format!("{}, {} of them not filled", number(all), number(open)),
    };
    Line::from(vec![Span::styled(format!(" {:<LABEL$}", "gaps"), theme.dim()), Span::raw(text)])
}

fn span(model: &Model, gap: &Gap) -> String {
    let time = |at: Option<i64>| at.map_or_else(|| "?".to_owned(), |at| times::short(model, at, false));
    format!("{}–{}", time(gap.from), time(gap.to))
}

fn short(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

fn number(number: u64) -> String {
    count(number as usize)
}
