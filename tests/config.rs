//! The settings file: what may stand in it, what is wrong with it, and which layer wins.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panicking")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use predicates::prelude::*;
use predicates::str::{contains, is_empty};

/// A folder with settings of its own, and the program that reads them.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn with(config: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(home.path("config/arrivals")).unwrap();
        fs::write(home.path("config/arrivals/config.toml"), config).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn arrivals(&self, args: &[&str]) -> assert_cmd::Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arrivals"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("ARRIVALS_"))
        {
            command.env_remove(name);
        }
        command.env("HOME", self.folder.path()).env("XDG_CONFIG_HOME", self.path("config")).args(args);
        command.env("XDG_STATE_HOME", self.path("state"));
        assert_cmd::Command::from_std(command)
    }

    fn shown(&self, args: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = self.arrivals(&["config", "show", "--origin"]);
        let output = command.args(args).envs(variables.iter().copied()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The line of a listing that begins with a key.
fn line<'a>(shown: &'a str, section: &str, key: &str) -> &'a str {
    let after = shown.split_once(&format!("[{section}]")).unwrap_or_else(|| panic!("no [{section}] in {shown}")).1;
    let found = after.lines().skip(1).take_while(|line| !line.starts_with('[')).find(|line| line.starts_with(key));
    found.unwrap_or_else(|| panic!("no {key} in {after}"))
}

#[test]
fn the_file_lies_in_the_configuration_folder_unless_the_environment_names_it() {
    let home = Home::with("");
    let path = home.path("config/arrivals/config.toml");
    home.arrivals(&["config", "path"]).assert().success().stdout(format!("{}\n", path.display()));
    home.arrivals(&["config", "path"]).env("ARRIVALS_CONFIG", "/elsewhere.toml").assert().stdout("/elsewhere.toml\n");
}

#[test]
fn the_commented_default_is_sound_with_and_without_its_comments() {
    let home = Home::with("");
    let output = home.arrivals(&["config", "default"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let set: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| is_toml(line)).collect();
    assert!(set.len() > 20, "{text}");
    fs::write(home.path("commented.toml"), &text).unwrap();
    fs::write(home.path("set.toml"), set.join("\n")).unwrap();
    for name in ["commented.toml", "set.toml"] {
        let mut show = home.arrivals(&["config", "show"]);
        show.env("ARRIVALS_CONFIG", home.path(name)).assert().success().stderr(is_empty());
    }
}

/// Whether a line is a section or a key with a value, rather than with what stands for one.
fn is_toml(line: &str) -> bool {
    let stands_for_one = |value: &str| {
        value.starts_with('"') && value.trim_matches('"').chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    line.starts_with('[')
        || line.split_once(" = ").is_some_and(|(key, value)| !key.contains(' ') && !stands_for_one(value))
}

#[test]
fn everything_that_is_wrong_is_named_with_its_place_and_what_was_meant() {
    for entry in fs::read_dir("tests/data/config").unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let wanted: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("#! ")).collect();
        assert!(!wanted.is_empty(), "{} does not say what is wrong with it", path.display());
        let home = Home::with("");
        let output = home.arrivals(&["read", "-"]).env("ARRIVALS_CONFIG", &path).write_stdin("").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(253), "{}: {said}", path.display());
        for wanted in wanted {
            assert!(said.contains(wanted), "{}: {wanted}\n{said}", path.display());
        }
        assert!(said.contains(path.to_str().unwrap()) && said.contains("arrivals config edit"), "{said}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let home = Home::with("");
    let mut read = home.arrivals(&["read", "-"]);
    read.env("ARRIVALS_CONFIG", "gone.toml").write_stdin("").assert().code(253).stderr(contains("gone.toml"));
}

#[test]
fn no_settings_at_all_are_asked_for_by_the_empty_device_and_an_editors_mark_does_no_harm() {
    let home = Home::with("[tail]\nsince = \"1h\"\n");
    let shown = |name: &str| home.shown(&[], &[("ARRIVALS_CONFIG", name)]);
    if cfg!(unix) {
        assert!(line(&shown("/dev/null"), "tail", "since").ends_with("# default"));
    }
    let marked = home.path("marked.toml");
    fs::write(&marked, "\u{feff}[tail]\r\nsince = \"2h\"\r\n").unwrap();
    assert!(line(&shown(marked.to_str().unwrap()), "tail", "since").ends_with("marked.toml:2"));
}

/// A file that the user writes: where it lies below the folder of settings, and a command that reads it and tells of it.
const FILES: [(&str, &[&str], i32); 3] = [
    ("config.toml", &["config", "show"], 253),
    ("keymap.toml", &["bug-report"], 0),
    ("themes/mine.toml", &["read", "/dev/null", "--theme", "mine"], 252),
];

/// What happens to a file that is not as it should be: it is told, with its path and a next step, and nothing waits.
fn tells(make: impl Fn(&std::path::Path), wanted: &str) {
    for (name, args, code) in FILES {
        let home = Home::with("");
        let path = home.path("config/arrivals").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        make(&path);
        let mut command = home.arrivals(args);
        let output = command.timeout(std::time::Duration::from_mins(1)).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(code), "{name}: {said}");
        assert!(said.contains(&format!("{}: {wanted}", path.display())), "{name}: {said}");
        assert!(!said.contains("arrivals config edit") || path.is_file(), "{name}: {said}");
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_is_told() {
    tells(|path| fs::create_dir(path).unwrap(), "it is a folder: move it away, and put a file in its place");
}

#[test]
fn a_file_that_is_too_long_is_told() {
    tells(|path| fs::write(path, "# long\n".repeat(1 << 18)).unwrap(), "it has more than 1 MiB");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_told_and_not_waited_for() {
    let pipe = |path: &std::path::Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    tells(pipe, "it is a pipe, a socket or a device: put a regular file in its place");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let close = |path: &std::path::Path| {
        fs::write(path, "").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    };
    let probe = tempfile::NamedTempFile::new().unwrap();
    close(probe.path());
    // Whoever may read everything, as root does, meets no such file.
    if fs::read(probe.path()).is_err() {
        tells(close, "it cannot be read: Permission denied (os error 13); its owner must let you read it");
    }
}

#[test]
fn a_theme_that_is_not_there_is_refused_by_every_command() {
    let home = Home::with("");
    let themes = home.path("config/arrivals/themes");
    fs::create_dir_all(&themes).unwrap();
    fs::write(themes.join("mine.toml"), "background = \"light\"\n").unwrap();
    for args in [&["read", "/dev/null"][..], &["config", "show"], &["local"], &["demo"], &["man"], &[]] {
        let mut command = home.arrivals(args);
        command.args(["--theme", "mnie"]).timeout(std::time::Duration::from_mins(1));
        command.assert().code(252).stderr(contains("there is no theme mnie; did you mean mine?"));
    }
    let mut variable = home.arrivals(&["read", "/dev/null"]);
    variable.env("ARRIVALS_THEME", "drak").assert().code(252).stderr(contains("did you mean dark?"));
    home.arrivals(&["read", "/dev/null", "--theme", "mine"]).assert().success();
}

#[test]
fn help_and_the_settings_commands_work_with_broken_settings() {
    let home = Home::with("since = ");
    for args in [&["--help"][..], &["config", "path"], &["config", "default"], &["config", "schema"], &["man"]] {
        home.arrivals(args).assert().success().stderr(is_empty());
    }
    home.arrivals(&["config", "show"]).assert().code(253).stderr(contains("line 1"));
}

#[test]
fn flags_go_over_variables_and_those_over_the_file_and_that_over_defaults() {
    let plain = Home::with("");
    assert!(line(&plain.shown(&[], &[]), "looks", "color").ends_with("# default"));
    let home = Home::with("[looks]\ncolor = \"off\"\n[tail]\nsince = \"1h\"\n");
    let of_file = home.shown(&[], &[]);
    let path = home.path("config/arrivals/config.toml");
    assert_eq!(line(&of_file, "looks", "color"), format!("{:<40} # {}:2", "color = \"off\"", path.display()));
    assert!(line(&of_file, "tail", "since").starts_with("since = \"1h\""));
    let of_variable = home.shown(&[], &[("ARRIVALS_COLOR", "on")]);
    assert_eq!(line(&of_variable, "looks", "color"), format!("{:<40} # $ARRIVALS_COLOR", "color = \"on\""));
    let of_flag = home.shown(&["--color", "auto"], &[("ARRIVALS_COLOR", "on")]);
    assert_eq!(line(&of_flag, "looks", "color"), format!("{:<40} # --color", "color = \"auto\""));
}

const SUCCESS: &str = r#"{"version":"1.0","timestamp":"2026-11-20T10:15:44.658Z","requestContext":{"requestId":"s1","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:other:live","condition":"Success","approximateInvokeCount":1},"requestPayload":null,"responseContext":{"statusCode":200,"executedVersion":"7"},"responsePayload":"ok"}"#;

#[test]
fn commands_obey_the_same_order() {
    let home = Home::with("[read]\noutput = \"jsonl\"\nfilter = \"fn:nobody\"\n");
    let read = |args: &[&str]| {
        let mut command = home.arrivals(&["read", "-"]);
        command.args(args).write_stdin(format!("{SUCCESS}\n"));
        command
    };
    read(&[]).assert().success().stdout(is_empty());
    read(&[]).env("ARRIVALS_FILTER", "fn:other").assert().success().stdout(contains("\"requestId\":\"s1\""));
    let flag = read(&["--filter", "fn:other", "--output", "text"]).env("ARRIVALS_FILTER", "fn:nobody").assert();
    flag.success().stdout(contains("other").and(contains("requestId").not()));
}

#[test]
fn sections_are_shown_with_the_lines_they_come_from() {
    let home = Home::with("[profile.prod]\nread-only = true\n\n[filters]\nmine = \"fn:order*\"\n");
    let shown = home.shown(&[], &[]);
    assert!(line(&shown, "profile.prod", "read-only").ends_with(":2"), "{shown}");
    assert!(line(&shown, "filters", "mine").ends_with(":5"), "{shown}");
    assert!(line(&shown, "redact", "built-in").ends_with("# default"), "{shown}");
}

#[test]
fn what_is_shown_can_be_used_as_the_file() {
    let home = Home::with("[tail]\nsince = \"1h\"\n[[sources]]\nto = \"~/src\"\n[production]\naccounts = [\"1*\"]\n");
    let shown = home.arrivals(&["config", "show"]).output().unwrap().stdout;
    let again = Home::with(std::str::from_utf8(&shown).unwrap());
    assert_eq!(again.arrivals(&["config", "show"]).output().unwrap().stdout, shown);
}

#[test]
fn the_schema_tells_editors_every_key() {
    let home = Home::with("");
    let schema = home.arrivals(&["config", "schema"]).output().unwrap().stdout;
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    let properties = |section: &str| &schema["properties"][section]["properties"];
    assert_eq!(properties("looks")["color"]["enum"], serde_json::json!(["on", "off", "auto"]));
    assert_eq!(properties("local")["port"]["type"], "integer");
    assert_eq!(properties("tail")["follow"]["type"], "boolean");
    assert_eq!(schema["properties"]["read-only"]["type"], "boolean");
    assert_eq!(schema["properties"]["filters"]["additionalProperties"]["type"], "string");
    assert_eq!(schema["additionalProperties"], false);
}

#[cfg(unix)]
#[test]
fn editing_begins_with_the_commented_default_and_ends_with_a_check() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with("");
    fs::remove_dir_all(home.path("config")).unwrap();
    let editor = home.path("editor");
    fs::write(&editor, "#!/bin/sh\necho 'colour = 1' >> \"$2\"\n").unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
    let mut edit = home.arrivals(&["config", "edit"]);
    edit.env("VISUAL", format!("{} --wait", editor.display()));
    edit.assert().code(253).stderr(contains("there is no key colour"));
    let text = fs::read_to_string(home.path("config/arrivals/config.toml")).unwrap();
    assert!(text.starts_with("# Settings of arrivals.") && text.ends_with("colour = 1\n"));
}

#[test]
fn a_filter_of_the_file_is_meant_by_its_name() {
    let home = Home::with("[filters]\nbilling = \"fn:billing\"\nboth = \"@billing or fn:orders\"\n");
    let record = |id: &str, function: &str| {
        format!(
            r#"{{"version":"1.0","timestamp":"2022-04-16T11:24:43.658Z","requestContext":{{"requestId":"{id}","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:{function}:$LATEST","condition":"Success","approximateInvokeCount":1}},"requestPayload":{{}}}}"#
        )
    };
    let log = home.path("log");
    fs::write(&log, ["billing", "orders", "other"].map(|function| record(function, function)).join("\n")).unwrap();
    let read = |filter: &str| {
        let mut command = home.arrivals(&["read", "--output", "jsonl", "--filter", filter]);
        command.arg(&log).output().unwrap()
    };
    let lines = |filter: &str| String::from_utf8(read(filter).stdout).unwrap().lines().count();
    assert_eq!((lines("@billing"), lines("@both"), lines("not @both")), (1, 2, 1));
    let wrong = read("@biling");
    assert_eq!(wrong.status.code(), Some(252));
    let told = String::from_utf8_lossy(&wrong.stderr);
    assert!(told.contains("no filter is called @biling; did you mean @billing?"), "{told}");
}
