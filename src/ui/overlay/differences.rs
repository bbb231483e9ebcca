//! What failures have in common and successes do not, what separates best first.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::model::DifferenceList;
use crate::board::{Differences, Finding};
use crate::log::visible;
use crate::record::Outcome;

use crate::ui::header::count;
use crate::ui::text::{cut, wrap};
use crate::ui::theme::Theme;

/// Cells of the bar that shows a share.
const BAR: usize = 8;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, list: &DifferenceList, theme: &Theme) {
    let findings = list.rows();
    let high = (findings.len().max(2) + 5).min(usize::from(area.height.saturating_sub(4))) as u16;
    let width = area.width.saturating_sub(4);
    let inner = super::popup(frame, area, &title(list), width, high.max(8), theme);
    let [rows, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(2)]).areas(inner);
    if findings.is_empty() {
        let words = wrap(&nothing(list), usize::from(rows.width).saturating_sub(2));
        let lines: Vec<_> = words.into_iter().map(|line| Line::styled(format!(" {line}"), theme.dim())).collect();
        return frame.render_widget(Paragraph::new(lines), rows);
    }
    let first = list.cursor().saturating_sub(usize::from(rows.height).saturating_sub(1));
    for (at, (finding, is_alike)) in findings.iter().enumerate().skip(first).take(usize::from(rows.height)) {
        let place = Rect { y: rows.y + (at - first) as u16, height: 1, ..rows };
        frame.render_widget(line(finding, *is_alike, usize::from(rows.width), theme), place);
        if at == list.cursor() {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
    draw_foot(frame, foot, list, theme);
}

fn title(list: &DifferenceList) -> String {
    let differences = list.differences();
    let ((failures, of), successes) = (differences.failures(), differences.successes());
    let marked = if list.marked { "marked " } else { "" };
    let of = if failures == of { String::new() } else { format!(" of {}", count(of)) };
    let functions = match differences.functions().as_slice() {
        [] => String::new(),
        [one] => format!(" of {}", visible(one)),
        several => format!(" of {} functions", several.len()),
    };
    let whose = if differences.functions().len() > 1 { " of the same function" } else { "" };
    let busy = if list.settled() { String::new() } else { format!(" {} % ·", differences.progress()) };
    let failures = format!("{}{of} {marked}failures{functions}", count(failures));
    format!("{busy} What {failures} share, and {} successes{whose} do not ", count(successes))
}

/// Shares of both sides as bars, counts of both, and what it is.
fn line<'a>(finding: &Finding, is_alike: bool, room: usize, theme: &Theme) -> Line<'a> {
    let ((failures, successes), (of_failures, of_successes)) = (finding.counts, finding.of);
    let counts = format!(" {:>11} {:>11} ", format!("{failures}/{of_failures}"), format!("{successes}/{of_successes}"));
    let wide = room >= 70;
    let mut spans = vec![Span::raw(" ")];
    if wide {
        spans.push(Span::styled(bar(failures, of_failures), theme.outcome(Outcome::Failure)));
        spans.push(Span::raw(" "));
        spans.push(Span::styled(bar(successes, of_successes), theme.outcome(Outcome::Success)));
    }
    let used = counts.len() + if wide { 2 * BAR + 2 } else { 1 };
    spans.push(Span::styled(counts, theme.dim()));
    let of = finding.function.as_ref().map(|name| format!("{name} · ")).unwrap_or_default();
    let of = if is_alike { "  and ".to_owned() } else { of };
    let words = visible(&format!("{of}{}", finding.statement())).into_owned();
    spans.push(Span::raw(cut(&words, room.saturating_sub(used)).into_owned()));
    Line::from(spans)
}

fn bar(part: usize, of: usize) -> String {
    let filled = (part * BAR).div_ceil(of.max(1)).min(BAR);
    format!("{}{}", "█".repeat(filled), "·".repeat(BAR - filled))
}

/// The sentence of the finding under the cursor, and what else is true of the same records.
fn draw_foot(frame: &mut Frame<'_>, area: Rect, list: &DifferenceList, theme: &Theme) {
    let Some(finding) = list.chosen() else { return };
    let alike = match finding.alike.len() {
        0 => String::new(),
        1 => " · 1 more is true of the same records".to_owned(),
        more => format!(" · {more} more are true of the same records"),
    };
    let sentence = format!(" {}{alike}", visible(&finding.to_string()));
    let room = usize::from(area.width);
    let filter = finding.query().map_or_else(String::new, |query| format!(" filter: {}", visible(&query)));
    let capped = if list.differences().is_capped() { " not all paths and values were counted ·" } else { "" };
    let without = list.differences().without_successes();
    let without = if without.is_empty() || !list.settled() {
        String::new()
    } else {
        format!(" no success of {} was read ·", visible(&without.join(", ")))
    };
    let lines = [sentence, format!("{capped}{without}{filter}")]
        .map(|text| Line::styled(cut(&text, room).into_owned(), theme.dim()));
    frame.render_widget(Paragraph::new(lines.to_vec()), area);
}

/// Why there is nothing to tell.
fn nothing(list: &DifferenceList) -> String {
    let differences = list.differences();
    let functions = differences.functions().join(", ");
    if !list.settled() {
        return "comparing…".to_owned();
    }
    if differences.successes() == 0 {
        return format!(
            "No success of {} was read, so there is nothing to compare with: read further back (--since), or the log group \
             in which its successes land.",
            visible(&functions)
        );
    }
    nothing_separates(differences)
}

fn nothing_separates(differences: &Differences) -> String {
    let (failures, _) = differences.failures();
    format!(
        "Nothing in the request payloads separates these {} failures from {} successes: look at the trace, the version, or \
         what the function depends on.",
        count(failures),
        count(differences.successes())
    )
}
