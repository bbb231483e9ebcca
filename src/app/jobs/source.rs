//! Finding the file that a frame of a stack trace means, in a checkout on this machine.
//!
//! The settings say which folders stand for which paths; without them the current folder is tried, and whatever lies
//! below it. A path of the trace never leads out of such a folder.

use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::app::document::Excerpt;
use crate::config::SourceMap;
use crate::record::StackFrame;

/// Lines that are shown before the line of the frame, and after it.
const BEFORE: u64 = 6;
const AFTER: u64 = 5;

/// Files and folders that are looked at below a folder.
const MOST_ENTRIES: usize = 50_000;

/// Folders below a folder that are looked into.
const DEEPEST: usize = 12;

/// Bytes above which a file is no source.
const LONGEST: u64 = 16 << 20;

/// Folders that hold no source of one's own.
const SKIPPED: [&str; 6] = ["node_modules", "target", "bin", "obj", "__pycache__", "site-packages"];

/// A frame whose code is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceWanted {
    /// Name of the Lambda function.
    pub function: String,
    /// The frame.
    pub frame: StackFrame,
    /// Which folders stand for which paths.
    pub maps: Vec<SourceMap>,
}

/// Finds the file and reads the lines around the frame's.
///
/// # Errors
/// In words for the reader, when there is no such file or it cannot be read.
pub(super) fn find(wanted: &SourceWanted) -> Result<Excerpt, String> {
    let file = wanted.frame.file.as_deref().ok_or("the frame names no file")?;
    let maps = wanted.maps.iter().filter(|map| applies(map, &wanted.function));
    let mapped = maps.filter_map(|map| Some((home(&map.to), file.strip_prefix(map.from.as_str())?)));
    let roots: Vec<(PathBuf, &str)> = mapped.chain(env::current_dir().ok().map(|folder| (folder, file))).collect();
    let found = roots.iter().find_map(|(root, file)| below(root, &parts(file, wanted.frame.function.as_deref())));
    match found {
        Some(path) => excerpt(path, wanted.frame.line.unwrap_or(1)),
        None => Err(missing(file, &roots)),
    }
}

fn applies(map: &SourceMap, function: &str) -> bool {
    map.function.as_ref().is_none_or(|pattern| pattern.matches(function))
}

/// The folder with the home folder for a leading `~`.
fn home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

fn missing(file: &str, roots: &[(PathBuf, &str)]) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let folders: Vec<_> = roots.iter().map(|(root, _)| root.display().to_string()).collect();
    format!(
        "no {name} below {}: start arrivals in the checkout, or name its folder under [[sources]] in the settings",
        folders.join(" or ")
    )
}

/// The parts of the path that may lie below a folder. Java and its kin name the file alone: its package is in the class.
fn parts(file: &str, function: Option<&str>) -> Vec<String> {
    let file = file.strip_prefix("/var/task/").unwrap_or(file);
    let path = file.replace('\\', "/");
    let inner = Path::new(&path).components().filter_map(|component| match component {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    let mut parts: Vec<_> = inner.collect();
    if parts.len() == 1
        && let Some(function) = function
    {
        let names: Vec<_> = function.split('.').collect();
        let packages = names.iter().take(names.len().saturating_sub(2));
        parts.splice(0..0, packages.map(|package| (*package).to_owned()));
    }
    parts
}

/// The file below a folder that ends with most of the parts: at the place itself, or anywhere below.
fn below(root: &Path, parts: &[String]) -> Option<PathBuf> {
    let whole: PathBuf = parts.iter().collect();
    let there = root.join(&whole);
    if !parts.is_empty() && there.is_file() {
        return Some(there);
    }
    let name = parts.last()?;
    let wanted = |entry: &DirEntry| entry.depth() == 0 || !is_skipped(entry);
    let files = WalkDir::new(root).max_depth(DEEPEST).sort_by_file_name().into_iter().filter_entry(wanted);
    let named = files
        .take(MOST_ENTRIES)
        .flatten()
        .filter(|entry| entry.file_type().is_file() && entry.file_name().to_string_lossy() == name.as_str());
    // Of those that share as much the one that lies least deep.
    named.max_by_key(|entry| (shared(entry.path(), parts), std::cmp::Reverse(entry.depth()))).map(DirEntry::into_path)
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with('.') || entry.file_type().is_dir() && SKIPPED.contains(&&*name)
}

/// How many parts a path's end has in common with these.
fn shared(path: &Path, parts: &[String]) -> usize {
    let ends = path.components().rev().zip(parts.iter().rev());
    ends.take_while(|(component, part)| component.as_os_str().to_string_lossy() == part.as_str()).count()
}

fn excerpt(path: PathBuf, line: u64) -> Result<Excerpt, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let length = fs::metadata(&path).map_err(unreadable)?.len();
    if length > LONGEST {
        return Err(format!("{} is too large to be a source", path.display()));
    }
    let text = String::from_utf8_lossy(&fs::read(&path).map_err(unreadable)?).into_owned();
    let first = line.saturating_sub(BEFORE).max(1);
    let lines: Vec<_> =
        text.lines().skip(first as usize - 1).take((line + AFTER + 1 - first) as usize).map(str::to_owned).collect();
    if text.lines().nth((line as usize).saturating_sub(1)).is_none() {
        return Err(format!("{} has no line {line}: another version ran", path.display()));
    }
    Ok(Excerpt { path, line, first, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(file: &str, function: &str, line: u64, maps: Vec<SourceMap>) -> SourceWanted {
        let frame = StackFrame {
            file: Some(file.to_owned()),
            line: Some(line),
            function: Some(function.to_owned()),
            code: None,
        };
        SourceWanted { function: "orders".to_owned(), frame, maps }
    }

    fn checkout(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let lines: Vec<_> = (1..=20).map(|line| format!("{file} {line}")).collect();
            fs::write(path, lines.join("\n")).unwrap();
        }
        folder
    }

    fn map(folder: &tempfile::TempDir, function: Option<&str>, from: &str) -> SourceMap {
        SourceMap { function: function.map(Into::into), from: from.to_owned(), to: folder.path().to_owned() }
    }

    #[test]
    fn frames_of_every_runtime_lead_to_their_file() {
        let folder = checkout(&[
            "app.py",
            "orders/app.py",
            "src/main/java/com/example/orders/Intake.java",
            "src/main/java/com/example/stock/Intake.java",
            "ledger/src/Post.cs",
            "geo/lookup/round.go",
            "node_modules/x/index.mjs",
            "web/index.mjs",
        ]);
        for (file, function, found) in [
            ("/var/task/app.py", "handler", "app.py"),
            ("/var/task/orders/app.py", "handler", "orders/app.py"),
            ("Intake.java", "com.example.stock.Intake.take", "src/main/java/com/example/stock/Intake.java"),
            ("/src/Post.cs", "Ledger.Post.Handler", "ledger/src/Post.cs"),
            ("C:\\build\\src\\Post.cs", "Ledger.Post.Handler", "ledger/src/Post.cs"),
            ("example.com/geo/lookup/round.go", "digits", "geo/lookup/round.go"),
            ("/var/task/index.mjs", "render", "web/index.mjs"),
        ] {
            let parts = parts(file, Some(function));
            assert_eq!(below(folder.path(), &parts), Some(folder.path().join(found)), "{file}");
        }
    }

    #[test]
    fn the_lines_around_the_frames_are_read() {
        let folder = checkout(&["app.py"]);
        let excerpt = find(&wanted("/var/task/app.py", "f", 9, vec![map(&folder, None, "/var/task/")])).unwrap();
        assert_eq!((excerpt.first, excerpt.lines.len()), (3, 12));
        assert_eq!(excerpt.lines[6], "app.py 9");
        let gone = find(&wanted("/var/task/app.py", "f", 90, vec![map(&folder, None, "/var/task/")])).unwrap_err();
        assert!(gone.contains("has no line 90"), "{gone}");
    }

    #[test]
    fn only_maps_of_the_function_count() {
        let (other, own) = (checkout(&["zz_handler.py"]), checkout(&["zz_handler.py"]));
        let maps = vec![map(&other, Some("billing*"), "/var/task/"), map(&own, Some("ord*"), "/var/task/")];
        let found = find(&wanted("/var/task/zz_handler.py", "f", 1, maps)).unwrap();
        assert!(found.path.starts_with(own.path()));
        let missing = find(&wanted("/var/task/zz_handler.py", "f", 1, Vec::new())).unwrap_err();
        assert!(missing.contains("[[sources]]"), "{missing}");
    }

    #[test]
    fn a_path_never_leads_out_of_the_folder() {
        let folder = checkout(&["inside/a.txt"]);
        fs::write(folder.path().join("secret.py"), "x").unwrap();
        let inside = folder.path().join("inside");
        assert_eq!(below(&inside, &parts("/var/task/../secret.py", None)), None);
    }
}
