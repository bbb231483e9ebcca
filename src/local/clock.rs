//! Wall-clock time as AWS writes it, and simulated time as the endpoint shortens it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Turns the service's durations into the ones that really pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    scale: f64,
}

impl Clock {
    /// `scale` divides every wait; what is no positive number counts as 1.
    pub(crate) fn new(scale: f64) -> Self {
        let usable = scale.is_finite() && scale > 0.0;
        Self { scale: if usable { scale } else { 1.0 } }
    }

    /// How long `nominal` takes here.
    pub(crate) fn shortened(self, nominal: Duration) -> Duration {
        Duration::try_from_secs_f64(nominal.as_secs_f64() / self.scale).unwrap_or(Duration::MAX)
    }

    /// Lets `nominal` of the service's time pass.
    pub(crate) async fn pass(self, nominal: Duration) {
        tokio::time::sleep(self.shortened(nominal)).await;
    }
}

/// Now, in milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Such as `2022-04-16T11:24:43.658Z`.
pub(crate) fn iso_millis(ms: i64) -> String {
    formatted(ms, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// Such as `2022-04-16T11:24:43Z`.
pub(crate) fn iso_seconds(ms: i64) -> String {
    formatted(ms, "%Y-%m-%dT%H:%M:%SZ")
}

/// Such as `2022-04-16T11:24:43.658+0000`, as Lambda writes `LastModified`.
pub(crate) fn iso_offset(ms: i64) -> String {
    formatted(ms, "%Y-%m-%dT%H:%M:%S%.3f+0000")
}

/// Such as `2022/04/16`, the head of a log stream's name.
pub(crate) fn day_path(ms: i64) -> String {
    formatted(ms, "%Y/%m/%d")
}

fn formatted(ms: i64, format: &str) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_aws_writes_them() {
        assert_eq!(iso_millis(1_650_108_283_658), "2022-04-16T11:24:43.658Z");
        assert_eq!(iso_millis(1_650_108_283_000), "2022-04-16T11:24:43.000Z");
        assert_eq!(iso_offset(1_650_108_283_658), "2022-04-16T11:24:43.658+0000");
        assert_eq!(day_path(1_650_108_283_658), "2022/04/16");
    }

    #[test]
    fn a_scale_that_is_no_scale_counts_as_one() {
        for scale in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Clock::new(scale).shortened(Duration::from_mins(1)), Duration::from_mins(1));
        }
        assert_eq!(Clock::new(60.0).shortened(Duration::from_mins(1)), Duration::from_secs(1));
    }
}
