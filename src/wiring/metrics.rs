//! CloudWatch's own counts of asynchronous invocations, many functions in one request.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};

use crate::aws::{AwsError, Clients};

/// The permission that this needs.
const ACTION: &str = "cloudwatch:GetMetricData";
/// Queries that one request takes.
const MOST_QUERIES: usize = 500;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Events that a function was sent.
    Received,
    /// Events that ended without a success: what failure records tell of, one each.
    Dropped,
    /// The longest time, in milliseconds, that an event waited for a run.
    Age,
    /// Records that could not be delivered to their destination.
    DeliveryFailures,
    /// Events that could not be put on the dead-letter queue.
    DeadLetterErrors,
    /// Runs that failed, asynchronous or not.
    Errors,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Dropped, Self::Age, Self::DeliveryFailures, Self::DeadLetterErrors, Self::Errors];

    /// CloudWatch's name and statistic for it.
    fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::Received => ("AsyncEventsReceived", "Sum"),
            Self::Dropped => ("AsyncEventsDropped", "Sum"),
            Self::Age => ("AsyncEventAge", "Maximum"),
            Self::DeliveryFailures => ("DestinationDeliveryFailures", "Sum"),
            Self::DeadLetterErrors => ("DeadLetterErrors", "Sum"),
            Self::Errors => ("Errors", "Sum"),
        }
    }
}

/// Counts by the beginning of their period, in milliseconds since the Unix epoch.
pub type Minutes = BTreeMap<i64, u64>;

/// What was counted, by function and measure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by: BTreeMap<(String, Measure), Minutes>,
}

impl Counts {
    /// Adds a period's count.
    pub fn add(&mut self, function: &str, measure: Measure, begin: i64, value: u64) {
        *self.by.entry((function.to_owned(), measure)).or_default().entry(begin).or_default() += value;
    }

    /// The periods of one measure of a function.
    pub fn periods(&self, function: &str, measure: Measure) -> impl Iterator<Item = (i64, u64)> {
        self.by.get(&(function.to_owned(), measure)).into_iter().flatten().map(|(begin, value)| (*begin, *value))
    }

    /// The sum over all periods.
    #[must_use]
    pub fn total(&self, function: &str, measure: Measure) -> u64 {
        self.periods(function, measure).map(|(_, value)| value).sum()
    }

    /// The greatest of all periods.
    #[must_use]
    pub fn greatest(&self, function: &str, measure: Measure) -> u64 {
        self.periods(function, measure).map(|(_, value)| value).max().unwrap_or(0)
    }
}

/// Counts of `functions` (bare names) from `from` to before `to`, in milliseconds since the Unix epoch, by `period`.
///
/// One request asks for 83 functions; more of them take another one. Each metric asked for costs USD 0.00001.
///
/// # Errors
/// When it is not allowed, or CloudWatch cannot be reached.
pub async fn measure(
    clients: &Clients,
    functions: &[String],
    (from, to): (i64, i64),
    period: Duration,
) -> Result<Counts, AwsError> {
    let wanted: Vec<(&String, Measure)> =
        functions.iter().flat_map(|function| Measure::ALL.map(|measure| (function, measure))).collect();
    let mut counts = Counts::default();
    for batch in wanted.chunks(MOST_QUERIES / Measure::ALL.len() * Measure::ALL.len()) {
        ask(clients, batch, (from, to), period, &mut counts).await?;
    }
    Ok(counts)
}

async fn ask(
    clients: &Clients,
    batch: &[(&String, Measure)],
    (from, to): (i64, i64),
    period: Duration,
    counts: &mut Counts,
) -> Result<(), AwsError> {
    let queries: Vec<MetricDataQuery> =
        batch.iter().enumerate().map(|(at, (function, measure))| query(at, function, *measure, period)).collect();
    let mut token = None;
    loop {
        let request = clients.metrics.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.start_time(DateTime::from_millis(from)).end_time(DateTime::from_millis(to));
        let answer = request.scan_by(ScanBy::TimestampAscending).set_next_token(token).send().await;
        let page = answer.map_err(|error| clients.explain(ACTION, "the metrics of AWS/Lambda", &error))?;
        for result in page.metric_data_results.unwrap_or_default() {
            let place = result.id.as_deref().and_then(|id| id.strip_prefix('q')?.parse::<usize>().ok());
            let Some((function, measure)) = place.and_then(|at| batch.get(at)) else { continue };
            for (time, value) in result.timestamps.unwrap_or_default().iter().zip(result.values.unwrap_or_default()) {
                counts.add(function, *measure, time.to_millis().unwrap_or_default(), whole(value));
            }
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(());
        }
    }
}

/// Counts are whole and never negative, though CloudWatch gives them as floating-point numbers.
fn whole(value: f64) -> u64 {
    (value.round() as i64).unsigned_abs()
}

fn query(at: usize, function: &str, measure: Measure, period: Duration) -> MetricDataQuery {
    let (name, statistic) = measure.named();
    let dimension = Dimension::builder().name("FunctionName").value(function).build();
    let metric = Metric::builder().namespace("AWS/Lambda").metric_name(name).dimensions(dimension).build();
    let period = i32::try_from(period.as_secs()).unwrap_or(i32::MAX);
    let stat = MetricStat::builder().metric(metric).period(period).stat(statistic).build();
    MetricDataQuery::builder().id(format!("q{at}")).metric_stat(stat).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up() {
        let mut counts = Counts::default();
        for (begin, value) in [(0, 2), (60_000, 3), (60_000, 1)] {
            counts.add("f", Measure::Dropped, begin, value);
        }
        assert_eq!(counts.total("f", Measure::Dropped), 6);
        assert_eq!(counts.greatest("f", Measure::Dropped), 4);
        assert_eq!(counts.total("g", Measure::Dropped), 0);
    }
}
