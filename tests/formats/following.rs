//! Files that are read while they grow.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// The program, ended when the test is over.
struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    fn of(args: &[&str], input: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_arrivals"))
            .arg("read")
            .args(args)
            .args(["--output", "jsonl"])
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines }
    }

    fn next(&self) -> (String, u64) {
        let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("an arrival");
        let line: Value = serde_json::from_str(&line).unwrap();
        (line["requestId"].as_str().unwrap().to_owned(), line["origin"]["line"].as_u64().unwrap())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn record(id: &str) -> String {
    format!(r#"{{"version":"1.0","requestContext":{{"requestId":"{id}","condition":"Success"}}}}"#)
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn found(id: &str, line: u64) -> (String, u64) {
    (id.to_owned(), line)
}

#[test]
fn files_are_read_on_as_they_grow_and_are_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.log"), folder.path().join("two.log"));
    append(&one, &format!("{}\n", record("a")));
    File::create(&two).unwrap();
    let follower = Follower::of(&["--follow", one.to_str().unwrap(), two.to_str().unwrap()], Stdio::null());
    assert_eq!(follower.next(), found("a", 1));
    // Half a line is no line yet.
    append(&one, &record("b")[..20]);
    append(&two, &format!("noise\n{}\n", record("c")));
    assert_eq!(follower.next(), found("c", 2));
    append(&one, &format!("{}\n", &record("b")[20..]));
    assert_eq!(follower.next(), found("b", 2));
    fs::rename(&one, folder.path().join("one.log.1")).unwrap();
    append(&one, &format!("noise\n{}\n", record("d")));
    assert_eq!(follower.next(), found("d", 2));
    fs::write(&two, format!("{}\n", record("e"))).unwrap();
    append(&one, &format!("{}\n", record("f")));
    let mut both = [follower.next(), follower.next()];
    both.sort();
    assert_eq!(both[1], found("f", 3));
}

#[test]
fn a_pipe_gives_the_last_event_without_waiting_for_another() {
    let mut follower = Follower::of(&["-"], Stdio::piped());
    let mut input = follower.child.stdin.take().unwrap();
    writeln!(input, "2026-11-20T10:15:43.658Z Received: {{").unwrap();
    input.write_all(&record("a").as_bytes()[1..]).unwrap();
    input.write_all(b"\n").unwrap();
    input.flush().unwrap();
    assert_eq!(follower.next(), found("a", 1));
    writeln!(input, "2026-11-20T10:15:44.000Z {}", record("b")).unwrap();
    assert_eq!(follower.next(), found("b", 3));
}
