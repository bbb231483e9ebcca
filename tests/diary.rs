//! The program's own log, and the bug report: what they tell, and what they never tell.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use arrivals::aws::{self, Keys, Settings};
use arrivals::local::{Endpoint, Options};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;

/// Stands for what must not be told: in a payload, and in both halves of the credentials.
const CANARIES: [&str; 3] = ["canary-payload-7f3a", "canarySecretKey9c2b", "canarySessionToken51d"];

fn arrivals(state: &Path, endpoint: Option<&Endpoint>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arrivals"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("ARRIVALS_")) {
        command.env_remove(name);
    }
    command.env("XDG_STATE_HOME", state).env("XDG_CONFIG_HOME", "/nonexistent").env("RUST_LOG", "trace");
    command.env("AWS_ACCESS_KEY_ID", "AKIACANARY").env("AWS_SECRET_ACCESS_KEY", CANARIES[1]);
    command.env("AWS_SESSION_TOKEN", CANARIES[2]).env("AWS_REGION", "eu-central-1");
    if let Some(endpoint) = endpoint {
        command.env("AWS_ENDPOINT_URL", endpoint.url());
    }
    command
}

/// An endpoint whose receiver has logged a record with a payload that must not be told.
async fn endpoint() -> Endpoint {
    let endpoint = Endpoint::start(Options { time_scale: 600.0, ..Options::default() }).await.unwrap();
    let settings = Settings {
        region: Some(endpoint.region().to_owned()),
        endpoint_url: Some(endpoint.url().to_owned()),
        keys: Some(Keys { id: "local".into(), secret: "local".into() }),
        ..Settings::default()
    };
    let clients = aws::connect(&settings).await.unwrap();
    let payload = format!("{{\"return\":\"success\",\"secret\":\"{}\"}}", CANARIES[0]);
    let invoke = clients.invoke.invoke().function_name("sender").invocation_type(InvocationType::Event);
    invoke.payload(Blob::new(payload)).send().await.unwrap();
    let group = format!("/aws/lambda/{}", Endpoint::receiver());
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let page = clients.logs.filter_log_events().log_group_name(&group).send().await;
        let found = page.is_ok_and(|page| {
            page.events().iter().any(|event| event.message().is_some_and(|message| message.contains(CANARIES[0])))
        });
        if found {
            return endpoint;
        }
        assert!(Instant::now() < deadline, "the record has not been logged");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_told_and_payloads_and_credentials_are_not() {
    let (endpoint, state) = (endpoint().await, tempfile::tempdir().unwrap());
    let named = state.path().join("named.log");
    let group = format!("/aws/lambda/{}", Endpoint::receiver());
    for file in [Some(&named), None] {
        let mut tail = arrivals(state.path(), Some(&endpoint));
        tail.args(["tail", &group, "--no-follow", "--output", "jsonl", "--debug"]);
        if let Some(file) = file {
            tail.arg("--log-file").arg(file);
        }
        let output = tokio::task::spawn_blocking(move || tail.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains(CANARIES[0]), "the record was read");
        let log = fs::read_to_string(file.unwrap_or(&state.path().join("arrivals/arrivals.log"))).unwrap();
        assert!(
            log.contains("operation=\"FilterLogEvents\"") && log.contains("request_id=") && log.contains("millis="),
            "{log}"
        );
        for canary in CANARIES {
            assert!(!log.contains(canary), "{canary}\n{log}");
        }
        assert!(!log.contains("AKIACANARY") && !log.contains("Authorization"), "{log}");
    }
}

#[cfg(unix)]
#[test]
fn the_log_is_its_owners_and_off_unless_asked_for() {
    use std::os::unix::fs::PermissionsExt;
    let state = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let read = arrivals(state.path(), None).args(["read", "/dev/null"]).args(args).output().unwrap();
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    };
    run(&[]);
    let log = state.path().join("arrivals/arrivals.log");
    assert!(!log.exists());
    run(&["--debug"]);
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&log).unwrap().contains("started"));
    let refused =
        arrivals(state.path(), None).args(["read", "/dev/null", "--log-file", "/dev/null/x"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(253));
}

#[test]
fn a_bug_report_names_what_is_set_and_tells_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    fs::write(&config, "[aws]\nprofile = \"canary-profile\"\n[filters]\ncanary-filter = \"fn:canary-name\"\n").unwrap();
    let mut report = arrivals(folder.path(), None);
    report.env("ARRIVALS_CONFIG", &config).env("ARRIVALS_FILTER", "fn:canary-function").arg("bug-report");
    let output = report.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.starts_with("arrivals 0."), "{text}");
    for told in
        ["system: ", "TERM: ", "ARRIVALS_FILTER", "AWS_SECRET_ACCESS_KEY", "aws.profile", "filters", "keys: sound"]
    {
        assert!(text.contains(told), "{told}\n{text}");
    }
    assert!(!text.contains("canary"), "{text}");
    fs::write(&config, "[aws]\nprofil = \"canary-profile\"\n").unwrap();
    let mut broken = arrivals(folder.path(), None);
    let text =
        String::from_utf8(broken.env("ARRIVALS_CONFIG", &config).arg("bug-report").output().unwrap().stdout).unwrap();
    assert!(text.contains("it cannot be used: 1 faults, the first in line 2") && !text.contains("canary"), "{text}");
}
