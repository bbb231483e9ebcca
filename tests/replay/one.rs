//! One payload: every flag, every line, every exit code.

use super::bench::{Bench, RECEIVER, record};

const FAILS: &str = r#"{"return":  "failure", "big": 12345678901234567890, "price": 1.10}"#;

fn failed(bench: &Bench) -> String {
    bench.records([("id-1".to_owned(), FAILS)]).to_string_lossy().into_owned()
}

#[test]
fn an_answer_is_awaited_and_its_outcome_is_the_exit_code() {
    let bench = Bench::new();
    let from = failed(&bench);
    let ran = bench.replay(&["id-1", "--from", &from, "--yes", "--wait", "--timeout", "60s"]);
    assert_eq!(ran.code, 1, "{}", ran.told);
    let line = &ran.lines[0];
    assert_eq!((line["status"].as_str(), line["condition"].as_str()), (Some("answered"), Some("RetriesExhausted")));
    assert_eq!((line["outcome"].as_str(), line["sameFingerprint"].as_bool()), (Some("failure"), Some(true)));
    let received = bench.received();
    assert_eq!((received.len(), &*received[0].payload), (1, FAILS));
    assert_eq!(line["newRequestId"].as_str(), Some(received[0].request_id.as_str()));
    assert!(line["seconds"].as_f64().is_some() && ran.told.contains("1 RetriesExhausted again"), "{}", ran.told);
}

#[test]
fn an_oracle_for_tests() {
    let bench = Bench::new();
    let from = failed(&bench);
    let junit = bench.path("replay.xml");
    let args = ["id-1", "--from", &from, "--yes", "--timeout", "60s", "--junit", junit.to_str().unwrap(), "--again"];
    let met = bench.replay(&[&args[..], &["--jq", ".return = \"success\"", "--expect", "outcome:success"]].concat());
    assert_eq!((met.code, met.all("status")), (0, vec!["answered"]), "{}", met.told);
    assert_eq!(&*bench.received()[0].payload, r#"{"return":"success","big":12345678901234567890,"price":1.10}"#);
    let report = std::fs::read_to_string(&junit).unwrap();
    assert!(report.contains(r#"tests="1" failures="0" errors="0""#), "{report}");
    let not_met = bench.replay(&[&args[..], &["--expect", "outcome:success"]].concat());
    assert_eq!((not_met.code, not_met.lines[0]["error"].as_str()), (1, Some("not as expected: outcome:success")));
    let report = std::fs::read_to_string(&junit).unwrap();
    assert!(report.contains(r#"failures="1""#) && report.contains("not as expected"), "{report}");
    let failure_expected = bench.replay(&[&args[..], &["--expect", "condition:RetriesExhausted"]].concat());
    assert_eq!(failure_expected.code, 0, "{}", failure_expected.told);
}

#[test]
fn nothing_is_sent_without_a_yes() {
    let bench = Bench::new();
    let from = failed(&bench);
    let asked = bench.replay(&["id-1", "--from", &from]);
    assert_eq!((asked.code, asked.lines.len()), (252, 0));
    assert!(asked.told.contains("nothing was sent: there is no terminal to ask on"), "{}", asked.told);
    let dry = bench.replay(&["--filter", "outcome:failure", "--from", &from, "--dry-run"]);
    assert_eq!((dry.code, dry.all("status")), (0, vec!["planned"]), "{}", dry.told);
    let read_only = bench.replay(&["id-1", "--from", &from, "--yes", "--read-only"]);
    assert_eq!(read_only.code, 252);
    assert!(read_only.told.contains("read-only takes replay away"), "{}", read_only.told);
    for args in [&["id-2", "--from", &from, "--yes"][..], &["--from", &from, "--yes"], &["id-1", "--yes"]] {
        assert_eq!(bench.replay(args).code, 252, "{args:?}");
    }
    assert!(bench.received().is_empty());
    // A dry run keeps no journal of sends.
    assert!(
        !std::fs::read_to_string(bench.path("state/arrivals/replays.jsonl")).unwrap_or_default().contains("intent")
    );
}

#[test]
fn production_wants_the_functions_name() {
    let bench = Bench::new();
    let from = failed(&bench);
    let config = bench.path("config.toml");
    std::fs::write(&config, "[production]\naccounts = ['1231*']\n").unwrap();
    let run = |extra: &[&str]| {
        let args = [&["replay", "id-1", "--from", &from, "--yes"], extra].concat();
        bench.command(&args).env("ARRIVALS_CONFIG", &config).output().unwrap()
    };
    let refused = run(&[]);
    assert_eq!(refused.status.code(), Some(252));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("this is production, where the functions must be named: --yes --confirm sender"), "{told}");
    assert!(bench.received().is_empty());
    assert_eq!(run(&["--confirm", "sender"]).status.code(), Some(0));
    assert_eq!(bench.received().len(), 1);
}

#[test]
fn what_was_sent_is_not_sent_again_unasked() {
    let bench = Bench::new();
    let from = failed(&bench);
    let first = bench.replay(&["id-1", "--from", &from, "--yes"]);
    assert_eq!((first.code, first.all("status")), (0, vec!["sent"]), "{}", first.told);
    let second = bench.replay(&["id-1", "--from", &from, "--yes"]);
    assert_eq!((second.code, second.all("status")), (0, vec!["refused"]));
    assert!(second.lines[0]["error"].as_str().unwrap().starts_with("already replayed at 2"), "{}", second.lines[0]);
    let filtered = bench.replay(&["--filter", "fn:sender", "--from", &from, "--yes"]);
    assert_eq!((filtered.code, filtered.lines.len()), (0, 0), "{}", filtered.told);
    assert!(filtered.told.contains("1 not sent: already replayed"), "{}", filtered.told);
    assert_eq!(bench.received().len(), 1);
    assert_eq!(bench.replay(&["id-1", "--from", &from, "--yes", "--again"]).code, 0);
    assert_eq!(bench.received().len(), 2);
}

#[test]
fn who_names_no_record_is_told_of_the_filter() {
    let bench = Bench::new();
    let ran = bench.replay(&["--log-group", RECEIVER]);
    assert_eq!(ran.code, 252);
    assert!(ran.told.contains("request ids") && ran.told.contains("--filter"), "{}", ran.told);
}

#[test]
fn sending_a_success_is_said() {
    let bench = Bench::new();
    let path = bench.path("success.log");
    let text = record("id-2", "sender:$LATEST", "1").replace("RetriesExhausted", "Success");
    std::fs::write(&path, text.replace(r#","functionError":"Unhandled""#, "")).unwrap();
    let ran = bench.replay(&["id-2", "--from", path.to_str().unwrap(), "--dry-run"]);
    assert!(ran.told.contains("1 payload, 1 byte, 1 success"), "{}", ran.told);
    assert!(ran.told.contains("what went well is done once more"), "{}", ran.told);
}

#[test]
fn refusals_are_named_and_nothing_is_marked_as_sent() {
    let bench = Bench::new();
    let from = failed(&bench);
    let run = |extra: &[&str]| bench.replay(&[&["id-1", "--from", &from, "--yes"], extra].concat());
    let gone = run(&["--qualifier", "nope"]);
    assert_eq!((gone.code, gone.all("status")), (254, vec!["refused"]));
    assert!(gone.lines[0]["error"].as_str().unwrap().contains("no version or alias nope"), "{}", gone.lines[0]);
    bench.faults(&["denied@Invoke"]);
    let denied = run(&[]);
    assert_eq!(denied.code, 254);
    let error = denied.lines[0]["error"].as_str().unwrap();
    assert!(error.contains("lambda:InvokeFunction") && error.contains("--replay-profile"), "{error}");
    bench.faults(&[]);
    assert_eq!(run(&["--payload", "/nowhere.json"]).code, 252);
    let large = bench.path("large.json");
    std::fs::write(&large, format!("\"{}\"", "x".repeat(1 << 20))).unwrap();
    let large = run(&["--payload", large.to_str().unwrap()]);
    assert_eq!((large.code, large.all("status")), (255, vec!["refused"]), "{}", large.told);
    assert!(bench.received().is_empty());
    assert_eq!(run(&[]).all("status"), ["sent"]);
}

#[test]
fn credentials_that_do_not_hold_are_named_with_what_mends_them() {
    let bench = Bench::new();
    let from = failed(&bench);
    let run = |extra: &[&str]| bench.replay(&[&["id-1", "--from", &from, "--yes"], extra].concat());
    let nobody = run(&["--replay-profile", "nobody"]);
    assert_eq!((nobody.code, nobody.lines.len()), (253, 0), "{}", nobody.told);
    assert!(nobody.told.contains("nobody"), "{}", nobody.told);
    bench.faults(&["expired@Invoke"]);
    let expired = run(&[]);
    assert_eq!((expired.code, expired.all("status")), (253, vec!["refused"]), "{}", expired.told);
    let error = expired.lines[0]["error"].as_str().unwrap();
    assert!(error.contains("set new ones in AWS_ACCESS_KEY_ID") && error.contains("nothing was sent"), "{error}");
    bench.faults(&[]);
    assert_eq!((run(&[]).code, bench.received().len()), (0, 1));
}

#[test]
fn a_broken_answer_leaves_a_send_unknown_and_a_throttle_does_not() {
    let bench = Bench::new();
    let from = failed(&bench);
    bench.faults(&["throttle=next:2@Invoke"]);
    let throttled = bench.replay(&["id-1", "--from", &from, "--yes"]);
    assert_eq!((throttled.code, throttled.all("status")), (0, vec!["sent"]), "{}", throttled.told);
    bench.faults(&["reset=next:1@Invoke"]);
    let broken = bench.replay(&["id-1", "--from", &from, "--yes", "--again"]);
    assert_eq!((broken.code, broken.all("status")), (254, vec!["unknown"]), "{}", broken.told);
    let next = bench.replay(&["id-1", "--from", &from, "--yes"]);
    assert_eq!((next.code, next.all("status")), (255, vec!["unknown"]), "{}", next.told);
    assert!(next.lines[0]["error"].as_str().unwrap().starts_with("unknown: a send was begun at"));
    assert_eq!(bench.received().len(), 2);
}

#[test]
fn a_synchronous_replay_has_its_outcome_at_once() {
    let bench = Bench::new();
    let from = failed(&bench);
    let failed = bench.replay(&["id-1", "--from", &from, "--yes", "--sync"]);
    assert_eq!((failed.code, failed.all("outcome")), (1, vec!["failure"]), "{}", failed.told);
    assert_eq!(failed.lines[0]["sameFingerprint"].as_bool(), Some(true));
    let jq = ["--jq", ".return = 1", "--qualifier", "live"];
    let fixed = bench.replay(&[&["id-1", "--from", &from, "--yes", "--sync", "--again"], &jq[..]].concat());
    assert_eq!((fixed.code, fixed.all("outcome")), (0, vec!["success"]), "{}", fixed.told);
    assert_eq!(bench.received()[1].qualifier, "live");
}

#[test]
fn no_record_in_time_is_said() {
    let bench = Bench::new();
    // No destination tells of the receiver's own outcomes.
    let path = bench.path("receiver.log");
    std::fs::write(&path, record("id-2", "receiver:$LATEST", "1")).unwrap();
    let args = ["id-2", "--from", path.to_str().unwrap(), "--yes", "--log-group", RECEIVER, "--timeout", "2s"];
    let ran = bench.replay(&args);
    assert_eq!((ran.code, ran.all("status")), (2, vec!["unanswered"]), "{}", ran.told);
}

#[test]
fn records_can_be_taken_from_the_log_itself() {
    let bench = Bench::new();
    let from = failed(&bench);
    assert_eq!(bench.replay(&["id-1", "--from", &from, "--yes", "--wait"]).code, 1);
    let first = bench.received()[0].request_id.clone();
    let ran = bench.replay(&[&first, "--function", "sender", "--yes", "--wait"]);
    assert_eq!((ran.code, ran.all("requestId")), (1, vec![first.as_str()]), "{}", ran.told);
    assert_eq!(bench.received().len(), 2);
}
