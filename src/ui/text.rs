//! Fitting text into cells.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most `cells` cells, its end cut off with `…` when it is longer.
pub(super) fn cut(text: &str, cells: usize) -> Cow<'_, str> {
    if text.len() <= cells || width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}…", start(text, cells - 1)))
}

/// The text in at most `cells` cells, its middle cut out with `…` when it is longer: names differ at both ends.
pub(super) fn cut_middle(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells || cells < 3 {
        return cut(text, cells);
    }
    let tail = (cells - 1) / 2;
    Cow::Owned(format!("{}…{}", start(text, cells - 1 - tail), end(text, tail)))
}

/// The text in exactly `cells` cells: cut or filled with spaces.
pub(super) fn fit(text: &str, cells: usize) -> String {
    fill(cut(text, cells).into_owned(), cells)
}

/// The text with spaces up to `cells` cells.
pub(super) fn fill(mut text: String, cells: usize) -> String {
    let missing = cells.saturating_sub(width(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// Words in lines of at most `cells` cells; a longer word is cut.
pub(super) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|line| line.is_empty() || width(line) + 1 + width(word) <= cells);
        match line {
            Some(line) if line.is_empty() => push_broken(&mut lines, word, cells),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => {
                lines.push(String::new());
                push_broken(&mut lines, word, cells);
            }
        }
    }
    lines
}

/// Begins the last line with a word; what does not fit goes on in lines of its own.
fn push_broken(lines: &mut Vec<String>, mut word: &str, cells: usize) {
    while let Some(line) = lines.last_mut() {
        let head = if cells < 2 { word } else { start(word, cells) };
        line.push_str(head);
        word = &word[head.len()..];
        if word.is_empty() || head.is_empty() {
            break;
        }
        lines.push(String::new());
    }
}

/// The beginning of the text that fits into `cells` cells.
pub(super) fn start(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let fitting = text.grapheme_indices(true).find(|(_, cluster)| {
        used += width(cluster);
        used > cells
    });
    fitting.map_or(text, |(at, _)| &text[..at])
}

fn end(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let mut from = text.len();
    for (at, cluster) in text.grapheme_indices(true).rev() {
        used += width(cluster);
        if used > cells {
            break;
        }
        from = at;
    }
    &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(fit("abc", 5), "abc  ");
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(fit("日本語", 4), "日… ");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn words_are_wrapped_and_long_ones_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("a 日本語", 4), ["a", "日本", "語"]);
        assert_eq!(wrap("ab", 0), ["ab"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn names_keep_both_ends() {
        assert_eq!(cut_middle("CdkStack-sender96A3-zpInOl", 12), "CdkSta…InOl".replace("InOl", "pInOl"));
        assert_eq!(cut_middle("abcdef", 5), "ab…ef");
        assert_eq!(cut_middle("abc", 3), "abc");
    }
}
