//! What a read is likely to go through, and what AWS asks for that.

use super::Plan;
use crate::aws::{AwsError, Clients, GroupInfo};
use crate::log::query_price;
use crate::source::poll::{self, Options, connection::Connection};

/// What is known of log groups before they are queried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The class of each group, such as `STANDARD`.
    pub(super) classes: Vec<String>,
    /// Whether anything is to be queried.
    is_needed: bool,
    /// Bytes that the queries are likely to go through.
    bytes: u64,
    /// Why that is not known of all groups.
    unknown: Option<String>,
}

impl Survey {
    /// Asks what the log groups are like, and reckons what is to be queried of them.
    ///
    /// # Errors
    /// When a group does not exist or cannot be queried, or AWS cannot be reached. Who may not describe a group is told so
    /// in the survey.
    pub async fn of(clients: &Clients, options: &Options) -> Result<Self, AwsError> {
        let connection = Connection::new(clients.clone());
        let (mut infos, mut unknown) = (Vec::new(), None);
        for group in &options.groups {
            let there = connection.of(group).await?;
            match there.group(name(group)).await {
                Ok(Some(info)) if info.class == "DELIVERY" => {
                    return Err(AwsError::GroupClass { group: group.to_string(), class: info.class });
                }
                Ok(Some(info)) => infos.push(Some(info)),
                Ok(None) => return Err(there.missing(group).await),
                Err(error) if error.is_denied() => {
                    unknown = Some(error.to_string());
                    infos.push(None);
                }
                Err(error) => return Err(error),
            }
        }
        let class =
            |info: &Option<GroupInfo>| info.as_ref().map_or_else(|| "STANDARD".to_owned(), |one| one.class.clone());
        let classes: Vec<String> = infos.iter().map(class).collect();
        let plan = Plan::of(options, &classes, poll::now());
        let groups = infos.iter().flatten().zip(&plan.ends);
        let bytes = groups.map(|(info, end)| part(info, options.since, end.to)).sum();
        Ok(Self { classes, is_needed: !plan.pieces.is_empty(), bytes, unknown })
    }

    /// Whether anything is to be queried: what a follower reads anyway is not.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.is_needed
    }

    /// The estimate and where it comes from.
    #[must_use]
    pub fn words(&self) -> String {
        let price = "at USD 0.005 for a GB, the price of us-east-1 on aws.amazon.com/cloudwatch/pricing";
        match &self.unknown {
            Some(why) => format!(
                "Logs Insights bills what its queries go through, {price}; how much that is cannot be estimated: {why}"
            ),
            None => format!(
                "Logs Insights will go through about {}, which costs about USD {} {price}; estimated from what the log \
                 groups store (storedBytes) and the part of their time that is asked for",
                size(self.bytes),
                amount(query_price(self.bytes))
            ),
        }
    }
}

/// The name in an ARN, or the name itself.
fn name(group: &str) -> &str {
    group.split_once(":log-group:").map_or(group, |(_, name)| name.trim_end_matches(":*"))
}

/// What a group stores of a time, as if it had been logged evenly since it was made or as long as it is kept.
fn part(info: &GroupInfo, since: i64, until: i64) -> u64 {
    let now = poll::now();
    let kept = info.retention.map_or(i64::MIN, |days| now - i64::from(days) * 86_400_000);
    let first = info.created.unwrap_or(since).max(kept);
    let positive = |millis: i64| u128::try_from(millis).unwrap_or_default();
    let (all, asked) = (positive(now - first).max(1), positive(until.min(now) - since.max(first)));
    u64::try_from(u128::from(info.stored) * asked.min(all) / all).unwrap_or(u64::MAX)
}

/// Bytes in the unit that suits them.
fn size(bytes: u64) -> String {
    match bytes as f64 {
        few @ ..1e6 => format!("{:.1} kB", few / 1e3),
        some @ ..1e9 => format!("{:.1} MB", some / 1e6),
        many => format!("{:.2} GB", many / 1e9),
    }
}

/// A price in dollars, without a false nothing.
fn amount(dollars: f64) -> String {
    if dollars < 0.01 { "less than 0.01".to_owned() } else { format!("{dollars:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn info(age: i64, retention: Option<u32>) -> GroupInfo {
        GroupInfo {
            name: "g".into(),
            class: "STANDARD".into(),
            retention,
            protected: false,
            stored: 1_000_000,
            created: Some(poll::now() - age * DAY),
        }
    }

    #[test]
    fn a_part_is_that_of_the_time_for_which_the_group_has_events() {
        let now = poll::now();
        let near = |bytes: u64, expected: u64| bytes.abs_diff(expected) < 1_000;
        assert!(near(part(&info(100, None), now - 10 * DAY, now), 100_000));
        assert!(near(part(&info(100, Some(20)), now - 10 * DAY, now), 500_000));
        assert!(near(part(&info(100, None), now - 20 * DAY, now - 10 * DAY), 100_000));
        assert!(near(part(&info(5, None), now - 10 * DAY, now), 1_000_000), "it is younger than what is asked for");
        assert!(near(part(&info(5, None), now - 10 * DAY, now - 6 * DAY), 0));
    }

    #[test]
    fn the_estimate_says_what_it_is_and_where_its_price_is_from() {
        let survey = Survey { classes: Vec::new(), is_needed: true, bytes: 100 << 30, unknown: None };
        let words = survey.words();
        for part in
            ["about 107.37 GB", "about USD 0.50", "aws.amazon.com/cloudwatch/pricing", "estimated", "storedBytes"]
        {
            assert!(words.contains(part), "{words}");
        }
        assert!(Survey { bytes: 9, ..survey.clone() }.words().contains("USD less than 0.01"));
        let unknown = Survey { unknown: Some("not allowed".into()), ..survey };
        assert!(unknown.words().contains("cannot be estimated: not allowed"));
    }

    #[test]
    fn a_group_is_described_by_its_name() {
        let arn = "arn:aws:logs:eu-central-1:123123123123:log-group:/a:*";
        assert_eq!([name("/a"), name(arn)], ["/a", "/a"]);
    }
}
