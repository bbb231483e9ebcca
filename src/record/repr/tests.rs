//! What Python 3 prints of parsed JSON, and what it prints of anything else.

use super::*;

fn json(text: &str) -> String {
    let repr = read(text).unwrap_or_else(|broken| panic!("{text}: {broken:?}"));
    assert_eq!(repr.length, text.len(), "{text}");
    serde_json::from_str::<IgnoredAny>(&repr.json).unwrap_or_else(|error| panic!("{}: {error}", repr.json));
    repr.json
}

#[test]
fn literals_become_json() {
    for (text, expected) in [
        ("{}", "{}"),
        ("{'b': 1, 'a': [True, False, None]}", r#"{"b": 1, "a": [true, false, null]}"#),
        (
            "{'a': -12345678901234567890123, 'b': 1.10, 'c': 1e+16, 'd': -0.0}",
            r#"{"a": -12345678901234567890123, "b": 1.10, "c": 1e+16, "d": -0.0}"#,
        ),
        ("{'t': (), 'u': (1,), 'v': (1, {'x': []})}", r#"{"t": [], "u": [1], "v": [1, {"x": []}]}"#),
        (r#"{"it's": 'say "hi"', 'b': 'it\'s "x"'}"#, r#"{"it's": "say \"hi\"", "b": "it's \"x\""}"#),
        (
            r"{'a': '\\ \n\r\t \x00\x1b\x7f\xa0 \u202e \U0001f600 \ud800'}",
            "{\"a\": \"\\\\ \\n\\r\\t \\u0000\\u001b\u{7f}\u{a0} \u{202e} \u{1f600} \\ud800\"}",
        ),
        (r"{'a': '\x22\x5c'}", r#"{"a": "\"\\"}"#),
        ("{'é': 'ü😀'}", r#"{"é": "ü😀"}"#),
    ] {
        assert_eq!(json(text), expected);
    }
}

#[test]
fn what_follows_is_left() {
    assert_eq!(read("{'a': 1} {'b'"), Ok(Repr { length: 8, json: "{\"a\": 1}".into() }));
}

#[test]
fn what_is_cut_is_known_as_cut() {
    let text = r#"{'a': ["it's", '\'', (1,), {}, True, -1.5e+3], 'b': '\x00\u1234\U0001f600ü'}"#;
    for cut in (0..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
        assert!(matches!(read(&text[..cut]), Err((Broken { cut: true, .. }, _))), "{}", &text[..cut]);
    }
}

#[test]
fn other_objects_are_not_guessed() {
    for text in [
        "[]",
        "'a'",
        "{1: 2}",
        "{'a'}",
        "{'a': nan}",
        "{'a': inf, 'b': 1}",
        "{'a': -inf}",
        "{'a': b'x'}",
        "{'a': datetime.date(2026, 1, 1)}",
        "{'a': 'b' 'c'}",
        "{'a': 'b\nc'}",
        "{'a': '\\q'}",
        "{'a': '\\xzz'}",
        "{'a': '\\u+123'}",
        "{'a': '\\U00110000'}",
        "{'a': 1,}",
        "{'a': [1,]}",
        "{'a': [1)}",
        "{'a': 01}",
        "{'a': 1_000}",
        "{'a': ...}",
        "{'a': true}",
        "{'a' 1}",
        "{a: 1}",
        "{'a': 1]",
    ] {
        assert!(matches!(read(text), Err((Broken { cut: false, .. }, _))), "{text}");
    }
}

#[test]
fn deep_nesting_does_not_recurse() {
    let deep = format!("{{'a': {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&deep).is_ok());
    assert!(read(&deep[..90_000]).is_err_and(|(broken, _)| broken.cut));
}
