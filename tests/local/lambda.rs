//! Lambda's other operations, and its refusals.

use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType, LogType, State};
use base64::Engine as _;

use super::bench::Bench;

#[tokio::test]
async fn a_synchronous_invocation_answers_with_its_result_and_log() {
    let bench = Bench::fast().await;
    let call = bench.lambda.invoke().function_name("sender").qualifier("live").log_type(LogType::Tail);
    let answer = call.payload(Blob::new("{}")).send().await.unwrap();
    assert_eq!(
        (answer.status_code(), answer.function_error(), answer.executed_version()),
        (200, Some("Unhandled"), Some("7"))
    );
    let payload = String::from_utf8(answer.payload().unwrap().as_ref().to_vec()).unwrap();
    assert!(
        payload.starts_with(r#"{"errorMessage": "I'm supposed to fail here", "errorType": "RuntimeError""#),
        "{payload}"
    );
    let log = base64::engine::general_purpose::STANDARD.decode(answer.log_result().unwrap()).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert!(
        log.contains("START RequestId: ") && log.contains("[ERROR] RuntimeError") && log.contains("REPORT RequestId: "),
        "{log}"
    );
    bench.awaited("/aws/lambda/sender", "REPORT", 1).await;
    assert!(bench.find(super::bench::RECEIVER, "").await.is_empty(), "destinations are for events only");
}

#[tokio::test]
async fn a_dry_run_runs_nothing() {
    let bench = Bench::fast().await;
    let answer =
        bench.lambda.invoke().function_name("sender").invocation_type(InvocationType::DryRun).send().await.unwrap();
    assert_eq!(answer.status_code(), 204);
}

#[tokio::test]
async fn invocations_are_refused_as_lambda_refuses_them() {
    let bench = Bench::fast().await;
    let arn = "arn:aws:lambda:eu-central-1:123123123123:function:";
    let error = bench.lambda.invoke().function_name("nosuch").send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    assert_eq!(error.message(), Some(&*format!("Function not found: {arn}nosuch:$LATEST")));
    let call = bench.lambda.invoke().function_name("sender").payload(Blob::new("{oops"));
    assert!(call.send().await.unwrap_err().into_service_error().is_invalid_request_content_exception());
    let large = Blob::new(format!("\"{}\"", "x".repeat(1024 * 1024)));
    let call = bench.lambda.invoke().function_name("sender").payload(large);
    call.clone().send().await.unwrap();
    let error = call.invocation_type(InvocationType::Event).send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 413);
    assert!(error.into_service_error().is_request_too_large_exception());
    let call = bench.lambda.invoke().function_name("sender:live").qualifier("7");
    assert!(call.send().await.unwrap_err().into_service_error().is_invalid_parameter_value_exception());
}

#[tokio::test]
async fn throttles_say_why() {
    let bench = Bench::fast().await;
    let set = bench.lambda.put_function_concurrency().function_name("sender").reserved_concurrent_executions(0);
    assert_eq!(set.send().await.unwrap().reserved_concurrent_executions(), Some(0));
    let error = bench.lambda.invoke().function_name("sender").send().await.unwrap_err().into_service_error();
    let aws_sdk_lambda::operation::invoke::InvokeError::TooManyRequestsException(throttle) = error else {
        panic!("{error:?}");
    };
    assert_eq!(throttle.reason().unwrap().as_str(), "ReservedFunctionConcurrentInvocationLimitExceeded");
    bench.lambda.delete_function_concurrency().function_name("sender").send().await.unwrap();
    bench.lambda.invoke().function_name("sender").send().await.unwrap();
}

#[tokio::test]
async fn functions_versions_and_aliases_are_listed() {
    let bench = Bench::fast().await;
    let mut pages = bench.lambda.list_functions().into_paginator().page_size(3).send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        names.extend(page.unwrap().functions.unwrap().into_iter().filter_map(|function| function.function_name));
    }
    assert!(names.len() == 8 && names.is_sorted() && names.contains(&"receiver".to_owned()), "{names:?}");
    let receiver = bench.lambda.get_function_configuration().function_name("receiver").send().await.unwrap();
    assert_eq!(receiver.logging_config().unwrap().log_group(), Some("/aws/lambda/receiver"));
    assert_eq!(receiver.state(), Some(&State::Active));
    let aliases = bench.lambda.list_aliases().function_name("sender").send().await.unwrap();
    assert_eq!((aliases.aliases()[0].name(), aliases.aliases()[0].function_version()), (Some("live"), Some("7")));
    let versions = bench.lambda.list_versions_by_function().function_name("sender").send().await.unwrap();
    let versions: Vec<_> = versions.versions().iter().filter_map(|version| version.version()).collect();
    assert_eq!(versions, ["$LATEST", "7"]);
}

#[tokio::test]
async fn event_invoke_configs_are_kept_by_qualifier() {
    let bench = Bench::fast().await;
    let (lambda, name) = (&bench.lambda, "sender");
    let found = lambda.get_function_event_invoke_config().function_name(name).send().await.unwrap();
    assert_eq!((found.maximum_retry_attempts(), found.maximum_event_age_in_seconds()), (Some(2), Some(21_600)));
    let to = found.destination_config().unwrap().on_failure().unwrap().destination();
    assert_eq!(to, Some("arn:aws:lambda:eu-central-1:123123123123:function:receiver"));
    lambda
        .put_function_event_invoke_config()
        .function_name(name)
        .qualifier("7")
        .maximum_retry_attempts(0)
        .send()
        .await
        .unwrap();
    let all = lambda.list_function_event_invoke_configs().function_name(name).send().await.unwrap();
    let arns: Vec<_> = all.function_event_invoke_configs().iter().filter_map(|config| config.function_arn()).collect();
    let ends: Vec<_> = arns.iter().filter_map(|arn| arn.rsplit(':').next()).collect();
    assert_eq!(ends, ["$LATEST", "7", "live"]);
    lambda.delete_function_event_invoke_config().function_name(name).send().await.unwrap();
    let gone =
        lambda.get_function_event_invoke_config().function_name(name).send().await.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception());
    assert!(gone.message().unwrap().ends_with("sender:$LATEST doesn't have an EventInvokeConfig"), "{gone:?}");
}

#[tokio::test]
async fn configs_outside_of_their_bounds_are_refused() {
    let bench = Bench::fast().await;
    let put = || bench.lambda.put_function_event_invoke_config().function_name("sender");
    let nothing = put().send().await.unwrap_err().into_service_error();
    assert!(nothing.is_invalid_parameter_value_exception(), "{nothing:?}");
    let retries = put().maximum_retry_attempts(3).send().await.unwrap_err().into_service_error();
    assert_eq!(retries.code(), Some("ValidationException"));
    let age = put().maximum_event_age_in_seconds(59).send().await.unwrap_err().into_service_error();
    assert!(age.message().unwrap().contains("greater than or equal to 60"), "{age:?}");
}
