//! How far the past has been read, in words for the header.

use std::time::Duration;

use crate::app::model::{Model, Reach};

use super::header::count;
use super::times;

/// Where it has come to and how long it takes; with how much and how fast where there is room.
pub(super) fn words(model: &Model, reach: &Reach, wide: bool) -> String {
    let left = reach.left.map_or_else(String::new, |left| format!(" · {} left", span(left)));
    let percent = (reach.done * 100.0).floor();
    let to = times::minute(model, reach.to);
    if reach.is_halted {
        return if wide {
            format!("‖ stopped at {to} · {percent:.0} %")
        } else {
            format!("‖ stopped at {percent:.0} %")
        };
    }
    if !wide {
        return format!("◐ {percent:.0} %{left}");
    }
    let rate = count(usize::try_from(reach.per_second).unwrap_or(usize::MAX));
    format!(
        "◐ back to {to} · {percent:.0} % · {} events, {rate}/s{left}",
        count(usize::try_from(reach.events).unwrap_or(usize::MAX))
    )
}

/// A span in its largest unit, rounded up, so that it never says nothing is left.
fn span(left: Duration) -> String {
    let seconds = left.as_secs() + 1;
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_never_nothing() {
        let told = [0, 98, 99, 600, 5_999].map(|seconds| span(Duration::from_secs(seconds)));
        assert_eq!(told, ["1 s", "99 s", "2 min", "11 min", "2 h"]);
    }
}
