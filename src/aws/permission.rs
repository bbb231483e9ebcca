//! The smallest policy that allows what was refused.

/// A policy document that allows `action` on what the service says it was asked for on; `None` when a policy denies it
/// outright, since no further permission helps then.
///
/// AWS names the resource in its words: `… is not authorized to perform: ACTION on resource: ARN because …`. Where it
/// does not, `arn` stands for it, and `*` where that is not known either.
pub(super) fn smallest(action: &str, detail: &str, arn: Option<&str>) -> Option<String> {
    if detail.contains("explicit deny") {
        return None;
    }
    let named = detail.split("on resource: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let named = named.map(|name| name.trim_end_matches(['.', ',']));
    let resource = named.filter(|name| name.starts_with("arn:")).or(arn).unwrap_or("*");
    let resource = of_group(resource);
    Some(format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
    ))
}

/// Permissions on a log group's events are given to `log-group:NAME:*`, whichever stream was asked for.
fn of_group(resource: &str) -> String {
    match resource.split_once(":log-group:") {
        Some((place, name)) => {
            let name = name.split(":log-stream:").next().unwrap_or(name).trim_end_matches(":*");
            format!("{place}:log-group:{name}:*")
        }
        None => resource.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_action_and_what_it_is_done_to() {
        let detail = "User: arn:aws:iam::1:user/me is not authorized to perform: logs:FilterLogEvents on resource: \
                      arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/receiver:log-stream: because no identity-based policy allows it";
        assert_eq!(
            smallest("logs:FilterLogEvents", detail, None).unwrap(),
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:FilterLogEvents","Resource":"arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/receiver:*"}]}"#
        );
        assert!(smallest("cloudwatch:GetMetricData", "no", None).unwrap().contains(r#""Resource":"*""#));
        let function = "arn:aws:lambda:eu-central-1:1:function:f";
        assert!(smallest("lambda:GetPolicy", "no", Some(function)).unwrap().contains(function));
    }

    #[test]
    fn nothing_helps_against_an_explicit_deny() {
        assert_eq!(smallest("a:B", "not authorized … with an explicit deny in a service control policy", None), None);
    }
}
