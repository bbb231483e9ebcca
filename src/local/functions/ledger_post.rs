//! A .NET function that posts entries to a ledger, which must balance.

use super::super::json::Json;
use super::super::shapes::dotnet::{Thrown, log_line, threw};
use super::super::wire::to_json;
use super::{Call, Definition, Run, Runtime};

/// Takes `{"batch":…,"entries":[{"account":…,"debit":number,"credit":number}]}`.
pub(crate) static FUNCTION: Definition = Definition {
    name: "ledger-post",
    description: "Posts a batch of entries to the ledger",
    runtime: Runtime::DotNet8,
    handler: "Ledger::Ledger.Post::Handler",
    memory: 512,
    timeout: 30,
    published: Some(("7", "live")),
    outcomes_to: Some("receiver"),
    code: post,
};

const HANDLER_FRAMES: &[&str] = &[
    "   at Ledger.Post.Handler(Batch batch, ILambdaContext context) in /src/Post.cs:line 42",
    "   at lambda_method1(Closure, Stream, ILambdaContext, Stream)",
];
const BALANCE_FRAMES: &[&str] = &[
    "   at Ledger.Journal.Balance(IReadOnlyList`1 entries) in /src/Journal.cs:line 88",
    "   at Ledger.Journal.Append(Batch batch) in /src/Journal.cs:line 51",
    "   at Ledger.Post.Handler(Batch batch, ILambdaContext context) in /src/Post.cs:line 37",
];
const SERIALIZER_FRAMES: &[&str] = &[
    "   at Amazon.Lambda.Serialization.SystemTextJson.AbstractLambdaJsonSerializer.Deserialize[T](Stream requestStream)",
];

fn post(call: &Call<'_>) -> Run {
    let Json::Map(_) = call.event else {
        return unreadable(call);
    };
    let name = call.event.get("batch").and_then(Json::text).unwrap_or("");
    let entries = call.event.get("entries").and_then(Json::list).unwrap_or_default();
    let (debits, credits) = (sum(entries, "debit"), sum(entries, "credit"));
    // Sums of decimals differ by what binary fractions add: less than half a cent is none.
    let balanced = (debits - credits).abs() < 0.005;
    if entries.is_empty() || !balanced {
        return threw(call, 23, &refused(name, entries.len(), debits, credits));
    }
    let ids: Vec<String> = (1..=entries.len()).map(|number| format!("{name}/{number}")).collect();
    Run::returned(31, to_json(&ids)).after_line(log_line(call, "info", &format!("posted {} entries", ids.len())))
}

fn sum(entries: &[Json], side: &str) -> f64 {
    entries.iter().filter_map(|entry| entry.get(side)).filter_map(Json::number).sum()
}

fn refused(name: &str, count: usize, debits: f64, credits: f64) -> Thrown {
    let inner = match count {
        0 => "The batch has no entries.".to_owned(),
        _ => format!("Debits of {debits:.2} and credits of {credits:.2} do not balance."),
    };
    let cause =
        Thrown { class: "Ledger.UnbalancedBatchException", message: inner, frames: BALANCE_FRAMES, cause: None };
    let message = format!("Batch '{name}' was not posted.");
    Thrown { class: "System.InvalidOperationException", message, frames: HANDLER_FRAMES, cause: Some(Box::new(cause)) }
}

fn unreadable(call: &Call<'_>) -> Run {
    let message = "Error converting the Lambda event JSON payload to type Ledger.Batch: The JSON value could not be \
                   converted to Ledger.Batch. Path: $ | LineNumber: 0 | BytePositionInLine: 1."
        .to_owned();
    let class = "Amazon.Lambda.Serialization.SystemTextJson.JsonSerializerException";
    threw(call, 9, &Thrown { class, message, frames: SERIALIZER_FRAMES, cause: None })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failure, result, run};
    use super::*;

    #[test]
    fn what_does_not_balance_is_refused_with_its_cause() {
        let payload = r#"{"batch":"B1","entries":[{"debit":10},{"credit":12.5}]}"#;
        let json = failure(&FUNCTION, payload);
        assert!(json.starts_with(r#"{"errorType":"System.InvalidOperationException","errorMessage":"Batch 'B1' was not posted.","stackTrace":["   at Ledger.Post.Handler("#), "{json}");
        assert!(json.contains("Debits of 10.00 and credits of 12.50 do not balance."), "{json}");
        assert!(run(&FUNCTION, payload).complaint.unwrap().contains("\tfail\tSystem.InvalidOperationException: "));
    }

    #[test]
    fn what_balances_is_posted() {
        let payload = r#"{"batch":"B1","entries":[{"debit":0.3},{"credit":0.1},{"credit":0.2}]}"#;
        assert_eq!(result(&FUNCTION, payload), r#"["B1/1","B1/2","B1/3"]"#);
    }
}
