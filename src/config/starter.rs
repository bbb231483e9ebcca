//! The commented default: every key with what it does, none of them set.

use std::fmt::Write as _;

use serde_json::Value;

use super::schema::Schema;

const HEAD: &str = "# Settings of arrivals. Remove the # before a key to set it.
# Flags go over ARRIVALS_… variables, and those over this file: arrivals config show --origin tells what holds and why.
# Other keys go into keymap.toml beside this file, other colours into themes/NAME.toml.
";

impl Schema {
    /// A file with every key in a comment.
    #[must_use]
    pub fn starter(&self) -> String {
        let mut text = HEAD.to_owned();
        let properties = || self.json()["properties"].as_object().into_iter().flatten();
        for (name, schema) in properties().filter(|(_, schema)| !is_section(schema)) {
            write_key(&mut text, name, schema);
        }
        for (name, schema) in properties().filter(|(_, schema)| is_section(schema)) {
            write_section(&mut text, name, schema);
        }
        text
    }
}

/// Whether a key is written as a table of its own.
fn is_section(schema: &Value) -> bool {
    schema["type"] == "object" || schema["items"]["type"] == "object"
}

fn write_section(text: &mut String, name: &str, schema: &Value) {
    text.push('\n');
    write_about(text, schema);
    if let Some(example) = schema["examples"].get(0) {
        return write_example(text, name, example);
    }
    let _ = writeln!(text, "# [{name}]");
    for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
        write_key(text, key, schema);
    }
}

fn write_example(text: &mut String, name: &str, example: &Value) {
    let mut whole = serde_json::Map::new();
    whole.insert(name.to_owned(), example.clone());
    let written = toml::to_string(&whole).unwrap_or_default();
    for line in written.lines() {
        let _ = writeln!(text, "{}", format!("# {line}").trim_end());
    }
}

fn write_key(text: &mut String, name: &str, schema: &Value) {
    text.push('\n');
    write_about(text, schema);
    let value = schema["examples"].get(0).or_else(|| schema.get("default"));
    let value = value.map_or_else(|| unset(schema), toml_value);
    let _ = writeln!(text, "# {name} = {value}");
}

fn write_about(text: &mut String, schema: &Value) {
    let words = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
    for line in schema["description"].as_str().unwrap_or_default().lines() {
        let _ = writeln!(text, "## {line}");
    }
    if !words.is_empty() {
        let _ = writeln!(text, "## One of {}.", words.join(", "));
    }
}

/// Stands for a value where there is no default.
fn unset(schema: &Value) -> String {
    let placeholder = schema["placeholder"].as_str().unwrap_or("TEXT");
    let first = schema["enum"].get(0).and_then(Value::as_str).unwrap_or(placeholder);
    match schema["type"].as_str() {
        Some("boolean") => "false".to_owned(),
        Some("integer" | "number") => "1".to_owned(),
        Some("array") => "[]".to_owned(),
        _ => format!("\"{first}\""),
    }
}

fn toml_value(value: &Value) -> String {
    toml::Value::try_from(value).map(|value| value.to_string()).unwrap_or_default()
}
