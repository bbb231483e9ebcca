//! The filters that were kept, in a file of the state folder, one a line and the newest last.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::config::{make_folder_of, private_file, replace_private};

/// Filters that are remembered.
const MOST: usize = 500;

/// Where filters are remembered; nowhere when there is no folder for it.
#[derive(Debug, Clone, Default)]
pub struct History {
    file: Option<PathBuf>,
}

impl History {
    /// A history in a file, which need not be there yet.
    #[must_use]
    pub fn at(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// The filters so far, the newest last and each once; none when the file cannot be read.
    #[must_use]
    pub fn read(&self) -> Vec<String> {
        let Some(text) = self.file.as_ref().and_then(|file| fs::read_to_string(file).ok()) else { return Vec::new() };
        let mut filters: Vec<String> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()).rev() {
            if filters.len() < MOST && !filters.iter().any(|known| known == line) {
                filters.push(line.to_owned());
            }
        }
        filters.reverse();
        filters
    }

    /// Adds a filter. A history that cannot be written is no reason to disturb who reads the board.
    pub(super) fn add(&self, filter: &str) {
        if let Some(file) = &self.file {
            let _ = self.shorten(file).and_then(|()| append(file, filter));
        }
    }

    /// Rewrites a file that has grown to twice of what is read from it.
    fn shorten(&self, file: &Path) -> io::Result<()> {
        let lines = fs::read_to_string(file).map_or(0, |text| text.lines().count());
        if lines < 2 * MOST {
            return Ok(());
        }
        replace_private(file, &(self.read().join("\n") + "\n"))
    }
}

fn append(file: &Path, filter: &str) -> io::Result<()> {
    make_folder_of(file)?;
    writeln!(private_file().create(true).append(true).open(file)?, "{}", filter.replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_kept_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::at(folder.path().join("deep/history"));
        assert_eq!(history.read(), Vec::<String>::new());
        for filter in ["fn:a", "fn:b", "fn:a"] {
            history.add(filter);
        }
        assert_eq!(history.read(), ["fn:b", "fn:a"]);
    }

    #[test]
    fn it_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let history = History::at(file.clone());
        fs::write(&file, (0..2 * MOST).map(|at| format!("fn:{at}")).collect::<Vec<_>>().join("\n") + "\n").unwrap();
        history.add("fn:new");
        assert_eq!(history.read().len(), MOST);
        assert_eq!(history.read().last().map(String::as_str), Some("fn:new"));
        assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), MOST + 1);
    }

    #[test]
    fn without_a_file_nothing_is_kept() {
        let history = History::default();
        history.add("fn:a");
        assert_eq!(history.read(), Vec::<String>::new());
    }
}
