//! Who is asking.

use super::{AwsError, Clients};

/// The account and principal behind the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// ARN of the user or the assumed role.
    pub arn: String,
}

impl Clients {
    /// Asks STS for the identity. Nothing depends on it, so a failure need not end anything.
    ///
    /// # Errors
    /// What STS or the way to it said.
    pub async fn identity(&self) -> Result<Identity, AwsError> {
        let answer = self
            .sts
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| self.explain("sts:GetCallerIdentity", "the credentials", &error))?;
        Ok(Identity { account: answer.account.unwrap_or_default(), arn: answer.arn.unwrap_or_default() })
    }
}
