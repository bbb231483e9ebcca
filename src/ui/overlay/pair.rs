//! Two records side by side: their payloads in two columns, or one above the other where the screen is narrow.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::model::{Geometry, Model, Pair, PairLine};
use crate::board::{Comparison, Payloads, Side, Verdict};
use crate::log::{plural, visible};
use crate::record::Outcome;
use crate::record::json::{TokenKind, ValueKind};

use crate::ui::header::count;
use crate::ui::row::{self, Columns};
use crate::ui::text::{cut, fit, start, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::times;
use crate::ui::tree::{held_in, ink};

/// Cells of the mark that tells how a place compares, and of that of what can be unfolded.
const MARKS: usize = 5;
/// Names of equal places that are told in their line.
const NAMED: usize = 12;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    pair: &Pair,
    theme: &Theme,
    geometry: &mut Geometry,
) {
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let title = Span::styled(" Two records side by side ", theme.accent());
    let block = Block::bordered().border_style(theme.frame(true)).title(title).title(position(pair, theme));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let told = if inner.height >= 24 { 2 } else { 1 };
    let [heads, rule, lines, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1 + 2 * told),
    ])
    .areas(inner);
    geometry.help = lines;
    draw_heads(frame, heads, model, pair, theme);
    match pair.found() {
        Some(Ok(comparison)) => {
            frame.render_widget(Line::styled(tally(comparison, usize::from(rule.width)), theme.dim()), rule);
            draw_lines(frame, lines, pair, theme);
            draw_foot(frame, foot, pair, usize::from(told), theme);
        }
        Some(Err(why)) => {
            let words = wrap(&visible(why), usize::from(lines.width).saturating_sub(2));
            let words: Vec<_> = words.iter().map(|line| Line::styled(format!(" {line}"), theme.waiting())).collect();
            frame.render_widget(Paragraph::new(words), lines);
        }
        None => frame.render_widget(Line::styled(" Comparing…", theme.dim()), lines),
    }
}

fn position<'a>(pair: &Pair, theme: &Theme) -> Line<'a> {
    let text = match pair.change() {
        (_, 0) => String::new(),
        (0, of) => format!(" {} differences ", count(of)),
        (on, of) => format!(" difference {} of {} ", count(on), count(of)),
    };
    Line::styled(text, theme.dim()).right_aligned()
}

/// Both records as they stand in their lists.
fn draw_heads(frame: &mut Frame<'_>, area: Rect, model: &Model, pair: &Pair, theme: &Theme) {
    for ((row, seq), side) in (0..area.height).zip(pair.seqs).zip(Side::ALL) {
        let place = Rect { y: area.y + row, height: 1, ..area };
        let name = format!(" {:<5}", side.as_str());
        let room = usize::from(area.width).saturating_sub(width(&name));
        let mut line = match model.board.get(seq) {
            Some(entry) => {
                let columns = Columns::new(model, entry.pane(), room, times::is_dated(model, entry.time()));
                row::line(model, theme, (seq, entry), &columns, false)
            }
            None => Line::styled(" the record was given up for newer ones meanwhile", theme.dim()),
        };
        line.spans.insert(0, Span::styled(name, theme.accent()));
        frame.render_widget(line, place);
    }
}

/// How many places compare in which way, each with its mark.
fn tally(comparison: &Comparison, room: usize) -> String {
    let tally = comparison.tally();
    let parts = [
        (Verdict::Changed, tally.changed),
        (Verdict::Retyped, tally.retyped),
        (Verdict::Only(Side::Left), tally.left),
        (Verdict::Only(Side::Right), tally.right),
        (Verdict::Equal, tally.equal),
    ];
    let told = parts.map(|(verdict, number)| format!("{} {} {}", mark(verdict), count(number), verdict.as_str()));
    ruled(&format!(" {} ", told.join(" · ")), room)
}

/// Text with a rule behind it.
fn ruled(text: &str, room: usize) -> String {
    let text = cut(text, room);
    format!("{text}{}", "─".repeat(room.saturating_sub(width(&text))))
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Equal => "=",
        Verdict::Only(Side::Left) => "-",
        Verdict::Only(Side::Right) => "+",
        Verdict::Changed => "~",
        Verdict::Retyped => "!",
        Verdict::Within => " ",
    }
}

fn dress(verdict: Verdict, theme: &Theme) -> Style {
    match verdict {
        Verdict::Equal | Verdict::Within => theme.dim(),
        Verdict::Only(Side::Left) => theme.outcome(Outcome::Failure),
        Verdict::Only(Side::Right) => theme.outcome(Outcome::Success),
        Verdict::Changed | Verdict::Retyped => theme.waiting(),
    }
}

fn draw_lines(frame: &mut Frame<'_>, area: Rect, pair: &Pair, theme: &Theme) {
    for (y, (line, selected)) in (area.y..area.bottom()).zip(pair.visible()) {
        let place = Rect { y, height: 1, ..area };
        frame.render_widget(shown(line, pair, usize::from(area.width), theme), place);
        if selected {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
}

fn shown<'a>(line: PairLine, pair: &Pair, room: usize, theme: &Theme) -> Line<'a> {
    let (number, place) = line.place();
    let Some(payloads) = pair.payloads(number) else { return Line::default() };
    match line {
        PairLine::Nothing(_) => Line::styled(format!("     {}: neither record has one", payloads.name), theme.dim()),
        PairLine::Equal { first, end, .. } => equal_line(payloads, (first, end), room, theme),
        PairLine::Place { side, .. } => {
            let verdict = payloads.places().get(place).map_or(Verdict::Equal, |place| place.verdict);
            let is_open = pair.is_foldable((number, place)).then(|| pair.is_open((number, place)));
            let shown = Shown { payloads, place, verdict, is_open, theme };
            if pair.is_wide() { shown.in_columns(room) } else { shown.in_one(side, room) }
        }
    }
}

/// Places that are the same, by how many values they are and their names.
fn equal_line<'a>(payloads: &Payloads, (first, end): (usize, usize), room: usize, theme: &Theme) -> Line<'a> {
    let size = |at: usize| payloads.places().get(at).map_or(1, |place| place.size as usize);
    let beside = std::iter::successors(Some(first), |&at| Some(at + size(at)).filter(|at| *at < end));
    let names: Vec<_> = beside.take(NAMED).map(|at| visible(&payloads.label(at)).into_owned()).collect();
    let values = payloads.values(first..end);
    let many = plural(values);
    let text = format!(
        " {} ▸ {}{} equal value{many}: {}",
        mark(Verdict::Equal),
        indent(payloads, first),
        count(values),
        names.join(", ")
    );
    Line::styled(cut(&text, room).into_owned(), theme.dim())
}

/// Deep levels share the indentation of the deepest that leaves room for text.
fn indent(payloads: &Payloads, place: usize) -> String {
    let depth = payloads.places().get(place).map_or(0, |place| place.depth as usize);
    " ".repeat((depth * 2).min(16))
}

/// A place as it is shown.
struct Shown<'a> {
    payloads: &'a Payloads,
    place: usize,
    verdict: Verdict,
    is_open: Option<bool>,
    theme: &'a Theme,
}

impl Shown<'_> {
    fn marks<'s>(&self, mark: &str) -> [Span<'s>; 2] {
        let fold = match self.is_open {
            Some(true) => "▾ ",
            Some(false) => "▸ ",
            None => "  ",
        };
        [Span::styled(format!(" {mark} "), dress(self.verdict, self.theme)), Span::styled(fold, self.theme.dim())]
    }

    fn label(&self) -> String {
        format!("{}{}", indent(self.payloads, self.place), visible(&self.payloads.label(self.place)))
    }

    fn label_style(&self) -> Style {
        if self.verdict == Verdict::Equal { self.theme.dim() } else { Style::new() }
    }

    /// Label, left value and right value, each in a column of its own.
    fn in_columns<'s>(&self, room: usize) -> Line<'s> {
        let label = (room / 4).clamp(16, 44);
        let value = room.saturating_sub(MARKS + label + 4) / 2;
        let mut spans = self.marks(mark(self.verdict)).to_vec();
        spans.push(Span::styled(fit(&self.label(), label), self.label_style()));
        for side in Side::ALL {
            spans.push(Span::styled(if side == Side::Left { " " } else { " │ " }, self.theme.dim()));
            let (text, style) = self.value(side, value);
            spans.push(Span::styled(fit(&text, value), style));
        }
        Line::from(spans)
    }

    /// Label and value of a side, or of both where they are the same.
    fn in_one<'s>(&self, side: Option<Side>, room: usize) -> Line<'s> {
        let verdict = side.map_or(self.verdict, Verdict::Only);
        let spans = self.marks(mark(verdict));
        let label = cut(&self.label(), room / 2).into_owned();
        let (text, style) = self.value(side.unwrap_or(Side::Left), room.saturating_sub(MARKS + width(&label) + 2));
        let dressed = Span::styled(spans[0].content.clone(), dress(verdict, self.theme));
        let [_, fold] = spans;
        let label = Span::styled(label, self.label_style());
        let colon = Span::styled(": ", self.theme.dim());
        Line::from(vec![dressed, fold, label, colon, Span::styled(text, style)])
    }

    /// A value in at most `room` cells; of strings that differ far from their beginning what differs.
    fn value(&self, side: Side, room: usize) -> (String, Style) {
        let Some(value) = self.payloads.value(self.place, side) else { return (String::new(), Style::new()) };
        let kind = ValueKind::of(value);
        if matches!(kind, ValueKind::Object | ValueKind::Array) {
            return (held(kind, self.payloads.held(self.place, side)), self.theme.dim());
        }
        let from = if self.verdict == Verdict::Changed { self.unlike(room) } else { 0 };
        let near =
            value[from..].char_indices().nth(room + 1).map_or(&value[from..], |(end, _)| &value[from..from + end]);
        let text = if from > 0 { Cow::Owned(format!("…{near}")) } else { Cow::Borrowed(near) };
        let style = if self.verdict == Verdict::Equal { self.theme.dim() } else { ink(self.theme, token_kind(kind)) };
        (cut(&visible(&text), room).into_owned(), style)
    }

    /// From which byte on both values are shown, so that the first that differs is within the room.
    fn unlike(&self, room: usize) -> usize {
        let [left, right] = Side::ALL.map(|side| self.payloads.value(self.place, side).unwrap_or_default());
        let alike = left.char_indices().zip(right.chars()).find(|((_, a), b)| a != b).map_or(0, |((at, _), _)| at);
        if width_is_at_most(&left[..alike], room / 2) {
            return 0;
        }
        let before = left[..alike].char_indices().rev().nth(room / 4);
        before.map_or(0, |(at, _)| at)
    }
}

/// Whether text is no longer than so many characters; a value may be a megabyte long.
fn width_is_at_most(text: &str, cells: usize) -> bool {
    text.chars().take(cells + 1).count() <= cells
}

fn held(kind: ValueKind, held: usize) -> String {
    let brackets = if kind == ValueKind::Object { "{…}" } else { "[…]" };
    if held == 0 { brackets.replace('…', "") } else { format!("{brackets} {}", held_in(brackets, held)) }
}

fn token_kind(kind: ValueKind) -> TokenKind {
    match kind {
        ValueKind::Object | ValueKind::Array => TokenKind::Punctuation,
        ValueKind::String => TokenKind::String,
        ValueKind::Number => TokenKind::Number,
        ValueKind::Bool | ValueKind::Null => TokenKind::Literal,
    }
}

/// Where the place under the cursor is, how it compares, and both values over as many rows as there are for them.
fn draw_foot(frame: &mut Frame<'_>, area: Rect, pair: &Pair, rows: usize, theme: &Theme) {
    let Some(line) = pair.here() else { return };
    let (number, place) = line.place();
    let Some(payloads) = pair.payloads(number) else { return };
    let room = usize::from(area.width);
    let verdict = payloads.places().get(place).map_or("", |place| place.verdict.as_str());
    let head = match line {
        PairLine::Place { .. } => format!(" {} · {verdict} ", visible(&payloads.path(place))),
        PairLine::Equal { .. } | PairLine::Nothing(_) => String::new(),
    };
    let mut lines = vec![Line::styled(ruled(&head, room), theme.dim())];
    if let PairLine::Place { .. } = line {
        for side in Side::ALL {
            lines.extend(whole(payloads.value(place, side), side, (rows, room), theme));
        }
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// A value over at most so many rows.
fn whole<'a>(value: Option<&str>, side: Side, (rows, room): (usize, usize), theme: &Theme) -> Vec<Line<'a>> {
    let cells = room.saturating_sub(8).max(8);
    let value = value.unwrap_or("—");
    let near = value.char_indices().nth(rows * cells + 1).map_or(value, |(end, _)| &value[..end]);
    let text = visible(near).into_owned();
    let mut rest = text.as_str();
    let mut lines = Vec::new();
    for row in 0..rows {
        let is_last = row + 1 == rows;
        let piece = if is_last { cut(rest, cells) } else { Cow::Borrowed(start(rest, cells)) };
        rest = rest.get(piece.len()..).unwrap_or_default();
        let name = if row == 0 { side.as_str() } else { "" };
        lines.push(Line::from(vec![
            Span::styled(format!(" {name:<5} "), theme.accent()),
            Span::raw(piece.into_owned()),
        ]));
        if rest.is_empty() {
            break;
        }
    }
    lines
}
