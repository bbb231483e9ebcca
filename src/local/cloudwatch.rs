//! CloudWatch: `GetMetricData`, in the two protocols that its clients speak today.
//!
//! botocore and the Rust SDK send CBOR to `/service/GraniteServiceVersion20100801/operation/…`, older ones JSON with an
//! `X-Amz-Target`. Expressions are not offered.

mod cbor;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::metrics::{Dimensions, Metric, Sample};
use super::operation::Operation;
use super::paging;
use super::wire::{Fault, Reply, Request, to_json};
use super::world::{World, lock};

/// Where CBOR requests go to.
const CBOR_PATH: &str = "/service/GraniteServiceVersion20100801/operation/";
/// What JSON targets begin with.
const JSON_TARGET: &str = "GraniteServiceVersion20100801.";
/// Queries of one request.
const MOST_QUERIES: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    metric_data_queries: Vec<Query>,
    start_time: f64,
    end_time: f64,
    scan_by: Option<String>,
    max_datapoints: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    id: String,
    label: Option<String>,
    metric_stat: Option<MetricStat>,
    return_data: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Named,
    period: i64,
    stat: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

/// One query's answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    id: String,
    label: String,
    /// Seconds since the Unix epoch.
    timestamps: Vec<f64>,
    values: Vec<f64>,
    status_code: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    metric_data_results: Vec<Found>,
    messages: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The operation that a request asks for, when it is one of CloudWatch's.
pub(crate) fn operation(request: &Request) -> Option<&str> {
    let target = request.header("x-amz-target").and_then(|target| target.strip_prefix(JSON_TARGET));
    request.path.strip_prefix(CBOR_PATH).or(target)
}

fn is_cbor(request: &Request) -> bool {
    request.path.starts_with(CBOR_PATH)
}

/// Answers a request for an operation.
pub(crate) fn answer(world: &World, operation: &Operation, request: &Request) -> Reply {
    let done = match operation.name.as_str() {
        "GetMetricData" => input(request).and_then(|input| get_metric_data(world, &input)),
        other => {
            Err(Fault::new(400, "UnknownOperationException", format!("{other} is not offered by this local endpoint")))
        }
    };
    match done {
        Ok(output) if is_cbor(request) => cbor_reply(200, cbor::output(&output)),
        Ok(output) => Reply::new(200, "application/x-amz-json-1.0", to_json(&output)),
        Err(fault) => refusal(&fault, request),
    }
}

/// A refusal in the protocol of the request.
pub(crate) fn refusal(fault: &Fault, request: &Request) -> Reply {
    let reply = if is_cbor(request) {
        cbor_reply(fault.status, cbor::refusal(fault.code, &fault.message))
    } else {
        let body = serde_json::json!({"__type": fault.code, "message": fault.message});
        Reply::new(fault.status, "application/x-amz-json-1.0", body.to_string())
    };
    reply.with("x-amzn-query-error", format!("{};Sender", fault.code))
}

fn cbor_reply(status: u16, body: Vec<u8>) -> Reply {
    Reply::new(status, "application/cbor", body).with("smithy-protocol", "rpc-v2-cbor")
}

fn input(request: &Request) -> Result<Input, Fault> {
    let unreadable = |why: String| Fault::new(400, "SerializationException", why);
    let value: Value = if is_cbor(request) {
        cbor::read(&request.body).map_err(unreadable)?
    } else {
        serde_json::from_slice(&request.body).map_err(|error| unreadable(error.to_string()))?
    };
    serde_json::from_value(value).map_err(|error| unreadable(error.to_string()))
}

fn get_metric_data(world: &World, input: &Input) -> Result<Output, Fault> {
    if input.metric_data_queries.len() > MOST_QUERIES {
        let message = format!("The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.");
        return Err(invalid(message));
    }
    let span = (milliseconds(input.start_time), milliseconds(input.end_time));
    if span.0 >= span.1 {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    let wanted = input.metric_data_queries.iter().filter(|query| query.return_data != Some(false));
    let newest_first = input.scan_by.as_deref() != Some("TimestampAscending");
    let found = wanted.map(|query| find(world, query, span, newest_first)).collect::<Result<Vec<_>, _>>()?;
    paged(&found, input)
}

/// Cuts what was found where the answer would hold more points than were asked for.
fn paged(found: &[Found], input: &Input) -> Result<Output, Fault> {
    let most = input.max_datapoints.unwrap_or(100_800).max(1);
    let points = found.iter().enumerate().flat_map(|(query, one)| (0..one.values.len()).map(move |at| (query, at)));
    let invalid_token = || Fault::new(400, "InvalidNextToken", "The next token specified is invalid.");
    let (page, next_token) =
        paging::page(points.collect(), input.next_token.as_deref(), most).ok_or_else(invalid_token)?;
    let mut results: Vec<Found> = found.iter().map(Found::without_points).collect();
    for (query, at) in page {
        results[query].timestamps.push(found[query].timestamps[at]);
        results[query].values.push(found[query].values[at]);
    }
    Ok(Output { metric_data_results: results, messages: [], next_token })
}

impl Found {
    fn without_points(&self) -> Self {
        let (id, label) = (self.id.clone(), self.label.clone());
        Self { id, label, timestamps: Vec::new(), values: Vec::new(), status_code: self.status_code }
    }
}

fn find(world: &World, query: &Query, span: (i64, i64), newest_first: bool) -> Result<Found, Fault> {
    let stat =
        query.metric_stat.as_ref().ok_or_else(|| invalid("Expressions are not offered by this local endpoint."))?;
    let name = stat.metric.metric_name.as_deref().unwrap_or_default();
    let of_lambda = stat.metric.namespace.as_deref() == Some("AWS/Lambda");
    let samples: Vec<(i64, Sample)> = match Metric::named(name).filter(|_| of_lambda) {
        Some(metric) => lock(&world.metrics).read(metric, &dimensions(&stat.metric), span, stat.period),
        None => Vec::new(),
    };
    let mut points = samples.into_iter().map(|(time, sample)| {
        let value = sample.statistic(&stat.stat);
        value
            .map(|value| (time as f64 / 1000.0, value))
            .ok_or_else(|| invalid(format!("Unknown statistic {}", stat.stat)))
    });
    let mut points: Vec<(f64, f64)> = points.by_ref().collect::<Result<_, _>>()?;
    if newest_first {
        points.reverse();
    }
    let (timestamps, values) = points.into_iter().unzip();
    let label = query.label.clone().unwrap_or_else(|| name.to_owned());
    Ok(Found { id: query.id.clone(), label, timestamps, values, status_code: "Complete" })
}

fn dimensions(metric: &Named) -> Dimensions {
    let of = |name: &str| {
        let found = metric.dimensions.iter().find(|dimension| dimension.name == name);
        found.map(|dimension| dimension.value.clone())
    };
    Dimensions { function: of("FunctionName"), resource: of("Resource") }
}

fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidParameterValue", message)
}
