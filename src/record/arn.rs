//! Names of functions.

use std::fmt;
use std::sync::Arc;

/// Name of an invoked function as a record gives it.
///
/// Records of asynchronous invocations carry a qualified ARN (`…:function:name:$LATEST`), those of event source
/// mappings may carry an unqualified one. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionArn(Arc<str>);

impl FunctionArn {
    /// Takes the text as it is; what is not the ARN of a function counts as a plain name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The text as it was given, also what the Invoke API takes as `FunctionName`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Name of the function, without account and qualifier.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name_and_qualifier().0
    }

    /// Version or alias that was asked for: `$LATEST`, `7`, `live`.
    #[must_use]
    pub fn qualifier(&self) -> Option<&str> {
        self.name_and_qualifier().1
    }

    /// Both at once.
    #[must_use]
    pub fn name_and_qualifier(&self) -> (&str, Option<&str>) {
        let Some(resource) = self.resource() else { return (&self.0, None) };
        resource.split_once(':').map_or((resource, None), |(name, qualifier)| (name, Some(qualifier)))
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

    /// What follows `function:` in the ARN of a function.
    fn resource(&self) -> Option<&str> {
        let (_, rest) = self.0.strip_prefix("arn:")?.split_once(':')?;
        let (_, rest) = rest.strip_prefix("lambda:")?.split_once(':')?;
        let (_, rest) = rest.split_once(':')?;
        rest.strip_prefix("function:")
    }

    fn part(&self, index: usize) -> Option<&str> {
        self.resource()?;
        self.0.split(':').nth(index).filter(|part| !part.is_empty())
    }
}

impl From<Arc<str>> for FunctionArn {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
    fn what_is_no_arn_is_a_name() {
        for text in ["sender", "", "arn:aws:states:eu-central-1:1:stateMachine:x", "arn:aws:lambda"] {
            let arn = FunctionArn::parse(text);
            assert_eq!((arn.name(), arn.qualifier(), arn.region()), (text, None, None));
            assert_eq!(arn.to_string(), text);
        }
    }
}
