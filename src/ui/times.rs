//! Times as the reader wants them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::model::{Model, TimeStyle};

/// A time in a row: `11:24:43`, with the day when the rows span more than today; dashes when it is not known (0).
pub(super) fn short(model: &Model, time: i64, dated: bool) -> String {
    if time == 0 {
        return "--:--:--".to_owned();
    }
    if model.time == TimeStyle::Relative {
        return format!("{:>8}", ago(model.now - time));
    }
    let format = match (model.time, dated) {
        (TimeStyle::Utc, false) => "%H:%M:%SZ",
        (TimeStyle::Utc, true) => "%m-%d %H:%M:%SZ",
        (_, false) => "%H:%M:%S",
        (_, true) => "%m-%d %H:%M:%S",
    };
    write(model, time, format)
}

/// Cells that `short` takes.
pub(super) fn short_width(model: &Model, dated: bool) -> usize {
    match (model.time, dated) {
        (TimeStyle::Relative, _) | (TimeStyle::Local, false) => 8,
        (TimeStyle::Utc, false) => 9,
        (TimeStyle::Local, true) => 14,
        (TimeStyle::Utc, true) => 15,
    }
}

/// A time in full, to the millisecond.
pub(super) fn long(model: &Model, time: i64) -> String {
    match model.time {
        TimeStyle::Relative => format!("{} ago", ago(model.now - time).trim_start()),
        TimeStyle::Local => write(model, time, "%Y-%m-%d %H:%M:%S.%3f"),
        TimeStyle::Utc => write(model, time, "%Y-%m-%dT%H:%M:%S.%3fZ"),
    }
}

/// A day and minute, for what is told of the past: `11-12 10:20`.
pub(super) fn minute(model: &Model, time: i64) -> String {
    let zulu = if model.time == TimeStyle::Utc { "Z" } else { "" };
    format!("{}{zulu}", write(model, time, "%m-%d %H:%M"))
}

/// Whether a time lies on another day than today.
pub(super) fn is_dated(model: &Model, time: i64) -> bool {
    write(model, time, "%Y-%m-%d") != write(model, model.now, "%Y-%m-%d")
}

/// A span in its largest unit, for columns: `12s`, `3m`, `2h`, `5d`.
pub(super) fn ago(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

fn write(model: &Model, time: i64, format: &str) -> String {
    let zone = if model.time == TimeStyle::Utc { TimeZone::UTC } else { model.zone.clone() };
    let Ok(timestamp) = Timestamp::from_millisecond(time) else { return "?".to_owned() };
    timestamp.to_zoned(zone).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        let told: Vec<_> = [-5, 0, 59_999, 60_000, 3_599_000, 7_200_000, 200_000_000].map(ago).into();
        assert_eq!(told, ["0s", "0s", "59s", "1m", "59m", "2h", "2d"]);
    }
}
