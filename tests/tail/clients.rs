//! Clients and what they find out.

use arrivals::aws::AwsError;
use arrivals::wiring::Explorer;

use super::bench::Bench;

#[tokio::test]
async fn the_identity_is_known() {
    let bench = Bench::new().await;
    let identity = bench.clients.identity().await.unwrap();
    assert_eq!(identity.account, "123123123123");
    assert_eq!(bench.clients.region(), "eu-central-1");
}

#[tokio::test]
async fn the_receivers_of_a_sender_lead_to_their_log_group() {
    let bench = Bench::new().await;
    let receivers = Explorer::new(bench.clients.clone()).landing("sender").await.unwrap();
    assert_eq!(receivers.groups.iter().map(|group| &**group).collect::<Vec<_>>(), ["/aws/lambda/receiver"]);
    assert_eq!(receivers.elsewhere, Vec::<String>::new());
}

#[tokio::test]
async fn a_function_without_destinations_is_told_apart_from_one_with_a_queue() {
    let bench = Bench::new().await;
    let error = Explorer::new(bench.clients.clone()).landing("receiver").await.unwrap_err();
    assert!(matches!(&error, AwsError::NoReceiver { .. }), "{error:?}");
    assert!(error.to_string().starts_with("receiver:$LATEST has no event-invoke config"), "{error}");
    assert_eq!(error.exit_kind().code(), 253);
}
