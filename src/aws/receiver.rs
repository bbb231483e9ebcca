//! From a sender to the log groups of what receives its outcomes.

use std::sync::Arc;

use aws_sdk_lambda::types::DestinationConfig;

use super::{AwsError, Clients};

/// Where the outcomes of a function go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receivers {
    /// Log groups of the functions that receive them.
    pub groups: Vec<Arc<str>>,
    /// ARNs of destinations that are no functions, and so have no log group of their own.
    pub elsewhere: Vec<String>,
}

impl Clients {
    /// Finds the log groups of the functions that `function` (a name or ARN, also with a qualifier) sends its
    /// outcomes to, by its event-invoke config.
    ///
    /// # Errors
    /// [`AwsError::NoReceiver`] when no destination is a function, else what befell the requests.
    pub async fn receiver_groups(&self, function: &str) -> Result<Receivers, AwsError> {
        let destinations = self.destinations(function).await?;
        let (functions, elsewhere): (Vec<_>, Vec<_>) =
            destinations.into_iter().partition(|arn| arn.contains(":lambda:"));
        if functions.is_empty() {
            return Err(no_receiver(function, &elsewhere));
        }
        let mut groups: Vec<Arc<str>> = Vec::new();
        for arn in &functions {
            let group = Arc::from(self.log_group_of(arn).await?);
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        Ok(Receivers { groups, elsewhere })
    }

    async fn destinations(&self, function: &str) -> Result<Vec<String>, AwsError> {
        let answer = self.lambda.get_function_event_invoke_config().function_name(function).send().await;
        match answer {
            Ok(config) => Ok(destination_arns(config.destination_config.as_ref())),
            Err(error) => match self.explain("lambda:GetFunctionEventInvokeConfig", function, &error) {
                AwsError::NotFound { detail, .. } => Err(no_config(function, &detail)),
                error => Err(error),
            },
        }
    }

    async fn log_group_of(&self, function: &str) -> Result<String, AwsError> {
        let answer = self.lambda.get_function_configuration().function_name(function).send().await;
        match answer {
            Ok(config) => Ok(config
                .logging_config
                .and_then(|logging| logging.log_group)
                .unwrap_or_else(|| default_group(function))),
            Err(error) => match self.explain("lambda:GetFunctionConfiguration", function, &error) {
                // Who may read the log need not be allowed to read the function: the usual name is the best guess.
                AwsError::Denied { .. } => Ok(default_group(function)),
                error => Err(error),
            },
        }
    }
}

fn destination_arns(config: Option<&DestinationConfig>) -> Vec<String> {
    let Some(config) = config else {
        return Vec::new();
    };
    let failure = config.on_failure.as_ref().and_then(|to| to.destination.clone());
    let success = config.on_success.as_ref().and_then(|to| to.destination.clone());
    let mut arns: Vec<String> = failure.into_iter().chain(success).filter(|arn| !arn.is_empty()).collect();
    arns.dedup();
    arns
}

/// Where Lambda logs when nothing else is configured.
fn default_group(function: &str) -> String {
    let name = match function.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", _, _, _, _, "function", name, ..] => (*name).to_owned(),
        _ => function.to_owned(),
    };
    format!("/aws/lambda/{name}")
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

fn no_receiver(function: &str, elsewhere: &[String]) -> AwsError {
    if elsewhere.is_empty() {
        return no_config(function, "its event-invoke config names none");
    }
    AwsError::NoReceiver {
        problem: format!("the outcomes of {function} go to {}, which has no log", elsewhere.join(" and ")),
        mend: "give the log group of what consumes it".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_group_has_the_bare_name() {
        let arn = "arn:aws:lambda:eu-central-1:123123123123:function:receiver";
        assert_eq!(default_group(arn), "/aws/lambda/receiver");
        assert_eq!(default_group(&format!("{arn}:live")), "/aws/lambda/receiver");
        assert_eq!(default_group("receiver"), "/aws/lambda/receiver");
    }

    #[test]
    fn a_queue_has_no_log_of_its_own() {
        let queue = "arn:aws:sqs:eu-central-1:123123123123:outcomes".to_owned();
        assert_eq!(
            no_receiver("sender", &[queue]).to_string(),
            "the outcomes of sender go to arn:aws:sqs:eu-central-1:123123123123:outcomes, which has no log; \
             give the log group of what consumes it"
        );
    }
}
