//! The endpoint in a process of its own, and records that are logged to it.

use std::ops::Range;
use std::process::Stdio;

use arrivals::aws::{self, Clients, Keys, Settings};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Where the records are logged.
pub(crate) const GROUP: &str = "/aws/lambda/receiver";
const STREAM: &str = "2026/11/25/[$LATEST]0123456789abcdef0123456789abcdef";

/// A running endpoint; dropping it ends it.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    clients: Clients,
    _child: Child,
}

impl Endpoint {
    pub(crate) async fn start(binary: &str, faults: &str) -> Self {
        let mut command = Command::new(binary);
        command.args(["local", "--fault-seed", "1", "--fault", faults]).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let line = lines.next_line().await.unwrap().unwrap();
            if let Some(url) = line.strip_prefix("export AWS_ENDPOINT_URL=") {
                break url.to_owned();
            }
        };
        tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
        let settings = Settings {
            region: Some("eu-central-1".into()),
            endpoint_url: Some(url.clone()),
            keys: Some(Keys { id: "soak".into(), secret: "soak".into() }),
            ..Settings::default()
        };
        let clients = aws::connect(&settings).await.unwrap();
        let request = clients.logs.create_log_stream().log_group_name(GROUP).log_stream_name(STREAM);
        request.send().await.unwrap();
        Self { url, clients, _child: child }
    }

    /// Logs the records of these numbers now.
    pub(crate) async fn log(&self, numbers: Range<u64>) {
        if numbers.is_empty() {
            return;
        }
        let now = jiff::Timestamp::now().as_millisecond();
        let events =
            numbers.map(|number| InputLogEvent::builder().timestamp(now).message(record(number)).build().unwrap());
        let put = self.clients.logs.put_log_events().log_group_name(GROUP).log_stream_name(STREAM);
        put.set_log_events(Some(events.collect())).send().await.unwrap();
    }
}

/// The id of a record's number.
pub(crate) fn id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn record(number: u64) -> String {
    let condition = if number.is_multiple_of(3) { "RetriesExhausted" } else { "Success" };
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-25T12:00:00.000Z","requestContext":{{"requestId":"{}","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST","condition":"{condition}","approximateInvokeCount":1}},"requestPayload":{{"number":{number}}}}}"#,
        id(number)
    )
}
