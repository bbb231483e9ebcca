//! The command line: what it prints where, and how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use predicates::prelude::*;
use predicates::str::{contains, is_empty, starts_with};
use serde_json::Value;

const FAILURE: &str = r#"{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{"requestId":"f1","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:sender:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"big":12345678901234567890,"n":1.10},"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorMessage":"no","errorType":"RuntimeError","stackTrace":["  File \"/var/task/app.py\", line 9, in handler\n    raise RuntimeError(\"no\")\n"]}}"#;
const SUCCESS: &str = r#"{"version":"1.0","timestamp":"2026-11-20T10:15:44.658Z","requestContext":{"requestId":"s1","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:other:live","condition":"Success","approximateInvokeCount":1},"requestPayload":null,"responseContext":{"statusCode":200,"executedVersion":"7"},"responsePayload":"ok"}"#;

/// The program with an environment of its own: no account, no settings of whoever runs the tests.
fn arrivals() -> assert_cmd::Command {
    assert_cmd::Command::from_std(bare())
}

fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arrivals"));
    for (name, _) in std::env::vars() {
        if name.starts_with("AWS_") || name.starts_with("ARRIVALS_") {
            command.env_remove(name);
        }
    }
    command
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "none")
        .env("AWS_SHARED_CREDENTIALS_FILE", "none");
    command
}

fn read(input: &str, args: &[&str]) -> Output {
    arrivals().arg("read").args(args).write_stdin(input).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn help_and_version_are_answers() {
    arrivals().arg("--help").assert().success().stdout(contains("arrivals demo")).stderr(is_empty());
    arrivals().arg("--version").assert().success().stdout(starts_with("arrivals 0."));
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_told_by_every_command_that_prints() {
    let commands: [&[&str]; 8] = [
        &["config", "default"],
        &["config", "schema"],
        &["config", "show"],
        &["man"],
        &["completions", "zsh"],
        &["bug-report"],
        &["read", "tests/data/record-samples.jsonl", "--output", "text"],
        &["--help"],
    ];
    for args in commands {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = bare().args(args).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(255), "{args:?}: {said}");
        assert!(said.starts_with("arrivals: cannot write to standard output: No space left"), "{args:?}: {said}");
    }
}

#[test]
fn the_help_of_every_command_has_examples() {
    let help = arrivals().arg("--help").output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let commands = help.split_once("Commands:\n").unwrap().1.lines().take_while(|line| !line.is_empty());
    let rows = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = rows.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(names.contains(&"tail") && names.contains(&"bug-report"), "{names:?}");
    for name in names {
        let example = format!("\n  arrivals {name}");
        let told = arrivals().args([name, "--help"]).assert().success();
        told.stdout(contains("Usage: arrivals").and(contains("Examples:")).and(contains(example)));
    }
    for name in ["path", "default", "show", "edit", "schema"] {
        let told = arrivals().args(["config", name, "--help"]).assert().success();
        told.stdout(contains(format!("arrivals config {name}")).and(contains("Examples:")));
    }
}

#[test]
fn usage_errors_exit_with_252() {
    let cases: [(&[&str], &str); 10] = [
        (&[], "Usage"),
        (&["fly"], "unrecognized subcommand"),
        (&["tail"], "LOG_GROUP"),
        (&["tail", "g", "--follow", "--until", "1h"], "cannot be used with"),
        (&["tail", "g", "--since", "10m", "--until", "1h"], "--until lies before --since"),
        (&["tail", "g", "--no-verify-ssl"], "--ca-bundle"),
        (&["wiring", "--region", "eu-west-1,eu-west-3"], "only tail reads them together"),
        (&["tail", "g", "--since", "yesterday-ish"], "yesterday-ish"),
        (&["local", "--time-scale", "0"], "above 0"),
        (&["read", "--output", "board"], "terminal"),
    ];
    for (args, said) in cases {
        arrivals().args(args).assert().code(252).stderr(contains(said)).stdout(is_empty());
    }
}

#[test]
fn a_bad_filter_is_shown_with_its_place() {
    let filtered = arrivals().args(["read", "--filter", "conditon:Success"]).write_stdin("").assert();
    filtered.code(252).stderr(contains("conditon:Success\n^^^^^^^^").and(contains("condition")));
}

#[test]
fn results_go_to_stdout_and_the_summary_to_stderr() {
    let output = read(&format!("noise\n{FAILURE}\n{SUCCESS}\n"), &["--output", "jsonl"]);
    assert!(output.status.success());
    let ids: Vec<_> = lines(&output).iter().map(|line| line["requestId"].clone()).collect();
    assert_eq!(ids, ["f1", "s1"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.trim_end(), "2 records (1 success, 1 failure), 0 unreadable, 3 log events");
}

#[test]
fn every_field_of_the_contract_is_there() {
    let output = read(&format!("{FAILURE}\n"), &["--output", "jsonl"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["outcome"], "failure");
    assert_eq!(line["condition"], "RetriesExhausted");
    assert_eq!(line["approximateInvokeCount"], 3);
    assert_eq!(line["timestamp"], "2026-11-20T10:15:43.658Z");
    assert_eq!(line["functionArn"], "arn:aws:lambda:eu-central-1:111122223333:function:sender:$LATEST");
    assert_eq!(line["functionName"], "sender");
    assert_eq!(line["qualifier"], "$LATEST");
    assert_eq!(line["kind"], "async");
    assert_eq!(line["envelope"], serde_json::json!([]));
    assert_eq!(line["redelivery"], 0);
    assert_eq!(line["replayable"], true);
    assert_eq!(line["recovered"], false);
    assert_eq!(line["redacted"], false);
    assert_eq!(line["error"]["type"], "RuntimeError");
    let frame = serde_json::json!({"file":"/var/task/app.py","line":9,"function":"handler","code":"raise RuntimeError(\"no\")"});
    assert_eq!(line["error"]["frames"], serde_json::json!([frame]));
    assert_eq!(line["error"]["cause"], Value::Null);
    assert!(line["fingerprint"].as_str().is_some_and(|name| !name.is_empty()));
    assert!(text.contains(&format!("\"record\":{FAILURE}")), "the record is there byte for byte: {text}");
    assert_eq!(line["origin"]["file"], "-");
    assert_eq!(line["origin"]["line"], 1);
}

#[test]
fn a_second_pass_over_its_own_output_changes_nothing() {
    let wrapped = format!("{{\"level\":\"INFO\",\"message\":{}}}", serde_json::to_string(FAILURE).unwrap());
    let input = format!("{FAILURE}\nprefix {SUCCESS} tail\n{wrapped}\n{FAILURE}\n");
    let first = read(&input, &["--output", "jsonl"]);
    assert_eq!(lines(&first).len(), 4);
    let second = read(std::str::from_utf8(&first.stdout).unwrap(), &["--output", "jsonl"]);
    assert_eq!(String::from_utf8(second.stdout).unwrap(), String::from_utf8(first.stdout).unwrap());
}

#[test]
fn the_filter_applies_to_what_is_printed() {
    let input = format!("{FAILURE}\n{SUCCESS}\n");
    for (query, wanted) in [
        ("outcome:failure", vec!["f1"]),
        ("not condition:RetriesExhausted", vec!["s1"]),
        ("fn:oth*", vec!["s1"]),
        ("id:zz", vec![]),
    ] {
        let output = read(&input, &["--output", "jsonl", "--filter", query]);
        let ids: Vec<_> = lines(&output).iter().map(|line| line["requestId"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, wanted, "{query}");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn text_is_the_default_off_a_terminal_and_holds_no_control_characters() {
    let nasty = FAILURE.replace("\"no\"", "\"\\u001b[31mno\"");
    let output = read(&format!("{nasty}\n"), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("RuntimeError") && text.contains("RetriesExhausted") && text.contains("sender"), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

#[test]
fn a_cut_record_counts_as_unreadable() {
    let output = read(&format!("{}\n", &FAILURE[..300]), &["--output", "jsonl"]);
    assert!(output.stdout.is_empty());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.trim_end(), "0 records (0 success, 0 failure), 1 unreadable, 1 log events");
}

#[test]
fn a_missing_file_is_named() {
    arrivals().args(["read", "no-such-file.log"]).assert().code(255).stderr(contains("no-such-file.log"));
}

#[test]
fn an_error_holds_no_control_characters() {
    let missing = arrivals().args(["read", "no\u{1b}[31m\u{202e}such"]).output().unwrap();
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(said.contains("such") && !said.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{said:?}");
}

#[test]
fn variables_stand_in_for_flags() {
    let input = format!("{FAILURE}\n{SUCCESS}\n");
    let mut command = arrivals();
    command.env("ARRIVALS_OUTPUT", "jsonl").env("ARRIVALS_FILTER", "outcome:success").arg("read");
    command.write_stdin(input).assert().success().stdout(contains("\"requestId\":\"s1\"").and(contains("f1").not()));
}

#[test]
fn a_variable_switches_a_flag_on_or_off_in_any_spelling() {
    for value in ["0", "false", "off", "1", "true"] {
        let mut command = arrivals();
        // A pipe that has ended gives nothing to follow: it is read to its end either way.
        command.env("ARRIVALS_FOLLOW", value).args(["read", "-"]).write_stdin(format!("{FAILURE}\n"));
        command.assert().code(0).stdout(contains("RuntimeError"));
    }
}

#[test]
fn without_credentials_it_says_what_to_type() {
    let tail = arrivals().args(["tail", "/aws/lambda/receiver", "--region", "eu-central-1", "--no-follow"]).assert();
    tail.code(253).stderr(contains("aws "));
}

#[test]
fn without_a_region_it_says_so() {
    let mut command = arrivals();
    command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    command.args(["tail", "/aws/lambda/receiver", "--no-follow"]).assert().code(253).stderr(contains("--region"));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child = bare()
        .args(["read", "-", "--output", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || while input.write_all(format!("{FAILURE}\n").as_bytes()).is_ok() {});
    let status = child.wait().unwrap();
    writer.join().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

/// `arrivals local` on a free port, and the exports it printed.
struct Local {
    child: std::process::Child,
    exports: Vec<(String, String)>,
}

impl Local {
    fn start() -> Self {
        let child = bare().args(["local", "--time-scale", "600"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut local = Self { child, exports: Vec::new() };
        let lines = BufReader::new(local.child.stdout.take().unwrap()).lines().map(Result::unwrap);
        for line in lines.take_while(|line| !line.starts_with("aws ")) {
            if let Some((name, value)) = line.strip_prefix("export ").and_then(|line| line.split_once('=')) {
                local.exports.push((name.to_owned(), value.to_owned()));
            }
        }
        local
    }

    fn tail(&self, args: &[&str]) -> Command {
        let mut command = bare();
        command.envs(self.exports.iter().cloned()).arg("tail").args(args);
        command
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a process to end by itself.
fn ended(child: &mut std::process::Child) -> Option<i32> {
    for _ in 0..1500 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    None
}

#[test]
fn a_follow_ends_with_0_and_a_summary_on_a_signal() {
    let local = Local::start();
    for signal in ["-TERM", "-INT"] {
        let mut child = local
            .tail(&["/aws/lambda/receiver", "--follow", "--output", "jsonl"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Without a handler yet, the signal itself would end it: the handlers are there once it listens.
        while !listens_to(child.id(), signal) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(ended(&mut child), Some(0), "{signal}");
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said.trim_end(), "0 records (0 success, 0 failure), 0 unreadable, 0 log events");
    }
}

#[test]
fn what_is_open_when_a_follow_is_stopped_is_counted() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{SUCCESS}\n{}", &FAILURE[..400]).unwrap();
    let mut child = bare()
        .args(["read", "--follow", "--output", "jsonl", file.path().to_str().unwrap()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What is whole is written when the block is read that holds both.
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(ended(&mut child), Some(0));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said.trim_end(), "1 records (1 success, 0 failure), 1 unreadable, 2 log events");
}

/// Whether a process catches a signal, by the mask that Linux shows; elsewhere a moment has to do.
fn listens_to(process: u32, signal: &str) -> bool {
    let number = if signal == "-TERM" { 15 } else { 2 };
    let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) else {
        std::thread::sleep(std::time::Duration::from_secs(2));
        return true;
    };
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or_default();
    u64::from_str_radix(caught.trim(), 16).is_ok_and(|mask| mask & (1 << (number - 1)) != 0)
}

#[test]
fn a_quiet_follow_notices_that_nobody_reads() {
    let local = Local::start();
    let mut child = local
        .tail(&["/aws/lambda/receiver", "--follow", "--output", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(ended(&mut child), Some(0));
}

#[test]
fn what_the_service_refuses_exits_with_254() {
    let local = Local::start();
    let output = local.tail(&["/aws/lambda/recever", "--no-follow"]).output().unwrap();
    assert_eq!(output.status.code(), Some(254));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("did you mean /aws/lambda/receiver"), "{said}");
}

#[test]
fn the_demo_off_a_terminal_prints_its_records_and_ends() {
    let output = arrivals().args(["demo", "--output", "jsonl"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let lines = lines(&output);
    let of_sender: Vec<_> = lines.iter().filter(|line| line["functionName"] == "sender").collect();
    let failure = of_sender.iter().find(|line| line["outcome"] == "failure").expect("the seed's failure");
    assert_eq!(failure["condition"], "RetriesExhausted");
    assert_eq!(failure["approximateInvokeCount"], 3);
    assert_eq!(failure["error"]["message"], "I'm supposed to fail here");
    let success = of_sender.iter().find(|line| line["outcome"] == "success").expect("the seed's success");
    assert_eq!(success["record"]["responsePayload"], serde_json::json!({"this_invocation": "was_successful"}));
    let summary = String::from_utf8(output.stderr).unwrap();
    assert!(summary.contains(&format!("{} records (", lines.len())), "{summary}");
}

#[test]
fn local_prints_what_is_needed_to_use_it_and_ends_on_a_signal() {
    let mut child = bare().args(["local", "--time-scale", "600"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    while !said.iter().any(|line: &String| line.starts_with("# A failing invocation")) {
        said.push(lines.next().unwrap().unwrap());
    }
    let commands: Vec<_> = said.iter().filter(|line| line.starts_with("aws lambda invoke")).collect();
    assert_eq!(commands.len(), 2, "{said:?}");
    let exports: Vec<_> = said.iter().filter(|line| line.starts_with("export AWS_")).collect();
    assert!(exports.iter().any(|line| line.starts_with("export AWS_ENDPOINT_URL=http://127.0.0.1:")), "{exports:?}");
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn completions_and_the_manual_are_made() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        arrivals().args(["completions", shell]).assert().success().stdout(contains("arrivals"));
    }
    arrivals().arg("man").assert().success().stdout(contains(".TH arrivals"));
}
