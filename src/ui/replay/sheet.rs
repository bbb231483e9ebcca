//! The sheet that shows exactly what one replay will send.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::app::action::Action;
use crate::app::keymap::Context;
use crate::app::model::{Model, Ran, Sheet, Stage};
use crate::log::visible;
use crate::record::{FunctionArn, Outcome, json};
use crate::replay::facts::EventConfig;
use crate::replay::invoker::Kind;
use crate::replay::payload::{self, Change};

use super::super::overlay::popup;
use super::super::text::{cut, width, wrap};
use super::super::theme::Theme;
use super::{confirm, field, jq_errors, typed, warning};

pub(in crate::ui) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, sheet: &Sheet, theme: &Theme) {
    let inside = Rect { height: area.height.saturating_sub(1), ..area };
    let inner = popup(frame, inside, " Replay ", area.width.saturating_sub(4).min(120), inside.height, theme);
    if let Stage::Edit(_) = sheet.stage {
        return draw_editor(frame, inner, sheet, theme);
    }
    let room = usize::from(inner.width);
    let jq = if let Stage::Jq(jq) = &sheet.stage { Some(jq) } else { None };
    let errors = jq_errors(jq, theme, room);
    let head = head(model, sheet, theme, room, usize::from(inner.height).saturating_sub(errors.len()));
    let [top, title, body, wrong, foot] = Layout::vertical([
        Constraint::Length(head.len() as u16),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(errors.len() as u16),
        Constraint::Length(1),
    ])
    .areas(inner);
    frame.render_widget(Paragraph::new(head), top);
    frame.render_widget(Paragraph::new(errors), wrong);
    let (lines, seen) = body_lines(sheet, theme, usize::from(body.height), room);
    frame.render_widget(Line::styled(rule(sheet, seen.as_deref(), room), theme.dim()), title);
    frame.render_widget(Paragraph::new(lines), body);
    draw_stage(frame, body, foot, model, sheet, theme);
}

/// Everything that decides what will happen.
fn head<'a>(model: &Model, sheet: &Sheet, theme: &Theme, room: usize, height: usize) -> Vec<Line<'a>> {
    let target = sheet.target();
    let arn = target.as_ref().map_or("", FunctionArn::as_str);
    let mut lines = field(theme, "function", arn, room, 2);
    let part = |part: Option<&str>| part.unwrap_or("unknown").to_owned();
    let place =
        target.as_ref().map_or_else(String::new, |arn| format!("{} in {}", part(arn.account()), part(arn.region())));
    lines.extend(field(theme, "account", &place, room, 1));
    lines.extend(field(theme, "sent by", &sender(sheet), room, 2));
    lines.extend(field(theme, "type", kind_words(sheet.kind), room, 1));
    lines.extend(tenant(model, sheet).into_iter().flat_map(|text| field(theme, "tenant", &text, room, 1)));
    lines.extend(field(theme, "payload", &payload_words(sheet), room, 1));
    if sheet.kind == Kind::Event {
        lines.extend(field(theme, "record", &expected(model, sheet), room, 2));
    }
    if let Err(why) = &sheet.item {
        lines.extend(warning(theme, &format!("nothing can be sent: {why}"), room));
    }
    for found in &sheet.warnings {
        lines.extend(warning(theme, &found.words(&model.clock_zone()), room));
    }
    // The payload keeps some rows whatever there is to say.
    lines.truncate(height.saturating_sub(6).max(3));
    lines
}

/// Told when one is named, or is wanted by the function.
fn tenant(model: &Model, sheet: &Sheet) -> Option<String> {
    let key = model.keymap.hint(Context::Replay, Action::Tenant).unwrap_or_default();
    let wanted = sheet.facts.as_ref().is_some_and(|facts| facts.tenants);
    sheet.tenant.clone().or_else(|| wanted.then(|| format!("none ({key} names one)")))
}

fn sender(sheet: &Sheet) -> String {
    match (&sheet.facts, &sheet.trouble) {
        (Some(facts), _) => match &facts.identity {
            Ok(identity) => identity.arn.clone(),
            Err(why) => why.clone(),
        },
        (None, Some(why)) => why.clone(),
        (None, None) => "asking…".to_owned(),
    }
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "Event: queued, retried when it fails, its record is awaited",
        Kind::RequestResponse => "RequestResponse: runs at once, no record; the end of its log comes back",
        Kind::DryRun => "DryRun: only asks whether it could be sent",
    }
}

fn payload_words(sheet: &Sheet) -> String {
    let own = sheet.arrival.record.request_payload().unwrap_or_default().len();
    match &sheet.edited {
        Some(edited) => format!("edited, {} bytes instead of {own}", edited.len()),
        None => format!("the record's own {own} bytes"),
    }
}

fn expected(model: &Model, sheet: &Sheet) -> String {
    let config = match sheet.facts.as_ref().map(|facts| &facts.config) {
        None => return "asking…".to_owned(),
        Some(Err(_)) => EventConfig::default(),
        Some(Ok(config)) => config.clone(),
    };
    let span = |time: std::time::Duration| crate::replay::duration_words(model.replays.scaled(time));
    format!(
        "of a success at once, of a failure after about {} ({} retries), at the latest after {}",
        span(config.failing()),
        config.retries,
        span(config.age)
    )
}

fn rule(sheet: &Sheet, seen: Option<&str>, room: usize) -> String {
    let title = if let Stage::Ran(ran) = &sheet.stage {
        ran.came_to.as_ref().map_or("running…", |_| "what it returned, and the end of its log")
    } else if sheet.diff {
        "difference to the record's payload"
    } else {
        "payload"
    };
    let busy = if sheet.changing.is_some() { " · jq is at work" } else { "" };
    let seen = seen.map(|seen| format!(" · {seen}")).unwrap_or_default();
    let title = format!("── {title}{seen}{busy} ");
    format!("{title}{}", "─".repeat(room.saturating_sub(width(&title))))
}

/// What is seen of the payload, and which lines those are when it has more.
fn body_lines<'a>(sheet: &Sheet, theme: &Theme, height: usize, room: usize) -> (Vec<Line<'a>>, Option<String>) {
    let cells = room.saturating_sub(2);
    let lines: Vec<(Style, String)> = if let Stage::Ran(ran) = &sheet.stage {
        ran_lines(ran, theme)
    } else if sheet.diff {
        diff_lines(sheet, theme)
    } else {
        json::pretty(sheet.payload()).lines().map(|line| (Style::new(), format!(" {line}"))).collect()
    };
    let (top, all) = (sheet.scroll.min(lines.len().saturating_sub(height)), lines.len());
    let seen = (all > height).then(|| format!("lines {}–{} of {all}", top + 1, top + height));
    let lines = lines
        .into_iter()
        .skip(top)
        .take(height)
        .map(|(style, text)| Line::styled(cut(&visible(&text), cells).into_owned(), style))
        .collect();
    (lines, seen)
}

/// What an invocation that ran at once came to.
fn ran_lines(ran: &Ran, theme: &Theme) -> Vec<(Style, String)> {
    let Some((returned, words)) = &ran.came_to else { return Vec::new() };
    let outcome = if returned.function_error.is_some() { Outcome::Failure } else { Outcome::Success };
    let indented = |text: &str| text.lines().map(|line| format!(" {line}")).collect::<Vec<_>>();
    let mut lines = vec![(theme.outcome(outcome), format!(" {words}"))];
    lines.extend(indented(&json::pretty(&returned.payload)).into_iter().map(|line| (Style::new(), line)));
    lines.push((Style::new(), String::new()));
    lines.extend(indented(&returned.log).into_iter().map(|line| (theme.dim(), line)));
    lines
}

fn diff_lines(sheet: &Sheet, theme: &Theme) -> Vec<(Style, String)> {
    let own = sheet.arrival.record.request_payload().unwrap_or_default();
    let lines = payload::diff(own, sheet.payload());
    let dressed = lines.into_iter().map(|line| match line.change {
        Change::Kept => (theme.dim(), format!("   {}", line.text)),
        Change::Removed => (theme.outcome(Outcome::Failure), format!(" - {}", line.text)),
        Change::Added => (theme.outcome(Outcome::Success), format!(" + {}", line.text)),
    });
    dressed.collect()
}

fn draw_stage(frame: &mut Frame<'_>, body: Rect, foot: Rect, model: &Model, sheet: &Sheet, theme: &Theme) {
    match &sheet.stage {
        Stage::Jq(jq) => typed(frame, foot, theme, "jq:", &jq.line),
        Stage::Tenant(line) => typed(frame, foot, theme, "tenant id:", line),
        Stage::Confirm(line) => {
            let name = sheet.target().map_or_else(String::new, |arn| visible(arn.name()).into_owned());
            let what = format!("{} bytes to {name}:{}", sheet.payload().len(), visible(&sheet.chosen_qualifier()));
            let by_name = model.sheet_guard(sheet).confirm_by_name;
            confirm(frame, foot, theme, by_name, (&what, &name), line);
        }
        Stage::Qualifier(row) => draw_qualifiers(frame, body, sheet, *row, theme),
        Stage::Look | Stage::Edit(_) | Stage::Ran(_) => {}
    }
}

fn draw_qualifiers(frame: &mut Frame<'_>, area: Rect, sheet: &Sheet, row: usize, theme: &Theme) {
    let names = sheet.qualifiers();
    let height = usize::from(area.height).saturating_sub(2).clamp(1, names.len().max(1));
    let first = (row + 1).saturating_sub(height);
    let inner = popup(frame, area, " Version or alias ", 44, height as u16 + 2, theme);
    frame.render_widget(Clear, inner);
    for (at, (name, version)) in names.iter().enumerate().skip(first).take(height) {
        let version = version.as_deref().map(|version| format!("  → {version}")).unwrap_or_default();
        let place = Rect { y: inner.y + (at - first) as u16, height: 1, ..inner };
        frame.render_widget(Line::raw(format!(" {}{}", visible(name), visible(&version))), place);
        if at == row {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
}

/// The payload as it is edited, and where it is no JSON.
fn draw_editor(frame: &mut Frame<'_>, area: Rect, sheet: &Sheet, theme: &Theme) {
    let Stage::Edit(editor) = &sheet.stage else { return };
    let [text, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(2)]).areas(area);
    let inside = Rect { x: text.x + 1, width: text.width.saturating_sub(1), ..text };
    frame.render_widget(&editor.area, inside);
    let bytes = editor.text().len();
    let (word, style) = match &editor.error {
        Some(error) => (format!("no JSON: {error}"), theme.waiting()),
        None => (format!("JSON, {bytes} bytes"), theme.outcome(Outcome::Success)),
    };
    let lines: Vec<_> = wrap(&visible(&word), usize::from(foot.width).saturating_sub(2))
        .into_iter()
        .map(|line| Line::from(Span::styled(format!(" {line}"), style)))
        .collect();
    frame.render_widget(Paragraph::new(lines), foot);
}
