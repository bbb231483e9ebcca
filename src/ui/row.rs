//! One row: when, which function, why, how often tried, and what went wrong or came back.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::model::Model;
use crate::board::{Entry, Pane, ReplayState, Seq};
use crate::log::{Gap, visible};
use crate::record::json::{self, TokenKind};
use crate::record::{Arrival, FunctionArn, InvocationError, Masks, Outcome, Reason, Unreadable};

use super::text::{cut, cut_middle, fill, fit};
use super::theme::Theme;
use super::times;

/// Bytes of a payload that a preview looks at.
const PREVIEW: usize = 600;

/// Which columns a row has, and how wide each is, in cells. Time and text go last when it narrows.
pub(super) struct Columns {
    time: usize,
    dated: bool,
    function: usize,
    condition: usize,
    count: usize,
    whole: usize,
}

impl Columns {
    pub(super) fn new(model: &Model, pane: Pane, whole: usize, dated: bool) -> Self {
        let share = if pane == Pane::Failures { whole / 4 } else { whole * 2 / 5 };
        Self {
            time: times::short_width(model, dated),
            dated,
            function: if whole >= 38 { share.clamp(8, 28) } else { 0 },
            condition: if whole >= 46 { 8 } else { 0 },
            count: if whole >= 56 { 3 } else { 0 },
            whole,
        }
    }
}

pub(super) fn line<'a>(
    model: &Model,
    theme: &Theme,
    (seq, entry): (Seq, &Entry),
    columns: &Columns,
    shown: bool,
) -> Line<'a> {
    let mut row = Row::new(columns.whole);
    row.push(if shown { "▌" } else { " " }, theme.accent());
    row.push(&fit(&times::short(model, entry.time(), columns.dated), columns.time), theme.dim());
    match entry {
        Entry::Arrival(arrival) => {
            arrival_cells(&mut row, (theme, &model.masks), arrival, columns, &state(model, seq, arrival));
        }
        Entry::Unreadable(unreadable) => unreadable_cells(&mut row, theme, unreadable),
        Entry::Gap(gap) => gap_cells(&mut row, theme, gap),
    }
    Line::from(row.spans)
}

/// The cells of a row, and how much room is left for more.
struct Row<'a> {
    spans: Vec<Span<'a>>,
    room: usize,
}

impl Row<'_> {
    fn new(room: usize) -> Self {
        Self { spans: Vec::with_capacity(12), room }
    }

    fn push(&mut self, text: &str, style: Style) {
        let text = cut(text, self.room).into_owned();
        self.room -= super::text::width(&text).min(self.room);
        self.spans.push(Span::styled(text, style));
    }

    fn gap(&mut self) {
        self.push(" ", Style::new());
    }

    /// Puts a mark at the right edge, behind the text that follows.
    fn reserve(&mut self, mark: &str) -> usize {
        let cells = if mark.is_empty() { 0 } else { super::text::width(mark) + 1 };
        self.room = self.room.saturating_sub(cells);
        cells
    }
}

fn arrival_cells(
    row: &mut Row<'_>,
    (theme, masks): (&Theme, &Masks),
    arrival: &Arrival,
    columns: &Columns,
    state: &str,
) {
    let record = &arrival.record;
    let failed = record.outcome() == Outcome::Failure;
    row.gap();
    if columns.function > 0 {
        row.push(&fill(function_label(record.function(), columns.function), columns.function), Style::new());
        row.gap();
    }
    if failed && columns.condition > 0 {
        row.push(&fit(&visible(record.condition().short()), columns.condition), theme.outcome(Outcome::Failure));
        row.gap();
    }
    if failed && columns.count > 0 {
        let tried = record.invoke_count().map_or_else(|| "?".to_owned(), |count| format!("×{count}"));
        row.push(&fit(&tried, columns.count), Style::new());
        row.gap();
    }
    let mark = marks(arrival, state);
    let reserved = row.reserve(&mark);
    if failed {
        error_cells(row, theme, arrival, masks);
    } else {
        row.push(&response_preview(arrival, masks), Style::new());
    }
    if reserved > 0 {
        let space = row.room + 1;
        row.room += reserved;
        row.push(&" ".repeat(space), Style::new());
        row.push(&mark, theme.waiting());
    }
}

/// What was done to the record here: replayed and with which outcome, a replay itself, marked or written to
/// by the reader.
fn state(model: &Model, seq: Seq, arrival: &Arrival) -> String {
    let id = arrival.record.request_id().unwrap_or_default();
    let (left, last) = super::detail::told_sends(model.board.replays().all_of(id));
    let replayed = left.into_iter().chain(last).map(|replay| match &replay.state {
        ReplayState::Queued => "queued",
        ReplayState::Sending | ReplayState::Waiting { .. } => "↻",
        ReplayState::Answered { outcome: Outcome::Success, .. } => "↻ ✓",
        ReplayState::Answered { outcome: Outcome::Failure, .. } => "↻ ✗",
        ReplayState::Unanswered | ReplayState::Unknown(_) => "↻ ?",
        ReplayState::Refused(_) => "not sent",
    });
    let replay = model.board.replays().origin(id).map(|_| "replay");
    let marked = model.board.state(seq).marked.then_some("◆");
    let noted = model.notes.contains_key(&seq).then_some("✎");
    let words: Vec<_> = replay.into_iter().chain(replayed).chain(noted).chain(marked).collect();
    words.join(" ")
}

/// State at the right edge: delivered again, rebuilt, masked, and what was done to it here.
fn marks(arrival: &Arrival, state: &str) -> String {
    let mut marks = Vec::new();
    if arrival.redelivery > 0 {
        marks.push(format!("again×{}", arrival.redelivery));
    }
    if arrival.recovered {
        marks.push("rebuilt".to_owned());
    }
    if arrival.redacted {
        marks.push("masked".to_owned());
    }
    if !state.is_empty() {
        marks.push(state.to_owned());
    }
    marks.join(" ")
}

/// Name and qualifier; `$LATEST` goes without saying.
pub(super) fn function_label(function: Option<&FunctionArn>, cells: usize) -> String {
    let Some(function) = function else { return "?".to_owned() };
    let name = visible(function.name());
    match function.qualifier().filter(|qualifier| *qualifier != "$LATEST") {
        Some(qualifier) => {
            let qualifier = format!(":{}", visible(qualifier));
            let room = cells.saturating_sub(super::text::width(&qualifier));
            cut(&format!("{}{qualifier}", cut_middle(&name, room.max(3))), cells).into_owned()
        }
        None => cut_middle(&name, cells).into_owned(),
    }
}

fn error_cells(row: &mut Row<'_>, theme: &Theme, arrival: &Arrival, masks: &Masks) {
    let Some(error) = arrival.record.error() else {
        row.push(&without_error(arrival), Style::new());
        return;
    };
    if let Some(error_type) = &error.error_type {
        row.push(&visible(class_name(error_type)), theme.strong());
    }
    let message = first_line(&error);
    let joint = if error.error_type.is_some() && !message.is_empty() { ": " } else { "" };
    row.push(&format!("{joint}{}", visible(&masks.text(message))), Style::new());
}

/// First line of an error's message, without the request id that the platform puts before it: the record has it anyway.
pub(super) fn first_line(error: &InvocationError) -> &str {
    let line = error.message.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
    let platform = line.strip_prefix("RequestId: ").and_then(|rest| rest.split_once(' '));
    platform.map_or(line, |(_, rest)| rest.strip_prefix("Error: ").unwrap_or(rest))
}

/// A class without its packages: `com.example.orders.Rejected` takes the room that the message needs.
///
/// One dot is a name of the platform's own, such as `Sandbox.Timedout`, and stays.
pub(super) fn class_name(error_type: &str) -> &str {
    let packaged = error_type.matches('.').count() > 1 && !error_type.contains(['<', ' ', ':']);
    if packaged { error_type.rsplit('.').next().unwrap_or(error_type) } else { error_type }
}

/// What is known of a failure that carries no error.
pub(super) fn without_error(arrival: &Arrival) -> String {
    let record = &arrival.record;
    if let Some(batch) = record.view().batch_info {
        let stream = batch.name.trim_end_matches("BatchInfo");
        return format!("{} batch, no payload in the record", visible(stream));
    }
    match (record.status_code(), record.invoke_count()) {
        (Some(404), _) => "function, version or alias gone (404)".to_owned(),
        (Some(429), Some(0)) => "never ran (429)".to_owned(),
        (Some(code), Some(0)) => format!("never ran ({code})"),
        (None, _) if record.condition().as_str() == "ZeroReservedConcurrency" => "reserved concurrency is 0".to_owned(),
        (None, Some(0)) => "never ran".to_owned(),
        (code, _) => code.map_or_else(|| "no error in the record".to_owned(), |code| format!("status {code}")),
    }
}

/// The response on one line, without the space between its tokens.
fn response_preview(arrival: &Arrival, masks: &Masks) -> String {
    let Some(payload) = arrival.record.response_payload() else { return "no response in the record".to_owned() };
    let end = (0..=PREVIEW.min(payload.len())).rev().find(|end| payload.is_char_boundary(*end)).unwrap_or(0);
    let start = masks.json(&payload[..end], "response");
    let tokens = json::tokens(&start).filter(|(kind, _)| *kind != TokenKind::Space);
    let text: String = tokens.map(|(_, range)| &start[range]).collect();
    visible(&text).into_owned()
}

fn unreadable_cells(row: &mut Row<'_>, theme: &Theme, unreadable: &Unreadable) {
    row.push(&format!(" ? {} ", unreadable.reason.word()), theme.waiting());
    // Of a crash, the function that logs is the one that it happened to.
    if let (Reason::Crashed(_), Some(name)) = (unreadable.reason, unreadable.origin.logged_by()) {
        row.push(&format!("{} ", visible(name)), theme.strong());
    }
    row.push(&visible(&unreadable.reason.to_string()), Style::new());
}

fn gap_cells(row: &mut Row<'_>, theme: &Theme, gap: &Gap) {
    row.push(" … gap ", theme.waiting());
    row.push(&visible(&gap.reason), Style::new());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_are_left_out_of_an_error_type() {
        assert_eq!(class_name("com.example.orders.OrderRejectedException"), "OrderRejectedException");
        assert_eq!(class_name("java.net.ConnectException"), "ConnectException");
        for whole in ["Sandbox.Timedout", "TypeError", "Function<Coupons::OutOfRange>", "alloc::string::String"] {
            assert_eq!(class_name(whole), whole);
        }
    }
}
