use super::*;
use crate::record::Outcome;

fn intent(key: &str, known: usize) -> Intent {
    Intent {
        key: Key::from(key),
        target: "arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST".to_owned(),
        bytes: 21,
        edited: false,
        fingerprint: Some("00ff".to_owned()),
        known,
    }
}

fn begun(journal: &mut Journal, intent: &Intent) -> AttemptId {
    match journal.begin(intent).unwrap() {
        Begun::May(id) => id,
        Begun::Taken => panic!("taken"),
    }
}

fn sent(id: &str) -> Fate {
    Fate::Sent { new_request_id: Some(id.to_owned()) }
}

fn verdict() -> Verdict {
    Verdict { outcome: Outcome::Success, condition: "Success".to_owned(), same_fingerprint: None, millis: 2500 }
}

#[test]
fn a_second_run_knows_what_the_first_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/arrivals/replays.jsonl");
    let mut first = Journal::open(&path).unwrap();
    let ids = ["sent", "refused", "unknown", "answered"].map(|key| begun(&mut first, &intent(key, 0)));
    first.note(&ids[0], &sent("n0")).unwrap();
    first.note(&ids[1], &Fate::Refused { why: "throttled".to_owned() }).unwrap();
    first.note(&ids[3], &sent("n3")).unwrap();
    first.answered(&ids[3], &verdict()).unwrap();
    let second = Journal::open(&path).unwrap();
    let fate = |key: &str| second.history().last_send_of(&Key::from(key)).map(|attempt| attempt.fate.clone());
    assert_eq!(fate("sent"), Some(sent("n0")));
    assert_eq!(fate("refused"), None);
    assert_eq!(fate("unknown"), Some(Fate::Unknown { why: None }));
    assert_eq!(fate("answered"), Some(Fate::Answered(verdict())));
    let answered = second.history().last_send_of(&Key::from("answered")).unwrap();
    assert_eq!(answered.new_request_id.as_deref(), Some("n3"));
    assert_eq!((answered.fingerprint.as_deref(), answered.edited), (Some("00ff"), false));
    assert!(answered.at > 1_700_000_000_000, "{}", answered.at);
    assert_eq!(second.history().iter().count(), 4);
}

#[test]
fn two_runs_at_once_do_not_send_the_same_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replays.jsonl");
    let (mut first, mut second) = (Journal::open(&path).unwrap(), Journal::open(&path).unwrap());
    let id = begun(&mut first, &intent("a", 0));
    assert_eq!(second.begin(&intent("a", 0)).unwrap(), Begun::Taken);
    begun(&mut second, &intent("b", 0));
    // Who knows of the first send may send again.
    begun(&mut second, &intent("a", 1));
    first.note(&id, &Fate::Refused { why: "gone".to_owned() }).unwrap();
    assert_eq!(first.begin(&intent("a", 0)).unwrap(), Begun::Taken);
    begun(&mut first, &intent("a", 1));
}

#[test]
fn a_torn_last_line_hides_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replays.jsonl");
    let mut first = Journal::open(&path).unwrap();
    begun(&mut first, &intent("a", 0));
    begun(&mut first, &intent("b", 0));
    let whole = fs::read(&path).unwrap();
    for cut in (0..whole.len()).rev() {
        fs::write(&path, &whole[..cut]).unwrap();
        let mut second = Journal::open(&path).unwrap();
        let complete = memchr::memchr_iter(b'\n', &whole[..cut]).count();
        assert_eq!(second.history().iter().count(), complete, "cut at {cut}");
        begun(&mut second, &intent("c", 0));
        let third = Journal::open(&path).unwrap();
        // A line that lacks nothing but its end is closed by the next one, and counts: better one send too few.
        let whole_lines = whole[..cut].split(|byte| *byte == b'\n').filter(|line| line.ends_with(b"}")).count();
        assert_eq!(third.history().iter().count(), whole_lines + 1, "cut at {cut}");
        assert!(third.history().last_send_of(&Key::from("c")).is_some());
    }
}

#[test]
fn lines_of_other_versions_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replays.jsonl");
    let mut journal = Journal::open(&path).unwrap();
    fs::write(&path, "{\"event\":\"folded\"}\nnot JSON\n\n{\"event\":\"sent\",\"attempt\":\"x\",\"at\":\"\"}\n")
        .unwrap();
    begun(&mut journal, &intent("a", 0));
    assert_eq!(journal.history().iter().count(), 1);
}

#[cfg(unix)]
#[test]
fn it_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arrivals/replays.jsonl");
    Journal::open(&path).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn what_cannot_be_written_is_told_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let error = Journal::open(folder.path()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("the journal of replays {}: ", folder.path().display())), "{error}");
}
