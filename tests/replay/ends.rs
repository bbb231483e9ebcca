//! How a run ends that is disturbed from outside: its exit code, and what was sent by then.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::bench::{Bench, RECEIVER, record};

const PAYLOAD: &str = r#"{"return":"failure"}"#;

fn wait_until(what: &str, reached: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !reached() {
        assert!(Instant::now() < deadline, "{what} did not come about");
        thread::sleep(Duration::from_millis(5));
    }
}

fn spawned(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_journal_that_cannot_be_kept_is_the_configurations_fault() {
    let bench = Bench::new();
    let from = bench.records([("id-1".to_owned(), PAYLOAD)]);
    let mut command = bench.command(&["replay", "id-1", "--from", from.to_str().unwrap(), "--yes"]);
    // A file stands where the state folder would be.
    let output = command.env("XDG_STATE_HOME", &from).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(253), 0), "{told}");
    assert!(told.contains("replays.jsonl"), "{told}");
    assert!(bench.received().is_empty());
}

#[test]
fn nothing_is_sent_whose_answer_could_not_be_read() {
    let bench = Bench::new();
    let from = bench.records([("id-1".to_owned(), PAYLOAD)]);
    bench.faults(&["denied@FilterLogEvents"]);
    let args = ["id-1", "--from", from.to_str().unwrap(), "--yes", "--wait", "--log-group", RECEIVER];
    let ran = bench.replay(&args);
    assert_eq!((ran.code, ran.lines.len()), (254, 0), "{}", ran.told);
    assert!(ran.told.contains("logs:FilterLogEvents"), "{}", ran.told);
    assert!(bench.received().is_empty());
}

#[test]
fn a_reader_that_has_gone_ends_it_quietly() {
    let bench = Bench::new();
    let from = bench.records((0..3).map(|at| (format!("id-{at}"), PAYLOAD)));
    let args = ["replay", "--filter", "fn:sender", "--from", from.to_str().unwrap(), "--yes"];
    let mut child = spawned(bench.command(&args));
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    // What was agreed to is sent, read or not.
    assert_eq!((bench.received().len(), told.contains("3 sent")), (3, true), "{told}");
}

/// A run that waits for a record which never comes: no destination tells of the receiver's own outcomes.
fn waiting(bench: &Bench) -> Child {
    let path = bench.path("receiver.log");
    std::fs::write(&path, record("id-2", "receiver:$LATEST", "1")).unwrap();
    let args = ["replay", "--output", "jsonl", "id-2", "--from", path.to_str().unwrap(), "--yes"];
    spawned(bench.command(&[&args[..], &["--log-group", RECEIVER, "--timeout", "10m"]].concat()))
}

/// The exit code and what was written, once it has ended by itself.
fn ended(mut child: Child) -> (Option<i32>, String) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("the run does not end");
        }
        thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[cfg(unix)]
fn is_stopped_by(signal: &str, bench: &Bench, child: Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let (code, lines) = ended(child);
    assert_eq!((code, lines.contains(r#""status":"sent""#)), (Some(255), true), "{lines}");
    let from = bench.path("receiver.log");
    let second = bench.replay(&["id-2", "--from", from.to_str().unwrap(), "--yes"]);
    assert_eq!((second.code, second.all("status"), bench.received().len()), (0, vec!["refused"], 1));
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_while_it_waits_has_sent_what_it_sent() {
    for signal in ["-INT", "-TERM"] {
        let bench = Bench::new();
        let child = waiting(&bench);
        wait_until("the send", || !bench.received().is_empty());
        is_stopped_by(signal, &bench, child);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_while_it_sends_ends_with_the_answer() {
    let bench = Bench::new();
    bench.faults(&["latency=2s@Invoke"]);
    let child = waiting(&bench);
    wait_until("the request", || bench.struck() > 0);
    is_stopped_by("-INT", &bench, child);
}

#[test]
fn a_log_that_is_lost_while_a_payload_is_on_its_way_leaves_it_unanswered() {
    let bench = Bench::new();
    bench.faults(&["latency=6s@Invoke"]);
    let child = waiting(&bench);
    wait_until("the request", || bench.struck() > 0);
    bench.faults(&["denied@FilterLogEvents"]);
    let (code, lines) = ended(child);
    assert_eq!((code, lines.contains(r#""status":"unanswered""#)), (Some(2), true), "{lines}");
    assert_eq!(bench.received().len(), 1);
}
