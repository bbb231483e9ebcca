//! Which files there are to read.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::SourceError;

/// Files to read, each of which can be opened.
pub(super) struct Files {
    pub(super) paths: Vec<PathBuf>,
    /// Bytes of all of them together, if all are regular ones.
    pub(super) bytes: Option<u64>,
}

/// The files that `paths` name: a folder stands for all that are in it, sorted by name, hidden ones left out.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Files, SourceError> {
    let mut files = Files { paths: Vec::new(), bytes: Some(0) };
    for path in paths {
        if path.is_dir() {
            for entry in entries(path) {
                files.add(entry?.into_path())?;
            }
        } else {
            files.add(path.clone())?;
        }
    }
    Ok(files)
}

impl Files {
    fn add(&mut self, path: PathBuf) -> Result<(), SourceError> {
        let size = size(&path).map_err(|source| SourceError::Open { path: path.clone(), source })?;
        self.bytes = self.bytes.zip(size).map(|(bytes, size)| bytes + size);
        self.paths.push(path);
        Ok(())
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = Result<DirEntry, SourceError>> {
    let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let shown = walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry));
    let files = shown.filter(|entry| match entry {
        Ok(entry) => !entry.file_type().is_dir(),
        Err(error) => !is_dangling(error),
    });
    files.map(|entry| {
        entry.map_err(|error| SourceError::Open {
            path: error.path().map(Path::to_owned).unwrap_or_default(),
            source: error.into(),
        })
    })
}

/// Whether it is a link to nothing, in which no record can be: the others need not wait for it to be mended.
fn is_dangling(error: &walkdir::Error) -> bool {
    let is_missing = error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
    is_missing && error.path().is_some_and(Path::is_symlink)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn size(path: &Path) -> io::Result<Option<u64>> {
    if is_stdin(path) {
        return Ok(None);
    }
    let metadata = std::fs::metadata(path)?;
    // Opening a pipe here would take what it holds from the one who reads it.
    if !metadata.is_file() {
        return Ok(None);
    }
    File::open(path)?;
    Ok(Some(metadata.len()))
}

/// Whether a path stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The log stream of which a file is the export, as its folder tells: `…/TASK/STREAM/000000.gz`, `/` in it being `-`.
pub(super) fn exported_stream(path: &Path) -> Option<Arc<str>> {
    let stem = path.file_stem()?.to_str()?;
    if stem.len() != 6 || !stem.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let name = path.parent()?.file_name()?.to_str()?;
    // A function's stream begins with its day: `2026/11/20/[$LATEST]0123…`.
    match name.split_once("-[").map(|(day, rest)| (day.replace('-', "/"), rest)) {
        Some((day, rest)) if day.len() == "2026/11/20".len() => Some(Arc::from(format!("{day}/[{rest}"))),
        _ => Some(Arc::from(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_does_not_keep_a_folder_from_being_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.log"), "x").unwrap();
        std::os::unix::fs::symlink("nothing", folder.path().join("b.log")).unwrap();
        let files = expand(&[folder.path().to_owned()]).map_err(|error| error.to_string()).unwrap();
        assert_eq!(files.paths, [folder.path().join("a.log")]);
        assert!(expand(&[folder.path().join("b.log")]).is_err(), "named itself, it is an error");
    }

    #[test]
    fn the_folder_of_an_export_names_its_stream() {
        let stream = |path| exported_stream(Path::new(path)).map(|name| name.to_string());
        assert_eq!(stream("x/task/2026-11-20-[$LATEST]ab-c/000000.gz").as_deref(), Some("2026/11/20/[$LATEST]ab-c"));
        assert_eq!(stream("x/task/my-stream/000012").as_deref(), Some("my-stream"));
        assert_eq!(stream("x/receiver.log"), None);
        assert_eq!(stream("000000.gz"), None);
    }
}
