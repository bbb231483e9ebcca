//! What a function's resource policy tells: which topics and rules may invoke it.

use serde_json::Value;

use super::arn;

/// A permission for a service to invoke a function on behalf of one of its resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// Such as `sns.amazonaws.com`.
    pub(super) service: String,
    /// ARN of the resource, perhaps with `*` in it; none when every one of the service may.
    pub(super) source: Option<String>,
}

/// The permissions in a policy document; none when it is not one.
pub(super) fn grants(policy: &str) -> Vec<Grant> {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return Vec::new() };
    let mut grants = Vec::new();
    for statement in many(&policy["Statement"]).into_iter().filter(|statement| statement["Effect"] == "Allow") {
        let sources: Vec<Option<String>> = match sources(statement) {
            sources if sources.is_empty() => vec![None],
            sources => sources.into_iter().map(Some).collect(),
        };
        for service in many(&statement["Principal"]["Service"]).into_iter().filter_map(Value::as_str) {
            grants.extend(sources.iter().map(|source| Grant { service: service.to_owned(), source: source.clone() }));
        }
    }
    grants
}

impl Grant {
    /// Whether it lets a topic invoke.
    pub(super) fn is_for_topic(&self, topic: &str) -> bool {
        self.service == "sns.amazonaws.com" && self.source.as_deref().is_some_and(|source| matches(source, topic))
    }

    /// The rule of a bus that it lets invoke.
    pub(super) fn rule_of(&self, bus: &str) -> Option<&str> {
        let (of, name) = arn::rule(self.source.as_deref()?)?;
        let is_of = of.unwrap_or("default") == arn::name(bus);
        (self.service == "events.amazonaws.com" && is_of).then_some(name)
    }
}

/// One or several of what may stand alone or in a list.
fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// The resources that a statement's conditions name, whatever the operator.
fn sources(statement: &Value) -> Vec<String> {
    let operators = statement["Condition"].as_object().into_iter().flat_map(|operators| operators.values());
    let keys = operators.filter_map(Value::as_object).flatten();
    keys.filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"))
        .flat_map(|(_, value)| many(value))
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// Whether `text` fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut is_open = false;
    for part in parts {
        is_open = true;
        let Some(at) = rest.find(part) else { return false };
        rest = if part.is_empty() { rest } else { &rest[at + part.len()..] };
    }
    rest.is_empty() || is_open && pattern.ends_with('*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-central-1:1:outcomes";

    #[test]
    fn the_conditions_name_who_may() {
        let policy = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"lambda:InvokeFunction",
             "Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:sns:eu-central-1:1:outcomes"}}},
            {"Effect":"Allow","Principal":{"Service":["events.amazonaws.com"]},
             "Condition":{"StringEquals":{"aws:sourcearn":["arn:aws:events:eu-central-1:1:rule/b/r","arn:aws:events:eu-central-1:1:rule/d"]}}},
            {"Effect":"Deny","Principal":{"Service":"s3.amazonaws.com"}},
            {"Effect":"Allow","Principal":"*"},
            {"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"}}]}"#;
        let found = grants(policy);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].is_for_topic(TOPIC) && !found[0].is_for_topic("arn:aws:sns:eu-central-1:1:outcomes-2"));
        assert_eq!(found[1].rule_of("arn:aws:events:eu-central-1:1:event-bus/b"), Some("r"));
        assert_eq!(found[2].rule_of("arn:aws:events:eu-central-1:1:event-bus/default"), Some("d"));
        assert_eq!(found[3], Grant { service: "logs.amazonaws.com".to_owned(), source: None });
    }

    #[test]
    fn what_is_no_policy_grants_nothing() {
        for text in ["", "{}", "[]", r#"{"Statement":{"Effect":"Allow"}}"#] {
            assert_eq!(grants(text), [], "{text}");
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, fits) in [
            (TOPIC, true),
            ("arn:aws:sns:*:*:outcomes", true),
            ("arn:aws:sns:eu-central-1:1:*", true),
            ("*", true),
            ("arn:aws:sns:*:*:outcome", false),
            ("arn:aws:sns:*:other", false),
            ("", false),
        ] {
            assert_eq!(matches(pattern, TOPIC), fits, "{pattern}");
        }
    }
}
