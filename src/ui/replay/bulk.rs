//! Several replays: the plan, and how the run is doing.

use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::action::Action;
use crate::app::keymap::Context;
use crate::app::model::{Bulk, BulkStage, Geometry, Model, Ticket};
use crate::log::{plural, visible};
use crate::record::FunctionArn;
use crate::replay::drive::Progress;
use crate::replay::run::Mode;
use crate::replay::{Plan, duration_words};

use super::super::overlay::popup;
use super::super::text::cut;
use super::super::theme::Theme;
use super::{confirm, field, jq_errors, typed, warning};

pub(in crate::ui) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    bulk: &Bulk,
    theme: &Theme,
    geometry: &mut Geometry,
) {
    let wide = area.width.saturating_sub(4).min(96);
    let room = usize::from(wide).saturating_sub(2);
    let lines = match &bulk.stage {
        BulkStage::Plan | BulkStage::Jq(_) | BulkStage::Qualifier(_) | BulkStage::Confirm(_) => {
            plan_lines(model, bulk, theme, room)
        }
        BulkStage::Run(ticket) => run_lines(model, *ticket, theme, room),
    };
    let jq = if let BulkStage::Jq(jq) = &bulk.stage { Some(&**jq) } else { None };
    let errors = jq_errors(jq, theme, room);
    let high = ((lines.len() + errors.len()) as u16 + 4).min(area.height.saturating_sub(1));
    let inside = Rect { height: area.height.saturating_sub(1), ..area };
    let inner = popup(frame, inside, " Replay of several ", wide, high, theme);
    let [body, wrong, foot] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(errors.len() as u16), Constraint::Length(1)])
            .areas(inner);
    (geometry.help, geometry.help_lines) = (body, lines.len());
    if lines.len() > usize::from(body.height) {
        draw_rest(frame, foot, (bulk.scroll, usize::from(body.height), lines.len()), model, theme);
    }
    frame.render_widget(Paragraph::new(lines).scroll((bulk.scroll as u16, 0)), body);
    frame.render_widget(Paragraph::new(errors), wrong);
    if let BulkStage::Confirm(line) = &bulk.stage {
        let names: Vec<_> = bulk.functions().iter().map(|name| visible(name).into_owned()).collect();
        let count = bulk.plan.items.len();
        let what = format!("{count} payload{}", plural(count));
        let by_name = model.bulk_guard(bulk).confirm_by_name;
        confirm(frame, foot, theme, by_name, (&what, &names.join(" ")), line);
    }
    match &bulk.stage {
        BulkStage::Jq(jq) => typed(frame, foot, theme, "jq:", &jq.line),
        BulkStage::Qualifier(line) => typed(frame, foot, theme, "version or alias of all:", line),
        _ => {}
    }
}

/// Which lines are seen of a plan that is longer than the screen is high, and the keys that show the rest.
fn draw_rest(
    frame: &mut Frame<'_>,
    foot: Rect,
    (top, height, all): (usize, usize, usize),
    model: &Model,
    theme: &Theme,
) {
    let key = |action| model.keymap.hint(Context::Replays, action).unwrap_or_default();
    let (down, up) = (key(Action::Down), key(Action::Up));
    let text = format!(" lines {}–{} of {all}; {down} and {up} scroll", top + 1, (top + height).min(all));
    let text = cut(&text, usize::from(foot.width)).into_owned();
    frame.render_widget(Line::styled(text, theme.waiting()), foot);
}

fn plan_lines<'a>(model: &Model, bulk: &Bulk, theme: &Theme, room: usize) -> Vec<Line<'a>> {
    let plan = &bulk.plan;
    let origin = if bulk.marked { "the marked records" } else { "the failures that the filter leaves" };
    let mut lines = field(theme, "records", &format!("{}, {origin}", bulk.arrivals.len()), room, 1);
    lines.extend(field(theme, "to send", &plan.words(), room, 2));
    lines.extend(field(theme, "", &targets(plan), room, 4));
    lines.extend(field(theme, "account", &places(plan), room, 2));
    lines.extend(field(theme, "sent by", &sender(bulk), room, 2));
    for (why, count) in plan.causes().into_iter().take(4) {
        lines.extend(field(theme, "left out", &format!("{count}: {why}"), room, 2));
    }
    for (found, count) in &bulk.warnings {
        let words = found.words(&model.clock_zone());
        lines.extend(warning(theme, &of_several(&words, *count, plan.items.len()), room));
    }
    lines.push(Line::default());
    lines.extend(pace_lines(model, bulk, theme, room));
    lines
}

/// How many go to which function, by name and qualifier.
fn targets(plan: &Plan) -> String {
    let name = |target: &str| {
        let arn = FunctionArn::parse(target);
        format!("{}:{}", arn.name(), arn.qualifier().unwrap_or("$LATEST"))
    };
    let counts: Vec<_> =
        plan.targets().into_iter().map(|(target, count)| format!("{count} to {}", name(target))).collect();
    counts.join(", ")
}

/// The accounts and regions that they go to.
fn places(plan: &Plan) -> String {
    let place = |target: &str| {
        let arn = FunctionArn::parse(target);
        format!("{} in {}", arn.account().unwrap_or("unknown"), arn.region().unwrap_or("unknown"))
    };
    let places: BTreeSet<_> = plan.targets().into_keys().map(place).collect();
    places.into_iter().collect::<Vec<_>>().join(", ")
}

fn sender(bulk: &Bulk) -> String {
    match bulk.facts.values().map(|facts| &facts.identity).next() {
        Some(Ok(identity)) => identity.arn.clone(),
        Some(Err(why)) => why.clone(),
        None if bulk.looking.is_empty() => "nobody".to_owned(),
        None => "asking…".to_owned(),
    }
}

/// A warning and the part of the payloads that it concerns; its words are those of the first.
fn of_several(words: &str, count: usize, all: usize) -> String {
    match all {
        1 => words.to_owned(),
        _ if count == all => format!("all: {words}"),
        _ => format!("{count} of {all}: {words}"),
    }
}

fn pace_lines<'a>(model: &Model, bulk: &Bulk, theme: &Theme, room: usize) -> Vec<Line<'a>> {
    let key = |action| model.keymap.hint(Context::Replays, action).unwrap_or_default();
    let canary = if bulk.pace.canary {
        "one of each kind goes first, the rest after its success"
    } else {
        "none: all go one after another"
    };
    let mut lines = field(theme, "canary", &format!("{canary} ({})", key(Action::Canary)), room, 2);
    let rate = format!(
        "{} a second, at most {}, halved by throttles, failures ({} {})",
        bulk.pace.start,
        bulk.pace.ceiling,
        key(Action::Slower),
        key(Action::Faster)
    );
    lines.extend(field(theme, "rate", &rate, room, 2));
    let spacing = match bulk.pace.speed {
        None => "as the rate allows".to_owned(),
        Some(1.0) => "as recorded".to_owned(),
        Some(speed) => format!("as recorded, {speed} times as fast"),
    };
    lines.extend(field(theme, "spacing", &format!("{spacing} ({})", key(Action::Spacing)), room, 2));
    let stop =
        bulk.pace.stop_after.map_or_else(|| "never".to_owned(), |most| format!("after {most} failures of one kind"));
    lines.extend(field(theme, "stops", &format!("{stop} ({})", key(Action::StopAfter)), room, 2));
    let qualifier = bulk.qualifier.as_deref().unwrap_or("the records' own");
    lines.extend(field(theme, "version", &format!("{qualifier} ({})", key(Action::Qualifier)), room, 2));
    let payload = match (bulk.program.as_str(), bulk.changing) {
        ("", None) => "the records' own bytes".to_owned(),
        (_, Some(_)) => "being changed…".to_owned(),
        (program, None) => format!("changed by {program}"),
    };
    lines.extend(field(theme, "payloads", &format!("{payload} ({})", key(Action::Jq)), room, 2));
    let again = if bulk.again { "what was sent before is sent again" } else { "what was sent before is left out" };
    lines.extend(field(theme, "before", &format!("{again} ({})", key(Action::Again)), room, 2));
    lines
}

fn run_lines<'a>(model: &Model, ticket: Ticket, theme: &Theme, room: usize) -> Vec<Line<'a>> {
    let Some(run) = model.replays.runs.get(&ticket) else { return Vec::new() };
    let all = run.plan.items.len();
    let saved = run.saved.iter().flat_map(|path| field(theme, "saved as", path, room, 4));
    let Some(progress) = &run.progress else {
        let starting = format!("starting, {all} payload{}", plural(all));
        return field(theme, "state", &starting, room, 1).into_iter().chain(saved).collect();
    };
    let mut lines = field(theme, "state", &state_words(progress, run.over), room, 2);
    lines.push(bar(progress, all, theme, room));
    let counts = &progress.counts;
    let ended = matches!(progress.mode, Mode::Cancelled | Mode::Stopped(_));
    let rows = [
        ("unsent", if ended { counts.queued } else { 0 }),
        ("to go", if ended { 0 } else { counts.queued - counts.held }),
        ("held back", if ended { 0 } else { counts.held }),
        ("under way", counts.sending),
        ("awaited", counts.sent),
        ("success", counts.succeeded),
        ("same error", counts.failed_again),
        ("new error", counts.failed_otherwise),
        ("no record", counts.unanswered),
        ("not sent", counts.refused),
        ("unknown", counts.unknown),
    ];
    for (name, count) in rows.into_iter().filter(|(_, count)| *count > 0) {
        lines.extend(field(theme, name, &count.to_string(), room, 1));
    }
    lines.extend(saved);
    if progress.asks && progress.mode == Mode::Running {
        let key = model.keymap.hint(Context::Run, Action::Release).unwrap_or_default();
        lines.extend(warning(
            theme,
            &format!("the canary failed: what fails like it is held back; {key} sends that all the same"),
            room,
        ));
    }
    lines
}

fn state_words(progress: &Progress, over: bool) -> String {
    match (&progress.mode, over) {
        (Mode::Stopped(why), _) => format!("stopped: {why}"),
        (Mode::Cancelled, _) => "cancelled".to_owned(),
        (_, true) => "done".to_owned(),
        (Mode::Paused, _) => "paused".to_owned(),
        (Mode::Running, _) if progress.asks => "waiting for a decision".to_owned(),
        (Mode::Running, _) if progress.counts.held > 0 && progress.counts.held == progress.counts.queued => {
            "the canaries are sent; their records are awaited".to_owned()
        }
        (Mode::Running, _) if progress.counts.queued == 0 => "all sent; records are awaited".to_owned(),
        (Mode::Running, _) => sending_words(progress),
    }
}

/// How fast it goes, what has slowed it down, and about how long what may go will take at that rate.
fn sending_words(progress: &Progress) -> String {
    let slowed = progress.slowed.map(|by| format!(" (slowed by {by})")).unwrap_or_default();
    let left = (progress.counts.queued - progress.counts.held) as f64 / progress.rate.max(1e-3);
    let left = duration_words((left * 1000.0) as i64);
    format!("sending, {:.1} a second{slowed}, about {left} to go", progress.rate)
}

/// How much has been decided, as a bar.
fn bar<'a>(progress: &Progress, all: usize, theme: &Theme, room: usize) -> Line<'a> {
    let open = progress.counts.queued + progress.counts.sending + progress.counts.sent;
    let cells = room.saturating_sub(4);
    let done = (all - open.min(all)) * cells / all.max(1);
    Line::from(vec![
        Span::raw(" "),
        Span::styled("█".repeat(done), theme.accent()),
        Span::styled("░".repeat(cells - done), theme.dim()),
    ])
}
