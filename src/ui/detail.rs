//! The open record: what identifies it, its tabs, and the text of one of them.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::action::Action;
use crate::app::document::Paint;
use crate::app::keymap::Context;
use crate::app::model::{Content, Focus, Geometry, Model, Page, Tab};
use crate::board::{Entry, Pane, Replay, ReplayState};
use crate::log::{self, Origin, visible};
use crate::record::{Arrival, Outcome};

use super::header::count;
use super::text::{cut, wrap};
use super::theme::Theme;
use super::{row, times};

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, theme: &Theme, geometry: &mut Geometry) {
    let area = geometry.detail_pane;
    let focused = model.focus == Focus::Detail;
    let borders = if super::framed(frame.area()) { Borders::ALL } else { Borders::TOP };
    let block = Block::new().borders(borders).border_style(theme.frame(focused));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let entry = model.open_entry().map(|(_, entry)| entry);
    draw_tabs(frame, area, model, theme, entry, geometry);
    let tabs_end = geometry.tabs.last().map_or(area.x, |(place, _)| place.right());
    draw_position(frame, area, model, theme, tabs_end);
    let Some(entry) = entry else {
        frame.render_widget(Paragraph::new(nothing(model)).style(theme.dim()), inner);
        return;
    };
    let head = head(model, theme, entry, inner);
    let [top, text] = Layout::vertical([Constraint::Length(head.len() as u16), Constraint::Fill(1)]).areas(inner);
    frame.render_widget(Paragraph::new(head), top);
    geometry.detail = inset(text);
    draw_text(frame, geometry.detail, model, theme);
}

/// Rows from which on nothing that identifies a record is cut.
const ROOMY: u16 = 14;

fn nothing(model: &Model) -> &'static str {
    let other = model.shown.other();
    match (model.board.view(other).is_empty(), other) {
        (false, Pane::Successes) => " No failure to show; 2 goes to the successes.",
        (false, Pane::Failures) => " No success to show; 1 goes to the failures.",
        (true, _) if model.board.kept(model.shown) + model.board.kept(other) > 0 => " Nothing matches the filter.",
        (true, _) => " Nothing to show yet.",
    }
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

fn draw_tabs(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    theme: &Theme,
    entry: Option<&Entry>,
    geometry: &mut Geometry,
) {
    let focused = model.focus == Focus::Detail;
    let corner = u16::from(super::framed(frame.area()));
    let mut place = Rect { x: area.x + corner, height: 1, ..area };
    let mut put = |frame: &mut Frame<'_>, text: &str, style: Style| {
        let span = Span::styled(text.to_owned(), style);
        let at = Rect { width: (span.width() as u16).min(area.right().saturating_sub(place.x)), ..place };
        frame.render_widget(span, at);
        place.x += at.width;
        at
    };
    put(frame, " 3 ", if focused { theme.accent() } else { theme.strong() });
    for (at, tab) in Tab::ALL.into_iter().enumerate() {
        if at > 0 {
            put(frame, "│", theme.frame(focused));
        }
        let chosen = model.detail.tab(entry) == tab;
        let title = if chosen { format!("[{}]", tab.title()) } else { format!(" {} ", tab.title()) };
        let place = put(frame, &title, if chosen { theme.accent() } else { theme.dim() });
        geometry.tabs.push((place, tab));
    }
}

/// At the right of the tabs, when there is room: how far the text is scrolled, or that it changes by itself.
fn draw_position(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme, tabs_end: u16) {
    let changes = model.list(model.shown).following() && model.source.is_alive();
    let text = if changes && model.open_entry().is_some() {
        let hold = model.keymap.hint(Context::Browse, Action::Freeze).unwrap_or_default();
        format!(" the newest · {hold} holds it ")
    } else {
        position(model)
    };
    let line = Line::styled(text, theme.dim());
    if line.width() > 0 && usize::from(area.right().saturating_sub(tabs_end)) > line.width() + 1 {
        super::header::render_right(frame, Rect { height: 1, width: area.width - 1, ..area }, line);
    }
}

/// Which of the places that were found the reader is on, and how far the text is scrolled, or the line of the cursor.
fn position(model: &Model) -> String {
    let height = model.detail.height();
    let place = match model.detail.shows() {
        Content::Tree(tree) => super::tree::position(tree, height),
        other => other
            .page()
            .map(Page::position)
            .filter(|(_, rows)| *rows > height)
            .map(|(first, rows)| format!("{}–{} of {rows}", first + 1, (first + height).min(rows))),
    };
    let found = model.detail.matches().map(|(on, of)| format!("found {} of {}", count(on), count(of)));
    let parts: Vec<_> = found.into_iter().chain(place).collect();
    if parts.is_empty() { String::new() } else { format!(" {} ", parts.join(" · ")) }
}

/// What identifies the entry, in as many lines as there is room for.
fn head<'a>(model: &Model, theme: &Theme, entry: &Entry, area: Rect) -> Vec<Line<'a>> {
    let room = usize::from(area.width).saturating_sub(1);
    let (mut lines, rest) = match entry {
        Entry::Arrival(arrival) => (headline(model, theme, arrival, area), arrival_lines(model, theme, arrival, area)),
        Entry::Unreadable(unreadable) => {
            let reason = visible(&unreadable.reason.to_string()).into_owned();
            let word = format!(" {}  ", unreadable.reason.word());
            let words = vec![Span::styled(word, theme.waiting()), Span::styled(reason, theme.strong())];
            (vec![Line::from(words)], vec![line(&place(model, &unreadable.origin), theme.dim(), room)])
        }
        Entry::Gap(gap) => {
            (vec![line(&format!("gap  {}", place(model, &gap.origin)), theme.waiting(), room)], Vec::new())
        }
    };
    let most = match area.height {
        0..4 => 0,
        4 => 1,
        5..8 => 2 + usize::from(is_touched(model, entry)),
        8..ROOMY => 5,
        _ => usize::from(area.height / 2),
    };
    // At least a line is left for the text.
    let most = most.min(usize::from(area.height).saturating_sub(lines.len() + 1));
    lines.extend(rest.into_iter().take(most));
    if area.height >= 10 {
        lines.push(Line::default());
    }
    lines
}

fn line<'a>(text: &str, style: Style, room: usize) -> Line<'a> {
    Line::styled(format!(" {}", cut(text, room)), style)
}

/// Whether something was done to the entry's record here that its head tells.
fn is_touched(model: &Model, entry: &Entry) -> bool {
    let is_noted = model.open_entry().is_some_and(|(seq, _)| model.notes.contains_key(&seq));
    is_noted || entry.arrival().is_some_and(|arrival| !replays(model, arrival).is_empty())
}

/// Who and when, and then what was done to it and is known of it: in lines that are cut where there is little room, and
/// wrapped where there is enough.
fn arrival_lines<'a>(model: &Model, theme: &Theme, arrival: &Arrival, area: Rect) -> Vec<Line<'a>> {
    let room = usize::from(area.width).saturating_sub(1);
    let pieces = |text: &str, style: Style| -> Vec<Line<'a>> {
        if area.height < ROOMY {
            return vec![line(text, style, room)];
        }
        wrap(text, room).into_iter().map(|piece| line(&piece, style, room)).collect()
    };
    let own = model.open_entry().and_then(|(seq, _)| model.notes.get(&seq));
    let own = own.map(|note| format!("✎ {}", visible(note)));
    let mut replays = replays(model, arrival);
    if area.height < 8 {
        // One line has to do for all of it.
        replays = own.iter().cloned().chain(replays).collect();
        replays = if replays.is_empty() { replays } else { vec![replays.join(" · ")] };
    }
    let own = own.filter(|_| area.height >= 8);
    let mut lines = pieces(&identity(arrival), Style::new());
    lines.extend(id_and_times(model, theme, arrival, area));
    lines.extend(own.iter().flat_map(|words| pieces(words, theme.strong())));
    lines.extend(replays.iter().chain(&notes(arrival)).flat_map(|words| pieces(words, theme.waiting())));
    lines
}

/// The request id and the way of the record.
fn id_and_times<'a>(model: &Model, theme: &Theme, arrival: &Arrival, area: Rect) -> Vec<Line<'a>> {
    let room = usize::from(area.width).saturating_sub(1);
    let id = visible(arrival.record.request_id().unwrap_or("no request id")).into_owned();
    let whole = format!("{id} · {}", when(model, arrival));
    let rows = if area.height < ROOMY { vec![cut(&whole, room).into_owned()] } else { wrap(&whole, room) };
    let dressed = |row: &str| match row.strip_prefix(&id) {
        Some(rest) => Line::from(vec![Span::raw(format!(" {id}")), Span::styled(rest.to_owned(), theme.dim())]),
        None => Line::styled(format!(" {row}"), theme.dim()),
    };
    rows.iter().map(|row| dressed(row.trim_end_matches(" ·"))).collect()
}

/// Of the sendings of one payload, the last that has left, and one after it that has not: it was not sent, or will be.
pub(super) fn told_sends(sends: &[Replay]) -> (Option<&Replay>, Option<&Replay>) {
    let left = sends.iter().rfind(|replay| replay.has_left());
    (left, sends.last().filter(|last| !last.has_left()))
}

/// What became of its payload when it was sent again, and, where there is room, whose payload it was.
fn replays(model: &Model, arrival: &Arrival) -> Vec<String> {
    let id = arrival.record.request_id().unwrap_or_default();
    let replays = model.board.replays();
    let (left, last) = told_sends(replays.all_of(id));
    let sent = left.into_iter().chain(last).map(|replay| {
        let time = times::short(model, replay.at, times::is_dated(model, replay.at));
        let what = if replay.state == ReplayState::Queued { "queued" } else { "replayed" };
        format!("↻ {what} {time}{}", replay_words(model, replay))
    });
    let origin = replays.origin(id).map(|(origin, own)| {
        let words = replay_words(model, own);
        format!("↻ replay of {}{words}", visible(origin))
    });
    sent.chain(origin).collect()
}

fn replay_words(model: &Model, replay: &Replay) -> String {
    match &replay.state {
        ReplayState::Queued => ", not sent yet".to_owned(),
        ReplayState::Sending => ", on its way".to_owned(),
        ReplayState::Waiting { expected, attempts, .. } => waiting_words(model, replay.at, *expected, *attempts),
        ReplayState::Answered { words, .. } => format!(" → {}", visible(words)),
        ReplayState::Unanswered => ": no record came within the maximum age of an event".to_owned(),
        ReplayState::Refused(why) => format!(": not sent, {}", visible(why)),
        ReplayState::Unknown(why) => format!(": unknown, {}", visible(why)),
    }
}

fn waiting_words(model: &Model, sent: i64, expected: i64, attempts: usize) -> String {
    let waited = (model.now - sent).max(0) / 1000;
    let by = if expected > model.now {
        format!("a failure's is expected by {}", times::short(model, expected, false))
    } else {
        "later than expected".to_owned()
    };
    let seen = match attempts {
        0 => String::new(),
        1 => " · 1 attempt seen".to_owned(),
        many => format!(" · {many} attempts seen"),
    };
    format!(", waiting for its record {}:{:02} ({by}){seen}", waited / 60, waited % 60)
}

/// What happened, in up to three lines: a message that is cut off is no message.
fn headline<'a>(model: &Model, theme: &Theme, arrival: &Arrival, area: Rect) -> Vec<Line<'a>> {
    let (room, height) = (usize::from(area.width).saturating_sub(1), area.height);
    let (mark, words) = match arrival.record.outcome() {
        Outcome::Success => (" ✓ ", "Success".to_owned()),
        Outcome::Failure => (" ✗ ", failure_words(arrival)),
    };
    let style = theme.outcome(arrival.record.outcome());
    let words = model.masks.text(&words);
    let lines = wrap(&words, room.saturating_sub(2)).into_iter().take(usize::from(height / 2).clamp(1, 3));
    let marks = std::iter::once(mark).chain(std::iter::repeat("   "));
    lines
        .zip(marks)
        .map(|(words, mark)| Line::from(vec![Span::styled(mark, style), Span::styled(words, theme.strong())]))
        .collect()
}

fn failure_words(arrival: &Arrival) -> String {
    let Some(error) = arrival.record.error() else { return row::without_error(arrival) };
    let words = [error.error_type.as_deref().unwrap_or_default(), row::first_line(&error)];
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).map(visible).collect();
    words.join(": ")
}

fn identity(arrival: &Arrival) -> String {
    let record = &arrival.record;
    let tried = match record.invoke_count() {
        Some(0) => "never ran".to_owned(),
        Some(1) => "after 1 attempt".to_owned(),
        Some(count) => format!("after {count} attempts"),
        None => "attempts unknown".to_owned(),
    };
    let function = record.function().map_or_else(
        || "?".to_owned(),
        |arn| match arn.qualifier() {
            Some(qualifier) => format!("{}:{qualifier}", arn.name()),
            None => arn.name().to_owned(),
        },
    );
    let ran = record.executed_version().map(|version| format!(" (ran {version})")).unwrap_or_default();
    // A success says so in the line above.
    let why = if record.outcome() == Outcome::Failure { record.condition().as_str() } else { "" };
    let text = format!("{why} {tried} · {function}{ran}");
    visible(text.trim_start()).into_owned()
}

fn when(model: &Model, arrival: &Arrival) -> String {
    let origin = Origin::from(&arrival.origin);
    let mut parts = Vec::new();
    if let Some(time) = arrival.record.timestamp() {
        parts.push(format!("recorded {}", times::long(model, time)));
    }
    if let Some(time) = origin.timestamp {
        let recorded = arrival.record.timestamp();
        parts.push(
            recorded.map_or_else(|| format!("logged {}", times::long(model, time)), |at| after("logged", time - at)),
        );
        parts.extend(origin.ingestion_time.map(|ingested| after("ingested", ingested - time)));
    }
    parts.push(place(model, &origin));
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// A step of the record's way, told by how long after the one before it came.
fn after(step: &str, millis: i64) -> String {
    let seconds = millis as f64 / 1000.0;
    format!("{step} {seconds:+.1} s")
}

fn place(model: &Model, origin: &Origin) -> String {
    let mut parts: Vec<String> = Vec::new();
    if model.source.place.names.len() > 1 {
        parts.extend(origin.log_group.as_deref().map(str::to_owned));
    }
    // The name of its own group says it already.
    let receiver = origin.logged_by().filter(|_| origin.log_group.as_deref().and_then(log::of_group).is_none());
    parts.extend(receiver.map(|name| format!("logged by {name}")));
    parts.extend(origin.log_stream.as_deref().map(str::to_owned));
    if let Some(file) = &origin.file {
        parts.push(origin.line.map_or_else(|| file.to_string(), |line| format!("{file}:{line}")));
    }
    visible(&parts.join(" · ")).into_owned()
}

/// What a reader should know before using the record.
fn notes(arrival: &Arrival) -> Option<String> {
    let mut notes = Vec::new();
    if !arrival.envelope.is_empty() {
        let names: Vec<_> = arrival.envelope.iter().map(|envelope| envelope.as_str()).collect();
        notes.push(format!("came in {}", names.join(" › ")));
    }
    if arrival.redelivery > 0 {
        notes.push(format!("delivered again ({}×)", arrival.redelivery));
    }
    if arrival.recovered {
        notes.push("rebuilt from a print that was not JSON".to_owned());
    }
    notes.extend(batch(arrival));
    notes.extend(arrival.not_replayable().map(|why| format!("{why}, so it cannot be replayed")));
    (!notes.is_empty()).then(|| notes.join(" · "))
}

/// Which batch of an event source mapping failed.
fn batch(arrival: &Arrival) -> Option<String> {
    let batch = arrival.record.view().batch_info?.read();
    let size = batch.size.map(|size| format!("batch of {size}"));
    let source = batch.source.map(|source| format!("from {}", visible(&source)));
    let shard = batch.shard.map(|shard| format!("in {}", visible(&shard)));
    let range = batch.first.zip(batch.last).map(|(first, last)| format!("{}–{}", visible(&first), visible(&last)));
    let words: Vec<_> = [size, source, shard, range].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn draw_text(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let focused = model.focus == Focus::Detail;
    match model.detail.shows() {
        Content::Tree(tree) => super::tree::draw(frame, area, tree, theme, focused),
        other => {
            if let Some(page) = other.page() {
                draw_page(frame, area, page, theme, focused);
            }
        }
    }
}

fn draw_page(frame: &mut Frame<'_>, area: Rect, page: &Page, theme: &Theme, focused: bool) {
    for (y, (row, selected)) in (area.y..area.bottom()).zip(page.visible_rows(usize::from(area.height))) {
        let place = Rect { y, height: 1, ..area };
        let row = row.start + hidden_bytes(&page.text()[row.clone()], page.left())..row.end;
        frame.render_widget(dressed(page.text(), row.clone(), page.paints(), theme), place);
        draw_found(frame, place, page, &row, theme);
        if selected && focused {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
}

/// What was looked for, in a row of text.
fn draw_found(frame: &mut Frame<'_>, place: Rect, page: &Page, row: &Range<usize>, theme: &Theme) {
    let first = page.found().partition_point(|found| found.end <= row.start);
    for found in page.found()[first..].iter().take_while(|found| found.start < row.end) {
        let (start, end) = (found.start.max(row.start), found.end.min(row.end));
        let cells = |range: Range<usize>| page.text()[range].width().min(usize::from(place.width)) as u16;
        let at = Rect { x: place.x + cells(row.start..start), width: cells(start..end), ..place };
        frame.buffer_mut().set_style(at.intersection(place), theme.found());
    }
}

/// One row of text with its paints.
fn dressed<'a>(text: &'a str, row: Range<usize>, paints: &[Paint], theme: &Theme) -> Line<'a> {
    let first = paints.partition_point(|paint| paint.range.end <= row.start);
    let mut spans = Vec::new();
    let mut at = row.start;
    for paint in paints[first..].iter().take_while(|paint| paint.range.start < row.end) {
        let (start, end) = (paint.range.start.max(at), paint.range.end.min(row.end));
        if start > at {
            spans.push(Span::raw(&text[at..start]));
        }
        if end > start {
            spans.push(Span::styled(&text[start..end], theme.ink(paint.ink)));
            at = end;
        }
    }
    spans.push(Span::raw(&text[at.max(row.start)..row.end]));
    Line::from(spans)
}

fn hidden_bytes(row: &str, left: usize) -> usize {
    let mut cells = 0;
    let seen = row.grapheme_indices(true).find(|(_, cluster)| {
        let hidden = cells >= left;
        cells += cluster.width();
        hidden
    });
    seen.map_or(row.len(), |(at, _)| at)
}
