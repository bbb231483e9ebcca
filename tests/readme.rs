//! The README holds: its commands are taken, its queries are read, and what it says of AWS is what the program asks.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use arrivals::board::{Names, Query};

fn readme() -> String {
    fs::read_to_string("README.md").unwrap()
}

/// Lines of the blocks of commands, with those that go on in the next line put together.
fn commands(text: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = matches!(line, "```sh" | "```console");
        } else if inside {
            match commands.last_mut().filter(|before| before.ends_with('|')) {
                Some(before) => before.push_str(line),
                None => commands.push(line.trim_start_matches("$ ").to_owned()),
            }
        }
    }
    commands
}

/// Every command is typed in a shell, with a flag behind it that is refused once all the others were understood.
#[cfg(unix)]
#[test]
fn every_command_is_one_that_the_program_takes() {
    let home = tempfile::tempdir().unwrap();
    let all = commands(&readme());
    let own: Vec<_> = all.iter().filter(|line| line.contains("arrivals ") && !line.starts_with("mkdir ")).collect();
    let own: Vec<_> = own.into_iter().filter(|line| !line.starts_with("aws ") && !line.contains('…')).collect();
    assert!(own.len() > 15, "{own:#?}");
    for folders in all.iter().filter(|line| line.starts_with("mkdir ")) {
        assert!(Command::new("sh").args(["-c", folders]).env("HOME", home.path()).status().unwrap().success());
    }
    for line in own {
        let script = format!(
            "jq() {{ cat >/dev/null; }}; some_command() {{ :; }}; arrivals() {{ {} \"$@\" --no-verify-ssl; }}\n{}",
            env!("CARGO_BIN_EXE_arrivals"),
            line.replace("some-command", "some_command")
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin");
        let output = shell.current_dir(home.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("arrivals: --no-verify-ssl is refused"), "{line}\n{said}");
    }
}

#[test]
fn every_term_of_the_table_is_read_and_every_field_is_in_it() {
    let text = readme();
    let (_, table) = text.split_once("| term | matches |\n|---|---|\n").unwrap();
    let table: Vec<_> = table.lines().take_while(|line| line.starts_with('|')).collect();
    let names: Names = [("orders".to_owned(), "fn:order*".to_owned())].into();
    let mut terms = Vec::new();
    for row in &table {
        let (term, _) = row[1..].split_once(" | ").unwrap();
        terms.extend(
            term.split('`').skip(1).step_by(2).filter(|term| !term.contains('…')).map(|term| term.replace("\\|", "|")),
        );
    }
    assert!(terms.len() > 20, "{terms:#?}");
    for term in terms {
        if let Err(error) = Query::parse_with(&term, &names) {
            panic!("{}", error.caret(&term));
        }
    }
    let told = Query::parse("nofield:x").unwrap_err().to_string();
    let fields = told.split_once("fields are ").unwrap().1.split(", ").filter(|field| !field.contains(' '));
    for field in fields {
        assert!(table.iter().any(|row| row.contains(&format!("`{field}"))), "{field} is not in the table");
    }
}

/// Actions that the sources name, as in `"logs:FilterLogEvents"`.
fn actions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The embedded endpoint answers requests; it makes none.
        if path.is_dir() && !path.ends_with("local") {
            actions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let quoted = text.split('"').skip(1).step_by(2);
            found.extend(quoted.filter(|text| is_action(text)).map(str::to_owned));
        }
    }
}

fn is_action(text: &str) -> bool {
    ["logs:", "lambda:", "sts:", "cloudwatch:"].iter().any(|service| {
        text.strip_prefix(service).is_some_and(|name| {
            name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(char::is_alphanumeric)
        })
    })
}

#[test]
fn every_action_that_the_program_asks_for_is_in_the_policies_and_among_the_calls() {
    let text = readme();
    let (policies, calls) = text.split_once("### Calls and their cost").unwrap();
    let calls = calls.split_once("### Privacy").unwrap().0;
    let mut found = BTreeSet::new();
    actions(Path::new("src"), &mut found);
    assert!(found.len() > 15, "{found:?}");
    for action in found {
        assert!(policies.contains(&action), "no policy names {action}");
        let (_, call) = action.split_once(':').unwrap();
        assert!(calls.contains(&format!("`{call}`")), "{call} is not among the calls");
    }
}

#[test]
fn links_lead_somewhere() {
    let text = readme();
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
    let own: Vec<_> = links.filter(|link| !link.contains("://") && !link.starts_with('#')).collect();
    assert!(own.len() > 4, "{own:?}");
    for link in own {
        assert!(Path::new(link).exists(), "{link}");
    }
}
