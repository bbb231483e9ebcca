//! The rooms of the house, and who may use whom.
//!
//! `use crate::…` lines, and `crate::…` paths, outside of tests are held against the table of the house plan.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Room, and the rooms it may use. `cli` and `main` may use everything.
const ALLOWED: &[(&str, &[&str])] = &[
    ("log", &[]),
    ("config", &[]),
    ("record", &["log"]),
    ("board", &["record", "log"]),
    ("aws", &["log"]),
    ("source", &["log", "record", "aws"]),
    ("wiring", &["aws"]),
    ("replay", &["record", "aws", "log"]),
    ("local", &["record"]),
    ("output", &["record", "log", "board", "replay", "wiring"]),
    ("app", &["board", "record", "log", "source", "output", "aws", "wiring", "replay", "ui", "config"]),
    ("ui", &["app", "board", "record", "log", "config", "wiring", "replay"]),
];

/// Parts of `app` that `ui` may read: the state and its words, never the loop.
const UI_MAY_READ: &[&str] = &["app::model", "app::action", "app::keymap", "app::document"];

/// What `app` may ask of `ui`: to draw, to dress, to colour.
const APP_MAY_ASK: &[&str] = &["ui::{self, Theme}", "ui::{self, Syntax}"];

/// Crates that a room must do without.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("log", &["tokio", "aws_", "ratatui", "crossterm"]),
    ("record", &["tokio", "aws_", "ratatui", "crossterm"]),
    ("board", &["tokio", "aws_", "ratatui", "crossterm"]),
    ("wiring", &["ratatui", "crossterm"]),
    ("replay", &["ratatui", "crossterm"]),
    ("local", &["aws_sdk", "aws_config", "ratatui", "crossterm"]),
    ("output", &["aws_", "ratatui", "crossterm"]),
    ("config", &["tokio", "aws_", "ratatui", "crossterm", "clap"]),
    ("ui", &["tokio", "aws_"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source folder can be read") {
        let path = entry.expect("an entry of it too").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its room, without its tests.
fn files() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.into_iter().map(|path| (room(&root, &path), path.clone(), code(&path))).collect()
}

fn room(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).expect("a source lies in src").with_extension("");
    inside.iter().next().expect("a source has a name").to_string_lossy().into_owned()
}

fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source is text");
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned()
}

/// The `crate::` paths that a file names, each to the end of its statement's first path.
fn crate_paths(code: &str) -> Vec<&str> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.match_indices("crate::").map(|(at, name)| line[at + name.len()..].trim_end_matches(';')))
        .collect()
}

fn first_name(path: &str) -> &str {
    path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn allowed(room: &str) -> Option<&'static [&'static str]> {
    ALLOWED.iter().find(|(name, _)| *name == room).map(|(_, rooms)| *rooms)
}

#[test]
fn rooms_use_only_their_neighbours() {
    let mut faults = Vec::new();
    for (room, path, code) in files() {
        let Some(neighbours) = allowed(&room) else { continue };
        for used in crate_paths(&code) {
            let name = first_name(used);
            if name != room && !neighbours.contains(&name) {
                faults.push(format!("{}: {room} may not use crate::{used}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_is_in_the_table() {
    let free = ["lib", "main", "cli"];
    let unknown: Vec<_> = files().into_iter().map(|(room, ..)| room).filter(|room| allowed(room).is_none()).collect();
    assert!(unknown.iter().all(|room| free.contains(&room.as_str())), "rooms without a line in the table: {unknown:?}");
}

#[test]
fn the_screen_reads_only_the_state() {
    for (room, path, code) in files() {
        for used in crate_paths(&code) {
            if room == "ui" && used.starts_with("app") {
                assert!(UI_MAY_READ.iter().any(|part| used.starts_with(part)), "{}: {used}", path.display());
            }
            if room == "app" && used.starts_with("ui") {
                assert!(APP_MAY_ASK.contains(&used), "{}: {used}", path.display());
            }
        }
    }
}

#[test]
fn rooms_do_without_the_crates_of_others() {
    for (room, path, code) in files() {
        let forbidden = FORBIDDEN.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, crates)| crates);
        for line in code.lines().map(str::trim_start).filter(|line| line.starts_with("use ")) {
            let used = line.trim_start_matches("use ");
            assert!(!forbidden.iter().any(|name| used.starts_with(name)), "{}: {line}", path.display());
        }
    }
}

#[test]
fn there_is_no_mod_rs() {
    let old: Vec<_> = files().into_iter().map(|(_, path, _)| path).filter(|path| path.ends_with("mod.rs")).collect();
    assert!(old.is_empty(), "a room's root file stands beside its folder: {old:?}");
}
