//! What an ARN tells of the thing that it names.

/// What a destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Lambda function.
    Function,
    /// An SQS queue.
    Queue,
    /// An SNS topic.
    Topic,
    /// An EventBridge bus.
    Bus,
    /// An S3 bucket.
    Bucket,
    /// Something that Lambda has learnt to send to since.
    Other,
}

impl Kind {
    /// What the ARN names.
    #[must_use]
    pub fn of(arn: &str) -> Self {
        match arn.split(':').nth(2) {
            Some("lambda") => Self::Function,
            Some("sqs") => Self::Queue,
            Some("sns") => Self::Topic,
            Some("events") => Self::Bus,
            Some("s3") => Self::Bucket,
            _ => Self::Other,
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Queue => "queue",
            Self::Topic => "topic",
            Self::Bus => "bus",
            Self::Bucket => "bucket",
            Self::Other => "destination",
        }
    }

    /// What a role has to be allowed in order to send to it.
    #[must_use]
    pub fn action(self) -> Option<&'static str> {
        match self {
            Self::Function => Some("lambda:InvokeFunction"),
            Self::Queue => Some("sqs:SendMessage"),
            Self::Topic => Some("sns:Publish"),
            Self::Bus => Some("events:PutEvents"),
            Self::Bucket => Some("s3:PutObject"),
            Self::Other => None,
        }
    }
}

/// The name of what the ARN names: without service, place and kind.
pub(super) fn name(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    match resource.split_once(':') {
        Some(("function", rest)) => rest.split(':').next().unwrap_or(rest),
        _ => resource.rsplit('/').next().unwrap_or(resource),
    }
}

/// The qualifier at the end of a function's ARN, or of `NAME:QUALIFIER`.
pub(super) fn qualifier(function: &str) -> Option<&str> {
    let parts: Vec<&str> = function.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", _, _, "function", _, qualifier] | [_, qualifier] => Some(qualifier),
        _ => None,
    }
}

/// The function that `NAME`, `NAME:QUALIFIER` or an ARN stands for, without its qualifier.
pub(super) fn unqualified(function: &str) -> &str {
    match qualifier(function) {
        Some(qualifier) => function.strip_suffix(qualifier).and_then(|rest| rest.strip_suffix(':')).unwrap_or(function),
        None => function,
    }
}

/// Whether a queue or topic keeps its messages in order, which it carries in its name.
pub(super) fn is_fifo(arn: &str) -> bool {
    arn.strip_suffix(".fifo").is_some()
}

/// The name of a rule and of its bus; `None` for the bus when it is the default one, which rules do not name.
pub(super) fn rule(arn: &str) -> Option<(Option<&str>, &str)> {
    let path = arn.split_once(":rule/")?.1;
    Some(path.rsplit_once('/').map_or((None, path), |(bus, name)| (Some(bus), name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_at_the_end() {
        let at = |rest: &str| format!("arn:aws:{rest}");
        for (arn, expected) in [
            ("lambda:eu-central-1:1:function:receiver", "receiver"),
            ("lambda:eu-central-1:1:function:receiver:live", "receiver"),
            ("sqs:eu-central-1:1:outcomes", "outcomes"),
            ("events:eu-central-1:1:event-bus/default", "default"),
            ("s3:::bucket", "bucket"),
        ] {
            assert_eq!(name(&at(arn)), expected);
        }
        assert_eq!(name("bare"), "bare");
    }

    #[test]
    fn qualifiers_are_parted_from_names() {
        let arn = "arn:aws:lambda:eu-central-1:1:function:f";
        assert_eq!((qualifier(arn), unqualified(arn)), (None, arn));
        let live = format!("{arn}:live");
        assert_eq!((qualifier(&live), unqualified(&live)), (Some("live"), arn));
        assert_eq!((qualifier("f:$LATEST"), unqualified("f:$LATEST")), (Some("$LATEST"), "f"));
        assert_eq!((qualifier("f"), unqualified("f")), (None, "f"));
    }

    #[test]
    fn a_rule_names_its_bus_unless_it_is_the_default_one() {
        let of = |path: &str| format!("arn:aws:events:eu-central-1:1:rule/{path}");
        assert_eq!(rule(&of("all")), Some((None, "all")));
        assert_eq!(rule(&of("outcomes/all")), Some((Some("outcomes"), "all")));
        assert_eq!(rule("arn:aws:sns:eu-central-1:1:t"), None);
    }
}
