//! CloudWatch's counts of what happens here, by function and minute.

use std::collections::BTreeMap;

use super::names::LATEST;

/// Minutes that are kept: a day.
const KEPT: i64 = 24 * 60;

/// A metric of the namespace `AWS/Lambda`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Metric {
    /// Events that were accepted.
    AsyncEventsReceived,
    /// Events that ended without a success, delivered elsewhere or not.
    AsyncEventsDropped,
    /// Milliseconds between an event's acceptance and a run of it.
    AsyncEventAge,
    /// Records that could not be delivered.
    DestinationDeliveryFailures,
    /// Events that could not be put on the dead-letter queue.
    DeadLetterErrors,
    /// Runs.
    Invocations,
    /// Runs that failed.
    Errors,
    /// Runs that were refused.
    Throttles,
}

impl Metric {
    /// All of them.
    const ALL: [Self; 8] = [
        Self::AsyncEventsReceived,
        Self::AsyncEventsDropped,
        Self::AsyncEventAge,
        Self::DestinationDeliveryFailures,
        Self::DeadLetterErrors,
        Self::Invocations,
        Self::Errors,
        Self::Throttles,
    ];

    /// By the name that CloudWatch gives it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| format!("{metric:?}") == name)
    }
}

/// Sum, count and bounds of what came in a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    sum: f64,
    count: f64,
    least: f64,
    most: f64,
}

impl Sample {
    fn of(value: f64) -> Self {
        Self { sum: value, count: 1.0, least: value, most: value }
    }

    fn with(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            count: self.count + other.count,
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }

    /// By the name of a statistic; `None` for one that is not kept.
    pub(crate) fn statistic(self, name: &str) -> Option<f64> {
        match name {
            "Sum" => Some(self.sum),
            "SampleCount" => Some(self.count),
            "Average" => Some(self.sum / self.count),
            "Minimum" => Some(self.least),
            "Maximum" => Some(self.most),
            _ => None,
        }
    }
}

/// Function, and its version or alias; none stands for all of them.
type Series = (Metric, String, Option<String>);

/// Every count, by minute.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    series: BTreeMap<Series, BTreeMap<i64, Sample>>,
}

impl Metrics {
    /// Adds a value at a time in milliseconds since the Unix epoch.
    pub(crate) fn add(&mut self, function: &str, qualifier: &str, metric: Metric, at: i64, value: f64) {
        let resource = if qualifier == LATEST { function.to_owned() } else { format!("{function}:{qualifier}") };
        let minute = at.div_euclid(60_000);
        for resource in [None, Some(resource)] {
            let minutes = self.series.entry((metric, function.to_owned(), resource)).or_default();
            let sample = Sample::of(value);
            minutes.entry(minute).and_modify(|known| *known = known.with(sample)).or_insert(sample);
            *minutes = minutes.split_off(&(minute - KEPT));
        }
    }

    /// Samples of `period` seconds from `start` to before `end`, in milliseconds since the Unix epoch, oldest first,
    /// each with the time that it begins.
    pub(crate) fn read(&self, metric: Metric, of: &Dimensions, span: (i64, i64), period: i64) -> Vec<(i64, Sample)> {
        let period = (period.max(60) / 60) * 60_000;
        let mut found: BTreeMap<i64, Sample> = BTreeMap::new();
        for ((_, function, resource), minutes) in self.series.iter().filter(|((known, ..), _)| *known == metric) {
            if !of.are_of(function, resource.as_deref()) {
                continue;
            }
            for (minute, sample) in minutes {
                let time = minute * 60_000;
                if time >= span.0.div_euclid(60_000) * 60_000 && time < span.1 {
                    let begin = time.div_euclid(period) * period;
                    found.entry(begin).and_modify(|known| *known = known.with(*sample)).or_insert(*sample);
                }
            }
        }
        found.into_iter().collect()
    }
}

/// What a query asks for: a function, perhaps one version or alias of it; or all functions.
#[derive(Debug, Default)]
pub(crate) struct Dimensions {
    /// `FunctionName`.
    pub(crate) function: Option<String>,
    /// `Resource`.
    pub(crate) resource: Option<String>,
}

impl Dimensions {
    fn are_of(&self, function: &str, resource: Option<&str>) -> bool {
        self.function.as_deref().is_none_or(|wanted| wanted == function) && self.resource.as_deref() == resource
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str) -> Dimensions {
        Dimensions { function: Some(name.to_owned()), resource: None }
    }

    #[test]
    fn samples_are_put_together_by_period() {
        let mut metrics = Metrics::default();
        for (at, value) in [(0, 1.0), (59_999, 3.0), (60_000, 5.0)] {
            metrics.add("f", "live", Metric::AsyncEventAge, at, value);
        }
        let read = |of: &Dimensions, period| {
            let samples = metrics.read(Metric::AsyncEventAge, of, (0, 120_000), period);
            samples.into_iter().map(|(time, sample)| (time, sample.statistic("Average").unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(read(&function("f"), 60), [(0, 2.0), (60_000, 5.0)]);
        assert_eq!(read(&function("f"), 300), [(0, 3.0)]);
        assert_eq!(read(&function("g"), 60), []);
        assert_eq!(read(&Dimensions::default(), 300), [(0, 3.0)], "all functions");
        let alias = Dimensions { resource: Some("f:live".to_owned()), ..function("f") };
        assert_eq!(read(&alias, 300), [(0, 3.0)]);
    }

    #[test]
    fn a_day_is_kept() {
        let mut metrics = Metrics::default();
        metrics.add("f", LATEST, Metric::Errors, 0, 1.0);
        metrics.add("f", LATEST, Metric::Errors, 2 * KEPT * 60_000, 1.0);
        assert_eq!(metrics.read(Metric::Errors, &function("f"), (0, i64::MAX), 60).len(), 1);
    }
}
