//! Which batch of an event source mapping failed.

use std::borrow::Cow;

use super::BatchInfo;
use super::json::{self, Member};

/// Where a batch lay, as far as its record tells; nothing of it says what the batch held.
///
/// Shapes: recordings of Kinesis and DynamoDB streams, and the documented one of Kafka, which has its positions per
/// partition and leaves `shard`, `first` and `last` out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch<'a> {
    /// ARN of the stream or of the Kafka cluster.
    pub source: Option<Cow<'a, str>>,
    /// Records in it.
    pub size: Option<u64>,
    /// Id of the shard.
    pub shard: Option<Cow<'a, str>>,
    /// Sequence number of its first record, up to 56 digits.
    pub first: Option<Cow<'a, str>>,
    /// Sequence number of its last record.
    pub last: Option<Cow<'a, str>>,
}

impl<'a> BatchInfo<'a> {
    /// Reads what the information says; a field of the wrong type counts as absent.
    #[must_use]
    pub fn read(&self) -> Batch<'a> {
        let members = json::members(self.value.get()).unwrap_or_default();
        Batch {
            source: string(&members, "streamArn").or_else(|| string(&members, "eventSourceArn")),
            size: json::find(&members, "batchSize").and_then(|size| size.get().parse().ok()),
            shard: string(&members, "shardId"),
            first: string(&members, "startSequenceNumber"),
            last: string(&members, "endSequenceNumber"),
        }
    }
}

fn string<'a>(members: &[Member<'a>], key: &str) -> Option<Cow<'a, str>> {
    json::find(members, key).and_then(|value| json::unquote(value.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_and_clusters_are_told() {
        let read = |value: &str| {
            let text = format!("{{\"x\":{value}}}");
            let members = json::members(&text).expect("an object");
            let batch = BatchInfo { name: members[0].key(), value: members[0].value }.read();
            let told = [&batch.source, &batch.shard, &batch.first, &batch.last]
                .map(|field| field.clone().map(Cow::into_owned));
            (told, batch.size)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            read(
                r#"{"shardId":"s","startSequenceNumber":"496","endSequenceNumber":"497","batchSize":2,"streamArn":"arn"}"#
            ),
            ([some("arn"), some("s"), some("496"), some("497")], Some(2))
        );
        assert_eq!(read(r#"{"batchSize":"2","eventSourceArn":"arn"}"#), ([some("arn"), None, None, None], None));
    }
}
