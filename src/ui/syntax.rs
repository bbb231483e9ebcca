//! Colours for payloads and code, from syntect's themes. Slow enough to run on a thread of its own.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use syntect::easy::HighlightLines;
use syntect::highlighting::{Highlighter, Theme as SyntectTheme, ThemeSet};
use syntect::parsing::{Scope, ScopeStack, SyntaxSet};
use syntect::util::LinesWithEndings;

use crate::app::document::{Document, Ink, Paint, Snippet};
use crate::record::json::{self, TokenKind};

use super::theme::Background;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
static THEMES: LazyLock<ThemeSet> = LazyLock::new(ThemeSet::load_defaults);
static INKS: LazyLock<BTreeMap<&str, JsonInks>> =
    LazyLock::new(|| THEMES.themes.iter().map(|(name, theme)| (name.as_str(), JsonInks::new(theme))).collect());

/// Which of syntect's themes colours payloads and code.
#[derive(Debug, Clone, Copy)]
pub struct Syntax {
    theme: &'static str,
}

impl Syntax {
    pub(super) fn new(background: Background) -> Self {
        let theme = match background {
            Background::Dark => "base16-ocean.dark",
            Background::Light => "InspiredGitHub",
        };
        Self { theme }
    }

    /// One of syntect's themes, by its name.
    pub(super) fn named(name: &str) -> Option<Self> {
        THEMES.themes.get_key_value(name).map(|(theme, _)| Self { theme })
    }

    /// The names that there are.
    pub(super) fn names() -> Vec<&'static str> {
        THEMES.themes.keys().map(String::as_str).collect()
    }

    fn load(self) -> Option<&'static SyntectTheme> {
        THEMES.themes.get(self.theme)
    }

    /// How a piece of JSON is dressed; white space is not.
    pub(super) fn json(self, kind: TokenKind) -> Option<Ink> {
        INKS.get(self.theme)?.of(kind)
    }
}

/// The paints of a document with its program text coloured, in order and without overlap.
#[must_use]
pub fn colour(document: &Document, syntax: Syntax) -> Vec<Paint> {
    let mut paints = document.paints.clone();
    if let Some(theme) = syntax.load() {
        let mut lines = None;
        for snippet in &document.snippets {
            colour_snippet(&document.text, snippet, theme, &mut lines, &mut paints);
        }
    }
    paints.sort_by_key(|paint| paint.range.start);
    paints
}

/// `lines` is where the highlighter stands in the file of the snippet before.
fn colour_snippet<'t>(
    text: &str,
    snippet: &Snippet,
    theme: &'t SyntectTheme,
    lines: &mut Option<HighlightLines<'t>>,
    paints: &mut Vec<Paint>,
) {
    if snippet.language == "json" {
        return colour_json(text, &snippet.range, theme, paints);
    }
    if !snippet.goes_on {
        let grammar = SYNTAXES.find_syntax_by_extension(grammar_for(&snippet.language));
        *lines = grammar.map(|grammar| HighlightLines::new(grammar, theme));
    }
    if let Some(lines) = lines {
        colour_code(text, snippet, lines, paints);
    }
}

/// JSON is cut by our own tokenizer, some 300 times faster than syntect's; only the colours are the theme's.
fn colour_json(text: &str, range: &Range<usize>, theme: &SyntectTheme, paints: &mut Vec<Paint>) {
    let inks = JsonInks::new(theme);
    for (kind, token) in json::tokens(&text[range.clone()]) {
        if let Some(ink) = inks.of(kind) {
            paints.push(Paint { range: range.start + token.start..range.start + token.end, ink });
        }
    }
}

struct JsonInks {
    key: Ink,
    string: Ink,
    number: Ink,
    literal: Ink,
    punctuation: Ink,
}

impl JsonInks {
    fn new(theme: &SyntectTheme) -> Self {
        let highlighter = Highlighter::new(theme);
        let ink = |scopes: &[&str]| {
            let mut stack = ScopeStack::new();
            for scope in scopes.iter().filter_map(|scope| Scope::new(scope).ok()) {
                stack.push(scope);
            }
            rgb(highlighter.style_for_stack(stack.as_slice()).foreground)
        };
        Self {
            key: ink(&["source.json", "meta.mapping.key.json", "entity.name.tag.json"]),
            string: ink(&["source.json", "string.quoted.double.json"]),
            number: ink(&["source.json", "constant.numeric.json"]),
            literal: ink(&["source.json", "constant.language.json"]),
            punctuation: ink(&["source.json", "punctuation.separator.json"]),
        }
    }

    fn of(&self, kind: TokenKind) -> Option<Ink> {
        match kind {
            TokenKind::Key => Some(self.key),
            TokenKind::String => Some(self.string),
            TokenKind::Number => Some(self.number),
            TokenKind::Literal => Some(self.literal),
            TokenKind::Punctuation => Some(self.punctuation),
            TokenKind::Space => None,
        }
    }
}

fn colour_code(text: &str, snippet: &Snippet, lines: &mut HighlightLines<'_>, paints: &mut Vec<Paint>) {
    let mut at = snippet.range.start;
    for line in LinesWithEndings::from(&text[snippet.range.clone()]) {
        for (style, piece) in lines.highlight_line(line, &SYNTAXES).unwrap_or_default() {
            paints.push(Paint { range: at..at + piece.len(), ink: rgb(style.foreground) });
            at += piece.len();
        }
    }
}

/// syntect's default grammars know JavaScript, not its modules or TypeScript.
fn grammar_for(extension: &str) -> &str {
    match extension {
        "mjs" | "cjs" | "ts" | "mts" | "cts" | "tsx" | "jsx" => "js",
        "kt" | "scala" => "java",
        other => other,
    }
}

fn rgb(colour: syntect::highlighting::Color) -> Ink {
    Ink::Rgb([colour.r, colour.g, colour.b])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str, language: &str) -> Document {
        let snippets = vec![Snippet { range: 0..text.len(), language: language.to_owned(), goes_on: false }];
        Document { text: text.to_owned(), snippets, ..Document::default() }
    }

    fn inks(document: &Document, background: Background) -> Vec<(&str, Ink)> {
        colour(document, Syntax::new(background))
            .into_iter()
            .map(|paint| (&document.text[paint.range], paint.ink))
            .collect()
    }

    #[test]
    fn keys_strings_and_numbers_differ() {
        let document = document("{\n  \"a\": \"b\",\n  \"c\": 1\n}", "json");
        for background in [Background::Dark, Background::Light] {
            let inks = inks(&document, background);
            let ink = |text: &str| inks.iter().find(|(piece, _)| *piece == text).map(|(_, ink)| *ink).unwrap();
            assert_ne!(ink("\"a\""), ink("\"b\""));
            assert_ne!(ink("\"b\""), ink("1"));
        }
    }

    #[test]
    fn code_is_coloured_by_its_language() {
        let document = document("raise RuntimeError(\"no\")", "py");
        let inks = inks(&document, Background::Dark);
        assert!(inks.len() > 2, "{inks:?}");
        assert_ne!(inks.first().unwrap().1, inks.iter().find(|(piece, _)| piece.contains("no")).unwrap().1);
    }

    #[test]
    fn modules_and_typescript_are_read_as_javascript() {
        for extension in ["mjs", "ts"] {
            assert!(!inks(&document("const sum = order.total;", extension), Background::Dark).is_empty());
        }
    }

    #[test]
    fn an_unknown_language_stays_plain() {
        assert!(inks(&document("whatever", "nope"), Background::Dark).is_empty());
    }
}
