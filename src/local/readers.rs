//! Who reads what is no function: event source mappings of queues, and the policies that let topics and rules invoke.
//!
//! No queue, topic or bus exists here. What AWS keeps in SNS and EventBridge (subscriptions, rules and their targets) is
//! taken from the permission that each needs on the function anyway: a topic reaches the functions whose policy names
//! it, a bus those whose policy names one of its rules. A destination that nobody reads counts as not delivered.

use super::deployment::Functions;

/// An event source mapping from a queue to a function.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    /// Its id.
    pub(crate) uuid: String,
    /// ARN of the queue.
    pub(crate) source: String,
    /// The function's name.
    pub(crate) function: String,
    /// The function's qualifier, when one was given.
    pub(crate) qualifier: Option<String>,
    /// Whether it reads.
    pub(crate) enabled: bool,
    /// Most messages of one invocation.
    pub(crate) batch: u32,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub(crate) modified: i64,
}

/// A statement of a function's resource policy.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// Its name.
    pub(crate) id: String,
    /// What is allowed, such as `lambda:InvokeFunction`.
    pub(crate) action: String,
    /// Who is allowed: a service such as `sns.amazonaws.com`, an account, an ARN or `*`.
    pub(crate) principal: String,
    /// ARN of the only topic, rule or bucket that may.
    pub(crate) source: Option<String>,
    /// Account of the only one that may.
    pub(crate) account: Option<String>,
}

/// A function with the qualifier that it is invoked by, when that is not `$LATEST`.
pub(crate) type Reader = (String, Option<String>);

/// The functions that a topic invokes.
pub(crate) fn subscribers(functions: &Functions, topic: &str) -> Vec<Reader> {
    permitted(functions, "sns.amazonaws.com", |source| source == topic)
}

/// The functions that the rules of a bus invoke, each once.
pub(crate) fn targets(functions: &Functions, bus: &str) -> Vec<Reader> {
    permitted(functions, "events.amazonaws.com", |source| bus_of(source).is_some_and(|name| bus.ends_with(&name)))
}

fn permitted(functions: &Functions, service: &str, is_source: impl Fn(&str) -> bool) -> Vec<Reader> {
    let mut readers = Vec::new();
    for function in functions.iter() {
        for (qualifier, statements) in &function.policies {
            let named = |statement: &Statement| statement.source.as_deref().is_some_and(&is_source);
            if statements.iter().any(|statement| statement.principal == service && named(statement)) {
                readers.push((function.definition.name.to_owned(), qualifier.clone()));
            }
        }
    }
    readers
}

/// The end of the ARN of a rule's bus: `:event-bus/NAME`, where a rule of the default bus does not name it.
fn bus_of(rule: &str) -> Option<String> {
    let path = rule.split_once(":rule/")?.1;
    Some(format!(":event-bus/{}", path.rsplit_once('/').map_or("default", |(bus, _)| bus)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_tells_its_bus() {
        let rule = |path: &str| bus_of(&format!("arn:aws:events:eu-central-1:123123123123:rule/{path}"));
        assert_eq!(rule("all").as_deref(), Some(":event-bus/default"));
        assert_eq!(rule("outcomes/all").as_deref(), Some(":event-bus/outcomes"));
        assert_eq!(bus_of("arn:aws:sns:eu-central-1:123123123123:topic"), None);
    }
}
