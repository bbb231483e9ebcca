//! What the board remembers between runs, in the state folder: how the screen was left for each source, and which hints were read.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::model::{Layout, Model};
use crate::config::{Folders, make_folder_of, read_text};

/// Runs that begin with a hint.
const HINTED: u32 = 3;

/// The file, and what stands in it.
pub(super) struct Memory {
    file: Option<PathBuf>,
    /// The source, by its names.
    source: String,
    kept: Kept,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    runs: u32,
    layouts: BTreeMap<String, Layout>,
}

impl Memory {
    /// What is remembered for the model's source. A file that cannot be read is as good as none.
    pub(super) fn of(model: &Model) -> Self {
        Self::at(Folders::find().ok().map(|folders| folders.state.join("board.json")), model)
    }

    fn at(file: Option<PathBuf>, model: &Model) -> Self {
        let kept = file.as_deref().map(read).unwrap_or_default();
        Self { file, source: model.source.place.names.join(" "), kept }
    }

    /// Arranges the board as it was left, and greets who is new to it.
    pub(super) fn recall(&self, model: &mut Model) {
        if let Some(layout) = self.kept.layouts.get(&self.source) {
            model.arrange(*layout);
        }
        if self.kept.runs < HINTED {
            model.greet();
        }
    }

    /// Keeps how the board was left. It disturbs nobody that it cannot be written.
    pub(super) fn keep(self, model: &Model) {
        let Some(file) = &self.file else { return };
        // Another board may have ended meanwhile: what it kept stays.
        let mut kept = read(file);
        kept.runs = kept.runs.saturating_add(1);
        kept.layouts.insert(self.source, model.layout());
        if let Ok(text) = serde_json::to_string_pretty(&kept) {
            let _ = write(file, &text);
        }
    }
}

/// What a file remembers; nothing when it cannot be read.
fn read(file: &Path) -> Kept {
    let text = read_text(file).ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Writes all of a file or nothing, readable by its owner alone.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    make_folder_of(file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.persist(file).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;
    use crate::app::model::{Place, SourceState, TimeStyle};
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
            let memory = Memory::at(file.clone(), &model);
            memory.recall(&mut model);
            assert_eq!(model.notice.is_some(), run < HINTED);
            assert_eq!(model.wide.failures, if run == 0 { board("group").wide.failures } else { 700 });
            (model.wide.failures, model.time) = (700, TimeStyle::Utc);
            memory.keep(&model);
        }
        let mut other = board("other");
        Memory::at(file, &other).recall(&mut other);
        assert_eq!((other.wide, other.time), (board("other").wide, TimeStyle::Local));
    }
}
