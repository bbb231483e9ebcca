//! Destinations that are no functions, how receivers log, and what is counted.

use std::time::{Duration, Instant};

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_sdk_cloudwatchlogs::types::LogGroupClass;
use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::types::{
    ApplicationLogLevel, DeadLetterConfig, DestinationConfig, LogFormat, LoggingConfig, OnFailure, OnSuccess,
};
use serde_json::Value;

use super::bench::{Bench, RECEIVER};

const QUEUE: &str = "arn:aws:sqs:eu-central-1:123123123123:outcomes";
const TOPIC: &str = "arn:aws:sns:eu-central-1:123123123123:outcomes";
const BUS: &str = "arn:aws:events:eu-central-1:123123123123:event-bus/outcomes";

impl Bench {
    /// Sends both outcomes of the sender to one place.
    async fn send_to(&self, arn: &str) {
        let success = OnSuccess::builder().destination(arn).build();
        let failure = OnFailure::builder().destination(arn).build();
        let to = DestinationConfig::builder().on_success(success).on_failure(failure).build();
        let put = self.lambda.put_function_event_invoke_config().function_name("sender").destination_config(to);
        put.send().await.unwrap();
    }

    async fn permit(&self, service: &str, source: &str) {
        let add = self.lambda.add_permission().function_name("receiver").statement_id(service.replace('.', "-"));
        add.action("lambda:InvokeFunction").principal(service).source_arn(source).send().await.unwrap();
    }

    /// The event that the receiver printed, once it has printed one.
    async fn printed(&self) -> Value {
        let events = self.awaited(RECEIVER, "approximateInvokeCount", 1).await;
        serde_json::from_str(events[0].message().unwrap()).unwrap()
    }

    /// The sum of a function's metric over the last hours.
    pub(crate) async fn metric(&self, function: &str, name: &str) -> i64 {
        let now = DateTime::from(std::time::SystemTime::now()).secs();
        let dimension = Dimension::builder().name("FunctionName").value(function).build();
        let metric = Metric::builder().namespace("AWS/Lambda").metric_name(name).dimensions(dimension).build();
        let stat = MetricStat::builder().metric(metric).period(3600).stat("Sum").build();
        let query = MetricDataQuery::builder().id("q").metric_stat(stat).build();
        let cloudwatch = aws_sdk_cloudwatch::Client::new(&self.config);
        let request = cloudwatch.get_metric_data().metric_data_queries(query);
        let request =
            request.start_time(DateTime::from_secs(now - 7200)).end_time(DateTime::from_secs(now + 60)).send();
        request.await.unwrap().metric_data_results()[0].values().iter().sum::<f64>() as i64
    }

    async fn metric_reaches(&self, function: &str, name: &str, least: i64) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.metric(function, name).await < least {
            assert!(Instant::now() < deadline, "{name} of {function}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_queue_is_read_by_its_mapping() {
    let bench = Bench::fast().await;
    bench.send_to(QUEUE).await;
    let made = bench.lambda.create_event_source_mapping().event_source_arn(QUEUE).function_name("receiver");
    let made = made.send().await.unwrap();
    assert_eq!((made.batch_size(), made.state()), (Some(10), Some("Enabled")));
    bench.event("sender", r#"{"return":"success"}"#).await;
    let event = bench.printed().await;
    let record = &event["Records"][0];
    assert_eq!((&record["eventSource"], &record["eventSourceARN"]), (&"aws:sqs".into(), &QUEUE.into()));
    let body: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["requestContext"]["condition"], "Success");
    let listed = bench.lambda.list_event_source_mappings().event_source_arn(QUEUE).send().await.unwrap();
    assert_eq!(listed.event_source_mappings()[0].uuid(), made.uuid());
    let other = bench.lambda.list_event_source_mappings().function_name("sender").send().await.unwrap();
    assert!(other.event_source_mappings().is_empty());
    bench.lambda.delete_event_source_mapping().uuid(made.uuid().unwrap()).send().await.unwrap();
    bench.event("sender", r#"{"return":"success"}"#).await;
    bench.metric_reaches("sender", "DestinationDeliveryFailures", 1).await;
}

#[tokio::test]
async fn a_topic_reaches_the_functions_whose_policy_names_it() {
    let bench = Bench::fast().await;
    bench.send_to(TOPIC).await;
    let none = bench.lambda.get_policy().function_name("receiver").send().await.unwrap_err();
    assert!(none.into_service_error().is_resource_not_found_exception());
    bench.permit("sns.amazonaws.com", TOPIC).await;
    let policy = bench.lambda.get_policy().function_name("receiver").send().await.unwrap();
    let policy: Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Principal"]["Service"], "sns.amazonaws.com");
    assert_eq!(statement["Condition"]["ArnLike"]["AWS:SourceArn"], TOPIC);
    bench.event("sender", r#"{"return":"success"}"#).await;
    let event = bench.printed().await;
    assert_eq!(event["Records"][0]["Sns"]["TopicArn"], TOPIC);
}

#[tokio::test]
async fn a_bus_reaches_the_functions_whose_policy_names_one_of_its_rules() {
    let bench = Bench::fast().await;
    bench.send_to(BUS).await;
    bench.permit("events.amazonaws.com", "arn:aws:events:eu-central-1:123123123123:rule/outcomes/all").await;
    bench.event("sender", "{}").await;
    let event = bench.printed().await;
    assert_eq!(event["detail-type"], "Lambda Function Invocation Result - Failure");
    assert_eq!(event["resources"][0], BUS);
    assert_eq!(event["detail"]["requestContext"]["condition"], "RetriesExhausted");
    let removed = bench.lambda.remove_permission().function_name("receiver").statement_id("events-amazonaws-com");
    removed.send().await.unwrap();
    assert!(bench.lambda.get_policy().function_name("receiver").send().await.is_err());
}

#[tokio::test]
async fn a_dead_letter_queue_gets_the_event_beside_the_record() {
    let bench = Bench::fast().await;
    let update = |arn: &str| {
        let to = DeadLetterConfig::builder().target_arn(arn).build();
        bench.lambda.update_function_configuration().function_name("sender").dead_letter_config(to).send()
    };
    assert!(update("arn:aws:sqs:eu-central-1:123123123123:a.fifo").await.is_err());
    assert_eq!(update(QUEUE).await.unwrap().dead_letter_config().unwrap().target_arn(), Some(QUEUE));
    bench.event("sender", r#"{"return":"failure","mark":"buried"}"#).await;
    bench.printed().await;
    bench.metric_reaches("sender", "DeadLetterErrors", 1).await;
    let mapping = bench.lambda.create_event_source_mapping().event_source_arn(QUEUE).function_name("receiver");
    mapping.send().await.unwrap();
    bench.event("sender", r#"{"return":"failure","mark":"buried"}"#).await;
    let buried = bench.awaited(RECEIVER, "buried eventSourceARN", 1).await;
    assert!(!buried[0].message().unwrap().contains("requestContext"));
    assert!(update("").await.unwrap().dead_letter_config().is_none());
}

#[tokio::test]
async fn a_receiver_that_logs_warnings_only_logs_no_record() {
    let bench = Bench::fast().await;
    let set = |level| {
        let logging = LoggingConfig::builder().log_format(LogFormat::Json).application_log_level(level);
        let logging = logging.log_group("/outcomes").build();
        bench.lambda.update_function_configuration().function_name("receiver").logging_config(logging).send()
    };
    let set_to = set(ApplicationLogLevel::Warn).await.unwrap();
    assert_eq!(set_to.logging_config().unwrap().log_group(), Some("/outcomes"));
    bench.event("sender", r#"{"return":"success"}"#).await;
    bench.awaited("/aws/lambda/sender", "REPORT", 1).await;
    let lines = bench.awaited_in_new_group("/outcomes", "\"platform.report\"").await;
    assert!(lines[0].message().unwrap().starts_with(r#"{"time":""#), "{lines:?}");
    // Several functions may log there: the streams name the one.
    assert!(lines[0].log_stream_name().unwrap().contains("/receiver[$LATEST]["), "{lines:?}");
    assert!(bench.find("/outcomes", "approximateInvokeCount").await.is_empty());
    set(ApplicationLogLevel::Info).await.unwrap();
    bench.event("sender", r#"{"return":"success"}"#).await;
    bench.awaited("/outcomes", "approximateInvokeCount", 1).await;
}

impl Bench {
    /// Events of a group that is made when something is logged to it.
    async fn awaited_in_new_group(
        &self,
        group: &str,
        pattern: &str,
    ) -> Vec<aws_sdk_cloudwatchlogs::types::FilteredLogEvent> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let listed = self.logs.describe_log_groups().log_group_name_prefix(group).send().await.unwrap();
            if !listed.log_groups().is_empty() {
                return self.awaited(group, pattern, 1).await;
            }
            assert!(Instant::now() < deadline, "no group {group}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn groups_have_a_class_and_a_retention() {
    let bench = Bench::fast().await;
    let make = bench.logs.create_log_group().log_group_name("/rare").log_group_class(LogGroupClass::InfrequentAccess);
    make.send().await.unwrap();
    bench.logs.put_retention_policy().log_group_name("/rare").retention_in_days(7).send().await.unwrap();
    assert!(bench.logs.put_retention_policy().log_group_name("/rare").retention_in_days(8).send().await.is_err());
    let found = bench.logs.describe_log_groups().log_group_name_prefix("/rare").send().await.unwrap();
    assert_eq!(found.log_groups()[0].retention_in_days(), Some(7));
    let listed = bench.logs.list_log_groups().log_group_name_pattern("^/ra.e$").send().await.unwrap();
    assert_eq!(listed.log_groups()[0].log_group_class(), Some(&LogGroupClass::InfrequentAccess));
    let refused = bench.logs.filter_log_events().log_group_name("/rare").send().await.unwrap_err();
    let refused = refused.into_service_error();
    assert_eq!(refused.code(), Some("InvalidOperationException"));
    assert!(refused.message().unwrap().contains("log-group-class INFREQUENT_ACCESS"), "{refused:?}");
}

#[tokio::test]
async fn what_happens_is_counted() {
    let bench = Bench::fast().await;
    for payload in [r#"{"return":"success"}"#, "{}", "{}"] {
        bench.event("sender", payload).await;
    }
    bench.metric_reaches("sender", "AsyncEventsDropped", 2).await;
    assert_eq!(bench.metric("sender", "AsyncEventsReceived").await, 3);
    assert_eq!(bench.metric("sender", "Errors").await, 6);
    assert!(bench.metric("sender", "AsyncEventAge").await >= 180_000, "three minutes before each last try");
    assert_eq!(bench.metric("sender", "DestinationDeliveryFailures").await, 0);
    assert_eq!(bench.metric("thumbnailer", "AsyncEventsReceived").await, 0);
}
