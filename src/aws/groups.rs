//! What log groups there are, and what each is like.

use super::{AwsError, Clients};

/// A log group as CloudWatch describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupInfo {
    /// Its name.
    pub name: String,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub class: String,
    /// Days that events are kept; for ever when not set.
    pub retention: Option<u32>,
    /// Whether a data protection policy masks values.
    pub protected: bool,
    /// Bytes of its events, as CloudWatch counts them.
    pub stored: u64,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created: Option<i64>,
}

impl Clients {
    /// The group of exactly this name; `None` when it does not exist.
    ///
    /// # Errors
    /// When groups may not be described, or AWS cannot be reached.
    pub async fn group(&self, name: &str) -> Result<Option<GroupInfo>, AwsError> {
        let answer = self.logs.describe_log_groups().log_group_name_prefix(name).limit(50).send().await;
        let page = answer.map_err(|error| self.explain("logs:DescribeLogGroups", name, &error))?;
        // Names come in order: the one that is only the prefix is the first of those that begin with it.
        let found =
            page.log_groups.unwrap_or_default().into_iter().find(|group| group.log_group_name.as_deref() == Some(name));
        Ok(found.map(|group| GroupInfo {
            name: name.to_owned(),
            class: group.log_group_class.map_or_else(|| "STANDARD".to_owned(), |class| class.as_str().to_owned()),
            retention: group.retention_in_days.and_then(|days| u32::try_from(days).ok()),
            stored: group.stored_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
            created: group.creation_time,
            protected: group.data_protection_status.is_some_and(|status| status.as_str() == "ACTIVATED"),
        }))
    }

    /// Names of all log groups with their class, page by page; `None` as the token of the last one.
    ///
    /// # Errors
    /// When groups may not be listed, or AWS cannot be reached.
    pub async fn group_page(&self, token: Option<String>) -> Result<(Vec<(String, String)>, Option<String>), AwsError> {
        let answer = self.logs.list_log_groups().limit(1000).set_next_token(token).send().await;
        let page = answer.map_err(|error| self.explain("logs:ListLogGroups", self.region(), &error))?;
        let found = page.log_groups.unwrap_or_default().into_iter().filter_map(|group| {
            let class = group.log_group_class.map_or_else(|| "STANDARD".to_owned(), |class| class.as_str().to_owned());
            Some((group.log_group_name?, class))
        });
        Ok((found.collect(), page.next_token.filter(|token| !token.is_empty())))
    }
}
