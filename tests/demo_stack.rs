//! The deployable demo: its templates are sound, and its handlers do what the embedded endpoint's functions do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may fail by panicking")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use arrivals::aws::{self, Clients, Keys, Settings};
use arrivals::local::{Endpoint, Options};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::{Value, json};

fn templates() -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir("assets/demo-stack").unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

/// Whether a program is there; says so when it is not.
fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// The inline code of a resource, as Lambda would run it.
fn inline_code(template: &str, resource: &str) -> String {
    let own = template.split_once(&format!("\n  {resource}:\n")).unwrap().1;
    let code = own.split_once("ZipFile: |\n").unwrap().1;
    let lines = code.lines().take_while(|line| line.is_empty() || line.starts_with("          "));
    lines
        .map(|line| line.trim_start_matches("          ").to_owned().replace('\t', "    "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn templates_are_sound() {
    assert_eq!(templates().len(), 5);
    if !installed("cfn-lint") {
        return;
    }
    let output = Command::new("cfn-lint").args(templates()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_template_gives_both_commands_and_least_rights() {
    for path in templates() {
        let text = fs::read_to_string(&path).unwrap();
        for payload in ["eyJyZXR1cm4iOiAiZmFpbHVyZSJ9", "eyJyZXR1cm4iOiAic3VjY2VzcyJ9"] {
            let command = format!(
                "aws lambda invoke --function-name ${{Sender}} --invocation-type Event --payload '{payload}' --no-cli-pager /dev/null"
            );
            assert!(text.contains(&command), "{}: {command}", path.display());
        }
        assert!(text.contains("OnSuccess:") && text.contains("OnFailure:") && text.contains("RetentionInDays"));
        assert!(!text.contains("Resource: \"*\"") && !text.contains("ManagedPolicyArns"), "{}", path.display());
    }
}

/// Runs a handler as the Python runtime does: what it returned, or its error, and what it printed.
fn run(code: &str, event: &str) -> Value {
    let harness = r#"
import contextlib, io, json, sys
source, event = json.load(sys.stdin)
scope, out = {}, io.StringIO()
exec(compile(source, "index.py", "exec"), scope)
with contextlib.redirect_stdout(out):
    try:
        result = {"returned": json.dumps(scope["lambda_handler"](json.loads(event), None))}
    except Exception as error:
        result = {"errorMessage": str(error), "errorType": type(error).__name__}
json.dump({**result, "printed": out.getvalue()}, sys.stdout)
"#;
    let mut python =
        Command::new("python3").args(["-c", harness]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(json!([code, event]).to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn connect(endpoint: &Endpoint) -> Clients {
    let settings = Settings {
        region: Some(endpoint.region().to_owned()),
        endpoint_url: Some(endpoint.url().to_owned()),
        keys: Some(Keys { id: "local".into(), secret: "local".into() }),
        ..Settings::default()
    };
    aws::connect(&settings).await.unwrap()
}

async fn invoke(clients: &Clients, function: &str, event: &str) -> String {
    let answer = clients.invoke.invoke().function_name(function).payload(Blob::new(event)).send().await.unwrap();
    String::from_utf8(answer.payload.unwrap().into_inner()).unwrap()
}

#[tokio::test]
async fn the_senders_code_does_what_the_endpoints_sender_does() {
    if !installed("python3") {
        return;
    }
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let clients = connect(&endpoint).await;
    for path in templates() {
        let code = inline_code(&fs::read_to_string(&path).unwrap(), "Sender");
        for event in [r#"{"return": "failure"}"#, r#"{"return": "success"}"#, "{}", r#"{"return": 1}"#, "[1]", "null"] {
            let deployed = run(&code, event);
            let embedded = invoke(&clients, "sender", event).await;
            if let Some(returned) = deployed["returned"].as_str() {
                assert_eq!(returned, embedded, "{} {event}", path.display());
            } else {
                let embedded: Value = serde_json::from_str(&embedded).unwrap();
                for key in ["errorMessage", "errorType"] {
                    assert_eq!(deployed[key], embedded[key], "{} {event}", path.display());
                }
            }
        }
    }
}

#[tokio::test]
async fn the_receivers_code_prints_what_the_endpoints_receiver_logs() {
    if !installed("python3") {
        return;
    }
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let clients = connect(&endpoint).await;
    let record = r#"{"version":"1.0","requestPayload":{"n":1.5,"text":"größer \u2028 <&>"},"responsePayload":null}"#;
    invoke(&clients, "receiver", record).await;
    let group = format!("/aws/lambda/{}", Endpoint::receiver());
    for path in templates() {
        let code = inline_code(&fs::read_to_string(&path).unwrap(), "Receiver");
        if code.contains("import boto3") && !installed_module("boto3") {
            continue;
        }
        let printed = run(&code, record)["printed"].as_str().unwrap().to_owned();
        wait_for(&clients, &group, &printed).await;
    }
}

#[tokio::test]
async fn a_record_is_printed_alike_to_the_last_number() {
    if !installed("python3") {
        return;
    }
    let endpoint = Endpoint::start(Options { time_scale: 6000.0, ..Options::default() }).await.unwrap();
    let clients = connect(&endpoint).await;
    let payload =
        r#"{"return":"failure","whole":12345678901234567890,"one":1.0,"small":1e-08,"zero":-0.0,"text":"1.0"}"#;
    let sent = clients.invoke.invoke().function_name("sender").invocation_type(InvocationType::Event);
    sent.payload(Blob::new(payload)).send().await.unwrap();
    let group = format!("/aws/lambda/{}", Endpoint::receiver());
    let logged = logged(&clients, &group, |message| message.contains("\"condition\": \"RetriesExhausted\"")).await;
    assert!(logged.contains("\"approximateInvokeCount\": 3") && logged.contains("\"version\": \"1.0\""), "{logged}");
    for path in templates() {
        let code = inline_code(&fs::read_to_string(&path).unwrap(), "Receiver");
        if !code.contains("import boto3") || installed_module("boto3") {
            assert_eq!(run(&code, &logged)["printed"].as_str(), Some(logged.as_str()), "{}", path.display());
        }
    }
}

/// Waits until a group has a log event: events show up a little after they were written.
async fn wait_for(clients: &Clients, group: &str, wanted: &str) {
    logged(clients, group, |message| message == wanted).await;
}

/// The first log event of a group that is wanted.
async fn logged(clients: &Clients, group: &str, wanted: impl Fn(&str) -> bool) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let page = clients.logs.filter_log_events().log_group_name(group).send().await.unwrap();
        let messages: Vec<_> = page.events().iter().filter_map(|event| event.message()).collect();
        if let Some(message) = messages.iter().find(|message| wanted(message)) {
            return (*message).to_owned();
        }
        assert!(Instant::now() < deadline, "it is not in {messages:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn installed_module(module: &str) -> bool {
    let found = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: {module} is not installed");
    }
    found
}
