//! Writing what is taken along to files of their own, for their owner alone: nothing that is there already is written over.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::{private_file, private_folder};
use crate::output::{export, jsonl};
use crate::record::{Arrival, Masks};

/// Names that are tried when one is taken.
const MOST_NAMES: usize = 1000;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveAs {
    /// JSON lines that `read` opens again, with marks and notes.
    Session,
    /// A note on the incident, in Markdown.
    Note,
    /// The payloads, each in a file of its own.
    Payloads,
    /// The request payloads as test events, each in a file of its own.
    TestEvents,
}

/// Records that are taken along, and how.
#[derive(Debug)]
pub struct Luggage {
    /// The records, with marks and notes.
    pub arrivals: Vec<Arrival>,
    /// What is masked in them.
    pub masks: Arc<Masks>,
    /// What they were filtered by.
    pub query: String,
    /// Now, in milliseconds since the Unix epoch.
    pub now: i64,
    /// The zone that times are told in.
    pub zone: TimeZone,
    /// Where the files are made.
    pub folder: PathBuf,
}

/// What is to be saved.
#[derive(Debug, Clone)]
pub struct SaveWanted {
    /// In which form.
    pub form: SaveAs,
    /// What.
    pub luggage: Arc<Luggage>,
}

impl PartialEq for SaveWanted {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form && Arc::ptr_eq(&self.luggage, &other.luggage)
    }
}

impl Eq for SaveWanted {}

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The file, or the folder of the files.
    pub path: PathBuf,
    /// How many.
    pub count: usize,
    /// Of what, as one of them is called.
    pub what: &'static str,
}

/// Saves it under a name that nothing has yet.
///
/// # Errors
/// In words for the reader, when the folder cannot be written to.
pub(super) fn save(wanted: &SaveWanted) -> Result<Saved, String> {
    let luggage = &wanted.luggage;
    let done = match wanted.form {
        SaveAs::Session => session(luggage),
        SaveAs::Note => note(luggage),
        SaveAs::Payloads => files(luggage, payloads),
        SaveAs::TestEvents => {
            files(luggage, |arrival| export::test_event(arrival).map(|event| (".json", event)).into_iter().collect())
        }
    };
    done.map_err(|error| format!("cannot write in {}: {error}", luggage.folder.display()))
}

impl Luggage {
    /// The records with their secrets masked.
    fn masked(&self) -> impl Iterator<Item = Arrival> + '_ {
        self.arrivals.iter().map(|arrival| self.masks.arrival(arrival).unwrap_or_else(|| arrival.clone()))
    }

    fn name(&self) -> String {
        let time = Timestamp::from_millisecond(self.now).unwrap_or_default().to_zoned(self.zone.clone());
        time.strftime("arrivals-%Y%m%d-%H%M%S").to_string()
    }
}

fn session(luggage: &Luggage) -> io::Result<Saved> {
    let mut lines = Vec::new();
    for arrival in luggage.masked() {
        jsonl::write(&mut lines, &arrival)?;
    }
    let path = write_new(&luggage.folder, &luggage.name(), ".jsonl", &lines)?;
    Ok(Saved { path, count: luggage.arrivals.len(), what: "record" })
}

fn note(luggage: &Luggage) -> io::Result<Saved> {
    let Luggage { arrivals, masks, query, now, zone, .. } = luggage;
    let text = export::note::write(arrivals, masks, query, *now, zone);
    let path = write_new(&luggage.folder, &luggage.name(), ".md", text.as_bytes())?;
    Ok(Saved { path, count: arrivals.len(), what: "record" })
}

/// The payloads as they came, and what their files end with.
fn payloads(arrival: &Arrival) -> Vec<(&'static str, String)> {
    let record = &arrival.record;
    let parts = [(".request.json", record.request_payload()), (".response.json", record.response_payload())];
    parts.into_iter().filter_map(|(end, payload)| Some((end, payload?.to_owned()))).collect()
}

/// Writes files of every record into a new folder.
fn files(luggage: &Luggage, parts: impl Fn(&Arrival) -> Vec<(&'static str, String)>) -> io::Result<Saved> {
    let path = new_folder(&luggage.folder, &luggage.name())?;
    let mut count = 0;
    for arrival in luggage.masked() {
        for (end, text) in parts(&arrival) {
            write_new(&path, &export::stem(&arrival), end, text.as_bytes())?;
            count += 1;
        }
    }
    Ok(Saved { path, count, what: "file" })
}

/// The name, then the name with `-2`, `-3` …
fn names(name: &str) -> impl Iterator<Item = String> + '_ {
    (1..MOST_NAMES).map(move |number| if number == 1 { name.to_owned() } else { format!("{name}-{number}") })
}

fn taken() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "every name is taken")
}

fn write_new(folder: &Path, name: &str, end: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    for name in names(name) {
        let path = folder.join(format!("{name}{end}"));
        match private_file().write(true).create_new(true).open(&path) {
            Ok(mut file) => return file.write_all(bytes).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(taken())
}

fn new_folder(folder: &Path, name: &str) -> io::Result<PathBuf> {
    for name in names(name) {
        let path = folder.join(name);
        match private_folder().create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(taken())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::log::{LogEvent, Origin, Text};
    use crate::record::{Finder, Found, Kept};

    fn found(message: &str) -> Arrival {
        let mut found = Vec::new();
        let origin = Origin { file: Some(Arc::from("session.jsonl")), ..Origin::default() };
        Finder::new().push(&LogEvent { origin, message: Text::from(message) }, &mut found);
        match found.pop() {
            Some(Found::Arrival(arrival)) => arrival,
            other => panic!("no arrival but {other:?}"),
        }
    }

    fn luggage(folder: &Path) -> Arc<Luggage> {
        let mut arrival = found(
            r#"{"version":"1.0","requestContext":{"requestId":"r1","functionArn":"arn:aws:lambda:eu-central-1:1:function:sender","condition":"x"},"requestPayload":{"password":"abcdef","n":1.0},"responsePayload":null}"#,
        );
        arrival.kept = Some(Box::new(Kept { marked: true, note: Some("seen \u{1b} twice".to_owned()) }));
        Arc::new(Luggage {
            arrivals: vec![arrival],
            masks: Arc::new(Masks::new(true, &[], [])),
            query: String::new(),
            now: 1_795_170_000_000,
            zone: TimeZone::UTC,
            folder: folder.to_owned(),
        })
    }

    fn saved(form: SaveAs, luggage: &Arc<Luggage>) -> Saved {
        save(&SaveWanted { form, luggage: Arc::clone(luggage) }).unwrap()
    }

    #[test]
    fn a_session_is_read_again_with_marks_and_notes() {
        let folder = tempfile::tempdir().unwrap();
        let saved = saved(SaveAs::Session, &luggage(folder.path()));
        let line = fs::read_to_string(&saved.path).unwrap();
        let again = found(&line);
        assert_eq!(again.kept.as_deref(), Some(&Kept { marked: true, note: Some("seen \u{1b} twice".to_owned()) }));
        assert!(again.redacted && line.contains(r#""password":"******","n":1.0"#), "{line}");
        let mut second = Vec::new();
        jsonl::write(&mut second, &again).unwrap();
        assert_eq!(String::from_utf8(second).unwrap(), line);
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let luggage = luggage(folder.path());
        let names: Vec<_> = [SaveAs::Session, SaveAs::Session, SaveAs::Note, SaveAs::Payloads, SaveAs::TestEvents]
            .map(|form| saved(form, &luggage).path.file_name().unwrap().to_string_lossy().into_owned())
            .into();
        let name = "arrivals-20261120-102000";
        let expected = [".jsonl", "-2.jsonl", ".md", "", "-2"].map(|end| format!("{name}{end}"));
        assert_eq!(names, expected);
        let payload = fs::read_to_string(folder.path().join(name).join("sender-r1.request.json")).unwrap();
        assert_eq!(payload, r#"{"password":"******","n":1.0}"#);
        assert!(folder.path().join(name).join("sender-r1.response.json").exists());
    }

    #[cfg(unix)]
    #[test]
    fn payloads_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let luggage = luggage(folder.path());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&saved(SaveAs::Session, &luggage).path), 0o600);
        let payloads = saved(SaveAs::Payloads, &luggage).path;
        assert_eq!((mode(&payloads), mode(&payloads.join("sender-r1.request.json"))), (0o700, 0o600));
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_named() {
        let error =
            save(&SaveWanted { form: SaveAs::Note, luggage: luggage(Path::new("/nowhere/at/all")) }).unwrap_err();
        assert!(error.starts_with("cannot write in /nowhere/at/all: "), "{error}");
    }
}
