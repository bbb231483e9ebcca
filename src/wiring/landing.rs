//! From a sender to the log groups that its outcomes land in.

use std::sync::Arc;

use crate::aws::AwsError;

use super::explore::Explorer;
use super::{Sender, arn};

/// Where the outcomes of a function land.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Landing {
    /// Log groups of the functions that get them.
    pub groups: Vec<Arc<str>>,
    /// These functions.
    pub receivers: Vec<String>,
    /// What becomes of those that no log tells of, in words.
    pub elsewhere: Vec<String>,
}

impl Explorer {
    /// Finds where the outcomes of `function` (`NAME`, `NAME:QUALIFIER` or ARN) land.
    ///
    /// # Errors
    /// [`AwsError::NoReceiver`] when no function gets them, else what befell the requests.
    pub async fn landing(&mut self, function: &str) -> Result<Landing, AwsError> {
        let sender = match self.sender(function).await {
            Err(AwsError::NotFound { detail, .. }) => return Err(no_function(function, &detail)),
            sender => sender?,
        };
        if sender.routes.is_empty() {
            return Err(no_config(&sender, &self.other_qualifiers(&sender).await));
        }
        landing(function, &sender)
    }

    /// Qualifiers that have a config, where the one that was named has none; none when they may not be listed.
    async fn other_qualifiers(&mut self, sender: &Sender) -> Vec<String> {
        match &sender.only {
            Some(_) => {
                let all = self.sender(&sender.name).await.map(|sender| sender.routes).unwrap_or_default();
                all.into_iter().map(|route| route.qualifier).collect()
            }
            None => Vec::new(),
        }
    }
}

fn landing(function: &str, sender: &Sender) -> Result<Landing, AwsError> {
    let qualifier = arn::qualifier(function);
    let groups: Vec<Arc<str>> = sender.groups(qualifier).into_iter().map(Arc::from).collect();
    let receivers = sender.destinations(qualifier).flat_map(|destination| &destination.receivers);
    let receivers: Vec<String> = receivers.map(|receiver| receiver.function.clone()).collect();
    let unread = sender.destinations(qualifier).filter(|destination| destination.receivers.is_empty());
    let elsewhere: Vec<String> = unread
        .map(|destination| match &destination.unknown {
            Some(why) => format!("{} ({why})", destination.arn),
            None => destination.arn.clone(),
        })
        .collect();
    match (groups.is_empty(), elsewhere.is_empty()) {
        (false, _) => Ok(Landing { groups, receivers, elsewhere }),
        (true, true) => Err(no_destination(sender)),
        (true, false) => Err(AwsError::NoReceiver {
            problem: format!(
                "the outcomes of {function} go to {}, which no function reads, as far as Lambda knows",
                elsewhere.join(" and ")
            ),
            mend: format!("give the log group of what reads it, or see: arrivals wiring {}", sender.name),
        }),
    }
}

fn no_function(function: &str, detail: &str) -> AwsError {
    AwsError::NoReceiver {
        problem: format!("there is no function {function} ({detail})"),
        mend: "check the name, --region and --profile; arrivals alone lists the functions".to_owned(),
    }
}

/// The function is there, and what was asked for has no event-invoke config.
fn no_config(sender: &Sender, others: &[String]) -> AwsError {
    let qualifier = sender.only.as_deref().unwrap_or("$LATEST");
    let other = match others {
        [] => String::new(),
        [one] => format!("only {one} has one, --function '{}:{one}' reads that; or ", sender.name),
        more => format!("{} have one, leave the qualifier out to read them; or ", more.join(" and ")),
    };
    AwsError::NoReceiver {
        problem: format!(
            "{}:{qualifier} has no event-invoke config, so that its outcomes leave no record",
            sender.name
        ),
        mend: format!("{other}{}", configure("put", &sender.name, qualifier)),
    }
}

/// There is a config, and nothing in it says where outcomes go.
fn no_destination(sender: &Sender) -> AwsError {
    let qualifiers: Vec<&str> = sender.routes.iter().map(|route| route.qualifier.as_str()).collect();
    let (first, qualifiers) = (qualifiers.first().copied().unwrap_or("$LATEST"), qualifiers.join(" and "));
    AwsError::NoReceiver {
        problem: format!(
            "the event-invoke config of {}:{qualifiers} names no destination, so that its outcomes leave no record",
            sender.name
        ),
        mend: configure("update", &sender.name, first),
    }
}

/// The command that configures a destination, and the other way out.
fn configure(verb: &str, name: &str, qualifier: &str) -> String {
    format!(
        "configure a destination: aws lambda {verb}-function-event-invoke-config --function-name {name} --qualifier '{qualifier}' \
         --destination-config '{{\"OnFailure\":{{\"Destination\":\"RECEIVER_ARN\"}}}}'; or give the log group itself"
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Destination, Kind, Route};
    use super::*;

    #[test]
    fn a_queue_that_nobody_reads_is_named() {
        let queue = "arn:aws:sqs:eu-central-1:123123123123:outcomes";
        let to = Destination { arn: queue.into(), kind: Kind::Queue, receivers: Vec::new(), unknown: None };
        let route = Route { qualifier: "$LATEST".into(), on_failure: Some(to), ..Route::default() };
        let sender = Sender { name: "sender".into(), routes: vec![route], ..Sender::default() };
        assert_eq!(
            landing("sender", &sender).unwrap_err().to_string(),
            format!(
                "the outcomes of sender go to {queue}, which no function reads, as far as Lambda knows; \
                 give the log group of what reads it, or see: arrivals wiring sender"
            )
        );
    }

    #[test]
    fn what_leaves_no_record_is_told_apart_with_what_to_do() {
        let route = |qualifier: &str| Route { qualifier: qualifier.into(), ..Route::default() };
        let sender = Sender { name: "sender".into(), routes: vec![route("$LATEST")], ..Sender::default() };
        let told = landing("sender", &sender).unwrap_err().to_string();
        assert!(told.starts_with("the event-invoke config of sender:$LATEST names no destination"), "{told}");
        assert!(
            told.contains("update-function-event-invoke-config --function-name sender --qualifier '$LATEST'"),
            "{told}"
        );
        let wrong = Sender { name: "sender".into(), only: Some("nope".into()), ..Sender::default() };
        let told = |others: &[&str]| {
            no_config(&wrong, &others.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).to_string()
        };
        assert!(told(&[]).contains("put-function-event-invoke-config --function-name sender --qualifier 'nope'"));
        assert!(
            told(&["live"]).contains("only live has one, --function 'sender:live' reads that"),
            "{}",
            told(&["live"])
        );
        assert!(told(&["$LATEST", "live"]).contains("$LATEST and live have one, leave the qualifier out"));
    }
}
