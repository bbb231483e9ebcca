//! Which keys there are, as a JSON schema: for the check, for editors, and for the commented default.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::sections::Config;

/// What a flag's key takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// Text.
    Text,
    /// One of these words.
    OneOf(Vec<String>),
    /// Several texts.
    Texts,
}

/// A key of the file that stands for a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagKey {
    /// Section of the file; `None` for a key at its top.
    pub section: Option<String>,
    /// The flag's name, without dashes before it.
    pub name: String,
    /// What it takes.
    pub kind: Kind,
    /// What it does, in one sentence.
    pub about: String,
    /// What holds when nobody says anything.
    pub default: Option<String>,
    /// What stands for a value in the help, such as `TIME`.
    pub placeholder: Option<String>,
    /// The variable that says the same.
    pub variable: Option<String>,
}

impl FlagKey {
    /// Section and name, as in `tail.since`.
    #[must_use]
    pub fn dotted(&self) -> String {
        self.section.iter().chain([&self.name]).map(String::as_str).collect::<Vec<_>>().join(".")
    }

    fn schema(&self) -> Value {
        let variable = self.variable.as_ref().map(|name| format!(" (${name})")).unwrap_or_default();
        let mut schema = match &self.kind {
            Kind::Switch => json!({"type": "boolean"}),
            Kind::Whole => json!({"type": "integer", "minimum": 0}),
            Kind::Number => json!({"type": "number"}),
            Kind::Text => json!({"type": "string"}),
            Kind::OneOf(words) => json!({"type": "string", "enum": words}),
            Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        };
        schema["description"] = format!("{}{variable}", self.about).into();
        if let Some(default) = self.default.as_ref().map(|text| self.kind.value(std::slice::from_ref(text))) {
            schema["default"] = default;
        }
        if let Some(placeholder) = &self.placeholder {
            schema["placeholder"] = placeholder.clone().into();
        }
        schema
    }
}

impl Kind {
    /// What the texts of the command line are in a file.
    #[must_use]
    pub fn value(&self, texts: &[String]) -> Value {
        let first = texts.first().map(String::as_str).unwrap_or_default();
        match self {
            Self::Switch => json!(first == "true"),
            Self::Whole | Self::Number => serde_json::from_str(first).unwrap_or_else(|_| json!(first)),
            Self::Text | Self::OneOf(_) => json!(first),
            Self::Texts => json!(texts),
        }
    }
}

/// Every key of the file.
#[derive(Debug, Clone)]
pub struct Schema {
    root: Value,
    flags: Vec<FlagKey>,
}

impl Schema {
    /// The sections of [`Config`], and the keys of the flags.
    #[must_use]
    pub fn new(flags: Vec<FlagKey>) -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let mut root = settings.into_generator().into_root_schema_for::<Config>().to_value();
        root["title"] = "Settings of arrivals".into();
        for flag in &flags {
            let schema = flag.schema();
            let table = section(&mut root, flag.section.as_deref());
            table.insert(flag.name.clone(), schema);
        }
        tidy(&mut root);
        Self { root, flags }
    }

    /// The schema as JSON.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.root
    }

    /// The keys that stand for flags.
    #[must_use]
    pub fn flags(&self) -> &[FlagKey] {
        &self.flags
    }
}

/// The properties of a section, which is made when there is none yet.
fn section<'a>(root: &'a mut Value, name: Option<&str>) -> &'a mut Map<String, Value> {
    let object = match name {
        None => root,
        Some(name) => {
            let object = &mut root["properties"][name];
            if object.is_null() {
                *object = json!({"type": "object", "properties": {}});
            }
            object
        }
    };
    // Always an object: it was made as one by schemars or a line above.
    object["properties"].as_object_mut().unwrap_or_else(|| unreachable!("a section without properties"))
}

/// A file of settings has no nulls, and no keys that are not known.
fn tidy(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(kinds)) = object.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            object.insert("type".into(), kind);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    if object.contains_key("properties") && !object.contains_key("additionalProperties") {
        object.insert("additionalProperties".into(), false.into());
    }
    for key in ["properties", "oneOf", "anyOf"] {
        match object.get_mut(key) {
            Some(Value::Object(parts)) => parts.values_mut().for_each(tidy),
            Some(Value::Array(parts)) => parts.iter_mut().for_each(tidy),
            _ => {}
        }
    }
    for key in ["items", "additionalProperties"] {
        object.get_mut(key).into_iter().for_each(tidy);
    }
}
