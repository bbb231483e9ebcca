//! A note on an incident, in Markdown: how many and when, which failures, samples of each, and what happened in order.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::board::{Board, Entry, Group, Groups, Pane, TimeFrame};
use crate::log::{plural, visible};
use crate::record::{Arrival, InvocationError, Masks, Outcome, Owner, json};

/// Bars of the histogram.
const BARS: usize = 24;

/// Milliseconds of the narrowest bar: times are told to the second, and one of less would repeat its neighbour's.
const NARROWEST: i64 = 1000;

/// Cells of the longest bar.
const WIDEST: usize = 40;

/// Failures that are gathered at once.
const GATHERED: usize = 4096;

/// Records of the timeline.
const LONGEST_TIMELINE: usize = 200;

/// Lines of a payload that a sample shows.
const LONGEST_SAMPLE: usize = 60;

/// Writes the note on these records, each with what its reader wrote to it, their secrets masked; `query` is what they
/// were filtered by. Groups and bars are those of the board.
#[must_use]
pub fn write(arrivals: &[Arrival], masks: &Masks, query: &str, now: i64, zone: &TimeZone) -> String {
    let mut ordered: Vec<&Arrival> = arrivals.iter().collect();
    ordered.sort_by_key(|arrival| arrival.time());
    let mut board = Board::new(usize::MAX);
    for arrival in ordered {
        board.append(arrival.clone().into());
    }
    let mut note = Note { out: String::new(), board: &board, masks, zone };
    note.heading(query, now);
    note.histogram();
    note.groups();
    note.timeline();
    note.out
}

struct Note<'a> {
    out: String,
    /// The records, in the order of their time.
    board: &'a Board,
    masks: &'a Masks,
    zone: &'a TimeZone,
}

impl<'a> Note<'a> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn heading(&mut self, query: &str, now: i64) {
        let [failures, successes] = Pane::ALL.map(|pane| self.board.kept(pane));
        let functions: BTreeMap<_, usize> = self.board.arrivals().fold(BTreeMap::new(), |mut counts, (_, arrival)| {
            *counts.entry(function(arrival)).or_default() += 1;
            counts
        });
        let names: Vec<_> = functions.keys().map(String::as_str).collect();
        let title = format!("# {failures} failed invocation{} of {}", plural(failures), names.join(", "));
        self.line(&title);
        let written = format!("\nWritten {} by arrivals {}.\n", self.time(now), env!("CARGO_PKG_VERSION"));
        self.line(&written);
        if let Some((first, last)) = self.board.span() {
            let (first, last) = (self.time(first), self.time(last));
            self.line(&format!("* from {first} to {last}"));
        }
        self.line(&format!("* {failures} failures, {successes} successes"));
        if !query.is_empty() {
            self.line(&format!("* filtered by `{query}`"));
        }
        for (name, count) in functions {
            self.line(&format!("* {name}: {count} record{}", plural(count)));
        }
    }

    /// One row for each span of time: failures, then successes; and where versions changed.
    fn histogram(&mut self) {
        let Some((first, last)) = self.board.span() else { return };
        let frame = TimeFrame::whole(first, last, BARS);
        let width = frame.width.max(NARROWEST);
        let frame = TimeFrame { from: TimeFrame::align(first, width), width, ..frame };
        let bars = self.board.bars(frame.from, frame.width, frame.bar_of(last) + 1);
        let most = bars.iter().map(|bar| bar.failures + bar.successes).max().unwrap_or(1).max(1);
        self.line("\n## When\n\n```text");
        for (at, bar) in bars.iter().enumerate() {
            let cells = |count: usize| (count * WIDEST).div_ceil(most);
            let drawn = format!("{}{}", "█".repeat(cells(bar.failures)), "░".repeat(cells(bar.successes)));
            let row = format!("{}  {drawn} {} ✗ {} ✓", self.clock(frame.time_of(at)), bar.failures, bar.successes);
            self.line(&row);
        }
        self.line("```");
        let changes = self.board.version_changes();
        if !changes.is_empty() {
            self.line("");
        }
        for change in changes {
            let (name, version) = (visible(&change.function), visible(&change.version));
            let row = format!("* {} {name} began to run version {version}", self.time(change.time));
            self.line(&row);
        }
    }

    fn groups(&mut self) {
        let mut groups = Groups::new(self.board);
        while groups.advance(self.board, GATHERED) {}
        if groups.is_empty() {
            return;
        }
        self.line("\n## What failed\n");
        for group in groups.sorted() {
            self.group(group, groups.gathered());
        }
    }

    fn group(&mut self, group: &Group, failures: usize) {
        let Some(sample) = self.board.get(group.sample).and_then(Entry::arrival) else { return };
        let sample = self.masked(sample);
        let error = sample.record.error();
        let masked = error.clone().map(|error| error.masked(sample.record.request_id()));
        self.line(&format!("### {}\n", headline(&sample, masked.as_ref())));
        let (count, share) = (group.count, group.count * 100 / failures.max(1));
        self.line(&format!(
            "* {count} time{}, {share} % of the failures; fingerprint `{}`",
            plural(count),
            group.fingerprint
        ));
        let seen = format!("* first {}, last {}", self.time(group.first), self.time(group.last));
        self.line(&seen);
        if !group.versions.is_empty() {
            let versions: Vec<_> = group.versions.iter().map(|version| visible(version)).collect();
            self.line(&format!("* ran {}", versions.join(", ")));
        }
        if let Some(frame) = error.as_ref().and_then(own_frame) {
            self.line(&format!("* raised at {frame}"));
        }
        self.sample(&sample, error.as_ref());
    }

    fn masked(&self, arrival: &'a Arrival) -> Cow<'a, Arrival> {
        self.masks.arrival(arrival).map_or(Cow::Borrowed(arrival), Cow::Owned)
    }

    /// The newest of a group: what it says, and what was sent.
    fn sample(&mut self, arrival: &Arrival, error: Option<&InvocationError>) {
        let id = arrival.record.request_id().unwrap_or("without a request id");
        let condition = arrival.record.condition().as_str();
        let tried = arrival.record.invoke_count().map(|count| format!(" ×{count}")).unwrap_or_default();
        let says = error.map(|_| format!(": {}", headline(arrival, error))).unwrap_or_default();
        self.line(&format!("\nSample: `{}` ({condition}{tried}){says}", visible(id)));
        if let Some(payload) = arrival.record.request_payload() {
            let laid_out = json::pretty(&json::one_line(payload));
            let lines: Vec<_> = laid_out.lines().collect();
            self.line("\n```json");
            for line in lines.iter().take(LONGEST_SAMPLE) {
                self.line(line);
            }
            self.line("```");
            if lines.len() > LONGEST_SAMPLE {
                self.line(&format!("({} more lines)", lines.len() - LONGEST_SAMPLE));
            }
        }
        self.out.push('\n');
    }

    fn timeline(&mut self) {
        self.line("## In order\n");
        for (_, arrival) in self.board.arrivals().take(LONGEST_TIMELINE) {
            let arrival = self.masked(arrival);
            let mark = if failed(&arrival) { "✗" } else { "✓" };
            let what = match (failed(&arrival), arrival.record.error()) {
                (true, error) => format!(": {}", headline(&arrival, error.as_ref())),
                (false, _) => String::new(),
            };
            let id = visible(arrival.record.request_id().unwrap_or_default()).into_owned();
            let row = format!("* {} {mark} {} `{id}`{what}", self.time(arrival.time()), function(&arrival));
            self.line(&row);
            if let Some(note) = arrival.kept.as_ref().and_then(|kept| kept.note.as_deref()) {
                self.line(&format!("  * {note}"));
            }
        }
        let all: usize = Pane::ALL.iter().map(|&pane| self.board.kept(pane)).sum();
        if all > LONGEST_TIMELINE {
            self.line(&format!("* … and {} more", all - LONGEST_TIMELINE));
        }
    }

    fn time(&self, time: i64) -> String {
        self.write(time, "%Y-%m-%d %H:%M:%S%:z")
    }

    fn clock(&self, time: i64) -> String {
        self.write(time, "%m-%d %H:%M:%S")
    }

    fn write(&self, time: i64, format: &str) -> String {
        Timestamp::from_millisecond(time)
            .map_or_else(|_| time.to_string(), |time| time.to_zoned(self.zone.clone()).strftime(format).to_string())
    }
}

fn failed(arrival: &Arrival) -> bool {
    arrival.record.outcome() == Outcome::Failure
}

fn function(arrival: &Arrival) -> String {
    let label =
        arrival.record.function().map(|arn| match arn.qualifier().filter(|qualifier| *qualifier != "$LATEST") {
            Some(qualifier) => format!("{}:{qualifier}", arn.name()),
            None => arn.name().to_owned(),
        });
    visible(&label.unwrap_or_else(|| "?".to_owned())).into_owned()
}

/// Type and first line of the message, or the condition.
fn headline(arrival: &Arrival, error: Option<&InvocationError>) -> String {
    let Some(error) = error else { return arrival.record.condition().as_str().to_owned() };
    let message = error.message.as_deref().and_then(|message| message.lines().next()).unwrap_or_default();
    let mut words = error.error_type.clone().unwrap_or_default();
    if !message.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(words, "{}{message}", if words.is_empty() { "" } else { ": " });
    }
    visible(&words).into_owned()
}

/// The innermost frame of the function's own code.
fn own_frame(error: &InvocationError) -> Option<String> {
    let frame = error.frames.iter().rev().find(|frame| frame.owner() == Owner::Own)?;
    let line = frame.line.map(|line| format!(":{line}")).unwrap_or_default();
    let file = frame.file.as_deref().unwrap_or_default();
    Some(visible(&format!("`{file}{line}` in `{}`", frame.function.as_deref().unwrap_or("?"))).into_owned())
}
