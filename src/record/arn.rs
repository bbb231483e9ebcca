//! Names of functions.

use std::fmt;
use std::sync::Arc;

/// Name of an invoked function as a record gives it.
///
/// Records of asynchronous invocations carry a qualified ARN (`…:function:name:$LATEST`), those of event source
/// mappings may carry an unqualified one. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionArn {
    text: Arc<str>,
    /// Where the name stands in it: every line of output tells it.
    name: (usize, usize),
}

impl FunctionArn {
    /// Takes the text as it is; what is not the ARN of a function counts as a plain name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::from(Arc::from(text))
    }

    /// The text as it was given, also what the Invoke API takes as `FunctionName`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Name of the function, without account and qualifier.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[self.name.0..self.name.1]
    }

    /// Version or alias that was asked for: `$LATEST`, `7`, `live`.
    #[must_use]
    pub fn qualifier(&self) -> Option<&str> {
        self.text.get(self.name.1 + 1..)
    }

    /// Both at once.
    #[must_use]
    pub fn name_and_qualifier(&self) -> (&str, Option<&str>) {
        (self.name(), self.qualifier())
    }

    /// Partition, such as `aws` or `aws-cn`.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.part(1)
    }

    /// Region, such as `eu-central-1`.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.part(3)
    }

    /// Account, twelve digits.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.part(4)
    }

    fn part(&self, index: usize) -> Option<&str> {
        resource(&self.text)?;
        self.text.split(':').nth(index).filter(|part| !part.is_empty())
    }
}

/// What follows `function:` in the ARN of a function.
fn resource(text: &str) -> Option<&str> {
    let (_, rest) = text.strip_prefix("arn:")?.split_once(':')?;
    let (_, rest) = rest.strip_prefix("lambda:")?.split_once(':')?;
    let (_, rest) = rest.split_once(':')?;
    rest.strip_prefix("function:")
}

/// Where the name of the function stands in what a record gives for it.
fn name(text: &str) -> (usize, usize) {
    let Some(resource) = resource(text) else { return (0, text.len()) };
    let start = text.len() - resource.len();
    (start, resource.find(':').map_or(text.len(), |end| start + end))
}

impl From<Arc<str>> for FunctionArn {
    fn from(text: Arc<str>) -> Self {
        Self { name: name(&text), text }
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qualified_arn_has_all_parts() {
        let arn = FunctionArn::parse("arn:aws-cn:lambda:cn-north-1:111122223333:function:orders-sender:$LATEST");
        assert_eq!(arn.name(), "orders-sender");
        assert_eq!(arn.qualifier(), Some("$LATEST"));
        assert_eq!(arn.partition(), Some("aws-cn"));
        assert_eq!(arn.region(), Some("cn-north-1"));
        assert_eq!(arn.account(), Some("111122223333"));
    }

    #[test]
    fn an_unqualified_arn_has_no_qualifier() {
        let arn = FunctionArn::parse("arn:aws:lambda:eu-central-1:111122223333:function:orders");
        assert_eq!((arn.name(), arn.qualifier()), ("orders", None));
    }

    #[test]
    fn an_empty_qualifier_is_one() {
        let arn = FunctionArn::parse("arn:aws:lambda:eu-central-1:111122223333:function:orders:");
        assert_eq!(arn.name_and_qualifier(), ("orders", Some("")));
    }

    #[test]
    fn what_is_no_arn_is_a_name() {
        for text in ["sender", "", "arn:aws:states:eu-central-1:1:stateMachine:x", "arn:aws:lambda"] {
            let arn = FunctionArn::parse(text);
            assert_eq!((arn.name(), arn.qualifier(), arn.region()), (text, None, None));
            assert_eq!(arn.to_string(), text);
        }
    }
}
