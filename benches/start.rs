//! From the start of the process to the first frame with data from a file, in a pseudo-terminal of 120×40.
#![allow(clippy::unwrap_used, reason = "a bench may fail by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::{Read, Write};

use divan::Bencher;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

fn main() {
    divan::main();
}

#[divan::bench(args = [100, 100_000], sample_count = 20)]
fn first_frame_with_data(bencher: Bencher<'_, '_>, records: usize) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for event in common::events().iter().cycle().take(records) {
        writeln!(file, "{}", event.trim_end()).unwrap();
    }
    bencher.bench_local(|| wait_for_row(file.path().to_str().unwrap()));
}

/// Starts the board on a file, waits until a row of it is on the wire, and ends it.
fn wait_for_row(file: &str) {
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_arrivals"));
    command.args(["read", file]);
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let (mut seen, mut bytes) = (Vec::new(), [0; 8192]);
    while memchr::memmem::find(&seen, b"RuntimeError").is_none() {
        let read = output.read(&mut bytes).unwrap();
        seen.extend_from_slice(&bytes[..read]);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
