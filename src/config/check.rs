//! The file against the schema: unknown keys and wrong values, each with its place.

use std::path::Path;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::fault::{Fault, Place, nearest};

/// A file that is being checked.
pub(super) struct Check<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
    pub(super) faults: Vec<Fault>,
}

impl Check<'_> {
    /// Checks a table against an object's schema; `within` is the table's dotted name.
    pub(super) fn table(&mut self, table: &DeTable<'_>, schema: &Value, within: &str) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let dotted = if within.is_empty() { name.to_owned() } else { format!("{within}.{name}") };
            let known = &schema["properties"][name];
            let other = &schema["additionalProperties"];
            if known.is_object() {
                self.value(value, known, &dotted);
            } else if other.is_object() {
                self.value(value, other, &dotted);
            } else {
                self.unknown(key, schema, within);
            }
        }
        for missing in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !table.contains_key(missing) {
                self.missing(table, missing, within);
            }
        }
    }

    fn unknown(&mut self, key: &Spanned<DeString<'_>>, schema: &Value, within: &str) {
        let known: Vec<_> = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| &**name).collect();
        let (name, place) = (key.get_ref(), if within.is_empty() { String::new() } else { format!(" in [{within}]") });
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.fault(key.span(), format!("there is no key {name}{place}; {hint}"));
    }

    fn missing(&mut self, table: &DeTable<'_>, name: &str, within: &str) {
        let span = table.keys().next().map_or(0..0, Spanned::span);
        self.fault(span, format!("{within} needs a key {name}"));
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, schema: &Value, name: &str) {
        match (value.get_ref(), schema["type"].as_str()) {
            (DeValue::Table(table), Some("object")) => self.table(table, schema, name),
            (DeValue::Array(items), Some("array")) => {
                for item in items {
                    self.value(item, &schema["items"], name);
                }
            }
            (found, _) if fits(found, schema) => self.word(found, value.span(), schema, name),
            (found, _) => {
                self.fault(value.span(), format!("{name} takes {}, not {}", kind(schema), found.type_str()));
            }
        }
    }

    /// A value that must be one of a few words.
    fn word(&mut self, value: &DeValue<'_>, span: std::ops::Range<usize>, schema: &Value, name: &str) {
        let words = words(schema);
        let Some(text) = value.as_str().filter(|_| !words.is_empty()) else { return };
        if !words.contains(&text) {
            let hint = nearest(text, words.iter().copied()).map(|near| format!("; did you mean {near}?"));
            let hint = hint.unwrap_or_default();
            self.fault(span, format!("{name} is one of {}{hint}", words.join(", ")));
        }
    }

    fn fault(&mut self, span: std::ops::Range<usize>, problem: String) {
        self.faults.push(Fault::at(Place::new(self.path, self.text, span), problem));
    }
}

fn fits(value: &DeValue<'_>, schema: &Value) -> bool {
    let kind = schema["type"].as_str();
    match value {
        DeValue::String(_) => kind == Some("string") || !words(schema).is_empty(),
        DeValue::Integer(number) => {
            let negative = number.as_str().starts_with('-');
            matches!(kind, Some("integer" | "number")) && !(negative && schema["minimum"].is_number())
        }
        DeValue::Float(_) => kind == Some("number"),
        DeValue::Boolean(_) => kind == Some("boolean"),
        _ => false,
    }
}

/// The words that a value may be, as an enumeration or as constants with descriptions.
fn words(schema: &Value) -> Vec<&str> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    let described = schema["oneOf"].as_array().into_iter().flatten();
    listed.chain(described.map(|choice| &choice["const"])).filter_map(Value::as_str).collect()
}

/// What a key takes, in words.
fn kind(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("object") => "a table",
        Some("array") => "a list",
        Some("integer") => "a whole number from 0",
        Some("number") => "a number",
        Some("boolean") => "true or false",
        _ => "text in quotes",
    }
}
