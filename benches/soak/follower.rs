//! The program that follows, and what it has shown.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::endpoint::GROUP;

/// How often every record was shown.
type Shown = Arc<Mutex<Vec<u8>>>;

/// A running follow; dropping it ends it.
pub(crate) struct Follower {
    shown: Shown,
    child: Child,
    /// Reads what it says on standard error, and gives the last line.
    said: JoinHandle<String>,
}

impl Follower {
    pub(crate) fn start(binary: &str, url: &str, live: bool) -> Self {
        let mut command = Command::new(binary);
        command.args([
            "tail",
            GROUP,
            "--follow",
            "--output",
            "jsonl",
            "--region",
            "eu-central-1",
            "--endpoint-url",
            url,
        ]);
        if live {
            command.arg("--live");
        }
        command.env("AWS_ACCESS_KEY_ID", "soak").env("AWS_SECRET_ACCESS_KEY", "soak");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let shown = Shown::default();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let noted = Arc::clone(&shown);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                note(&noted, &line);
            }
        });
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = tokio::spawn(async move {
            let mut last = String::new();
            while let Ok(Some(line)) = errors.next_line().await {
                last = line;
            }
            last
        });
        Self { shown, child, said }
    }

    /// Records that were shown.
    pub(crate) fn shown(&self) -> usize {
        self.counted(|times| usize::from(times > 0))
    }

    /// How often one was shown again.
    pub(crate) fn repeated(&self) -> usize {
        self.counted(|times| usize::from(times.saturating_sub(1)))
    }

    /// How many of the first were not.
    pub(crate) fn missing(&self, first: u64) -> u64 {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        first - shown.iter().take(first as usize).filter(|times| **times > 0).count() as u64
    }

    /// Kilobytes of its memory that are in use.
    pub(crate) fn memory(&self) -> String {
        let path = format!("/proc/{}/status", self.child.id().unwrap_or_default());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.map_or("-".to_owned(), |rest| rest.trim().trim_end_matches(" kB").to_owned())
    }

    /// Ends it as Ctrl-C does, and gives the last line that it says.
    pub(crate) async fn end(mut self) -> String {
        let id = self.child.id().unwrap_or_default().to_string();
        Command::new("kill").args(["-INT", &id]).status().await.unwrap();
        self.child.wait().await.unwrap();
        self.said.await.unwrap()
    }

    fn counted(&self, of: impl Fn(u8) -> usize) -> usize {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|times| of(*times)).sum()
    }
}

/// Counts the record of a line by the number in its id.
fn note(shown: &Shown, line: &str) {
    let number = line.split("00000000-0000-4000-8000-").nth(1).and_then(|rest| rest.get(..12)?.parse::<usize>().ok());
    let number = number.unwrap_or_else(|| panic!("no record of the soak: {line}"));
    let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
    if shown.len() <= number {
        shown.resize(number + 1, 0);
    }
    shown[number] = shown[number].saturating_add(1);
}
