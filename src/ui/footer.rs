//! The bottom line: the keys of the moment, from the keymap, or a word on what was just done.

use crokey::KeyCombination;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::action::Action;
use crate::app::keymap::FooterFor;
use crate::app::model::{BulkStage, Focus, Health, Model, Overlay};
use crate::log::visible;

use super::text::{fit, width};
use super::theme::Theme;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let room = usize::from(area.width);
    let counting = model.count.map(|count| format!("{count}× the next movement"));
    let notice = model.notice.as_ref().map(|notice| notice.text.as_str());
    let greeting = model.greeting.as_deref().filter(|_| model.overlay.is_none());
    let line = match counting.as_deref().or(notice).or_else(|| trouble(model)).or(greeting) {
        Some(word) => word_and_keys(word, model, theme, room),
        None => Line::from(keys(model, theme, room)),
    };
    frame.render_widget(line, area);
}

/// Why nothing more comes, for now or at all.
fn trouble(model: &Model) -> Option<&str> {
    match &model.source.health {
        Health::Retrying { reason, .. } | Health::Failed(reason) => Some(reason),
        _ => None,
    }
}

/// A word to the reader, and the keys that tell the rest.
fn word_and_keys<'a>(word: &str, model: &Model, theme: &Theme, room: usize) -> Line<'a> {
    let keys = keys(model, theme, 0);
    let used: usize = keys.iter().map(Span::width).sum();
    let word = fit(&visible(word), room.saturating_sub(used + 2));
    let word = [Span::raw(" "), Span::styled(word, theme.waiting()), Span::raw(" ")];
    word.into_iter().chain(keys).collect()
}

fn focused(model: &Model) -> FooterFor {
    match model.focus {
        Focus::List(_) => FooterFor::List,
        Focus::Detail => FooterFor::Detail,
    }
}

/// What a key does in the state that the run on screen is in.
fn run_label<'a>(model: &Model, action: Action, label: &'a str) -> Option<&'a str> {
    match &model.overlay {
        Some(Overlay::Replays(bulk)) => match bulk.stage {
            BulkStage::Run(ticket) => model.replays.run_label(ticket, action, label),
            _ => Some(label),
        },
        _ => Some(label),
    }
}

/// Keys and what they do, those of the innermost context first; a key that it takes has no other meaning there.
fn hints(model: &Model) -> Vec<(String, String)> {
    let mut taken: Vec<KeyCombination> = Vec::new();
    let mut hints = Vec::new();
    for context in model.contexts() {
        let shown = model.keymap.of(context).filter(|binding| {
            let key = binding.keys.first();
            // A tree cuts what is long, and opens it in place.
            let wraps = binding.action == Action::Wrap && model.detail.tree().is_some();
            let idles = binding.action == Action::HaltReach && model.source.reach.is_none();
            let does_nothing = run_label(model, binding.action, "").is_none();
            let pairs = binding.action == Action::Compare && !model.has_pair();
            !wraps
                && !does_nothing
                && !idles
                && !pairs
                && binding.footer_for.is_none_or(|wanted| wanted == focused(model))
                && key.is_some_and(|key| !taken.contains(key))
        });
        hints.extend(shown.filter_map(|binding| {
            let label = run_label(model, binding.action, binding.footer.as_deref()?)?;
            Some((binding.key_names().into_iter().next()?, label.to_owned()))
        }));
        taken.extend(model.keymap.of(context).flat_map(|binding| binding.keys.iter().copied()));
    }
    hints
}

/// As many keys as fit; help and quit, which tell the rest, are never left out.
fn keys<'a>(model: &Model, theme: &Theme, room: usize) -> Vec<Span<'a>> {
    let hints = hints(model);
    let last = hints.len().saturating_sub(2);
    let cells = |(key, label): &(String, String)| width(key) + width(label) + 3;
    let mut used: usize = hints[last..].iter().map(cells).sum();
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
    spans
}
