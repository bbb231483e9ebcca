//! A line on standard error while reading takes long.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::source::Reach;

/// What is done sooner needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two looks of the line.
const INTERVAL: Duration = Duration::from_millis(100);
const ERASE: &[u8] = b"\r\x1b[K";

/// Shows how far the reading is, and takes that away before anything else is written.
#[derive(Debug)]
pub(super) struct Progress<W> {
    /// Where it shows; nowhere when that is no terminal.
    out: Option<W>,
    next: Instant,
    is_shown: bool,
}

impl Progress<io::Stderr> {
    /// On standard error, if that is a terminal.
    pub(super) fn on_stderr() -> Self {
        let stderr = io::stderr();
        Self::new(stderr.is_terminal().then_some(stderr), Instant::now())
    }
}

impl<W: Write> Progress<W> {
    fn new(out: Option<W>, now: Instant) -> Self {
        Self { out, next: now + PATIENCE, is_shown: false }
    }

    /// Shows how many bytes were read `of` how many, when it is time to.
    pub(super) fn show(&mut self, bytes: u64, of: Option<u64>) {
        self.show_at(Instant::now(), || text(bytes, of));
    }

    /// Shows how far back was read, when it is time to.
    pub(super) fn show_reach(&mut self, reach: &Reach, zone: &TimeZone) {
        self.show_at(Instant::now(), || reach_text(reach, zone));
    }

    fn show_at(&mut self, now: Instant, text: impl FnOnce() -> String) {
        let Some(out) = self.out.as_mut().filter(|_| now >= self.next) else {
            return;
        };
        self.next = now + INTERVAL;
        self.is_shown = true;
        // A terminal that is gone is no reason to stop reading.
        let _ = out.write_all(ERASE).and_then(|()| out.write_all(text().as_bytes())).and_then(|()| out.flush());
    }

    /// Takes the line away.
    pub(super) fn erase(&mut self) {
        if std::mem::take(&mut self.is_shown)
            && let Some(out) = &mut self.out
        {
            let _ = out.write_all(ERASE).and_then(|()| out.flush());
        }
    }
}

fn text(bytes: u64, of: Option<u64>) -> String {
    match of {
        Some(all) if all > 0 => {
            let percent = (u128::from(bytes) * 100 / u128::from(all)).min(100);
            format!("read {} of {} ({percent} %)", megabytes(bytes), megabytes(all))
        }
        _ => format!("read {}", megabytes(bytes)),
    }
}

fn reach_text(reach: &Reach, zone: &TimeZone) -> String {
    let to = Timestamp::from_millisecond(reach.to).unwrap_or_default().to_zoned(zone.clone());
    let left = reach.left.map_or_else(String::new, |left| format!(", {} s left", left.as_secs() + 1));
    format!(
        "read back to {} ({:.0} %): {} log events, {}/s{left}",
        to.strftime("%Y-%m-%d %H:%M"),
        (reach.done * 100.0).floor(),
        reach.events,
        reach.per_second
    )
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_after_a_second_and_is_erased() {
        let start = Instant::now();
        let mut written = Vec::new();
        let mut progress = Progress::new(Some(&mut written), start);
        progress.erase();
        for (millis, bytes) in [(0, 1), (999, 2), (1000, 250_000_000), (1050, 4), (1100, 500_000_000)] {
            progress.show_at(start + Duration::from_millis(millis), || text(bytes, Some(500_000_000)));
        }
        progress.erase();
        progress.erase();
        let expected = "\r\x1b[Kread 250.0 MB of 500.0 MB (50 %)\r\x1b[Kread 500.0 MB of 500.0 MB (100 %)\r\x1b[K";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn off_a_terminal_it_is_silent() {
        let start = Instant::now();
        let mut progress = Progress::new(None::<Vec<u8>>, start);
        progress.show_at(start + PATIENCE, || text(1, None));
        assert!(!progress.is_shown);
        assert_eq!(text(1_234_567, None), "read 1.2 MB");
    }

    #[test]
    fn reading_back_tells_where_it_is_and_what_is_left() {
        let left = Some(Duration::from_millis(90_400));
        let reach =
            Reach { to: 1_650_108_283_658, done: 0.436, is_halted: false, events: 20_480, per_second: 512, left };
        assert_eq!(
            reach_text(&reach, &TimeZone::UTC),
            "read back to 2022-04-16 11:24 (43 %): 20480 log events, 512/s, 91 s left"
        );
    }
}
