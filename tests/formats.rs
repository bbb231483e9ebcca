//! Every form that log events come in: a file of each in `tests/data/formats`, read with one command of the program.
//!
//! All files tell of the same six log events in two interleaved streams, one of them late: a START line, a bare record,
//! a record within text, two records in one event, a batch of a queue, an END line.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panicking")]

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use arrivals::source::file::log_events;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

#[path = "formats/following.rs"]
mod following;
#[path = "formats/generated.rs"]
mod generated;

const STREAM_A: &str = "2026/11/20/[$LATEST]0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const STREAM_B: &str = "2026/11/20/[$LATEST]ffeeddccbbaa99887766554433221100";
const GROUP: &str = "/aws/lambda/receiver";

/// Request id, outcome, envelope, stream, time, and number of the log event, as they were logged.
const RECORDS: [(&str, &str, &str, &str, i64, u32); 6] = [
    ("f1", "failure", "", STREAM_A, 1_795_169_743_658, 1),
    ("s1", "success", "", STREAM_B, 1_795_169_743_700, 2),
    ("f2", "failure", "", STREAM_A, 1_795_169_743_300, 3),
    ("s2", "success", "", STREAM_A, 1_795_169_743_300, 3),
    ("f3", "failure", "sqs", STREAM_B, 1_795_169_743_900, 4),
    ("s3", "success", "sqs", STREAM_B, 1_795_169_743_900, 4),
];

/// What the origins of a format tell: `g`roup, `s`tream, `t`ime, seconds only (`T`), `i`ngestion time, `e`vent id.
struct Case {
    file: &'static str,
    tells: &'static str,
    /// Request ids and the lines they are found at, in the order of the output.
    found: &'static [(&'static str, u64)],
    events: u64,
}

const CASES: &[Case] = &[
    Case {
        file: "lines.log",
        tells: "",
        found: &[("f1", 2), ("s1", 3), ("f2", 4), ("s2", 4), ("f3", 5), ("s3", 5)],
        events: 6,
    },
    Case {
        file: "events.jsonl",
        tells: "stie",
        found: &[("f1", 2), ("s1", 3), ("f2", 4), ("s2", 4), ("f3", 5), ("s3", 5)],
        events: 6,
    },
    Case {
        file: "filter-log-events.json",
        tells: "stie",
        found: &[("f1", 10), ("s1", 17), ("f2", 24), ("s2", 24), ("f3", 31), ("s3", 31)],
        events: 6,
    },
    // The second page is empty, and the third brings the third event again.
    Case {
        file: "filter-log-events-pages.json",
        tells: "stie",
        found: &[("f1", 10), ("s1", 17), ("f2", 42), ("s2", 42), ("f3", 49), ("s3", 49)],
        events: 6,
    },
    Case {
        file: "filter-log-events-compact.json",
        tells: "stie",
        found: &[("f1", 1), ("s1", 1), ("f2", 1), ("s2", 1), ("f3", 1), ("s3", 1)],
        events: 6,
    },
    Case {
        file: "get-log-events.json",
        tells: "ti",
        found: &[("f1", 8), ("s1", 13), ("f2", 18), ("s2", 18), ("f3", 23), ("s3", 23)],
        events: 6,
    },
    Case {
        file: "tail-detailed.log",
        tells: "st",
        found: &[("f1", 2), ("s1", 3), ("f2", 4), ("s2", 4), ("f3", 5), ("s3", 5)],
        events: 6,
    },
    Case {
        file: "tail-short.log",
        tells: "T",
        found: &[("f1", 2), ("s1", 3), ("f2", 4), ("s2", 4), ("f3", 5), ("s3", 5)],
        events: 6,
    },
    Case {
        file: "tail-json.log",
        tells: "st",
        found: &[("f1", 2), ("s1", 29), ("f2", 30), ("s2", 30), ("f3", 31), ("s3", 31)],
        events: 6,
    },
    // Newest first in the file.
    Case {
        file: "get-query-results.json",
        tells: "gst",
        found: &[("f2", 92), ("s2", 92), ("f1", 70), ("s1", 48), ("f3", 26), ("s3", 26)],
        events: 6,
    },
    Case {
        file: "insights.csv",
        tells: "gst",
        found: &[("f2", 10), ("s2", 10), ("f1", 8), ("s1", 6), ("f3", 4), ("s3", 4)],
        events: 6,
    },
    Case {
        file: "log-events-viewer.csv",
        tells: "t",
        found: &[("f2", 8), ("s2", 8), ("f1", 4), ("s1", 6), ("f3", 10), ("s3", 10)],
        events: 6,
    },
    // A control message, and a batch of each stream, without a byte between them.
    Case {
        file: "subscription.json",
        tells: "gste",
        found: &[("f1", 1), ("f2", 1), ("s2", 1), ("s1", 1), ("f3", 1), ("s3", 1)],
        events: 6,
    },
    Case {
        file: "firehose.gz",
        tells: "gste",
        found: &[("f1", 1), ("f2", 1), ("s2", 1), ("s1", 1), ("f3", 1), ("s3", 1)],
        events: 6,
    },
    Case { file: "subscription-invocation.json", tells: "gste", found: &[("f1", 1), ("f2", 1), ("s2", 1)], events: 4 },
    Case { file: "s3-on-failure.json", tells: "", found: &[("f1", 1)], events: 1 },
    Case { file: "s3-on-failure-payload-lines", tells: "", found: &[("f2", 1)], events: 1 },
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats")
}

/// The program with an environment of its own.
fn arrivals() -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_arrivals"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ARRIVALS_")) {
        command.env_remove(name);
    }
    command.current_dir(folder());
    command
}

/// The lines of output, and the summary.
fn read(path: &str, stdin: Vec<u8>) -> (Vec<Value>, String) {
    let output = arrivals().args(["read", path, "--output", "jsonl"]).write_stdin(stdin).output().unwrap();
    assert!(output.status.success(), "{path}: {output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), String::from_utf8(output.stderr).unwrap())
}

/// What the contract has of a record that was found there.
fn expected(id: &str, line: u64, file: &str, tells: &str) -> Value {
    let (_, outcome, envelope, stream, time, number) = RECORDS.iter().find(|record| record.0 == id).unwrap();
    let mut origin = json!({"file": file, "line": line});
    for what in tells.chars() {
        let (key, value) = match what {
            'g' => ("logGroup", json!(GROUP)),
            's' => ("logStream", json!(stream)),
            't' => ("timestamp", json!(time)),
            'T' => ("timestamp", json!(time / 1000 * 1000)),
            'i' => ("ingestionTime", json!(time + 2000)),
            _ => ("eventId", json!(format!("3908{number:052}"))),
        };
        origin[key] = value;
    }
    let envelope: Vec<_> = Some(*envelope).filter(|name| !name.is_empty()).into_iter().collect();
    json!({"requestId": id, "outcome": outcome, "envelope": envelope, "redelivery": 0, "origin": origin})
}

fn check(case: &Case, path: &str, stdin: Vec<u8>) {
    let (lines, summary) = read(path, stdin);
    let keys = ["requestId", "outcome", "envelope", "redelivery", "origin"];
    let found: Vec<_> = lines
        .iter()
        .map(|line| Value::Object(keys.iter().map(|key| ((*key).to_owned(), line[*key].clone())).collect()))
        .collect();
    let expected: Vec<_> = case.found.iter().map(|(id, line)| expected(id, *line, path, case.tells)).collect();
    assert_eq!(found, expected, "{} as {path}", case.file);
    let ending = format!(" 0 unreadable, {} log events", case.events);
    assert!(summary.trim_end().ends_with(&ending), "{} as {path}: {summary}", case.file);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn each_format_is_read_from_its_file() {
    for case in CASES {
        check(case, case.file, Vec::new());
    }
}

#[test]
fn each_format_is_read_from_standard_input_packed_or_not() {
    for case in CASES {
        let content = fs::read(folder().join(case.file)).unwrap();
        check(case, "-", content.clone());
        check(case, "-", gzip(&content));
        check(case, "-", compress_to_vec(content.as_slice(), CompressionLevel::Fastest));
    }
}

#[test]
fn a_second_pass_changes_nothing() {
    for case in CASES {
        let first = arrivals().args(["read", case.file, "--output", "jsonl"]).output().unwrap().stdout;
        let second = arrivals().args(["read", "-", "--output", "jsonl"]).write_stdin(first.clone()).output().unwrap();
        assert_eq!(String::from_utf8(second.stdout).unwrap(), String::from_utf8(first).unwrap(), "{}", case.file);
    }
}

#[test]
fn messages_of_a_queue_keep_their_envelope() {
    let (lines, _) = read("receive-message.json", Vec::new());
    let found: Vec<_> =
        lines.iter().map(|line| (&line["requestId"], &line["envelope"], &line["origin"]["timestamp"])).collect();
    let expected = [
        (json!("f1"), json!(["sqs"]), json!(1_795_169_743_001_i64)),
        (json!("s1"), json!(["sqs", "sns"]), json!(1_795_169_743_002_i64)),
        (json!("f3"), json!(["sqs", "eventbridge"]), json!(1_795_169_743_003_i64)),
    ];
    assert_eq!(found, expected.each_ref().map(|(id, envelope, time)| (id, envelope, time)));
}

#[test]
fn a_folder_is_an_export_with_its_streams() {
    let (lines, summary) = read("export", Vec::new());
    let found: Vec<_> = lines
        .iter()
        .map(|line| (line["requestId"].as_str().unwrap(), line["origin"]["logStream"].as_str().unwrap()))
        .collect();
    let a = ["f1", "f2", "s2"].map(|id| (id, STREAM_A));
    let b = ["s1", "f3", "s3"].map(|id| (id, STREAM_B));
    assert_eq!(found, [a, b].concat());
    assert!(summary.ends_with(" 7 log events\n"), "{summary}");
}

#[test]
fn hidden_files_of_a_folder_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let record = fs::read(self::folder().join("s3-on-failure.json")).unwrap();
    for name in ["b/2", "b/1", "a", ".hidden", ".git/x"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &record).unwrap();
    }
    let (lines, _) = read(folder.path().to_str().unwrap(), Vec::new());
    let files: Vec<_> = lines.iter().map(|line| PathBuf::from(line["origin"]["file"].as_str().unwrap())).collect();
    assert_eq!(files, ["a", "b/1", "b/2"].map(|name| folder.path().join(name)));
}

#[test]
fn a_damaged_file_does_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..50_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let packed = gzip(&[fs::read(self::folder().join("lines.log")).unwrap(), noise].concat());
    fs::write(folder.path().join("1.gz"), &packed[..packed.len() / 2]).unwrap();
    fs::write(folder.path().join("2"), fs::read(self::folder().join("s3-on-failure.json")).unwrap()).unwrap();
    let output = arrivals().arg("read").arg(folder.path()).args(["--output", "jsonl"]).output().unwrap();
    assert_eq!(output.status.code(), Some(255));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 7);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1.gz is damaged after line"), "{said}");
}

/// Gives at most so many bytes at once.
struct Slowly(io::Cursor<Vec<u8>>, usize);

impl Read for Slowly {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(&mut into[..count])
    }
}

fn slowly(content: &[u8], step: usize) -> Slowly {
    Slowly(io::Cursor::new(content.to_vec()), step)
}

#[test]
fn it_does_not_matter_how_a_file_is_cut_into_blocks() {
    for case in CASES.iter().filter(|case| case.file != "firehose.gz") {
        let content = fs::read(folder().join(case.file)).unwrap();
        let whole = log_events(slowly(&content, usize::MAX));
        assert_eq!(whole.len() as u64, case.events + u64::from(case.file.contains("pages")), "{}", case.file);
        for step in [1, 2, 7, 100] {
            assert_eq!(log_events(slowly(&content, step)), whole, "{} by {step}", case.file);
        }
    }
}

#[test]
fn a_log_that_begins_with_a_record_on_several_lines_is_still_a_log() {
    let record = fs::read_to_string(folder().join("s3-on-failure.json")).unwrap();
    let logged = format!("{record}END RequestId: 1\n");
    for step in [1, 100, usize::MAX] {
        assert_eq!(log_events(slowly(record.as_bytes(), step)).len(), 1);
        assert_eq!(log_events(slowly(logged.as_bytes(), step)).len(), logged.lines().count());
    }
}

#[test]
fn deep_nesting_neither_stops_it_nor_is_lost() {
    let deep = format!("{}{}", "[".repeat(100_000), "{".repeat(100_000));
    for begin in [
        r#"{"events":[{"message":"#,
        r#"{"results":[[{"field":"@message","value":"#,
        r#"{"Messages":[{"Body":"#,
        r#"{"messageType":"DATA_MESSAGE","logEvents":"#,
        "{\n\"version\":",
        r#"[{"message":"#,
        "",
    ] {
        let content = format!("{begin}{deep}");
        let events = log_events(slowly(content.as_bytes(), 1 << 16));
        assert!(events.iter().any(|event| event.message.len() >= deep.len()), "{begin}");
    }
}

/// Files of the folder, cut, doubled and run into each other.
fn mangled() -> impl Strategy<Value = Vec<u8>> {
    let contents: Vec<Vec<u8>> = CASES.iter().map(|case| fs::read(folder().join(case.file)).unwrap()).collect();
    let piece = (0..contents.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>());
    prop::collection::vec(piece, 0..4).prop_map(move |pieces| {
        let piece = |(number, one, other): &(usize, prop::sample::Index, prop::sample::Index)| {
            let content = &contents[*number];
            let (one, other) = (one.index(content.len()), other.index(content.len()));
            content[one.min(other)..one.max(other)].to_vec()
        };
        pieces.iter().flat_map(piece).collect()
    })
}

/// What the forms are made of.
const TOKENS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b",",
    b":",
    b"\\",
    b"\n",
    b" ",
    b"0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"null",
    b"{\"events\":[{\"message\":\"",
    b"{\"results\":[[{\"field\":\"@message\",\"value\":\"",
    b"{\"Messages\":[{\"Body\":\"",
    b"{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[",
    b"{\"id\":\"1\",\"timestamp\":1,\"message\":\"m\"}",
    b"\"nextToken\":",
    b"{\n\"version\":\"1.0\"",
    b"\"message\":",
    b"\"eventId\":\"1\"",
    b"[{\"message\":\"",
    b"{\"awslogs\":{\"data\":\"",
    b"2026-11-20T10:15:43.658Z ",
    b"2026-11-20T10:15:43.658000+00:00 s ",
    b"timestamp,message\n",
    b"1795169743000,\"a\"\"",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_it_is_made_of_no_file_stops_it(content in mangled(), step in 1..200_usize) {
        let whole = log_events(slowly(&content, usize::MAX));
        prop_assert_eq!(log_events(slowly(&content, step)), whole);
    }

    #[test]
    fn no_bytes_stop_it(tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..40), step in 1..20_usize) {
        let content = tokens.concat();
        let whole = log_events(slowly(&content, usize::MAX));
        prop_assert_eq!(log_events(slowly(&content, step)), whole);
    }
}
