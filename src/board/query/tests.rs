use proptest::prelude::*;

use super::super::sample::{Sample, arrival, gap, unreadable};
use super::*;
use crate::log::Text;

fn query(text: &str) -> Query {
    Query::parse(text).unwrap_or_else(|error| panic!("\n{}", error.caret(text)))
}

/// `RuntimeError` in Python, wrapped by Java's way of chaining, so that there is a cause.
fn failure() -> Entry {
    Sample {
        condition: "RetriesExhausted",
        function: "invoice-render:live",
        request_id: "17b37350-871d-4d69-9b4f-a77c2ddd7fc9",
        request: r#"{"order":{"note":"Grüße aus (Kiel)","total":null}}"#,
        response: concat!(
            r#"{"errorMessage":"I'm \"supposed\" to fail","errorType":"java.lang.RuntimeException","#,
            r#""stackTrace":["example.Handler.handleRequest(Handler.java:12)"],"cause":{"errorMessage":"total is absent","#,
            r#""errorType":"java.io.IOException","stackTrace":[]}}"#
        ),
        ..Sample::default()
    }
    .entry()
}

fn success() -> Entry {
    Sample { request: r#"{"errorish":"RuntimeException"}"#, response: r#""fine""#, ..Sample::default() }.entry()
}

#[test]
fn text_is_found_however_json_wrote_it() {
    let entry = Sample { request: r#"{"name":"M\u00fcller","path":"a\/b"}"#, ..Sample::default() }.entry();
    for (text, expected) in
        [("Müller", true), ("müller", true), ("a/b", true), (r"M\u00fcller", true), ("Mäller", false)]
    {
        assert_eq!(query(text).matches(&entry), expected, "{text}");
    }
}

#[test]
fn terms_match_what_they_say() {
    let entry = failure();
    for (text, expected) in [
        ("", true),
        ("condition:RetriesExhausted", true),
        ("condition:retriesexhausted", true),
        ("CONDITION:RETRIESEXHAUSTED", true),
        ("condition:Retries", true),
        ("condition:retries", true),
        ("condition:Retri", false),
        ("condition:Aged", false),
        ("condition:Stream", false),
        ("condition:retries*", true),
        ("condition:*", true),
        ("condition:Success", false),
        ("condition:\"\"", false),
        ("fn:invoice-render", true),
        ("fn:invoice", false),
        ("fn:invoice*", true),
        ("fn:*render", true),
        ("fn:Invoice-Render", false),
        ("fn:invoice-render:live", true),
        ("fn:invoice-render:7", false),
        ("fn:*:live", true),
        ("fn:arn:aws:lambda:*:invoice-render:live", true),
        ("fn:arn:aws:lambda:*:invoice-render", false),
        ("id:17b37350", true),
        ("id:17B37350", true),
        ("id:7b37350", false),
        ("id:17b37350-871d-4d69-9b4f-a77c2ddd7fc9-and-more", false),
        ("outcome:failure", true),
        ("outcome:SUCCESS", false),
        ("kiel", true),
        ("(kiel)", true),
        ("\"(Kiel)\"", true),
        ("GRÜSSE", false),
        ("grüße", true),
        ("123123123123", true),
        ("absent2", false),
        ("kiel absent", true),
        ("kiel nothing", false),
        ("kiel and nothing", false),
        ("kiel OR nothing", true),
        ("not nothing", true),
        ("Not not nothing", false),
        ("not kiel or absent", true),
        ("not (kiel or absent)", false),
        ("nothing or kiel and absent", true),
        ("kiel and absent or nothing", true),
        ("nothing and (kiel or absent)", false),
        ("\"2022-04-16T11:24:43.658Z\"", true),
        ("2022-04-16T11:24:43", true),
        ("Handler.java:12", true),
        ("java.io.IOException", true),
        ("{\"errorMessage\":\"I'm", true),
    ] {
        assert_eq!(query(text).matches(&entry), expected, "{text}");
    }
}

#[test]
fn the_word_of_a_column_means_each_condition_that_it_is_short_for() {
    for (condition, word) in [
        ("EventAgeExceeded", "Aged"),
        ("ZeroReservedConcurrency", "zero"),
        ("RetryAttemptsExhausted", "Stream"),
        ("RecordAgeExceeded", "Stream"),
        ("MaximumPayloadSizeExceeded", "Stream"),
        ("Stream", "Stream"),
    ] {
        let entry = Sample { condition, ..Sample::default() }.entry();
        assert!(query(&format!("condition:{word}")).matches(&entry), "{word} for {condition}");
        assert!(!query("condition:Retries").matches(&entry), "{condition}");
    }
}

#[test]
fn payload_paths_match_what_is_there() {
    let entry = Sample {
        condition: "RetriesExhausted",
        request: r#"{"order":{"amount":null,"total":12.50,"id":"A-17","big":9007199254740993,"odd key":true,
            "items":[{"sku":"x","qty":1},{"sku":"y","qty":12}]},"at":"2026-04-01T10:00:00Z","n":"12","\u0061b":1}"#,
        response: r#"{"errorType":"TimeoutError","list":[]}"#,
        ..Sample::default()
    }
    .entry();
    for (text, expected) in [
        ("request.order.amount=null", true),
        ("request.order.amount!=null", false),
        ("request.order.amount", true),
        ("request.order.missing", false),
        ("request.order.missing=null", false),
        ("request.order.missing!=null", false),
        ("not request.order.missing", true),
        ("request.order.total=12.5", true),
        ("request.order.total>=12", true),
        ("request.order.total<12", false),
        ("request.order.total=\"12.5\"", false),
        ("request.order.big=9007199254740993", true),
        ("request.order.big=9007199254740992", false),
        ("request.order.id=A-17", true),
        ("request.order.id=a-17", false),
        ("request.order.id!=A-18", true),
        ("request.n=12", true),
        ("request.n=\"12\"", true),
        ("request.n>3", false),
        ("request.ab=1", true),
        ("request.order.\"odd key\"=true", true),
        ("request.order.\"odd key\"=false", false),
        ("request.order.items[0].sku=x", true),
        ("request.order.items[1].sku=x", false),
        ("request.order.items[].sku=y", true),
        ("request.order.items[].qty>10", true),
        ("request.order.items[].qty>100", false),
        ("request.order.items[2]", false),
        ("request.at>=2026-04-01", true),
        ("request.at<2026-04-01", false),
        ("response.errorType~\"Time.*\"", true),
        ("response.errorType~^Out", false),
        ("response.errorType!~^Out", true),
        ("request.order.total~^12", true),
        ("request.order~sku", true),
        ("response.list[]", false),
        ("response.list=null", false),
        ("(request.order.amount=null)", true),
        ("request", true),
    ] {
        assert_eq!(query(text).matches(&entry), expected, "{text}");
    }
}

#[test]
fn the_other_fields_match_what_they_say() {
    let entry = failure();
    let fingerprint = entry.arrival().and_then(|arrival| arrival.record.fingerprint()).expect("a failure").to_string();
    for (text, expected) in [
        ("version:$LATEST", true),
        ("version:$L*", true),
        ("version:7", false),
        ("count=1", true),
        ("count:1", true),
        ("COUNT:>=1", true),
        ("count>1", false),
        ("count!=2", true),
        ("is:replayable", true),
        ("is:recovered", false),
        ("is:redelivered", false),
        ("is:redacted", false),
        ("is:unreadable", false),
        ("stream:x", false),
        ("time>=1970-01-01", true),
        ("time<1970-01-01T00:00:00Z", false),
        ("age>1d", true),
        ("age:1d", false),
        ("/supposed.*fail/", true),
        ("/SUPPOSED/", false),
        ("/SUPPOSED/i", true),
        ("/exact case/ or /total/", true),
        ("/aws/lambda", false),
        ("jq:'.requestPayload.order.total == null'", true),
        ("jq:'.requestPayload.order | length > 3'", false),
        ("jq:.requestContext.approximateInvokeCount==1", true),
    ] {
        assert_eq!(query(text).matches(&entry), expected, "{text}");
    }
    assert!(query(&format!("fingerprint:{}", &fingerprint[..6])).matches(&entry));
    assert!(!query("fingerprint:zz").matches(&entry));
}

#[test]
fn named_filters_stand_for_theirs() {
    let names = Names::from([
        ("night".to_owned(), "condition:RetriesExhausted or fn:b".to_owned()),
        ("both".to_owned(), "@night kiel".to_owned()),
        ("loop".to_owned(), "@loop".to_owned()),
        ("bad".to_owned(), "(".to_owned()),
    ]);
    let read = |text: &str| Query::parse_with(text, &names).map(|query| query.to_string());
    assert_eq!(read("x @night").as_deref(), Ok("x (condition:RetriesExhausted or fn:b)"));
    assert_eq!(read("@both").as_deref(), Ok("(condition:RetriesExhausted or fn:b) kiel"));
    assert_eq!(read("\"@night\"").as_deref(), Ok("\"@night\""));
    assert_eq!(read("me@night.example").as_deref(), Ok("me@night.example"));
    let error = |text: &str| Query::parse_with(text, &names).expect_err(text).message;
    assert!(error("@loop").contains("contains itself"), "{}", error("@loop"));
    assert_eq!(error("@bad"), "the filter @bad of the configuration is wrong: expected a field or a text after `(`");
    assert_eq!(error("@nihgt"), "no filter is called @nihgt; did you mean @night? Quotes make it text");
    assert_eq!(error("@x"), "no filter is called @x; there are @bad, @both, @loop, @night, and quotes make it text");
}

#[test]
fn an_error_matches_by_type_message_and_cause() {
    let entry = failure();
    for (text, expected) in [
        ("error:runtimeexception", true),
        ("error:java.lang", true),
        ("error:\"supposed\"", true),
        ("error:\"i'm \\\"supposed\\\" to\"", true),
        ("error:IOException", true),
        ("error:\"is absent\"", true),
        ("error:Kiel", false),
        ("error:\"\"", true),
    ] {
        assert_eq!(query(text).matches(&entry), expected, "{text}");
    }
}

#[test]
fn a_success_has_no_error() {
    let entry = success();
    for (text, expected) in [
        ("outcome:success", true),
        ("outcome:failure", false),
        ("condition:success", true),
        ("error:RuntimeException", false),
        ("RuntimeException", true),
        ("fn:sender:$LATEST", true),
        ("fn:sender", true),
    ] {
        assert_eq!(query(text).matches(&entry), expected, "{text}");
    }
}

#[test]
fn lines_and_gaps_match_text_only() {
    let (line, gap) = (unreadable(0), gap(0, "live tail: 500 events were only sampled"));
    for (text, on_line, on_gap) in [
        ("", true, true),
        ("CUT-OFF-ID", true, false),
        ("sampled", false, true),
        ("outcome:failure", false, false),
        ("condition:*", false, false),
        ("id:\"\"", false, false),
        ("error:\"\"", false, false),
        ("not fn:sender", true, true),
    ] {
        assert_eq!(query(text).matches(&line), on_line, "{text} on a line");
        assert_eq!(query(text).matches(&gap), on_gap, "{text} on a gap");
    }
}

#[test]
fn an_unwrapped_record_is_searched_as_it_reads() {
    let record = Sample { request: r#"{"city":"Kiel"}"#, ..Sample::default() }.json();
    let message = format!(r#"{{"Records":[{{"messageId":"m-1","eventSource":"aws:sqs","body":{record:?}}}]}}"#);
    let entry = arrival(0, &Text::from(record), &Text::from(message));
    for (text, expected) in [("{\"city\":\"Kiel\"}", true), ("m-1", true), ("\\\"city\\\"", true), ("x\"city", false)] {
        assert_eq!(query(text).matches(&entry), expected, "{text}");
    }
}

#[test]
fn words_that_look_copied_are_text() {
    for text in [
        "TypeError:",
        "https://example.com/a?b=c",
        "std::io::Error",
        "arn:aws:lambda:eu-central-1:1:function:x",
        "11:24:43",
        "index.js:14",
        "invoice-render:live",
        "C:\\temp",
        ":",
        "a-b:c",
    ] {
        assert_eq!(query(text), query(&format!("\"{text}\"")), "{text}");
    }
}

#[test]
fn errors_point_at_their_place() {
    for (text, expected) in [
        (
            "functon:x",
            [
                "functon:x",
                "^^^^^^^ unknown field `functon` (did you mean `fn:`?); fields are condition, fn, id, error, outcome, version, count, age, time, stream, is, fingerprint, jq, and quotes make it text",
            ],
        ),
        (
            "a conditon:x",
            [
                "a conditon:x",
                "  ^^^^^^^^ unknown field `conditon` (did you mean `condition:`?); fields are condition, fn, id, error, outcome, version, count, age, time, stream, is, fingerprint, jq, and quotes make it text",
            ],
        ),
        (
            "payload:\"x\"",
            [
                "payload:\"x\"",
                "^^^^^^^ unknown field `payload`; fields are condition, fn, id, error, outcome, version, count, age, time, stream, is, fingerprint, jq, and quotes make it text",
            ],
        ),
        ("outcome:maybe", ["outcome:maybe", "^^^^^^^^^^^^^ expected success or failure after `outcome:`, not `maybe`"]),
        ("fn: x", ["fn: x", "   ^ expected a function name, with * for any part after `fn:`"]),
        ("fn:", ["fn:", "   ^ expected a function name, with * for any part after `fn:`"]),
        ("Größe \"unclosed", ["Größe \"unclosed", "      ^ this quote is not closed"]),
        ("error:\"a\\\"", ["error:\"a\\\"", "      ^ this quote is not closed"]),
        ("\"a\"b", ["\"a\"b", "   ^ expected a space after the closing quote (a quote inside a text is written \\\")"]),
        ("count>=x", ["count>=x", "^^^^^^^^ expected a number of attempts, as in count>=3, not `x`"]),
        ("age<", ["age<", "    ^ expected a span in s, m, h, d or w, as in age<15m"]),
        ("age<15", ["age<15", "^^^^^^ `15` is not a span: write 90s, 15m, 2h30m, 1d or 1w"]),
        ("time>=noon", ["time>=noon", "^^^^^^^^^^ `noon` is not a time: write 2026-04-01 or 2026-04-01T12:00:00Z"]),
        (
            "is:odd",
            [
                "is:odd",
                "^^^^^^ expected unreadable, gap, replayed, late, recovered, redelivered, replayable, masked or damaged after `is:`, not `odd`",
            ],
        ),
        ("request.", ["request.", "        ^ expected a key after `.`, in quotes when it has odd characters"]),
        ("request.a[x]", ["request.a[x]", "         ^ expected [0] for one item or [] for any"]),
        ("request.a=", ["request.a=", "          ^ expected a value after `=`"]),
        (
            "x response.a:b",
            [
                "x response.a:b",
                "            ^ expected `.key`, `[0]`, `[]`, or one of = != ~ !~ < <= > >= with a value",
            ],
        ),
        ("response.a~\"(\"", ["response.a~\"(\"", "          ^^^^ not a regular expression: unclosed group"]),
        ("/a(/", ["/a(/", "^^^^ not a regular expression: unclosed group"]),
        ("a jq:'.b | foo'", ["a jq:'.b | foo'", "           ^^^ jq knows no filter `foo`"]),
        ("jq:'.a", ["jq:'.a", "   ^ this quote is not closed"]),
        ("jq:", ["jq:", "   ^ expected an expression, as in jq:'.requestPayload.items|length>3' after `jq:`"]),
        ("x @night", ["x @night", "  ^^^^^^ no filter is called @night; none are configured, and quotes make it text"]),
        ("a or", ["a or", "    ^ expected a field or a text after `or`"]),
        ("or a", ["or a", "^^ expected a field or a text at the start"]),
        ("a and and b", ["a and and b", "      ^^^ expected a field or a text after `and`"]),
        ("a not", ["a not", "     ^ expected a field or a text after `not`"]),
        ("a (b or c", ["a (b or c", "  ^ this parenthesis is not closed"]),
        ("(", ["(", " ^ expected a field or a text after `(`"]),
        ("a ()", ["a ()", "   ^ expected a field or a text after `(`"]),
        ("a) b", ["a) b", " ^ this parenthesis closes nothing"]),
        (")", [")", "^ expected a field or a text at the start"]),
    ] {
        let error = Query::parse(text).expect_err(text);
        assert_eq!(error.caret(text).lines().collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn a_place_is_in_bytes() {
    let error = Query::parse("Größe \"x").expect_err("not closed");
    assert_eq!((error.at, error.len), (8, 1));
    let error = Query::parse("a or").expect_err("nothing after or");
    assert_eq!((error.at, error.len), (4, 0));
}

#[test]
fn deep_nesting_is_refused() {
    assert_eq!(Query::parse(&"(".repeat(100_000)).expect_err("deep").message, "nested too deeply");
    assert_eq!(Query::parse(&"not ".repeat(100_000)).expect_err("deep").message, "nested too deeply");
    assert!(Query::parse(&format!("{}a{}", "(".repeat(60), ")".repeat(60))).is_ok());
}

#[test]
fn printing_is_as_people_type() {
    for (text, printed) in [
        ("  a   and b ", "a b"),
        ("(a) and (b c)", "a b c"),
        ("A or (b or c) d", "A or (b or c) d"),
        ("(a or b) or c", "a or b or c"),
        ("NOT (a b)", "not (a b)"),
        ("\"and\" \"plain\" \"two words\"", "\"and\" plain \"two words\""),
        ("FN:\"x\" Outcome:FAILURE", "fn:x outcome:failure"),
        ("error:\"can't be\"", "error:\"can't be\""),
        ("\"fn:x\" \"a\\\"b\"", "\"fn:x\" a\"b"),
        ("\"\"", "\"\""),
        // Bare, it would begin a pattern that the one behind it closes.
        ("\"/\" /b/", "\"/\" /b/"),
        ("/aws/lambda/x /b/", "/aws/lambda/x /b/"),
    ] {
        assert_eq!(query(text).to_string(), printed, "{text}");
    }
}

#[test]
fn the_menu_replaces_what_is_about_conditions() {
    use Condition::{EventAgeExceeded, MaximumPayloadSizeExceeded, RecordAgeExceeded};
    use Condition::{RetriesExhausted, RetryAttemptsExhausted};
    let both = [RetriesExhausted, EventAgeExceeded];
    for (text, chosen, unnarrowed, narrowed) in [
        ("", &[][..], "", "(condition:RetriesExhausted or condition:EventAgeExceeded)"),
        ("fn:a", &[], "fn:a", "fn:a (condition:RetriesExhausted or condition:EventAgeExceeded)"),
        (
            "condition:eventageexceeded x",
            &[EventAgeExceeded],
            "x",
            "x (condition:RetriesExhausted or condition:EventAgeExceeded)",
        ),
        (
            "condition:aged or condition:Retries",
            &[EventAgeExceeded, RetriesExhausted],
            "",
            "(condition:RetriesExhausted or condition:EventAgeExceeded)",
        ),
        (
            "condition:Stream",
            &[RetryAttemptsExhausted, RecordAgeExceeded, MaximumPayloadSizeExceeded],
            "",
            "(condition:RetriesExhausted or condition:EventAgeExceeded)",
        ),
        ("not condition:Success", &[], "", "(condition:RetriesExhausted or condition:EventAgeExceeded)"),
        ("condition:*Exceeded x", &[], "x", "x (condition:RetriesExhausted or condition:EventAgeExceeded)"),
        (
            "condition:a or x",
            &[],
            "condition:a or x",
            "(condition:a or x) (condition:RetriesExhausted or condition:EventAgeExceeded)",
        ),
    ] {
        let query = query(text);
        assert_eq!(query.conditions(), chosen, "{text}");
        assert_eq!(query.without_conditions().to_string(), unnarrowed, "{text}");
        let expected = Query::parse(narrowed).expect("a query");
        assert_eq!(query.with_conditions(&both), expected, "{text}");
        assert_eq!(query.with_conditions(&both).conditions(), both, "{text}");
        assert_eq!(query.with_conditions(&[]), query.without_conditions(), "{text}");
    }
}

#[test]
fn only_the_empty_query_is_all() {
    assert!(query("").is_all());
    assert!(query(" \t").is_all());
    assert!(!query("\"\"").is_all());
    assert!(query("condition:x").without_conditions().is_all());
}

/// Terms as people type them, for what has a form of its own.
const TYPED: &[&str] = &[
    "count>=3",
    "count!=0",
    "age<15m",
    "age>=1d12h",
    "time>=2026-04-01T12:00:00Z",
    "time<2026-04-01",
    "is:unreadable",
    "is:late",
    "request.a",
    "request.a.b-c[0][].d=null",
    "request=null",
    "request.\"odd key\".x!=\"a b\"",
    "response.a~\"Time.*\"",
    "response.a!~x",
    "response.a=\"12\"",
    "response.a>=1.5",
    "response.a<\"2026-01-01\"",
    "response[]=true",
    "jq:'.a | length > 3'",
    "jq:\".a == \\\"it's\\\"\"",
    "jq:.a",
    "/a b/",
    "/a\\/b/i",
    "/a(b|c)/",
];

fn term() -> impl Strategy<Value = Term> {
    use field::Field;
    let value = || {
        prop_oneof![
            "[a-zA-Z0-9:*$-]{0,6}",
            "(and|or|not|fn:x|error:|@x|/x/|request\\.a|count>1|age<x)",
            "[ a\"\\\\()é:/=\\PC]{0,6}",
            ".{0,4}"
        ]
    };
    let free =
        [Field::Condition, Field::Function, Field::Id, Field::Error, Field::Version, Field::Stream, Field::Fingerprint];
    prop_oneof![
        4 => value().prop_map(|value| Term::text(&value)),
        4 => (prop::sample::select(free.to_vec()), value())
            .prop_map(|(field, value)| Term::field(field, &value).expect("any value")),
        1 => prop_oneof![Just("success"), Just("failure")]
            .prop_map(|value| Term::field(Field::Outcome, value).expect("an outcome")),
        4 => prop::sample::select(TYPED).prop_map(|text| match query(text).expr {
            Expr::Term(term) => term,
            other => panic!("{text} is more than a term: {other}"),
        }),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    term().prop_map(Expr::Term).prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Expr::not),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::all),
            prop::collection::vec(inner, 1..4).prop_map(Expr::any),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(expr in expr()) {
        let query = Query { expr };
        let printed = query.to_string();
        prop_assert_eq!(Query::parse(&printed), Ok(query), "{}", printed);
    }

    #[test]
    fn labels_tell_no_lies(expr in expr(), failed in any::<bool>()) {
        let entry = if failed { failure() } else { success() };
        let mut labels = super::super::label::Labels::default();
        let id = labels.take(&entry);
        let query = Query { expr };
        let known = query.known(labels.get(id).expect("an arrival has a label"));
        prop_assert!(known.is_none_or(|known| known == query.matches(&entry)), "{}", query);
    }

    #[test]
    fn any_text_reads_or_names_a_place(text in "[a-c:()\" \\\\]{0,12}|(request\\.|/|@a|jq:|count|age|<|=|~|[\\[\\]]|'|fn:|not |or |\\(|\\)|\"|é| ){0,8}|.{0,12}") {
        match Query::parse(&text) {
            Ok(query) => prop_assert_eq!(Query::parse(&query.to_string()), Ok(query)),
            Err(error) => {
                prop_assert!(text.get(error.at..error.at + error.len).is_some());
                prop_assert_eq!(error.caret(&text).lines().count(), 2);
            }
        }
    }
}
