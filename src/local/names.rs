//! Function names, qualifiers and ARNs, in all the spellings that Lambda takes.

use super::wire::Fault;

/// Region and account of the endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// Such as `eu-central-1`.
    pub(crate) region: String,
    /// Twelve digits.
    pub(crate) account: String,
}

/// A function as a caller names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionRef {
    /// Its bare name.
    pub(crate) name: String,
    /// A version, an alias or `$LATEST`, when one was given.
    pub(crate) qualifier: Option<String>,
}

/// The qualifier of the unpublished version.
pub(crate) const LATEST: &str = "$LATEST";

impl Names {
    /// `aws`, or the partition that the region lies in.
    fn partition(&self) -> &'static str {
        match &self.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// ARN of a function, without a qualifier.
    pub(crate) fn function_arn(&self, name: &str) -> String {
        format!("arn:{}:lambda:{}:{}:function:{name}", self.partition(), self.region, self.account)
    }

    /// ARN of a function with a qualifier.
    pub(crate) fn qualified_arn(&self, name: &str, qualifier: &str) -> String {
        format!("{}:{qualifier}", self.function_arn(name))
    }

    /// ARN of a log group, without the `:*` that some answers add.
    pub(crate) fn group_arn(&self, group: &str) -> String {
        format!("arn:{}:logs:{}:{}:log-group:{group}", self.partition(), self.region, self.account)
    }

    /// ARN of whoever calls: no signature is checked, so that all are one.
    pub(crate) fn caller_arn(&self) -> String {
        format!("arn:{}:iam::{}:user/local", self.partition(), self.account)
    }

    /// ARN of an event source mapping.
    pub(crate) fn mapping_arn(&self, uuid: &str) -> String {
        format!("arn:{}:lambda:{}:{}:event-source-mapping:{uuid}", self.partition(), self.region, self.account)
    }

    /// ARN of a function's execution role.
    pub(crate) fn role_arn(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition(), self.account)
    }

    /// Reads a name, partial ARN or full ARN, and a separate qualifier that may not contradict it.
    pub(crate) fn function(&self, text: &str, qualifier: Option<&str>) -> Result<FunctionRef, Fault> {
        let parts: Vec<&str> = text.split(':').collect();
        let (place, rest) = match parts.as_slice() {
            ["arn", _, "lambda", region, account, "function", rest @ ..] | [region, account, "function", rest @ ..] => {
                (Some((Some(*region), *account)), rest)
            }
            [account, "function", rest @ ..] => (Some((None, *account)), rest),
            ["function", rest @ ..] | rest => (None, rest),
        };
        let (name, inside) = match rest {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return Err(malformed(text)),
        };
        if !is_name(name) || !inside.into_iter().chain(qualifier).all(is_qualifier) {
            return Err(malformed(text));
        }
        self.check_place(place, name)?;
        let qualifier = agreed(inside, qualifier)?.map(str::to_owned);
        Ok(FunctionRef { name: name.to_owned(), qualifier })
    }

    fn check_place(&self, place: Option<(Option<&str>, &str)>, name: &str) -> Result<(), Fault> {
        let Some((region, account)) = place else {
            return Ok(());
        };
        if let Some(region) = region.filter(|region| *region != self.region) {
            let message = format!("Functions from '{region}' are not reachable in this region ('{}')", self.region);
            return Err(Fault::new(404, "ResourceNotFoundException", message));
        }
        if account != self.account {
            let message = format!(
                "User: arn:aws:iam::{}:user/local is not authorized to perform this operation on resource: \
                 function:{name} of account {account}",
                self.account
            );
            return Err(Fault::new(403, "AccessDeniedException", message));
        }
        Ok(())
    }
}

fn agreed<'a>(inside: Option<&'a str>, beside: Option<&'a str>) -> Result<Option<&'a str>, Fault> {
    match (inside, beside) {
        (Some(inside), Some(beside)) if inside != beside => Err(Fault::new(
            400,
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        )),
        _ => Ok(inside.or(beside)),
    }
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.len() <= 140 && text.bytes().all(allowed)
}

fn is_qualifier(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text == LATEST || (!text.is_empty() && text.len() <= 128 && text.bytes().all(allowed))
}

fn malformed(text: &str) -> Fault {
    let pattern = "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?\
                   (function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";
    let message = format!(
        "1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: {pattern}"
    );
    Fault::new(400, "ValidationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names { region: "eu-central-1".to_owned(), account: "123123123123".to_owned() }
    }

    #[test]
    fn every_spelling_of_a_function_is_read() {
        let table = [
            ("sender", None, None),
            ("sender:live", None, Some("live")),
            ("sender", Some("7"), Some("7")),
            ("123123123123:function:sender", None, None),
            ("123123123123:function:sender:7", Some("7"), Some("7")),
            ("function:sender", None, None),
            ("arn:aws:lambda:eu-central-1:123123123123:function:sender", Some("$LATEST"), Some("$LATEST")),
            ("arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST", None, Some("$LATEST")),
        ];
        for (text, beside, qualifier) in table {
            let found = names().function(text, beside).unwrap();
            let expected = FunctionRef { name: "sender".to_owned(), qualifier: qualifier.map(str::to_owned) };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn contradictions_and_other_places_are_refused() {
        let table = [
            ("sender:live", Some("7"), "InvalidParameterValueException"),
            ("arn:aws:lambda:us-east-1:123123123123:function:sender", None, "ResourceNotFoundException"),
            ("999999999999:function:sender", None, "AccessDeniedException"),
            ("a b", None, "ValidationException"),
            ("", None, "ValidationException"),
            ("a:b:c", None, "ValidationException"),
            ("sender", Some("no good"), "ValidationException"),
        ];
        for (text, beside, code) in table {
            assert_eq!(names().function(text, beside).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn arns_name_the_partition_of_the_region() {
        assert_eq!(
            names().qualified_arn("sender", LATEST),
            "arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST"
        );
        let china = Names { region: "cn-north-1".to_owned(), ..names() };
        assert_eq!(china.group_arn("/a"), "arn:aws-cn:logs:cn-north-1:123123123123:log-group:/a");
    }
}
