//! The whole process on a corpus in files: its rate, beside that of the tools one would use without it, and its memory.
//!
//! `cargo bench --bench process` takes 500 MB; `-- 100` takes 100. Rates are those of the best of five rounds, in which
//! the programs take turns.
#![allow(clippy::unwrap_used, reason = "a bench may fail by panicking")]
#![allow(clippy::print_stdout, reason = "figures are what a bench prints")]

mod corpus;

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use corpus::{Corpus, FORMS, Form, Mix};

const MEGABYTE: usize = 1_000_000;
/// What is made up at once.
const PART: usize = 50 * MEGABYTE;
/// Prints in a hundred that hold records.
const PERCENT: u32 = 3;
const ROUNDS: usize = 5;

fn main() {
    let size = std::env::args().find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(500) * MEGABYTE;
    let folder = tempfile::tempdir().unwrap();
    let mut goals = bare(&folder.path().join("bare.log"), size);
    let (mut bytes, mut taken) = (0, Duration::ZERO);
    for form in FORMS {
        let (of_form, time) = mixed(&folder.path().join(format!("{form:?}")), form, size / 5);
        bytes += of_form;
        taken += time;
    }
    let rate = bytes as f64 / taken.as_secs_f64() / MEGABYTE as f64;
    goals.push(Goal { what: "mixed corpus, MB/s", wanted: 400.0, measured: rate, is_least: true });
    long_lines(&folder.path().join("long.log"));
    goals.iter().for_each(Goal::show);
}

/// A figure that is wanted.
struct Goal {
    what: &'static str,
    wanted: f64,
    measured: f64,
    /// Whether more is better.
    is_least: bool,
}

impl Goal {
    fn show(&self) {
        let Self { what, wanted, measured, is_least } = *self;
        let holds = if is_least { measured >= wanted } else { measured <= wanted };
        let bound = if is_least { "at least" } else { "at most" };
        println!("{what:44} {bound:8} {wanted:8.2}  {measured:8.2}  {}", if holds { "holds" } else { "does not hold" });
    }
}

/// Lines of which some are bare records, against grep with jq, and against ripgrep.
fn bare(path: &Path, size: usize) -> Vec<Goal> {
    let records = write(path, Form::Lines, Mix::Bare, size);
    let bytes = path.metadata().unwrap().len();
    println!("bare lines: {} MB, {records} records", bytes as usize / MEGABYTE);
    let file = path.to_str().unwrap();
    let jq = format!("grep approximateInvokeCount '{file}' | jq -c 'select(.requestContext.condition)'");
    let mut others = [("grep | jq", Command::new("sh")), ("rg -c", Command::new("rg"))];
    others[0].1.args(["-c", &jq]);
    others[1].1.args(["-c", "approximateInvokeCount", file]);
    let is_there = [has("jq"), has("rg")];
    let mut best = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        best[0] = best[0].min(time(&mut read(path)));
        for at in (0..2).filter(|&at| is_there[at]) {
            best[at + 1] = best[at + 1].min(time(&mut others[at].1));
        }
    }
    show("read --output jsonl", bytes, best[0]);
    for ((name, _), time) in others.iter().zip(&best[1..]) {
        if *time == Duration::MAX {
            println!("  {name:24} is not installed: skipped");
        } else {
            show(name, bytes, *time);
            println!("  {:24} {:.2} times the time of ours", "", time.as_secs_f64() / best[0].as_secs_f64());
        }
    }
    let memory = peak(&mut read(path));
    println!("  {:24} {memory:.1} MB", "peak memory");
    assert_eq!(lines_of(&mut read(path)), records);
    let [ours, jq, rg] = best.map(|time| time.as_secs_f64());
    let mut goals = vec![Goal { what: "peak memory, bare lines, MB", wanted: 64.0, measured: memory, is_least: false }];
    if is_there[0] {
        goals.push(Goal { what: "times the rate of grep | jq", wanted: 10.0, measured: jq / ours, is_least: true });
    }
    if is_there[1] {
        goals.push(Goal { what: "seconds, against rg -c", wanted: 4.0 * rg + 0.05, measured: ours, is_least: false });
    }
    goals
}

/// Every kind of print, in one form of file; gives its bytes and the time for them.
fn mixed(path: &Path, form: Form, size: usize) -> (u64, Duration) {
    let records = write(path, form, Mix::Every, size);
    let bytes = path.metadata().unwrap().len();
    println!("{form:?}: {} MB, {records} records", bytes as usize / MEGABYTE);
    let best = (0..ROUNDS).map(|_| time(&mut read(path))).min().unwrap();
    show("read --output jsonl", bytes, best);
    println!("  {:24} {:.1} MB", "peak memory", peak(&mut read(path)));
    assert_eq!(lines_of(&mut read(path)), records);
    std::fs::remove_file(path).unwrap();
    (bytes, best)
}

/// Lines that no log has.
fn long_lines(path: &Path) {
    for (name, mebibytes) in [("8 MiB", 8), ("64 MiB", 64), ("1 GiB", 1024)] {
        let mut out = BufWriter::new(File::create(path).unwrap());
        out.write_all(
            br#"{"version":"1.0","requestContext":{"requestId":"r","condition":"Success"},"requestPayload":""#,
        )
        .unwrap();
        (0..mebibytes).for_each(|_| out.write_all(&b"[\"{\\\"a\\\":".repeat((1 << 20) / 8)).unwrap());
        out.write_all(b"\"}\n").unwrap();
        out.flush().unwrap();
        println!(
            "a line of {name}: {:.2} s, peak memory {:.1} MB",
            time(&mut read(path)).as_secs_f64(),
            peak(&mut read(path))
        );
    }
}

/// Writes a corpus; gives how many records must be found in it.
fn write(path: &Path, form: Form, mix: Mix, size: usize) -> usize {
    let mut out = BufWriter::new(File::create(path).unwrap());
    let parts = size.div_ceil(PART);
    let records = (0..parts).map(|part| {
        let part = Corpus::part(part as u64, mix, (size / parts).min(PART), PERCENT);
        form.write(&part, &mut out).unwrap();
        part.records.len()
    });
    let records = records.sum();
    out.flush().unwrap();
    records
}

fn read(path: &Path) -> Command {
    let mut command = Command::new(program());
    command.args(["read", "--output", "jsonl"]).arg(path);
    command
}

/// The program to measure: ours, or another build of it.
fn program() -> PathBuf {
    std::env::var_os("ARRIVALS_BENCH").map_or_else(|| env!("CARGO_BIN_EXE_arrivals").into(), PathBuf::from)
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn start(command: &mut Command, out: Stdio) -> Child {
    command.stdin(Stdio::null()).stdout(out).stderr(Stdio::null()).spawn().unwrap()
}

fn time(command: &mut Command) -> Duration {
    let begin = Instant::now();
    start(command, Stdio::null()).wait().unwrap();
    begin.elapsed()
}

fn lines_of(command: &mut Command) -> usize {
    let mut child = start(command, Stdio::piped());
    let lines = BufReader::new(child.stdout.take().unwrap()).split(b'\n').map(io::Result::unwrap).count();
    child.wait().unwrap();
    lines
}

/// The most memory that the process had in megabytes, mapped pages included.
fn peak(command: &mut Command) -> f64 {
    let mut child = start(command, Stdio::null());
    let status = format!("/proc/{}/status", child.id());
    let mut kilobytes = 0.0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(kilobytes);
        std::thread::sleep(Duration::from_millis(2));
    }
    kilobytes / 1000.0
}

fn show(name: &str, bytes: u64, time: Duration) {
    println!(
        "  {name:24} {:.3} s, {:.0} MB/s",
        time.as_secs_f64(),
        bytes as f64 / MEGABYTE as f64 / time.as_secs_f64()
    );
}
