//! The tree of a payload: only the lines on screen are looked at.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::document::RowKind;
use crate::app::model::{Shown, Tree, Value};
use crate::log::{plural, visible};
use crate::record::json::TokenKind;

use super::header::count;
use super::text::{cut, width};
use super::theme::Theme;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, tree: &Tree, theme: &Theme, focused: bool) {
    for (y, (shown, selected)) in (area.y..area.bottom()).zip(tree.visible()) {
        let place = Rect { y, height: 1, ..area };
        frame.render_widget(line(&shown, theme, usize::from(area.width)), place);
        if selected {
            frame.buffer_mut().set_style(place, theme.selected(focused));
        }
    }
}

/// The cursor's line of all, when not all fit.
pub(super) fn position(tree: &Tree, height: usize) -> Option<String> {
    let (cursor, lines) = tree.position();
    (lines > height).then(|| format!("{} of {}", count(cursor + 1), count(lines)))
}

/// A line of pieces, each cut to the room that the ones before it leave.
struct Pieces<'a> {
    spans: Vec<Span<'a>>,
    room: usize,
}

impl Pieces<'_> {
    fn push(&mut self, text: &str, style: Style) {
        // What lies beyond the room is not even measured: a value may be a megabyte long.
        let near = text.char_indices().nth(self.room + 1).map_or(text, |(end, _)| &text[..end]);
        let shown = visible(near);
        let shown = cut(&shown, self.room).into_owned();
        self.room -= width(&shown).min(self.room);
        self.spans.push(Span::styled(shown, style));
    }
}

fn line<'a>(shown: &Shown<'_>, theme: &Theme, room: usize) -> Line<'a> {
    let mut pieces = Pieces { spans: Vec::with_capacity(6), room };
    pieces.push(&" ".repeat(shown.indent), Style::new());
    let mark = match shown.open {
        Some(true) => "▾ ",
        Some(false) => "▸ ",
        None => "  ",
    };
    pieces.push(mark, theme.dim());
    if let Some(key) = shown.key {
        pieces.push(key, found(ink(theme, TokenKind::Key), shown, theme));
        pieces.push(": ", ink(theme, TokenKind::Punctuation));
    }
    push_value(&mut pieces, shown, theme);
    Line::from(pieces.spans)
}

/// How much brackets hold: `2 keys`, `1 item`.
pub(super) fn held_in(brackets: &str, held: usize) -> String {
    let what = if brackets.starts_with('{') { "key" } else { "item" };
    format!("{} {what}{}", count(held), plural(held))
}

fn push_value(pieces: &mut Pieces<'_>, shown: &Shown<'_>, theme: &Theme) {
    match shown.value {
        Value::Piece(text) => pieces.push(text, Style::new()),
        Value::Folded(brackets, held) => {
            pieces.push(brackets, ink(theme, TokenKind::Punctuation));
            pieces.push(&format!(" {}", held_in(brackets, held)), theme.dim());
        }
        Value::Token(kind, text) => push_token(pieces, shown, kind, text, theme),
    }
    if shown.comma {
        pieces.push(",", ink(theme, TokenKind::Punctuation));
    }
}

/// A string that does not fit leaves room to say how long it is.
fn push_token(pieces: &mut Pieces<'_>, shown: &Shown<'_>, kind: RowKind, text: &str, theme: &Theme) {
    let style = found(ink(theme, token_kind(kind)), shown, theme);
    let size = format!(" {} B ", count(text.len()));
    let reserved = width(&size) + 1;
    if text.len() <= pieces.room || kind != RowKind::String || pieces.room < 3 * reserved {
        let text = if kind == RowKind::Empty { if text.starts_with('{') { "{}" } else { "[]" } } else { text };
        return pieces.push(text, style);
    }
    pieces.room -= reserved;
    pieces.push(text, style);
    pieces.room += reserved;
    pieces.push(&size, theme.dim());
}

fn found(style: Style, shown: &Shown<'_>, theme: &Theme) -> Style {
    if shown.found { style.patch(theme.found()) } else { style }
}

pub(super) fn ink(theme: &Theme, kind: TokenKind) -> Style {
    theme.syntax().json(kind).map(|ink| theme.ink(ink)).unwrap_or_default()
}

fn token_kind(kind: RowKind) -> TokenKind {
    match kind {
        RowKind::Open | RowKind::Close | RowKind::Empty => TokenKind::Punctuation,
        RowKind::String => TokenKind::String,
        RowKind::Number => TokenKind::Number,
        RowKind::Literal => TokenKind::Literal,
    }
}
