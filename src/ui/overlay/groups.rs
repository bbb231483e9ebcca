//! The groups of failures: how many, since when, where, and what they say.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::model::{GroupList, Model};
use crate::board::{Entry, Group, Groups};
use crate::log::{plural, visible};
use crate::record::{Arrival, Outcome};

use crate::ui::header::count;
use crate::ui::text::{cut, fit, width};
use crate::ui::theme::Theme;
use crate::ui::{row, times};

/// Heights of a part of the span, from few failures to many.
const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, list: &GroupList, theme: &Theme) {
    let groups = list.groups();
    let (done, of) = list.groups().progress();
    let progress =
        if groups.settled() { String::new() } else { format!(", {} of {} looked at", count(done), count(of)) };
    let (number, failures) = (groups.len(), groups.gathered());
    let title = format!(
        " {} group{} of {} failure{}{progress} ",
        count(number),
        plural(number),
        count(failures),
        plural(failures)
    );
    // As high as there is room for: a group that comes moves no row.
    let high = area.height.saturating_sub(4).max(6);
    let inner = super::popup(frame, area, &title, area.width.saturating_sub(4), high, theme);
    let [rows, foot] = ratatui::layout::Layout::vertical([
        ratatui::layout::Constraint::Fill(1),
        ratatui::layout::Constraint::Length(2),
    ])
    .areas(inner);
    if groups.is_empty() {
        frame.render_widget(Line::styled(" No failure in sight.", theme.dim()), rows);
        return;
    }
    let first = list.cursor().saturating_sub(usize::from(rows.height).saturating_sub(1));
    for (at, group) in list.rows().enumerate().skip(first).take(usize::from(rows.height)) {
        let place = Rect { y: rows.y + (at - first) as u16, height: 1, ..rows };
        frame.render_widget(line(model, groups, group, usize::from(rows.width), theme), place);
        if at == list.cursor() {
            frame.buffer_mut().set_style(place, theme.selected(true));
        }
    }
    if let Some(group) = list.chosen() {
        let told = [more(model, group), sample(model, group)];
        let lines = told.map(|text| Line::styled(cut(&text, usize::from(foot.width)).into_owned(), theme.dim()));
        frame.render_widget(Paragraph::new(lines.to_vec()), foot);
    }
}

/// Number, share, course, last seen, function, and the error; what does not fit is cut at the end.
fn line<'a>(model: &Model, groups: &Groups, group: &Group, room: usize, theme: &Theme) -> Line<'a> {
    let share = group.count * 100 / groups.gathered().max(1);
    let mut spans =
        vec![Span::styled(format!("{:>9}", count(group.count)), theme.strong()), Span::raw(format!("{share:>4} % "))];
    if room >= 70 {
        spans.push(Span::styled(bars(&groups.parts(group)), theme.outcome(Outcome::Failure)));
        spans.push(Span::styled(
            format!(" {}", times::short(model, group.last, times::is_dated(model, group.last))),
            theme.dim(),
        ));
    }
    spans.push(Span::raw(format!(" {} ", fit(&visible(&group.function), (room / 5).clamp(8, 28)))));
    let used: usize = spans.iter().map(|span| width(&span.content)).sum();
    spans.push(Span::raw(cut(&words(model, group), room.saturating_sub(used)).into_owned()));
    Line::from(spans)
}

fn words(model: &Model, group: &Group) -> String {
    let Some(error) = &group.error else { return without_error(model, group) };
    let words = [row::class_name(error.error_type.as_deref().unwrap_or_default()), row::first_line(error)];
    let words = words.into_iter().filter(|word| !word.is_empty()).map(visible).collect::<Vec<_>>().join(": ");
    model.masks.text(&words).into_owned()
}

/// What the newest of them says in its own words.
fn sample(model: &Model, group: &Group) -> String {
    let newest = model.board.get(group.sample).and_then(Entry::arrival);
    let message = newest.and_then(|arrival| arrival.record.error()).and_then(|error| error.message);
    let message = message.and_then(|message| message.lines().next().map(str::to_owned)).unwrap_or_default();
    if message.is_empty() { String::new() } else { format!(" newest: {}", visible(&model.masks.text(&message))) }
}

/// The condition of the sample, and what else is known of it.
fn without_error(model: &Model, group: &Group) -> String {
    let sample = model.board.get(group.sample).and_then(Entry::arrival);
    let words = |arrival: &Arrival| format!("{}: {}", arrival.record.condition(), row::without_error(arrival));
    sample.map_or_else(|| "no error in the record".to_owned(), |arrival| visible(&words(arrival)).into_owned())
}

/// What a row has no room for.
fn more(model: &Model, group: &Group) -> String {
    let versions: Vec<_> = group.versions.iter().map(|version| visible(version)).collect();
    let versions = if versions.is_empty() { String::new() } else { format!(" · ran {}", versions.join(", ")) };
    let (first, last) = (times::long(model, group.first), times::long(model, group.last));
    format!(" {} · first {first} · last {last}{versions}", group.fingerprint)
}

fn bars(parts: &[usize]) -> String {
    let most = parts.iter().copied().max().unwrap_or(1).max(1);
    let bar = |part: &usize| if *part == 0 { " " } else { BARS[(part * 8).div_ceil(most).clamp(1, 8) - 1] };
    parts.iter().map(bar).collect()
}
