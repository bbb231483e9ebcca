//! Many payloads: every one byte for byte, once, with its own outcome.

use std::collections::BTreeMap;

use super::bench::Bench;

/// Payloads in every spelling, all different; every third one is for a success.
fn payload(number: usize) -> String {
    let wanted = if number.is_multiple_of(3) { "success" } else { "failure" };
    match number % 4 {
        0 => format!(r#"{{"return":"{wanted}","n":{number}}}"#),
        1 => format!(r#"{{ "n" : {number}.0 , "return" : "{wanted}" }}"#),
        2 => format!(r#"{{"n":{number},"big":123456789012345678901234567890,"return":"{wanted}","e":1e400}}"#),
        _ => format!("{{\"return\":\t\"{wanted}\",\"n\":{number},\"ü\":\"\\u00fc\\ud83d\\ude00\"}}"),
    }
}

#[test]
fn a_thousand_failures_reach_their_function_once_and_whole() {
    const COUNT: usize = 1000;
    let bench = Bench::new();
    let payloads: Vec<_> = (0..COUNT).map(payload).collect();
    let from =
        bench.records(payloads.iter().enumerate().map(|(at, payload)| (format!("id-{at:04}"), payload.as_str())));
    bench.faults(&["throttle=0.05@Invoke"]);
    let started = std::time::Instant::now();
    let ran = bench.replay(&[
        "--from",
        from.to_str().unwrap(),
        "--filter",
        "outcome:failure",
        "--yes",
        "--wait",
        "--timeout",
        "5m",
        "--start-rate",
        "100",
        "--rate",
        "400",
        "--stop-after",
        "0",
    ]);
    eprintln!("{COUNT} payloads in {:.1} s, {} throttled", started.elapsed().as_secs_f64(), bench.struck());
    assert_eq!(ran.code, 1, "{}", ran.told);
    assert!(bench.struck() > 10, "{} throttles", bench.struck());
    let expected: BTreeMap<String, usize> = payloads.iter().map(|payload| (payload.clone(), 1)).collect();
    assert_eq!(bench.payloads(), expected);
    let sent: BTreeMap<String, String> =
        bench.received().into_iter().map(|received| (received.request_id, received.payload.to_string())).collect();
    assert_eq!(ran.lines.len(), COUNT);
    for line in &ran.lines {
        let id = line["requestId"].as_str().unwrap();
        let number: usize = id.trim_start_matches("id-").parse().unwrap();
        assert_eq!(sent.get(line["newRequestId"].as_str().unwrap()), Some(&payloads[number]), "{line}");
        let outcome = if number.is_multiple_of(3) { "success" } else { "failure" };
        assert_eq!((line["status"].as_str(), line["outcome"].as_str()), (Some("answered"), Some(outcome)), "{line}");
        assert_eq!(line["sameFingerprint"].as_bool(), (!number.is_multiple_of(3)).then_some(true), "{line}");
    }
    let second = bench.replay(&["--from", from.to_str().unwrap(), "--filter", "outcome:failure", "--yes"]);
    assert_eq!((second.code, second.lines.len(), bench.received().len()), (0, 0, COUNT), "{}", second.told);
}

#[test]
fn a_failed_canary_holds_back_what_fails_like_it() {
    let bench = Bench::new();
    let fails = r#"{"return":"failure"}"#;
    let from = bench.records((0..5).map(|at| (format!("id-{at}"), fails)));
    let args = ["--from", from.to_str().unwrap(), "--filter", "fn:sender", "--yes", "--canary", "--timeout", "60s"];
    let ran = bench.replay(&args);
    assert_eq!((ran.code, bench.received().len()), (1, 1), "{}", ran.told);
    assert_eq!(ran.all("status"), ["answered", "refused", "refused", "refused", "refused"]);
    assert!(ran.lines[1]["error"].as_str().unwrap().contains("the canary failed"), "{}", ran.lines[1]);
    let fixed =
        bench.replay(&[&args[..], &["--jq", ".return = \"success\"", "--again", "--start-rate", "50"]].concat());
    assert_eq!((fixed.code, fixed.lines.len(), bench.received().len()), (0, 5, 6), "{}", fixed.told);
}

#[test]
fn failures_of_one_kind_stop_a_run() {
    let bench = Bench::new();
    let from = bench.records((0..30).map(|at| (format!("id-{at:02}"), "{}")));
    bench.faults(&["denied@Invoke"]);
    let ran = bench.replay(&["--from", from.to_str().unwrap(), "--filter", "fn:sender", "--yes", "--stop-after", "3"]);
    assert_eq!((ran.code, ran.lines.len()), (254, 30), "{}", ran.told);
    let held =
        ran.lines.iter().filter(|line| line["error"].as_str().unwrap().contains("3 failures of one kind: not allowed"));
    assert!(held.count() >= 20, "{}", ran.told);
}
