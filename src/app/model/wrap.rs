//! Cutting lines into rows of a width.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cuts a line into rows of at most `width` cells; `start` is where the line lies in its text.
pub(super) fn wrap_line(line: &str, start: usize, width: usize, rows: &mut Vec<Range<usize>>) {
    if line.len() <= width {
        rows.push(start..start + line.len());
        return;
    }
    if line.is_ascii() {
        // A byte is a cell: a log event of a megabyte on one line is cut without looking at its characters.
        let ends = (width..line.len()).step_by(width).chain(std::iter::once(line.len()));
        let mut from = 0;
        rows.extend(ends.map(|end| start + std::mem::replace(&mut from, end)..start + end));
        return;
    }
    let (mut row, mut cells) = (0, 0);
    for (at, cluster) in line.grapheme_indices(true) {
        let cluster_cells = cluster.width();
        if cells + cluster_cells > width && at > row {
            rows.push(start + row..start + at);
            (row, cells) = (at, 0);
        }
        cells += cluster_cells;
    }
    rows.push(start + row..start + line.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(line: &str, width: usize) -> Vec<&str> {
        let mut rows = Vec::new();
        wrap_line(line, 0, width, &mut rows);
        rows.into_iter().map(|row| &line[row]).collect()
    }

    #[test]
    fn short_lines_are_one_row() {
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("abcd", 4), ["abcd"]);
    }

    #[test]
    fn long_lines_are_cut_at_the_width() {
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("abcdefgh", 4), ["abcd", "efgh"]);
        assert_eq!(wrapped("äbcdefghij", 4), ["äbcd", "efgh", "ij"]);
    }

    #[test]
    fn wide_characters_are_never_halved() {
        assert_eq!(wrapped("日本語日", 5), ["日本", "語日"]);
        assert_eq!(wrapped("日", 1), ["日"]);
    }

    #[test]
    fn combining_marks_stay_with_their_letter() {
        assert_eq!(wrapped("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
    }
}
