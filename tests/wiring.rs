//! The wiring that is found at the embedded endpoint, and what the doctor says of it.

#![allow(clippy::unwrap_used, reason = "a test's helper fails the test as the test itself does")]

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use arrivals::aws::{self, Clients, Keys, Settings};
use arrivals::local::{Endpoint, FaultRule, Options};
use arrivals::wiring::{Examined, Explorer, Gravity, Measure, Sender, Via, examine, measure};
use aws_sdk_cloudwatchlogs::types::LogGroupClass;
use aws_sdk_lambda::types::{
    ApplicationLogLevel, DeadLetterConfig, DestinationConfig, LogFormat, LoggingConfig, OnFailure, OnSuccess,
};
use serde_json::Value;

const QUEUE: &str = "arn:aws:sqs:eu-central-1:123123123123:outcomes";
const TOPIC: &str = "arn:aws:sns:eu-central-1:123123123123:outcomes";
const BUS: &str = "arn:aws:events:eu-central-1:123123123123:event-bus/outcomes";
const RULE: &str = "arn:aws:events:eu-central-1:123123123123:rule/outcomes/failures";

struct Bench {
    endpoint: Endpoint,
    clients: Clients,
}

impl Bench {
    async fn new() -> Self {
        let endpoint = Endpoint::start(Options { time_scale: 6000.0, ..Options::default() }).await.unwrap();
        let keys = Keys { id: "AKIDLOCAL".into(), secret: "local".into() };
        let settings = Settings {
            region: Some("eu-central-1".into()),
            endpoint_url: Some(endpoint.url().into()),
            keys: Some(keys),
            ..Settings::default()
        };
        let clients = aws::connect(&settings).await.unwrap();
        Self { endpoint, clients }
    }

    async fn send_to(&self, qualifier: &str, arn: &str) {
        let success = OnSuccess::builder().destination(arn).build();
        let failure = OnFailure::builder().destination(arn).build();
        let to = DestinationConfig::builder().on_success(success).on_failure(failure).build();
        let put = self.clients.lambda.put_function_event_invoke_config().function_name("sender").qualifier(qualifier);
        put.destination_config(to).send().await.unwrap();
    }

    async fn permit(&self, service: &str, source: &str) {
        let add = self.clients.lambda.add_permission().function_name("receiver").statement_id("s").principal(service);
        add.action("lambda:InvokeFunction").source_arn(source).send().await.unwrap();
    }

    async fn sender(&self) -> Sender {
        Explorer::new(self.clients.clone()).sender("sender").await.unwrap()
    }

    async fn examined(&self) -> Examined {
        let mut explorer = Explorer::new(self.clients.clone());
        let sender = explorer.sender("sender").await.unwrap();
        examine(&explorer, sender, now()).await.unwrap()
    }

    async fn codes(&self) -> Vec<&'static str> {
        self.examined().await.findings.iter().map(|finding| finding.code).collect()
    }

    /// Takes away what a fresh endpoint is found to have: groups that are kept for ever.
    async fn keep(&self, group: &str) {
        self.clients.logs.put_retention_policy().log_group_name(group).retention_in_days(30).send().await.unwrap();
    }

    fn deny(&self, actions: &[&str]) {
        let rules: Vec<FaultRule> = actions.iter().map(|action| format!("denied@{action}").parse().unwrap()).collect();
        self.endpoint.set_faults(rules);
    }

    async fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arrivals"));
        command.arg("wiring").args(args).env_clear().env("HOME", "/nonexistent").env("NO_COLOR", "1");
        command.envs(self.endpoint.exports());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn groups(sender: &Sender) -> Vec<String> {
    sender.groups(None)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_function_behind_a_function_is_found_for_every_qualifier() {
    let bench = Bench::new().await;
    let sender = bench.sender().await;
    let qualifiers: Vec<&str> = sender.routes.iter().map(|route| route.qualifier.as_str()).collect();
    assert_eq!(qualifiers, ["$LATEST", "live"]);
    assert_eq!(sender.routes[0].retries, Some(2));
    assert_eq!(groups(&sender), ["/aws/lambda/receiver"]);
    assert_eq!(sender.arn, "arn:aws:lambda:eu-central-1:123123123123:function:sender");
    let one = Explorer::new(bench.clients.clone()).sender("sender:live").await.unwrap();
    assert_eq!(one.routes.len(), 1);
}

#[tokio::test]
async fn receivers_behind_a_queue_a_topic_and_a_bus_are_found() {
    let bench = Bench::new().await;
    bench.send_to("$LATEST", QUEUE).await;
    bench.send_to("live", QUEUE).await;
    assert!(groups(&bench.sender().await).is_empty());
    let mapping = bench.clients.lambda.create_event_source_mapping().event_source_arn(QUEUE).function_name("receiver");
    let uuid = mapping.send().await.unwrap().uuid.unwrap();
    let sender = bench.sender().await;
    let receiver = &sender.destinations(None).next().unwrap().receivers[0];
    assert_eq!(receiver.via, Via::Mapping { uuid, state: "Enabled".into() });
    assert_eq!(groups(&sender), ["/aws/lambda/receiver"]);
    bench.send_to("$LATEST", TOPIC).await;
    bench.send_to("live", BUS).await;
    assert!(groups(&bench.sender().await).is_empty());
    bench.permit("sns.amazonaws.com", TOPIC).await;
    assert_eq!(groups(&bench.sender().await), ["/aws/lambda/receiver"]);
    bench.clients.lambda.remove_permission().function_name("receiver").statement_id("s").send().await.unwrap();
    bench.permit("events.amazonaws.com", RULE).await;
    let sender = bench.sender().await;
    let vias: Vec<&Via> = sender
        .destinations(None)
        .flat_map(|destination| &destination.receivers)
        .map(|receiver| &receiver.via)
        .collect();
    assert_eq!(vias, [&Via::Rule("failures".into())]);
}

#[tokio::test]
async fn a_group_of_the_receivers_own_choice_is_found() {
    let bench = Bench::new().await;
    let logging = LoggingConfig::builder().log_group("/shared/outcomes").build();
    let update = bench.clients.lambda.update_function_configuration().function_name("receiver");
    update.logging_config(logging).send().await.unwrap();
    assert_eq!(groups(&bench.sender().await), ["/shared/outcomes"]);
    let landing = Explorer::new(bench.clients.clone()).landing("sender").await.unwrap();
    assert_eq!(landing.groups.iter().map(|group| &**group).collect::<Vec<_>>(), ["/shared/outcomes"]);
}

#[tokio::test]
async fn all_senders_are_found_and_how_many_were_asked_is_told() {
    let bench = Bench::new().await;
    let mut told = Vec::new();
    let mut explorer = Explorer::new(bench.clients.clone());
    let found = explorer.senders(|done, total| told.push((done, total))).await.unwrap();
    let names: Vec<&str> = found.iter().map(|sender| sender.name.as_str()).collect();
    let expected: Vec<&str> = Endpoint::senders().collect();
    assert_eq!(names, expected);
    assert_eq!(told.last(), Some(&(8, 8)));
}

#[tokio::test]
async fn what_may_not_be_read_is_told_and_the_rest_is_found() {
    let bench = Bench::new().await;
    bench.deny(&["lambda:ListFunctionEventInvokeConfigs", "lambda:GetFunctionConfiguration"]);
    let sender = bench.sender().await;
    assert_eq!(groups(&sender), ["/aws/lambda/receiver"], "the usual name");
    assert_eq!(sender.routes.len(), 1, "that of $LATEST alone");
    assert!(sender.unread[0].contains("lambda:GetFunctionConfiguration"), "{:?}", sender.unread);
    bench.deny(&["lambda:GetFunctionConcurrency", "cloudwatch:GetMetricData", "logs:DescribeLogGroups"]);
    let unread = bench.examined().await.facts.sender.unread;
    assert_eq!(unread.len(), 3, "{unread:?}");
}

#[tokio::test]
async fn a_sound_wiring_has_no_fault() {
    let bench = Bench::new().await;
    assert_eq!(bench.codes().await, ["kept-for-ever"]);
    bench.keep("/aws/lambda/receiver").await;
    assert_eq!(bench.codes().await, Vec::<&str>::new());
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong() {
    let bench = Bench::new().await;
    bench.keep("/aws/lambda/receiver").await;
    let lambda = &bench.clients.lambda;
    lambda.delete_function_event_invoke_config().function_name("sender").qualifier("live").send().await.unwrap();
    assert_eq!(bench.codes().await, ["no-config"]);
    bench.send_to("live", QUEUE).await;
    assert_eq!(bench.codes().await, ["queue-unread"]);
    bench.send_to("live", "arn:aws:lambda:eu-central-1:123123123123:function:receiver").await;
    let dead = DeadLetterConfig::builder().target_arn(QUEUE).build();
    lambda.update_function_configuration().function_name("sender").dead_letter_config(dead).send().await.unwrap();
    assert_eq!(bench.codes().await, ["dead-letter-too"]);
    let none = DeadLetterConfig::builder().target_arn("").build();
    lambda.update_function_configuration().function_name("sender").dead_letter_config(none).send().await.unwrap();
    let set = lambda.put_function_concurrency().function_name("receiver").reserved_concurrent_executions(0);
    set.send().await.unwrap();
    assert_eq!(bench.codes().await, ["receiver-no-concurrency"]);
    lambda.delete_function_concurrency().function_name("receiver").send().await.unwrap();
    let age = lambda.update_function_event_invoke_config().function_name("sender").maximum_event_age_in_seconds(60);
    age.send().await.unwrap();
    assert_eq!(bench.codes().await, ["age-before-retries"]);
}

#[tokio::test]
async fn a_qualifier_that_was_named_is_looked_at_alone() {
    let bench = Bench::new().await;
    bench.keep("/aws/lambda/receiver").await;
    let mut explorer = Explorer::new(bench.clients.clone());
    let sender = explorer.sender("sender:live").await.unwrap();
    assert_eq!(examine(&explorer, sender, now()).await.unwrap().findings, []);
}

#[tokio::test]
async fn the_doctor_looks_at_the_receivers_log() {
    let bench = Bench::new().await;
    let make = bench.clients.logs.create_log_group().log_group_name("/rare");
    make.log_group_class(LogGroupClass::InfrequentAccess).send().await.unwrap();
    bench.keep("/rare").await;
    let logging = |level, group: &str| {
        let logging = LoggingConfig::builder().log_format(LogFormat::Json).application_log_level(level);
        let update = bench.clients.lambda.update_function_configuration().function_name("receiver");
        update.logging_config(logging.log_group(group).build()).send()
    };
    logging(ApplicationLogLevel::Error, "/rare").await.unwrap();
    assert_eq!(bench.codes().await, ["level-drops-records", "group-class"]);
    logging(ApplicationLogLevel::Info, "/nowhere").await.unwrap();
    assert_eq!(bench.codes().await, ["no-group"]);
}

#[tokio::test]
async fn a_fifo_destination_of_earlier_days_is_a_fault() {
    let bench = Bench::new().await;
    bench.keep("/aws/lambda/receiver").await;
    let fifo = "arn:aws:sqs:eu-central-1:123123123123:outcomes.fifo";
    let failure = OnFailure::builder().destination(fifo).build();
    let put = bench.clients.lambda.put_function_event_invoke_config().function_name("sender");
    let refused = put.destination_config(DestinationConfig::builder().on_failure(failure).build()).send().await;
    assert!(refused.unwrap_err().into_service_error().is_invalid_parameter_value_exception());
    bench.endpoint.hold_failure_destination("sender", "live", fifo);
    assert_eq!(bench.codes().await, ["fifo", "queue-unread"]);
}

#[tokio::test]
async fn records_that_cannot_be_delivered_are_counted_and_told() {
    let bench = Bench::new().await;
    bench.keep("/aws/lambda/receiver").await;
    bench.send_to("$LATEST", QUEUE).await;
    bench.send_to("live", "arn:aws:lambda:eu-central-1:123123123123:function:receiver").await;
    let invoke = bench.clients.invoke.invoke().function_name("sender");
    invoke.invocation_type(aws_sdk_lambda::types::InvocationType::Event).send().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while bench.endpoint.delivery_failures() == 0 {
        assert!(Instant::now() < deadline, "nothing failed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let examined = bench.examined().await;
    let finding = &examined.findings[0];
    assert_eq!((finding.code, finding.gravity), ("delivery-fails", Gravity::Fault));
    assert_eq!(finding.found, "1 records could not be delivered within a day");
    assert!(finding.mend.as_ref().unwrap().contains(r#""Action":"sqs:SendMessage","Resource":"arn:aws:sqs:"#));
    let counts = measure(&bench.clients, &["sender".into()], (now() - 3_600_000, now()), Duration::from_mins(1)).await;
    assert_eq!(counts.unwrap().total("sender", Measure::Dropped), 1);
}

#[tokio::test]
async fn text_tells_where_outcomes_go_and_what_to_type() {
    let bench = Bench::new().await;
    bench.send_to("$LATEST", QUEUE).await;
    let ran = bench.run(&["sender"]).await;
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    let page = text(&ran.stdout);
    let lines: Vec<&str> = page.lines().collect();
    assert_eq!(lines[0], "sender");
    assert_eq!(lines[1], "  $LATEST  2 retries, events live 6 h");
    assert_eq!(lines[2], "    success → queue outcomes");
    assert!(page.contains("    failure → receiver → /aws/lambda/receiver (text, kept for ever)"), "{page}");
    let mend = "      $ aws lambda create-event-source-mapping --function-name RECEIVER --event-source-arn arn:aws:sqs:eu-central-1:123123123123:outcomes --region eu-central-1\n";
    assert!(page.contains(mend), "{page}");
}

#[tokio::test]
async fn jsonl_has_an_object_for_each_function() {
    let bench = Bench::new().await;
    let ran = bench.run(&["--output", "jsonl"]).await;
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    let objects: Vec<Value> = text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), Endpoint::senders().count());
    let sender = objects.iter().find(|object| object["functionName"] == "sender").unwrap();
    let receiver = &sender["configs"][0]["onFailure"]["receivers"][0];
    assert_eq!((&receiver["via"], &receiver["logGroup"]), (&"destination".into(), &"/aws/lambda/receiver".into()));
    assert_eq!(sender["findings"][0]["code"], "kept-for-ever");
}

#[tokio::test]
async fn a_function_that_is_not_there_is_told_after_those_that_are() {
    let bench = Bench::new().await;
    let ran = bench.run(&["nosuch", "sender"]).await;
    assert_eq!(ran.status.code(), Some(254));
    assert!(text(&ran.stdout).starts_with("sender\n"));
    assert!(text(&ran.stderr).contains("nosuch"), "{}", text(&ran.stderr));
}
