//! The bottom line: the keys of the moment, from the keymap, or a word on what was just done.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::keymap::FooterFor;
use crate::app::model::{Focus, Model};

use super::text::width;
use super::theme::Theme;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let line = match &model.notice {
        Some(notice) => Line::from(vec![Span::raw(" "), Span::styled(notice.clone(), theme.waiting())]),
        None => keys(model, theme, usize::from(area.width)),
    };
    frame.render_widget(line, area);
}

fn focused(model: &Model) -> FooterFor {
    match model.focus {
        Focus::List(_) => FooterFor::List,
        Focus::Detail => FooterFor::Detail,
    }
}

/// As many keys as fit; help and quit, which tell the rest, are never left out.
fn keys<'a>(model: &Model, theme: &Theme, room: usize) -> Line<'a> {
    let hints: Vec<_> = model
        .keymap
        .of(model.context())
        .filter(|binding| binding.footer_for.is_none_or(|wanted| wanted == focused(model)))
        .filter_map(|binding| Some((binding.key_names().into_iter().next()?, binding.footer.clone()?)))
        .collect();
    let (last, first) = (hints.len().saturating_sub(2), hints.len());
    let cells = |(key, label): &(String, String)| width(key) + width(label) + 3;
    let reserved: usize = hints[last..first].iter().map(cells).sum();
    let mut used = reserved;
    let mut spans = vec![Span::raw(" ")];
    for (at, hint) in hints.iter().enumerate() {
        if at < last {
            used += cells(hint);
            if used > room {
                continue;
            }
        }
        spans.push(Span::styled(hint.0.clone(), theme.accent()));
        spans.push(Span::raw(format!(" {}  ", hint.1)));
    }
    Line::from(spans)
}
