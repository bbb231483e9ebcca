//! The server itself: identity, ports, start and end.

use arrivals::local::{Endpoint, Options, StartError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::bench::Bench;

#[tokio::test]
async fn the_caller_has_an_identity() {
    let bench = Bench::of(Options { account: "210987654321".to_owned(), ..Options::default() }).await;
    let identity = aws_sdk_sts::Client::new(&bench.config).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some("210987654321"));
    assert_eq!(identity.arn(), Some("arn:aws:iam::210987654321:user/local"));
}

#[tokio::test]
async fn region_and_account_are_in_every_arn() {
    let options = Options {
        region: "us-east-1".to_owned(),
        account: "210987654321".to_owned(),
        time_scale: 6000.0,
        ..Options::default()
    };
    let bench = Bench::of(options).await;
    let id = bench.event("sender", "{}").await;
    let record = bench.record(&id).await;
    assert_eq!(
        record["requestContext"]["functionArn"],
        "arn:aws:lambda:us-east-1:210987654321:function:sender:$LATEST"
    );
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_next_step() {
    let first = Endpoint::start(Options::default()).await.unwrap();
    let port: u16 = first.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Endpoint::start(Options { port, ..Options::default() }).await.unwrap_err();
    assert!(matches!(error, StartError::PortInUse { port: named } if named == port));
    assert!(error.to_string().contains(&format!("port {port} ")) && error.to_string().contains("--port"), "{error}");
    first.stop().await;
    Endpoint::start(Options { port, ..Options::default() }).await.unwrap();
}

#[tokio::test]
async fn the_exports_lead_to_it() {
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let exports = endpoint.exports();
    assert!(exports.contains(&("AWS_ENDPOINT_URL", endpoint.url().to_owned())));
    assert!(exports.contains(&("AWS_REGION", "eu-central-1".to_owned())));
    assert!(endpoint.url().starts_with("http://127.0.0.1:"));
}

/// Sends a request as it is and gives the whole answer.
async fn raw(endpoint: &Endpoint, request: &str) -> String {
    let mut stream = TcpStream::connect(endpoint.url().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn unsigned_and_unknown_requests_are_answered() {
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let end = "Host: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let table = [
        (format!("GET /2015-03-31/functions HTTP/1.1\r\n{end}"), "HTTP/1.1 200", "\"FunctionName\":\"sender\""),
        (format!("GET / HTTP/1.1\r\n{end}"), "HTTP/1.1 404", "UnknownOperationException"),
        (format!("GET /2015-03-31/layers HTTP/1.1\r\n{end}"), "HTTP/1.1 404", "UnknownOperationException"),
        (format!("POST /?Action=AssumeRole HTTP/1.1\r\n{end}"), "HTTP/1.1 400", "<Code>InvalidAction</Code>"),
        (
            format!("POST / HTTP/1.1\r\nX-Amz-Target: Logs_20140328.Nope\r\n{end}"),
            "HTTP/1.1 400",
            "\"__type\":\"UnknownOperationException\"",
        ),
    ];
    for (request, status, body) in table {
        let answer = raw(&endpoint, &request).await;
        assert!(answer.starts_with(status) && answer.contains(body), "{request}{answer}");
        assert!(answer.contains("x-amzn-requestid: "), "{answer}");
    }
}

#[tokio::test]
async fn dropping_it_ends_its_connections() {
    let bench = Bench::of(Options::default()).await;
    bench.event("sender", "{}").await;
    let address = bench.endpoint.url().strip_prefix("http://").unwrap().to_owned();
    let mut open = TcpStream::connect(&address).await.unwrap();
    open.write_all(b"GET /2015-03-31/functions HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    open.read_exact(&mut first).await.unwrap();
    drop(bench);
    let mut rest = Vec::new();
    // An end or a reset, both are one; a server that lives on would let this wait for ever.
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), open.read_to_end(&mut rest)).await;
    assert!(ended.is_ok());
}
