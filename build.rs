//! Puts the commit and the date of the build into the version.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo::rerun-if-env-changed=ARRIVALS_COMMIT");
    for path in watched() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let commit = std::env::var("ARRIVALS_COMMIT").ok().or_else(|| git(&["rev-parse", "--short=12", "HEAD"]));
    let seconds = std::env::var("SOURCE_DATE_EPOCH").ok().or_else(|| git(&["log", "-1", "--format=%ct"]));
    let date = seconds.and_then(|seconds| seconds.trim().parse().ok()).map(date);
    let details: Vec<_> = [commit, date].into_iter().flatten().collect();
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let version = if details.is_empty() { version } else { format!("{version} ({})", details.join(" ")) };
    println!("cargo::rustc-env=ARRIVALS_VERSION={version}");
}

/// What changes when another commit is checked out or made: in a linked worktree as well, where `.git` is a file.
fn watched() -> Vec<PathBuf> {
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    let names = ["HEAD", "packed-refs"].into_iter().map(str::to_owned).chain(branch);
    names
        .filter_map(|name| git(&["rev-parse", "--git-path", &name]))
        .filter_map(|path| present(Path::new(&path)))
        .collect()
}

/// The path, or its nearest folder that is there: cargo takes a missing file for one that always changes, and a branch
/// whose ref is packed gets a file of its own with its next commit.
fn present(path: &Path) -> Option<PathBuf> {
    if path.ends_with("packed-refs") && !path.exists() {
        return None;
    }
    path.ancestors().find(|path| path.exists()).map(Path::to_owned)
}

/// What git says, in a clone of this repository and nowhere else.
fn git(args: &[&str]) -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    let output = Command::new("git").args(args).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The UTC date of a time in seconds since the Unix epoch, after Howard Hinnant's `civil_from_days`.
fn date(seconds: i64) -> String {
    let days = seconds.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
