//! Asynchronous invocations, from their acceptance to the record in the receiver's log group.

use std::time::{Duration, Instant};

use arrivals::local::{Endpoint, Options};
use aws_sdk_lambda::types::{DestinationConfig, OnFailure, OnSuccess};
use serde_json::{Value, json};

use super::bench::{Bench, RECEIVER};

/// The seed document's failed invocation.
#[tokio::test]
async fn a_failure_arrives_as_the_article_shows_it() {
    let bench = Bench::fast().await;
    let id = bench.event("sender", r#"{"return": "failure"}"#).await;
    let event = bench.arrival(&id).await;
    let message = event.message().unwrap();
    let made = message.split('"').nth(7).unwrap();
    let expected = r#"{"version": "1.0", "timestamp": "MADE", "requestContext": {"requestId": "ID", "functionArn": "arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST", "condition": "RetriesExhausted", "approximateInvokeCount": 3}, "requestPayload": {"return": "failure"}, "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}, "responsePayload": {"errorMessage": "I'm supposed to fail here", "errorType": "RuntimeError", "requestId": "ID", "stackTrace": ["  File \"/var/task/sender_handler.py\", line 9, in lambda_handler\n    raise RuntimeError(\"I'm supposed to fail here\")\n"]}}"#;
    assert_eq!(message, expected.replace("ID", &id).replace("MADE", made) + "\n");
    assert!(event.ingestion_time() > event.timestamp(), "{event:?}");
    assert_eq!(event.event_id().unwrap().len(), 56);
    let runs = bench.awaited("/aws/lambda/sender", &format!("\"START RequestId: {id}\""), 3).await;
    assert_eq!(runs.len(), 3);
    assert!(runs.iter().all(|run| run.log_stream_name() == runs[0].log_stream_name()), "one warm environment");
}

#[tokio::test]
async fn a_success_arrives_with_its_result() {
    let bench = Bench::fast().await;
    let id = bench.event("sender", r#"{"return": "success"}"#).await;
    let record = bench.record(&id).await;
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(record["responseContext"], json!({"statusCode": 200, "executedVersion": "$LATEST"}));
    assert_eq!(record["responsePayload"], json!({"this_invocation": "was_successful"}));
}

#[tokio::test]
async fn numbers_and_order_of_a_payload_survive() {
    let bench = Bench::fast().await;
    let id = bench.event("sender", "{\n \"z\":9007199254740993, \"a\":[1.0,1e400],\"u\":\"\\u00e9\u{1f600}\"\n}").await;
    let message = bench.arrival(&id).await.message.unwrap();
    let expected = r#""requestPayload": {"z": 9007199254740993, "a": [1.0, 1e400], "u": "\u00e9\ud83d\ude00"}, "#;
    assert!(message.contains(expected), "{message}");
}

#[tokio::test]
async fn an_alias_is_named_and_its_version_runs() {
    let bench = Bench::fast().await;
    let id = bench.event("arn:aws:lambda:eu-central-1:123123123123:function:sender:live", "").await;
    let record = bench.record(&id).await;
    let arn = record["requestContext"]["functionArn"].as_str().unwrap();
    assert!(arn.ends_with(":function:sender:live"), "{arn}");
    assert_eq!(record["responseContext"]["executedVersion"], "7");
    assert_eq!(record["requestPayload"], json!({}), "no payload runs as an empty object");
}

#[tokio::test]
async fn retries_and_age_follow_the_config() {
    let bench = Bench::fast().await;
    let set = || bench.lambda.update_function_event_invoke_config().function_name("sender");
    set().maximum_retry_attempts(1).send().await.unwrap();
    let record = bench.record(&bench.event("sender", "{}").await).await;
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
    set().maximum_retry_attempts(2).maximum_event_age_in_seconds(60).send().await.unwrap();
    let record = bench.record(&bench.event("sender", "{}").await).await;
    assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(record["responsePayload"]["errorType"], "RuntimeError");
}

#[tokio::test]
async fn no_concurrency_gives_up_at_once() {
    let bench = Bench::of(Options::default()).await;
    let set = bench.lambda.put_function_concurrency().function_name("sender");
    set.reserved_concurrent_executions(0).send().await.unwrap();
    let id = bench.event("sender", r#"{"a":1}"#).await;
    let record = bench.record(&id).await;
    let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    assert_eq!(record["requestContext"]["condition"], "ZeroReservedConcurrency");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 0);
    assert_eq!(record["requestPayload"], json!({"a": 1}));
}

#[tokio::test]
async fn a_function_deleted_meanwhile_leaves_a_404() {
    let bench = Bench::of(Options { time_scale: 100.0, ..Options::default() }).await;
    let id = bench.event("sender", "{}").await;
    bench.awaited("/aws/lambda/sender", "REPORT", 1).await;
    bench.lambda.delete_function().function_name("sender").send().await.unwrap();
    let record = bench.record(&id).await;
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["responseContext"], json!({"statusCode": 404}));
    assert_eq!(record.get("responsePayload"), None);
}

#[tokio::test]
async fn a_destination_elsewhere_counts_as_undelivered() {
    let bench = Bench::fast().await;
    let queue = "arn:aws:sqs:eu-central-1:123123123123:failures";
    let config = DestinationConfig::builder().on_failure(OnFailure::builder().destination(queue).build()).build();
    let set = bench.lambda.put_function_event_invoke_config().function_name("sender");
    set.maximum_retry_attempts(0).destination_config(config).send().await.unwrap();
    bench.event("sender", "{}").await;
    bench.event("sender", r#"{"return":"success"}"#).await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while bench.endpoint.delivery_failures() < 1 {
        assert!(Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.endpoint.delivery_failures(), 1, "a success without a destination is no failure");
}

/// Lambda stops functions that invoke each other; here after sixteen records.
#[tokio::test]
async fn a_loop_of_destinations_comes_to_an_end() {
    let bench = Bench::fast().await;
    let to = "arn:aws:lambda:eu-central-1:123123123123:function:coupon-apply";
    let config = DestinationConfig::builder().on_success(OnSuccess::builder().destination(to).build()).build();
    let set = bench.lambda.put_function_event_invoke_config().function_name("receiver");
    set.destination_config(config).send().await.unwrap();
    bench.event("coupon-apply", "{}").await;
    while bench.endpoint.delivery_failures() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let found = bench.awaited(RECEIVER, "approximateInvokeCount", 8).await;
    assert_eq!(found.len(), 8, "every second of the sixteen");
}

/// Every runtime's failure and success, through its own code.
#[tokio::test]
async fn each_function_fails_and_succeeds_in_its_runtime_s_manner() {
    let bench = Bench::fast().await;
    let table: [(&str, &str, &str, &str); 6] = [
        ("invoice-render", r#"{"order":{"id":"A-1"}}"#, "/trace/1", "    at render (file:///var/task/index.mjs:14:37)"),
        (
            "order-intake",
            r#"{"orderId":"O","items":[{"quantity":140}]}"#,
            "/cause/errorType",
            "com.example.stock.OutOfStockException",
        ),
        ("geo-enrich", r#"{"ip":"203.0.113.9","precision":9}"#, "/stackTrace/0/label", "digits"),
        ("ledger-post", r#"{"entries":[{"debit":1}]}"#, "/cause/errorType", "Ledger.UnbalancedBatchException"),
        ("thumbnailer", r#"{"width":12000,"height":9000}"#, "/errorType", "Sandbox.Timedout"),
        ("coupon-apply", r#"{"coupon":{"percent":150}}"#, "/errorType", "Function<Coupons::OutOfRange>"),
    ];
    for (function, payload, pointer, expected) in table {
        let record = bench.record(&bench.event(function, payload).await).await;
        assert_eq!(record["requestContext"]["condition"], "RetriesExhausted", "{record}");
        assert_eq!(record["responsePayload"].pointer(pointer).and_then(Value::as_str), Some(expected), "{record}");
    }
    let names: Vec<&str> = Endpoint::senders().collect();
    assert_eq!(names.len(), table.len() + 1);
    let report = bench.awaited("/aws/lambda/thumbnailer", "\"Status: timeout\"", 3).await;
    assert!(report[0].message().unwrap().contains("Duration: 3000.00 ms"));
}

#[tokio::test]
async fn concurrent_invocations_run_in_environments_of_their_own() {
    let bench = Bench::of(Options::default()).await;
    for _ in 0..2 {
        bench.event("thumbnailer", r#"{"width":12000,"height":9000}"#).await;
    }
    let starts = bench.awaited("/aws/lambda/thumbnailer", "\"START RequestId\"", 2).await;
    assert_ne!(starts[0].log_stream_name(), starts[1].log_stream_name());
}
