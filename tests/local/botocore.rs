//! botocore's models agree: the AWS CLI runs every operation that the endpoint has.

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use arrivals::local::Options;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use serde_json::Value;

use super::bench::{Bench, RECEIVER};

const QUEUE: &str = "arn:aws:sqs:eu-central-1:123123123123:outcomes";
const GROUP: &str = "arn:aws:logs:eu-central-1:123123123123:log-group:/aws/lambda/receiver";

/// The AWS CLI on an endpoint, and the operations that it has run.
struct Cli {
    exports: Vec<(&'static str, String)>,
    run: BTreeSet<String>,
}

impl Cli {
    fn on(bench: &Bench) -> Self {
        Self { exports: bench.endpoint.exports().into_iter().collect(), run: BTreeSet::new() }
    }

    fn command(&self, service: &str, command: &str, args: &[&str]) -> Command {
        let mut cli = Command::new("aws");
        cli.envs(self.exports.iter().map(|(name, value)| (name, value)));
        cli.env("AWS_CONFIG_FILE", "none").env("AWS_SHARED_CREDENTIALS_FILE", "none");
        // Loopback has no name that a prefix could stand before.
        cli.env("AWS_DISABLE_HOST_PREFIX_INJECTION", "true").env("PYTHONUNBUFFERED", "1");
        cli.args([service, command]).args(args);
        cli
    }

    /// Runs a command, which must succeed; gives what it prints, null when that is nothing.
    fn run(&mut self, service: &str, command: &str, args: &[&str]) -> Value {
        let output = self.command(service, command, args).output().unwrap();
        assert!(output.status.success(), "{service} {command}: {}", String::from_utf8_lossy(&output.stderr));
        self.run.insert(camel_case(command));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// The same, of a function.
    fn of(&mut self, command: &str, function: &str, args: &[&str]) -> Value {
        self.run("lambda", command, &[&["--function-name", function], args].concat())
    }

    /// The same, of a log group with a stream.
    fn log(&mut self, command: &str, args: &[&str]) -> Value {
        self.run("logs", command, &[&["--log-group-name", "g"], args].concat())
    }

    fn functions(&mut self) {
        assert!(self.run("lambda", "list-functions", &[])["Functions"].as_array().unwrap().len() > 5);
        assert_eq!(self.of("get-function", "sender", &[])["Configuration"]["FunctionName"], "sender");
        assert_eq!(self.of("get-function-configuration", "sender", &[])["FunctionName"], "sender");
        let json = self.of("update-function-configuration", "receiver", &["--logging-config", "LogFormat=JSON"]);
        assert_eq!(json["LoggingConfig"]["LogFormat"], "JSON");
        assert_eq!(self.of("list-aliases", "sender", &[])["Aliases"][0]["Name"], "live");
        assert_eq!(self.of("get-alias", "sender", &["--name", "live"])["FunctionVersion"], "7");
        assert_eq!(self.of("list-versions-by-function", "sender", &[])["Versions"][0]["Version"], "$LATEST");
        self.of("invoke", "receiver", &["--invocation-type", "Event", "/dev/null"]);
        self.of("delete-function", "thumbnailer", &[]);
    }

    fn configurations(&mut self) {
        let put = self.of("put-function-event-invoke-config", "sender", &["--maximum-retry-attempts", "1"]);
        assert_eq!(put["MaximumRetryAttempts"], 1);
        let updated =
            self.of("update-function-event-invoke-config", "sender", &["--maximum-event-age-in-seconds", "120"]);
        assert_eq!(updated["MaximumEventAgeInSeconds"], 120);
        assert_eq!(self.of("get-function-event-invoke-config", "sender", &[])["MaximumRetryAttempts"], 1);
        let listed = self.of("list-function-event-invoke-configs", "sender", &[]);
        assert!(!listed["FunctionEventInvokeConfigs"].as_array().unwrap().is_empty());
        self.of("delete-function-event-invoke-config", "sender", &[]);
        self.of("put-function-concurrency", "sender", &["--reserved-concurrent-executions", "5"]);
        assert_eq!(self.of("get-function-concurrency", "sender", &[])["ReservedConcurrentExecutions"], 5);
        self.of("delete-function-concurrency", "sender", &[]);
    }

    fn triggers(&mut self) {
        let who = ["--action", "lambda:InvokeFunction", "--principal", "sns.amazonaws.com"];
        self.of("add-permission", "receiver", &[&["--statement-id", "sns"], &who[..]].concat());
        assert!(self.of("get-policy", "receiver", &[])["Policy"].as_str().unwrap().contains("sns.amazonaws.com"));
        self.of("remove-permission", "receiver", &["--statement-id", "sns"]);
        let created = self.of("create-event-source-mapping", "receiver", &["--event-source-arn", QUEUE]);
        let uuid = ["--uuid", created["UUID"].as_str().unwrap()];
        assert_eq!(self.run("lambda", "get-event-source-mapping", &uuid)["EventSourceArn"], QUEUE);
        let more = [&uuid[..], &["--batch-size", "5"]].concat();
        assert_eq!(self.run("lambda", "update-event-source-mapping", &more)["BatchSize"], 5);
        let listed = self.run("lambda", "list-event-source-mappings", &[]);
        assert_eq!(listed["EventSourceMappings"][0]["UUID"], created["UUID"]);
        self.run("lambda", "delete-event-source-mapping", &uuid);
    }

    fn logs(&mut self) {
        let now = jiff::Timestamp::now().as_millisecond();
        let stream = ["--log-stream-name", "s"];
        self.log("create-log-group", &[]);
        self.log("create-log-stream", &stream);
        let event = format!("timestamp={now},message=hello");
        self.log("put-log-events", &[&stream[..], &["--log-events", &event]].concat());
        assert_eq!(self.log("filter-log-events", &[])["events"][0]["message"], "hello");
        assert_eq!(self.log("get-log-events", &stream)["events"][0]["message"], "hello");
        assert_eq!(self.log("describe-log-streams", &[])["logStreams"][0]["logStreamName"], "s");
        self.log("put-retention-policy", &["--retention-in-days", "7"]);
        let described = self.run("logs", "describe-log-groups", &["--log-group-name-prefix", "g"]);
        assert_eq!(described["logGroups"][0]["retentionInDays"], 7);
        self.log("delete-retention-policy", &[]);
        assert!(self.run("logs", "list-log-groups", &[])["logGroups"].as_array().unwrap().len() > 1);
    }

    fn queries(&mut self) {
        let end = (jiff::Timestamp::now().as_second() + 60).to_string();
        let query = ["--start-time", "1", "--end-time", &end, "--query-string", "fields @message, @ptr"];
        let started = self.log("start-query", &query);
        let id = ["--query-id", started["queryId"].as_str().unwrap()];
        let pointer = self.pointer(&id);
        let record = self.run("logs", "get-log-record", &["--log-record-pointer", &pointer]);
        assert_eq!(record["logRecord"]["@message"], "hello");
        let started = self.log("start-query", &query);
        let id = ["--query-id", started["queryId"].as_str().unwrap()];
        let stopped = self.command("logs", "stop-query", &id).output().unwrap();
        // One that has ended meanwhile is refused by a shape of the model, too.
        let words = String::from_utf8_lossy(&[stopped.stdout, stopped.stderr].concat()).into_owned();
        assert!(words.contains("\"success\": true") || words.contains("InvalidParameterException"), "{words}");
        self.run.insert("StopQuery".to_owned());
    }

    /// What points to the record that a query finds.
    fn pointer(&mut self, id: &[&str]) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let found = self.run("logs", "get-query-results", id);
            let fields = found["results"][0].as_array().into_iter().flatten();
            let pointer = fields.filter(|field| field["field"] == "@ptr").find_map(|field| field["value"].as_str());
            if let Some(pointer) = pointer {
                return pointer.to_owned();
            }
            assert!(Instant::now() < deadline, "{found}");
        }
    }

    fn others(&mut self) {
        assert_eq!(self.run("sts", "get-caller-identity", &[])["Account"], "123123123123");
        let metric = r#"[{"Id":"q","MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":"sender"}]},"Period":60,"Stat":"Sum"}}]"#;
        let span = ["--start-time", "2026-01-01T00:00:00Z", "--end-time", "2026-01-02T00:00:00Z"];
        let data = self.run("cloudwatch", "get-metric-data", &[&["--metric-data-queries", metric], &span[..]].concat());
        assert_eq!(data["MetricDataResults"][0]["Id"], "q");
    }

    /// Listens until the session ends, while something is logged.
    async fn live_tail(&mut self, bench: &Bench) {
        let mut live = self.command("logs", "start-live-tail", &["--log-group-identifiers", GROUP]);
        let live = live.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = tokio::task::spawn_blocking(|| live.wait_with_output());
        let stream = bench.logs.create_log_stream().log_group_name(RECEIVER).log_stream_name("live");
        stream.send().await.unwrap();
        let output: Output = loop {
            let time = jiff::Timestamp::now().as_millisecond();
            let event = InputLogEvent::builder().timestamp(time).message("told at once").build().unwrap();
            let put = bench.logs.put_log_events().log_group_name(RECEIVER).log_stream_name("live");
            put.log_events(event).send().await.unwrap();
            if let Ok(ended) = tokio::time::timeout(Duration::from_millis(100), &mut told).await {
                break ended.unwrap().unwrap();
            }
        };
        let words = String::from_utf8_lossy(&output.stdout);
        assert!(words.contains("told at once"), "{words}{}", String::from_utf8_lossy(&output.stderr));
        self.run.insert("StartLiveTail".to_owned());
    }
}

#[tokio::test]
async fn the_aws_cli_runs_every_operation() {
    if Command::new("aws").arg("--version").output().is_err() {
        println!("skipped: the AWS CLI is not installed");
        return;
    }
    let faults = vec!["session=2s@StartLiveTail".parse().unwrap()];
    let options = Options { faults, live_update: Duration::from_millis(50), ..Options::default() };
    let bench = Bench::of(options).await;
    let mut functions = Cli::on(&bench);
    let functions = tokio::task::spawn_blocking(move || {
        functions.functions();
        functions.configurations();
        functions.triggers();
        functions.run
    });
    let mut logs = Cli::on(&bench);
    let logs = tokio::task::spawn_blocking(move || {
        logs.logs();
        logs.queries();
        logs.others();
        logs.run
    });
    let mut live = Cli::on(&bench);
    live.live_tail(&bench).await;
    let run = [functions.await.unwrap(), logs.await.unwrap(), live.run].into_iter().flatten().collect();
    let missing: Vec<String> = offered().difference(&run).cloned().collect();
    assert_eq!(missing, Vec::<String>::new(), "offered, and not run by the AWS CLI here");
}

/// What a command is refused with, or shows, under a fault.
const FAILING: [(&str, &str, &str, &str); 14] = [
    ("throttle@FilterLogEvents", "logs", "filter-log-events", "(ThrottlingException)"),
    ("error@FilterLogEvents", "logs", "filter-log-events", "(InternalFailure)"),
    ("missing@FilterLogEvents", "logs", "filter-log-events", "(ResourceNotFoundException)"),
    (
        "denied@FilterLogEvents",
        "logs",
        "filter-log-events",
        "not authorized to perform: logs:FilterLogEvents on resource",
    ),
    ("expired@FilterLogEvents", "logs", "filter-log-events", "(ExpiredTokenException)"),
    ("skew@FilterLogEvents", "logs", "filter-log-events", "Signature expired: "),
    ("cut@FilterLogEvents", "logs", "filter-log-events", "Connection"),
    ("reset@FilterLogEvents", "logs", "filter-log-events", "Connection"),
    ("mask=hello@FilterLogEvents", "logs", "filter-log-events", "\"message\": \"*****\""),
    ("throttle@ListFunctions", "lambda", "list-functions", "(TooManyRequestsException)"),
    ("denied@ListFunctions", "lambda", "list-functions", "not authorized to perform: lambda:ListFunctions"),
    ("expired@ListFunctions", "lambda", "list-functions", "(ExpiredTokenException)"),
    ("denied@GetCallerIdentity", "sts", "get-caller-identity", "(AccessDenied)"),
    ("expired@GetCallerIdentity", "sts", "get-caller-identity", "(ExpiredToken)"),
];

#[tokio::test]
async fn the_aws_cli_meets_faults_as_those_of_aws() {
    if Command::new("aws").arg("--version").output().is_err() {
        println!("skipped: the AWS CLI is not installed");
        return;
    }
    let bench = Bench::of(Options::default()).await;
    let mut cli = Cli::on(&bench);
    let prepared = tokio::task::spawn_blocking(move || {
        cli.log("create-log-group", &[]);
        cli.log("create-log-stream", &["--log-stream-name", "s"]);
        let event = format!("timestamp={},message=hello", jiff::Timestamp::now().as_millisecond());
        cli.log("put-log-events", &["--log-stream-name", "s", "--log-events", &event]);
        cli
    });
    let cli = prepared.await.unwrap();
    for (fault, service, command, words) in FAILING {
        bench.endpoint.set_faults([fault.parse().unwrap()]);
        let args: &[&str] = if service == "logs" { &["--log-group-name", "g"] } else { &[] };
        let mut failing = cli.command(service, command, args);
        failing.env("AWS_MAX_ATTEMPTS", "1");
        let output = tokio::task::spawn_blocking(move || failing.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(said.contains(words), "{fault}: {said}");
    }
}

/// Every operation that the endpoint's own code answers by its name.
fn offered() -> BTreeSet<String> {
    let rooms = [
        include_str!("../../src/local/logs.rs"),
        include_str!("../../src/local/cloudwatch.rs"),
        include_str!("../../src/local/sts.rs"),
    ];
    let arms = rooms.iter().flat_map(|room| room.lines()).filter_map(|line| {
        let line = line.trim_start();
        let before = ["if operation.name == \"", "Some(\"", "\""].iter().find_map(|start| line.strip_prefix(start))?;
        let (name, after) = before.split_once('"')?;
        let answers = after.trim_start_matches(')').trim_start();
        (answers.starts_with("=>") || answers == "{").then_some(name)
    });
    let lambda = include_str!("../../src/local/operation.rs").lines().filter_map(|line| {
        let (_, name) = line.trim_start().strip_prefix("(\"")?.split_once("]) => \"")?;
        name.strip_suffix("\",")
    });
    let offered: BTreeSet<String> = arms.chain(lambda).map(str::to_owned).collect();
    for known in ["FilterLogEvents", "StartLiveTail", "GetMetricData", "GetCallerIdentity", "Invoke", "GetPolicy"] {
        assert!(offered.contains(known), "{known} in {offered:?}");
    }
    offered
}

/// The operation that a command of the AWS CLI stands for.
fn camel_case(command: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    command.split('-').map(capital).collect()
}
