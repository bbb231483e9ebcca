//! The functions that are deployed here: stand-ins, in Rust, for code in Lambda's runtimes.
//!
//! A function sees its event and answers from it as its code would. None knows how it is used in a demo.

mod coupon_apply;
mod geo_enrich;
mod invoice_render;
mod ledger_post;
mod order_intake;
mod seed;
mod thumbnailer;

use std::time::Duration;

use super::json::Json;

/// A function as it was deployed.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is for, as `ListFunctions` says.
    pub(crate) description: &'static str,
    /// What it runs in.
    pub(crate) runtime: Runtime,
    /// Its entry point.
    pub(crate) handler: &'static str,
    /// Megabytes of memory.
    pub(crate) memory: u32,
    /// Seconds after which it is stopped.
    pub(crate) timeout: u32,
    /// Its published version and the alias that points there.
    pub(crate) published: Option<(&'static str, &'static str)>,
    /// The function that both of its outcomes go to.
    pub(crate) outcomes_to: Option<&'static str>,
    /// Its code.
    pub(crate) code: fn(&Call<'_>) -> Run,
}

/// A Lambda runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// The seed document's.
    Python39,
    /// A current Python.
    Python313,
    /// Node.js.
    Node22,
    /// Java.
    Java21,
    /// Go, as a custom runtime.
    Go,
    /// .NET.
    DotNet8,
    /// Ruby.
    Ruby33,
}

impl Runtime {
    /// As the API names it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Python39 => "python3.9",
            Self::Python313 => "python3.13",
            Self::Node22 => "nodejs22.x",
            Self::Java21 => "java21",
            Self::Go => "provided.al2023",
            Self::DotNet8 => "dotnet8",
            Self::Ruby33 => "ruby3.3",
        }
    }

    /// As the `INIT_START` line names it.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Python39 => "python:3.9.v118",
            Self::Python313 => "python:3.13.v76",
            Self::Node22 => "nodejs:22.mainline.v105",
            Self::Java21 => "java:21.v54",
            Self::Go => "provided:al2023.v116",
            Self::DotNet8 => "dotnet:8.v60",
            Self::Ruby33 => "ruby:3.3.v36",
        }
    }

    /// How long a new execution environment takes to start.
    pub(crate) fn init(self) -> Duration {
        Duration::from_millis(match self {
            Self::Python39 | Self::Python313 => 96,
            Self::Node22 => 148,
            Self::Java21 => 812,
            Self::Go => 54,
            Self::DotNet8 => 431,
            Self::Ruby33 => 187,
        })
    }
}

/// What a function is called with.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The invocation's request id, the same for its retries.
    pub(crate) request_id: &'a str,
    /// The payload as it came.
    pub(crate) payload: &'a str,
    /// The payload parsed, `null` when it is nested beyond all measure.
    pub(crate) event: Json,
    /// When it runs, in milliseconds since the Unix epoch.
    pub(crate) now: i64,
}

/// What a function did.
#[derive(Debug)]
pub(crate) struct Run {
    /// How long it took, or would have without its time-out.
    pub(crate) took: Duration,
    /// Log events that its code wrote, without their line break.
    pub(crate) lines: Vec<String>,
    /// What its runtime logged when it failed, without its line break; not reached by a run that is stopped.
    pub(crate) complaint: Option<String>,
    /// How it ended.
    pub(crate) ending: Ending,
}

/// How a function ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It returned this JSON.
    Returned(String),
    /// It failed, with this JSON as its runtime reports it.
    Failed(String),
}

impl Run {
    /// A run that returned `json`.
    pub(crate) fn returned(millis: u64, json: impl Into<String>) -> Self {
        Self {
            took: Duration::from_millis(millis),
            lines: Vec::new(),
            complaint: None,
            ending: Ending::Returned(json.into()),
        }
    }

    /// A run that failed, its runtime having logged `complaint`.
    pub(crate) fn failed(millis: u64, json: String, complaint: impl Into<Option<String>>) -> Self {
        Self {
            took: Duration::from_millis(millis),
            lines: Vec::new(),
            complaint: complaint.into(),
            ending: Ending::Failed(json),
        }
    }

    /// The same run, its code having logged `line` as well.
    pub(crate) fn after_line(mut self, line: String) -> Self {
        self.lines.push(line);
        self
    }
}

/// All functions, by name.
pub(crate) static DEPLOYED: [&Definition; 8] = [
    &coupon_apply::FUNCTION,
    &geo_enrich::FUNCTION,
    &invoice_render::FUNCTION,
    &ledger_post::FUNCTION,
    &order_intake::FUNCTION,
    &seed::RECEIVER,
    &seed::SENDER,
    &thumbnailer::FUNCTION,
];

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs a function's code on a payload.
    pub(crate) fn run(function: &Definition, payload: &str) -> Run {
        let event = Json::parse(payload).unwrap_or(Json::Null);
        let call = Call { request_id: "17b37350-871d-4d69-9b4f-a77c2ddd7fc9", payload, event, now: 1_650_108_283_658 };
        (function.code)(&call)
    }

    /// The JSON of its failure, or a panic with what it returned.
    pub(crate) fn failure(function: &Definition, payload: &str) -> String {
        match run(function, payload).ending {
            Ending::Failed(json) => json,
            Ending::Returned(json) => panic!("{payload} returned {json}"),
        }
    }

    /// The JSON that it returned, or a panic with its failure.
    pub(crate) fn result(function: &Definition, payload: &str) -> String {
        match run(function, payload).ending {
            Ending::Returned(json) => json,
            Ending::Failed(json) => panic!("{payload} failed with {json}"),
        }
    }

    #[test]
    fn any_payload_gives_valid_json_and_no_crash() {
        let payloads = [
            "null",
            "true",
            "7",
            "-1.5e300",
            "1e400",
            r#""text""#,
            "[]",
            "[[]]",
            "{}",
            r#"{"order":null}"#,
            r#"{"order":{"totals":{"total":"x"}}}"#,
            r#"{"ip":7}"#,
            r#"{"ip":"::"}"#,
            r#"{"ip":"\ud800"}"#,
            r#"{"width":1e400,"height":-1}"#,
            r#"{"width":"a"}"#,
            r#"{"entries":[null]}"#,
            r#"{"entries":[{"debit":1e400}]}"#,
            r#"{"items":[1,{"quantity":"x"}]}"#,
            r#"{"coupon":[]}"#,
            r#"{"precision":99,"ip":"203.0.113.9"}"#,
        ];
        for function in DEPLOYED {
            for payload in payloads {
                let (Ending::Returned(json) | Ending::Failed(json)) = run(function, payload).ending;
                let valid = serde_json::from_str::<&serde_json::value::RawValue>(&json);
                assert!(valid.is_ok(), "{} on {payload}: {json}", function.name);
            }
        }
    }

    #[test]
    fn functions_are_in_order_and_point_at_each_other() {
        assert!(DEPLOYED.is_sorted_by_key(|function| function.name));
        let names: Vec<&str> = DEPLOYED.iter().map(|function| function.name).collect();
        for function in DEPLOYED {
            assert!(function.outcomes_to.is_none_or(|name| names.contains(&name)), "{}", function.name);
        }
    }
}
