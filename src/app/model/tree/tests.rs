//! Folding, opening, searching and copying, on what the lines show.

use super::*;

const ORDER: &str = r#"{"id":"A-1","items":[{"sku":"KB-1","quantity":2},{"sku":"MS-7","quantity":1.0}],"odd key":null,"body":"{\"total\":[1e400,\"x\"]}"}"#;

fn tree(text: &str) -> Tree {
    let mut tree = Tree::new(Text::from(text)).expect("JSON");
    tree.resize(60, 20);
    tree
}

fn line(shown: &Shown<'_>) -> String {
    let mark = match shown.open {
        Some(true) => "v ",
        Some(false) => "> ",
        None => "",
    };
    let key = shown.key.map(|key| format!("{key}:")).unwrap_or_default();
    let value = match shown.value {
        Value::Token(_, text) | Value::Piece(text) => text.to_owned(),
        Value::Folded(brackets, held) => format!("{brackets}{held}"),
    };
    format!("{mark}{key}{value}{}", if shown.comma { "," } else { "" })
}

fn lines(tree: &Tree) -> Vec<String> {
    tree.visible().map(|(shown, _)| line(&shown)).collect()
}

fn here(tree: &Tree) -> String {
    tree.visible().find(|(_, selected)| *selected).map(|(shown, _)| line(&shown)).expect("a cursor")
}

#[test]
fn a_payload_opens_unfolded() {
    let expected = [
        "v {",
        r#""id":"A-1","#,
        r#"v "items":["#,
        "v {",
        r#""sku":"KB-1","#,
        r#""quantity":2"#,
        "},",
        "v {",
        r#""sku":"MS-7","#,
        r#""quantity":1.0"#,
        "}",
        "],",
        r#""odd key":null,"#,
        r#"> "body":"{\"total\":[1e400,\"x\"]}""#,
        "}",
    ];
    assert_eq!(lines(&tree(ORDER)), expected);
}

#[test]
fn folds_are_made_and_undone_where_the_cursor_is() {
    let mut tree = tree(ORDER);
    tree.step(4);
    tree.fold();
    assert_eq!(here(&tree), "v {");
    tree.toggle();
    assert_eq!(here(&tree), "> {…}2,");
    tree.fold();
    assert_eq!(here(&tree), r#"v "items":["#);
    tree.fold();
    assert_eq!(here(&tree), r#"> "items":[…]2,"#);
    tree.descend();
    assert_eq!((here(&tree).as_str(), lines(&tree)[3].as_str()), (r#"v "items":["#, "> {…}2,"));
    tree.expand_all();
    assert_eq!(lines(&tree).len(), 15);
    tree.step(8);
    tree.fold_all();
    assert_eq!(here(&tree), r#"> "items":[…]2,"#);
    assert_eq!(lines(&tree).len(), 6);
}

#[test]
fn a_closing_bracket_folds_what_it_closes() {
    let mut tree = tree(ORDER);
    tree.step(11);
    assert_eq!(here(&tree), "],");
    tree.toggle();
    assert_eq!(here(&tree), r#"> "items":[…]2,"#);
}

#[test]
fn json_in_a_string_is_opened_as_json() {
    let mut tree = tree(ORDER);
    tree.step(13);
    tree.descend();
    assert_eq!(here(&tree), r#"v "body":"{\"total\":[1e400,\"x\"]}""#);
    assert_eq!(lines(&tree)[14..18], ["v {", r#"v "total":["#, "1e400,", r#""x""#]);
    tree.step(3);
    assert_eq!(tree.take(Taken::Value, "request").as_deref(), Some("1e400"));
    assert_eq!(tree.take(Taken::Path, "request").as_deref(), Some("jq:'.requestPayload.body|fromjson|.total[0]'"));
    tree.fold();
    tree.fold();
    tree.fold();
    tree.fold();
    assert_eq!(here(&tree), "> {…}1");
    tree.fold();
    assert_eq!(here(&tree), r#"v "body":"{\"total\":[1e400,\"x\"]}""#);
    tree.fold();
    assert_eq!(lines(&tree).len(), 15);
    tree.descend();
    assert_eq!(lines(&tree)[14], "> {…}1", "what was folded in it stays folded");
}

#[test]
fn a_long_string_is_opened_in_place() {
    let long = format!(r#"["{}","short"]"#, "word ".repeat(30));
    let mut tree = tree(&long);
    tree.step(2);
    tree.toggle();
    assert_eq!(lines(&tree).len(), 4, "a short string has nothing to open");
    tree.step(-1);
    tree.toggle();
    let pieces: String = lines(&tree)[2..5].concat();
    assert_eq!(pieces, "word ".repeat(30));
    tree.resize(200, 20);
    assert_eq!(lines(&tree).len(), 5);
}

#[test]
fn places_have_values_keys_and_paths() {
    let mut tree = tree(ORDER);
    let taken = |tree: &Tree, taken| tree.take(taken, "response");
    assert_eq!(taken(&tree, Taken::Subtree).as_deref(), Some(ORDER));
    assert_eq!((taken(&tree, Taken::Key), taken(&tree, Taken::Path).as_deref()), (None, Some("response")));
    tree.step(7);
    assert_eq!(taken(&tree, Taken::Key).as_deref(), Some("1"));
    assert_eq!(taken(&tree, Taken::Subtree).as_deref(), Some(r#"{"sku":"MS-7","quantity":1.0}"#));
    tree.step(1);
    assert_eq!(taken(&tree, Taken::Value).as_deref(), Some("MS-7"));
    assert_eq!(taken(&tree, Taken::Subtree).as_deref(), Some(r#""MS-7""#));
    assert_eq!(taken(&tree, Taken::Path).as_deref(), Some("response.items[1].sku"));
    tree.step(4);
    assert_eq!(taken(&tree, Taken::Path).as_deref(), Some(r#"response."odd key""#));
}

#[test]
fn the_search_goes_round_and_unfolds() {
    let mut tree = tree(ORDER);
    tree.fold_all();
    tree.search("sku");
    assert_eq!((here(&tree).as_str(), tree.matches()), (r#""sku":"KB-1","#, Some((1, 2))));
    tree.next_match(1);
    assert_eq!((here(&tree).as_str(), tree.matches()), (r#""sku":"MS-7","#, Some((2, 2))));
    tree.next_match(1);
    assert_eq!(tree.matches(), Some((1, 2)));
    tree.next_match(-1);
    assert_eq!(tree.matches(), Some((2, 2)));
    tree.search("SKU");
    assert_eq!(tree.matches(), Some((0, 0)));
    tree.search("");
    assert_eq!(tree.matches(), None);
}

#[test]
fn the_search_reads_what_is_escaped() {
    let mut tree = tree(r#"{"a":"gr\u00fcn","b":"say \"hi\"","c":"grün"}"#);
    tree.search("grün");
    assert_eq!(tree.matches(), Some((1, 2)));
    tree.search("\"hi\"");
    assert_eq!(here(&tree), r#""b":"say \"hi\"","#);
}

#[test]
fn the_cursor_stays_on_screen() {
    let numbers: Vec<_> = (0..100).collect();
    let mut tree = tree(&format!("{numbers:?}"));
    tree.step(50);
    assert_eq!(here(&tree), "49,");
    assert_eq!(lines(&tree).len(), 20);
    tree.scroll_by(-1000);
    assert_eq!(here(&tree), "18,");
    tree.step(1000);
    assert_eq!(here(&tree), "]");
    assert!(tree.point(0));
    assert_eq!(here(&tree), "81,");
    assert!(!tree.point(0) && !tree.point(400));
}
