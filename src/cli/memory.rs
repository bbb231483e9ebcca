//! What the board remembers between runs, in the state folder: how the screen was left for each source, and which hints were read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::model::{Layout, Model};
use crate::config::{Folders, read_text, replace_private};

/// Runs that begin with a hint.
const HINTED: u32 = 3;

/// The file, and what stands in it.
pub(super) struct Memory {
    file: Option<PathBuf>,
    kept: Kept,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    runs: u32,
    layouts: BTreeMap<String, Layout>,
}

impl Memory {
    /// What is remembered. A file that cannot be read is as good as none.
    pub(super) fn find() -> Self {
        Self::at(Folders::find().ok().map(|folders| folders.state.join("board.json")))
    }

    fn at(file: Option<PathBuf>) -> Self {
        let kept = file.as_deref().map(read).unwrap_or_default();
        Self { file, kept }
    }

    /// Arranges the board as it was left, and greets who is new to it.
    pub(super) fn recall(&self, model: &mut Model) {
        model.layouts.clone_from(&self.kept.layouts);
        model.recall_layout();
        if self.kept.runs < HINTED {
            model.greet();
        }
    }

    /// Keeps how the board was left. It disturbs nobody that it cannot be written.
    pub(super) fn keep(self, mut model: Model) {
        let Some(file) = &self.file else { return };
        model.keep_layout();
        // Another board may have ended meanwhile: what it kept stays, but for what was read here.
        let mut kept = read(file);
        kept.runs = kept.runs.saturating_add(1);
        let here = model.layouts.into_iter().filter(|(name, layout)| self.kept.layouts.get(name) != Some(layout));
        kept.layouts.extend(here);
        if let Ok(text) = serde_json::to_string_pretty(&kept) {
            let _ = replace_private(file, &text);
        }
    }
}

/// What a file remembers; nothing when it cannot be read.
fn read(file: &Path) -> Kept {
    let text = read_text(file).ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;
    use crate::app::model::{Place, SourceState, Tab, TimeStyle};
    use crate::board::Board;

    fn board(name: &str) -> Model {
        let place = Place { names: vec![name.to_owned()], ..Place::default() };
        Model::new(Board::new(1 << 20), SourceState::at(place), Keymap::shipped().unwrap(), jiff::tz::TimeZone::UTC)
    }

    #[test]
    fn a_source_is_found_as_it_was_left_and_hints_go_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = Some(folder.path().join("state/board.json"));
        for run in 0..5 {
            let mut model = board("group");
            let memory = Memory::at(file.clone());
            memory.recall(&mut model);
            assert_eq!(model.greeting.is_some(), run < HINTED);
            assert_eq!(model.wide.failures, if run == 0 { board("group").wide.failures } else { 700 });
            (model.wide.failures, model.time) = (700, TimeStyle::Utc);
            memory.keep(model);
        }
        let mut other = board("other");
        Memory::at(file).recall(&mut other);
        assert_eq!((other.wide, other.time), (board("other").wide, TimeStyle::Local));
    }

    #[test]
    fn tabs_wrapping_and_a_theme_that_was_chosen_are_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = Some(folder.path().join("board.json"));
        let run = |name: &str, change: &dyn Fn(&mut Model)| {
            let mut model = board(name);
            model.themes = vec!["dark".to_owned(), "light".to_owned()];
            let memory = Memory::at(file.clone());
            memory.recall(&mut model);
            let seen = (model.detail.tabs(), model.detail.wraps(), model.theme);
            change(&mut model);
            memory.keep(model);
            seen
        };
        let as_new = ((Tab::Trace, Tab::Response), true, 0);
        let changed = |model: &mut Model| {
            model.detail.toggle_wrap();
            model.detail.open_on((Tab::Request, Tab::Raw));
            model.chosen_theme = Some("light".to_owned());
        };
        assert_eq!(run("group", &changed), as_new);
        assert_eq!(run("other", &|_| {}), as_new);
        assert_eq!(run("group", &|_| {}), ((Tab::Request, Tab::Raw), false, 1));
    }

    #[test]
    fn boards_that_end_one_after_the_other_keep_what_the_other_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = Some(folder.path().join("board.json"));
        let (first, second) = (Memory::at(file.clone()), Memory::at(file.clone()));
        let mut model = board("one");
        model.wide.failures = 700;
        first.keep(model);
        second.keep(board("two"));
        let mut again = board("one");
        Memory::at(file).recall(&mut again);
        assert_eq!(again.wide.failures, 700);
    }
}
