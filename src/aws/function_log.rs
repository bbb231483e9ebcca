//! Where a function logs.

use super::{AwsError, Clients};

/// A function's log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionLog {
    /// Its name.
    pub group: String,
    /// Why that is only where it usually is: the function could not be asked about.
    pub guessed: Option<String>,
}

impl Clients {
    /// Where `function` (a name or ARN, also with a qualifier) logs, by its `LoggingConfig`.
    ///
    /// Who may read the log need not be allowed to read the function, which may be gone besides: then it is the usual group.
    ///
    /// # Errors
    /// Whatever else befell the request.
    pub async fn function_log(&self, function: &str) -> Result<FunctionLog, AwsError> {
        let usual = default_group(function);
        let answer = self.lambda.get_function_configuration().function_name(function).send().await;
        match answer {
            Ok(config) => {
                let group = config.logging_config.and_then(|logging| logging.log_group);
                Ok(FunctionLog { group: group.unwrap_or(usual), guessed: None })
            }
            Err(error) => match self.explain("lambda:GetFunctionConfiguration", function, &error) {
                error @ (AwsError::Denied { .. } | AwsError::NotFound { .. }) => {
                    Ok(FunctionLog { group: usual, guessed: Some(format!("{error}; this is its usual log group")) })
                }
                error => Err(error),
            },
        }
    }
}

/// Where Lambda logs when nothing else is configured.
fn default_group(function: &str) -> String {
    let name = match function.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", _, _, _, _, "function", name, ..] => (*name).to_owned(),
        _ => function.split(':').next().unwrap_or(function).to_owned(),
    };
    format!("/aws/lambda/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_group_has_the_bare_name() {
        let arn = "arn:aws:lambda:eu-central-1:123123123123:function:sender";
        for function in [arn, "arn:aws:lambda:eu-central-1:123123123123:function:sender:live", "sender", "sender:7"] {
            assert_eq!(default_group(function), "/aws/lambda/sender");
        }
    }
}
