//! A defect that ends the program: a report in the state folder, and one line that says where.
//!
//! The report holds where it happened and the way there, not what the panic said in full: such words can quote a payload.

use std::backtrace::Backtrace;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

use crate::config::{Folders, create_private};

/// Reports panics from now on. The board puts a hook of its own before this one, which gives the terminal back first.
pub(super) fn watch() {
    std::panic::set_hook(Box::new(|panic| {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(io::stderr(), "arrivals: {}", tell(&folder(), &words(panic), &place(panic)));
    }));
}

/// Where reports lie.
pub(super) fn folder() -> PathBuf {
    Folders::find().map_or_else(|_| std::env::temp_dir(), |folders| folders.state)
}

/// Writes a report and gives the line that says where it lies.
pub(super) fn tell(folder: &Path, words: &str, place: &str) -> String {
    let path = folder.join(format!("crash-{}.txt", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ")));
    let report = format!(
        "arrivals {} on {} {}\n{words}\nat {place}\n\n{}\n",
        env!("ARRIVALS_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        Backtrace::force_capture()
    );
    let made = create_private(&path);
    match made.and_then(|mut file| file.write_all(report.as_bytes())) {
        Ok(()) => format!("a defect ended it ({words}); the report lies in {}", path.display()),
        Err(error) => format!("a defect ended it ({words}, at {place}); no report could be written: {error}"),
    }
}

/// The same for a panic of which only the words came here: where it happened, then what it said.
pub(super) fn tell_text(text: &str) -> String {
    let (place, words) = text.split_once('\n').unwrap_or(("an unknown place", text));
    tell(&folder(), &bare(words), place.trim_start_matches("panicked at ").trim_end_matches(':'))
}

/// What the panic said, up to where it may begin to quote text of a log.
fn words(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words");
    bare(text)
}

fn bare(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    first.split(['`', '"', '{']).next().unwrap_or_default().trim_end().to_owned()
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_where_and_quotes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let words = bare("byte index 3 is not a char boundary of `{\"password\":\"hunter2\"}`");
        let line = tell(&folder.path().join("state"), &words, "src/x.rs:1:2");
        let path = line.rsplit_once("lies in ").unwrap().1;
        let report = std::fs::read_to_string(path).unwrap();
        assert!(
            report.contains("byte index 3 is not a char boundary of") && report.contains("src/x.rs:1:2"),
            "{report}"
        );
        assert!(!report.contains("hunter2") && !line.contains("hunter2"));
        assert!(line.starts_with("a defect ended it") && line.lines().count() == 1);
    }

    #[test]
    fn without_a_folder_the_line_says_it_all() {
        let line = tell(Path::new("/dev/null/no"), "words", "src/x.rs:1:2");
        assert!(line.contains("words, at src/x.rs:1:2"), "{line}");
    }
}
