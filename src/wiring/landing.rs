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
        match self.sender(function).await {
            Ok(sender) => landing(function, &sender),
            Err(AwsError::NotFound { detail, .. }) => Err(no_config(function, &detail)),
            Err(error) => Err(error),
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
        (true, true) => Err(no_config(function, "no event-invoke config names one")),
        (true, false) => Err(AwsError::NoReceiver {
            problem: format!(
                "the outcomes of {function} go to {}, which no function reads, as far as Lambda knows",
                elsewhere.join(" and ")
            ),
            mend: format!("give the log group of what reads it, or see: arrivals wiring {}", sender.name),
        }),
    }
}

fn no_config(function: &str, detail: &str) -> AwsError {
    AwsError::NoReceiver {
        problem: format!("no destinations were found for {function}, or no such function ({detail})"),
        mend: format!(
            "check the name and --region, configure a destination with `aws lambda put-function-event-invoke-config --function-name {function} \
             --destination-config …`, or give the log group itself"
        ),
    }
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
        assert!(landing("sender:live", &sender).unwrap_err().to_string().starts_with("no destinations were found for"));
    }
}
