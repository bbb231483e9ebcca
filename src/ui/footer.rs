//! The bottom line: the keys of the moment, from the keymap, or a word on what was just done.

use crokey::KeyCombination;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::app::action::Action;
use crate::app::keymap::{Context, FooterFor};
use crate::app::model::{BulkStage, Content, Focus, Health, Model, Overlay};
use crate::log::visible;

use super::text::{fit, width, wrap};
use super::theme::Theme;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let room = usize::from(area.width);
    let counting = model.count.map(|count| format!("{count}× the next movement"));
    let (short, long) = notice(model, theme, room);
    let greeting = model.greeting.as_deref().filter(|_| model.overlay.is_none());
    let line = match (counting.as_deref().or(short), trouble(model), greeting) {
        (Some(word), ..) => word_and_keys(word, false, model, theme, room),
        (None, Some(why), _) if long.is_none() => word_and_keys(why, true, model, theme, room),
        (None, None, Some(words)) if long.is_none() => word_and_keys(words, false, model, theme, room),
        _ => Line::from(keys(model, theme, room)),
    };
    frame.render_widget(line, area);
}

/// Draws a notice that is too long for the bottom line over the rows above it: its end is often the next step.
pub(super) fn draw_long(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let (_, Some(text)) = notice(model, theme, usize::from(area.width)) else { return };
    let lines = wrap(&visible(text), usize::from(area.width).saturating_sub(2));
    let high = (lines.len() as u16).min(area.y);
    let place = Rect { y: area.y - high, height: high, ..area };
    let lines: Vec<_> = lines.into_iter().map(|line| Line::styled(format!(" {line}"), theme.waiting())).collect();
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines), place);
}

/// A notice as one that fits beside the keys, or as one that does not.
fn notice<'a>(model: &'a Model, theme: &Theme, room: usize) -> (Option<&'a str>, Option<&'a str>) {
    let text = model.notice.as_ref().map(|notice| notice.text.as_str());
    let fits = |text: &&str| width(&visible(text)) <= room_for_word(&keys(model, theme, 0), room);
    (text.filter(fits), text.filter(|text| !fits(text)))
}

/// Cells that a word has beside the keys that are never left out.
fn room_for_word(keys: &[Span<'_>], room: usize) -> usize {
    room.saturating_sub(keys.iter().map(Span::width).sum::<usize>() + 2)
}

/// Why nothing more comes, for now or at all.
fn trouble(model: &Model) -> Option<&str> {
    match &model.source.health {
        Health::Retrying { reason, .. } | Health::Failed(reason) => Some(reason),
        _ => None,
    }
}

/// A word to the reader, and the keys that tell the rest; also of the word, when it is cut and the ledger has it.
fn word_and_keys<'a>(word: &str, in_ledger: bool, model: &Model, theme: &Theme, room: usize) -> Line<'a> {
    let mut keys = keys(model, theme, 0);
    let word = visible(word);
    let ledger = model.keymap.hint(Context::Browse, Action::Ledger).filter(|_| in_ledger && model.overlay.is_none());
    if let Some(key) = ledger.filter(|_| width(&word) > room_for_word(&keys, room)) {
        keys.splice(1..1, [Span::styled(key, theme.accent()), Span::raw(" in full  ")]);
    }
    let word = fit(&word, room_for_word(&keys, room));
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
            does_something(model, context, binding.action)
                && run_label(model, binding.action, "").is_some()
                && binding.footer_for.is_none_or(|wanted| wanted == focused(model))
                && key.is_some_and(|key| !taken.contains(key))
        });
        hints.extend(shown.filter_map(|binding| {
            let label = run_label(model, binding.action, binding.footer.as_deref()?)?;
            let label = told_now(model, binding.action).unwrap_or_else(|| label.to_owned());
            Some((binding.key_names().into_iter().next()?, label))
        }));
        taken.extend(model.keymap.of(context).flat_map(|binding| binding.keys.iter().copied()));
    }
    hints
}

/// Whether a key would do anything as things are.
fn does_something(model: &Model, context: Context, action: Action) -> bool {
    match (context, action) {
        // A tree cuts what is long, and opens it in place.
        (_, Action::Wrap) => model.detail.tree().is_none(),
        (_, Action::HaltReach) => model.source.reach.is_some(),
        (_, Action::Compare) => model.has_pair(),
        (Context::Browse, Action::Replay | Action::Replays) => !model.guard.read_only,
        (Context::Trace, Action::ToggleFold | Action::Edit) => {
            matches!(model.detail.shows(), Content::Trace(trace) if trace.told().has_frames())
        }
        (Context::Attempts, Action::ToggleFold) => {
            matches!(model.detail.shows(), Content::Attempts(attempts) if attempts.may_ask() || attempts.has_lines())
        }
        (Context::Differences, Action::ToggleFold) => {
            matches!(&model.overlay, Some(Overlay::Differences(list)) if list.has_alike())
        }
        _ => true,
    }
}

/// What a key does now, where that is not what it does mostly.
fn told_now(model: &Model, action: Action) -> Option<String> {
    let asks = matches!(model.detail.shows(), Content::Attempts(attempts) if attempts.may_ask());
    (asks && action == Action::ToggleFold && model.overlay.is_none()).then(|| "ask the log".to_owned())
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
