//! Which layer a member of an object stands for.
//!
//! Shapes: `aws-lambda-go` `events/testdata/{sns,sqs}-event.json`; an SNS notification in a queue's body has
//! `Type`, `TopicArn` and `Message`; an EventBridge event has `detail-type` and `detail`.

use crate::record::Envelope;
use crate::record::json::{self, Member};

/// The layer to add when the value of `key` is taken out of the object; `None` when it adds none.
pub(super) fn layer(members: &[Member<'_>], key: &str, outer: Option<Envelope>) -> Option<Envelope> {
    let layer = match key {
        // The array around the messages of a batch.
        "Records" if is_array(members, key) => return None,
        "Sns" => Envelope::Sns,
        "Message" if outer == Some(Envelope::Sns) || is_notification(members) => Envelope::Sns,
        "body" if is_queue_message(members) => Envelope::Sqs,
        "Body" if has(members, "ReceiptHandle") => Envelope::Sqs,
        "detail" if has(members, "detail-type") => Envelope::EventBridge,
        _ => Envelope::Log,
    };
    // `Sns` holds the notification, and a log format may nest its wrappers: each is one layer.
    let is_same_layer = outer == Some(layer) && matches!(layer, Envelope::Sns | Envelope::Log);
    (!is_same_layer).then_some(layer)
}

fn has(members: &[Member<'_>], key: &str) -> bool {
    json::find(members, key).is_some()
}

fn is_array(members: &[Member<'_>], key: &str) -> bool {
    json::find(members, key).is_some_and(|value| value.get().starts_with('['))
}

fn is_notification(members: &[Member<'_>]) -> bool {
    has(members, "TopicArn") || json::find(members, "Type").is_some_and(|value| value.get() == "\"Notification\"")
}

fn is_queue_message(members: &[Member<'_>]) -> bool {
    has(members, "receiptHandle")
        || has(members, "messageId")
        || json::find(members, "eventSource").is_some_and(|value| value.get() == "\"aws:sqs\"")
}
