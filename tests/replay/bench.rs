//! An endpoint, a file of failed records, and the program with a state folder of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use arrivals::local::{Endpoint, FaultRule, Options, Received};
use serde_json::Value;
use tempfile::TempDir;

/// The log group in which records are awaited.
pub(crate) const RECEIVER: &str = "/aws/lambda/receiver";

pub(crate) struct Bench {
    runtime: tokio::runtime::Runtime,
    endpoint: Endpoint,
    folder: TempDir,
}

/// What a run wrote.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) lines: Vec<Value>,
    pub(crate) told: String,
}

impl Bench {
    /// An endpoint whose minute takes ten milliseconds.
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options = Options { time_scale: 6000.0, keep_payloads: true, ..Options::default() };
        let endpoint = runtime.block_on(Endpoint::start(options)).unwrap();
        Self { runtime, endpoint, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn faults(&self, rules: &[&str]) {
        self.endpoint.set_faults(rules.iter().map(|rule| rule.parse::<FaultRule>().unwrap()));
    }

    /// How often each of the faults has struck.
    pub(crate) fn struck(&self) -> u64 {
        self.endpoint.faults().iter().map(|(_, struck)| struck).sum()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.endpoint.received()
    }

    /// How often each payload has reached a function.
    pub(crate) fn payloads(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for received in self.received() {
            *counts.entry(received.payload.to_string()).or_default() += 1;
        }
        counts
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes records that failed, of these request ids and payloads.
    pub(crate) fn records<'a>(&self, records: impl IntoIterator<Item = (String, &'a str)>) -> PathBuf {
        let lines: Vec<_> = records.into_iter().map(|(id, payload)| record(&id, "sender:$LATEST", payload)).collect();
        let path = self.path("failed.log");
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arrivals"));
        command.env_clear().args(args).envs(self.endpoint.exports()).env("XDG_STATE_HOME", self.path("state"));
        command.env("HOME", self.folder.path()).stdin(std::process::Stdio::null());
        command
    }

    /// Runs `replay` with JSON lines.
    pub(crate) fn replay(&self, args: &[&str]) -> Ran {
        let output = self.command(&[&["replay", "--output", "jsonl"], args].concat()).output().unwrap();
        Ran::of(&output)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // The endpoint's tasks end with the runtime.
        let _ = &self.runtime;
    }
}

impl Ran {
    fn of(output: &Output) -> Self {
        let lines = String::from_utf8(output.stdout.clone()).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            lines: lines.lines().map(|line| serde_json::from_str(line).expect("JSON lines")).collect(),
            told: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The values of a key, in order.
    pub(crate) fn all(&self, key: &str) -> Vec<&str> {
        self.lines.iter().map(|line| line[key].as_str().unwrap_or("null")).collect()
    }
}

/// A record of a failure whose error is the sender's own.
pub(crate) fn record(id: &str, function: &str, payload: &str) -> String {
    let error = r#"{"errorMessage":"I'm supposed to fail here","errorType":"RuntimeError","stackTrace":["  File \"/var/task/sender_handler.py\", line 9, in lambda_handler\n    raise RuntimeError(\"I'm supposed to fail here\")\n"]}"#;
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{{"requestId":"{id}","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:{function}","condition":"RetriesExhausted","approximateInvokeCount":3}},"requestPayload":{payload},"responseContext":{{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"}},"responsePayload":{error}}}"#
    )
}
