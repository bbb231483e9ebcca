//! A note on an incident, in Markdown: how many and when, which failures, samples of each, and what happened in order.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::log::visible;
use crate::record::{Arrival, Fingerprint, InvocationError, Outcome, Owner, json};

/// Bars of the histogram.
const BARS: i64 = 24;

/// Cells of the longest bar.
const WIDEST: usize = 40;

/// Records of the timeline.
const LONGEST_TIMELINE: usize = 200;

/// Lines of a payload that a sample shows.
const LONGEST_SAMPLE: usize = 60;

/// A record with what its reader wrote to it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The record.
    pub arrival: &'a Arrival,
    /// The reader's words.
    pub note: Option<&'a str>,
}

/// Writes the note; `query` is what the records were filtered by.
#[must_use]
pub fn write(items: &[Item<'_>], query: &str, now: i64, zone: &TimeZone) -> String {
    let mut ordered = items.to_vec();
    ordered.sort_by_key(|item| item.arrival.time());
    let mut note = Note { out: String::new(), items: &ordered, zone };
    note.heading(query, now);
    note.histogram();
    note.groups();
    note.timeline();
    note.out
}

struct Note<'a> {
    out: String,
    items: &'a [Item<'a>],
    zone: &'a TimeZone,
}

/// Failures that are the same failure.
struct Group<'a> {
    fingerprint: Fingerprint,
    items: Vec<Item<'a>>,
    error: Option<InvocationError>,
}

impl<'a> Note<'a> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn heading(&mut self, query: &str, now: i64) {
        let failures = self.items.iter().filter(|item| failed(item.arrival)).count();
        let functions: BTreeMap<_, usize> = self.items.iter().fold(BTreeMap::new(), |mut counts, item| {
            *counts.entry(function(item.arrival)).or_default() += 1;
            counts
        });
        let names: Vec<_> = functions.keys().map(String::as_str).collect();
        let title = format!("# {failures} failed invocation{} of {}", plural(failures), names.join(", "));
        self.line(&title);
        let written = format!("\nWritten {} by arrivals {}.\n", self.time(now), env!("CARGO_PKG_VERSION"));
        self.line(&written);
        if let (Some(first), Some(last)) = (self.items.first(), self.items.last()) {
            let (first, last) = (self.time(first.arrival.time()), self.time(last.arrival.time()));
            self.line(&format!("* from {first} to {last}"));
        }
        self.line(&format!("* {failures} failures, {} successes", self.items.len() - failures));
        if !query.is_empty() {
            self.line(&format!("* filtered by `{query}`"));
        }
        for (name, count) in functions {
            self.line(&format!("* {name}: {count} record{}", plural(count)));
        }
    }

    /// One row for each span of time: failures, then successes.
    fn histogram(&mut self) {
        let (Some(first), Some(last)) = (self.items.first(), self.items.last()) else { return };
        let (from, to) = (first.arrival.time(), last.arrival.time());
        // Times are told to the second: a bar of less would repeat its neighbour's.
        let width = ((to - from) / BARS + 1).max(1000);
        let mut bars: BTreeMap<i64, (usize, usize)> = BTreeMap::new();
        for item in self.items {
            let bar = bars.entry((item.arrival.time() - from) / width).or_default();
            if failed(item.arrival) { bar.0 += 1 } else { bar.1 += 1 }
        }
        let most = bars.values().map(|(failed, succeeded)| failed + succeeded).max().unwrap_or(1).max(1);
        self.line("\n## When\n\n```text");
        for at in 0..=(to - from) / width {
            let (failed, succeeded) = bars.get(&at).copied().unwrap_or_default();
            let cells = |count: usize| (count * WIDEST).div_ceil(most);
            let bar = format!("{}{}", "█".repeat(cells(failed)), "░".repeat(cells(succeeded)));
            let row = format!("{}  {bar} {failed} ✗ {succeeded} ✓", self.clock(from + at * width));
            self.line(&row);
        }
        self.line("```");
    }

    fn groups(&mut self) {
        let groups = self.grouped();
        if groups.is_empty() {
            return;
        }
        let failures: usize = groups.iter().map(|group| group.items.len()).sum();
        self.line("\n## What failed\n");
        for group in groups {
            let count = group.items.len();
            let share = count * 100 / failures;
            let headline = headline(group.items[0].arrival, group.error.as_ref());
            self.line(&format!("### {headline}\n"));
            self.line(&format!(
                "* {count} time{}, {share} % of the failures; fingerprint `{}`",
                plural(count),
                group.fingerprint
            ));
            let (first, last) = (group.items[0].arrival, group.items[count - 1].arrival);
            let seen = format!("* first {}, last {}", self.time(first.time()), self.time(last.time()));
            self.line(&seen);
            self.versions(&group);
            if let Some(frame) = group.error.as_ref().and_then(own_frame) {
                self.line(&format!("* raised at {frame}"));
            }
            self.sample(last);
        }
    }

    fn versions(&mut self, group: &Group<'_>) {
        let mut versions: Vec<String> =
            group.items.iter().filter_map(|item| item.arrival.record.executed_version()).map(Into::into).collect();
        versions.sort();
        versions.dedup();
        if !versions.is_empty() {
            self.line(&format!("* ran {}", versions.join(", ")));
        }
    }

    /// The newest of a group, with what was sent.
    fn sample(&mut self, arrival: &Arrival) {
        let id = arrival.record.request_id().unwrap_or("without a request id");
        let condition = arrival.record.condition().as_str();
        let tried = arrival.record.invoke_count().map(|count| format!(" ×{count}")).unwrap_or_default();
        self.line(&format!("\nSample: `{}` ({condition}{tried})", visible(id)));
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
        for item in self.items.iter().take(LONGEST_TIMELINE) {
            let arrival = item.arrival;
            let mark = if failed(arrival) { "✗" } else { "✓" };
            let what = match (failed(arrival), arrival.record.error()) {
                (true, error) => format!(": {}", headline(arrival, error.as_ref())),
                (false, _) => String::new(),
            };
            let id = visible(arrival.record.request_id().unwrap_or_default()).into_owned();
            let row = format!("* {} {mark} {} `{id}`{what}", self.time(arrival.time()), function(arrival));
            self.line(&row);
            if let Some(note) = item.note {
                self.line(&format!("  * {note}"));
            }
        }
        if self.items.len() > LONGEST_TIMELINE {
            self.line(&format!("* … and {} more", self.items.len() - LONGEST_TIMELINE));
        }
    }

    /// Failures by fingerprint, the most frequent first.
    fn grouped(&self) -> Vec<Group<'a>> {
        let mut groups: BTreeMap<Fingerprint, Group<'a>> = BTreeMap::new();
        for item in self.items {
            let error = item.arrival.record.error();
            if let Some(fingerprint) = item.arrival.record.fingerprint_with(error.as_ref()) {
                let group =
                    groups.entry(fingerprint).or_insert_with(|| Group { fingerprint, items: Vec::new(), error });
                group.items.push(*item);
            }
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.items.len()));
        groups
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

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
