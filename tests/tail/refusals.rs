//! What AWS or the way to it refuses, each with a clear line and a clear exit.

use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use arrivals::local::{Endpoint, FaultRule, Options};
use arrivals::source::poll;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto};

use super::bench::{Bench, GROUP, clients, now, options, tail};
use super::program::{Home, text};
use super::script::{Script, fault, page};

const KEYS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "eu-central-1")];

fn data(name: &str) -> String {
    format!("{}/tests/data/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

async fn refused(endpoint: &Endpoint, rule: &str, args: &[&str]) -> Output {
    endpoint.set_faults([rule.parse::<FaultRule>().unwrap()]);
    run(endpoint.url(), args, &[]).await
}

async fn run(url: &str, args: &[&str], env: &[(&str, &str)]) -> Output {
    let args = [&["tail", GROUP, "--no-follow", "--endpoint-url", url], args].concat();
    Home::new().run(&args, &[&KEYS, env].concat()).await
}

fn ends(output: &Output, code: i32, said: &str) {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(said), "{stderr}");
}

#[tokio::test]
async fn a_missing_permission_is_told_with_the_smallest_policy() {
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let output = refused(&endpoint, "denied@FilterLogEvents", &[]).await;
    ends(&output, 254, "not allowed to logs:FilterLogEvents on /aws/lambda/receiver");
    let policy = r#"the smallest policy that allows it: {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:FilterLogEvents","Resource":"arn:aws:logs:eu-central-1:123123123123:log-group:/aws/lambda/receiver:*"}]}"#;
    ends(&output, 254, policy);
}

#[tokio::test]
async fn expired_credentials_name_the_command() {
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let output = refused(&endpoint, "expired@FilterLogEvents", &[]).await;
    ends(&output, 253, "the AWS credentials have expired; set new ones in AWS_ACCESS_KEY_ID");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_by_how_much() {
    let words = "Signature expired: 20261125T100000Z is now earlier than 20261125T100700Z (20261125T101200Z - 5 min.)";
    let script = Script::of([fault(403, "InvalidSignatureException", words)]).await;
    let mut tail = tail(&clients(&script.url).await, poll::Options { follow: true, ..options(&["g"]) });
    let told = "this machine's clock is 12 min behind its own; set it";
    tail.until("a word on the clock", |tail| {
        tail.statuses
            .iter()
            .any(|status| matches!(status, arrivals::source::Status::Retrying { reason, .. } if reason.contains(told)))
    })
    .await;
}

#[tokio::test]
async fn it_goes_on_once_the_login_was_renewed_also_before_the_first_answer() {
    let script = Script::of([fault(400, "ExpiredTokenException", "expired"), page(&[(now(), "a")], None)]).await;
    let patient = poll::Options { patient: true, ..options(&["g"]) };
    let mut waiting = tail(&clients(&script.url).await, patient);
    waiting.until_ids(1).await;
    let script = Script::of([fault(400, "ExpiredTokenException", "expired")]).await;
    let mut script_of_a_pipe = tail(&clients(&script.url).await, options(&["g"]));
    script_of_a_pipe.until_ended().await;
}

#[tokio::test]
async fn the_class_of_a_group_is_named() {
    let bench = Bench::new().await;
    let class = aws_sdk_cloudwatchlogs::types::LogGroupClass::InfrequentAccess;
    let make = bench.clients.logs.create_log_group().log_group_name("/rare").log_group_class(class);
    make.send().await.unwrap();
    let mut tail = bench.tail(options(&["/rare"]));
    tail.until_ended().await;
    let error = tail.ended.unwrap().unwrap_err().to_string();
    assert!(
        error.starts_with("the log group /rare is of the class INFREQUENT_ACCESS, which cannot be followed"),
        "{error}"
    );
    assert!(error.contains("arrivals tail --engine insights"), "{error}");
}

#[tokio::test]
async fn masked_values_are_shown_to_whoever_may_see_them() {
    let bench = Bench::new().await;
    bench.record(GROUP, now(), "4711-secret").await;
    bench.endpoint.set_faults(["mask=4711-secret".parse::<FaultRule>().unwrap()]);
    let end = || poll::Options { follow: false, ..options(&[GROUP]) };
    let mut masked = bench.tail(end());
    masked.until_ended().await;
    assert_eq!(masked.ids.len(), 1);
    assert_ne!(masked.ids, ["4711-secret"]);
    let mut unmasked = bench.tail(poll::Options { unmask: true, ..end() });
    unmasked.until_ended().await;
    assert_eq!(unmasked.ids, ["4711-secret"]);
    let output = run(bench.endpoint.url(), &["--unmask", "--output", "jsonl"], &[]).await;
    assert!(text(&output.stdout).contains("4711-secret") && text(&output.stdout).contains(r#""redacted":false"#));
    bench.endpoint.add_faults(["denied@Unmask".parse::<FaultRule>().unwrap()]);
    ends(&run(bench.endpoint.url(), &["--unmask"], &[]).await, 254, "logs:Unmask");
}

#[tokio::test]
async fn nothing_behind_the_address_or_the_proxy_is_told() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let clients = clients(&format!("http://{closed}")).await;
    let mut tail = tail(&clients, poll::Options { follow: true, ..options(&["g"]) });
    tail.until("a word on the network", |tail| {
        tail.statuses.iter().any(|status| matches!(status, arrivals::source::Status::Retrying { reason, .. } if reason.contains("cannot reach the service for logs:FilterLogEvents")))
    })
    .await;
}

/// A listener that opens TLS with a certificate of an unknown root, as a network that looks into it does, and passes on.
pub(crate) async fn intercept(endpoint: &Endpoint) -> (String, JoinSet<()>) {
    let certificates: Vec<_> = CertificateDer::pem_file_iter(data("server.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(data("server.key")).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(certificates, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, behind) = (listener.local_addr().unwrap().port(), endpoint.url().replace("http://", ""));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            connections.spawn(async move {
                // A client that does not trust us hangs up.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut behind = TcpStream::connect(behind).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut behind).await;
            });
        }
    });
    (format!("https://localhost:{port}"), serving)
}

#[tokio::test]
async fn intercepted_tls_asks_for_the_root_and_works_with_it() {
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let (url, _serving) = intercept(&endpoint).await;
    let untrusting = tokio::time::timeout(Duration::from_mins(2), run(&url, &[], &[])).await.unwrap();
    ends(&untrusting, 253, "give the root certificate of your network with --ca-bundle or AWS_CA_BUNDLE");
    let root = data("root.pem");
    let trusting = run(&url, &["--ca-bundle", &root], &[]).await;
    ends(&trusting, 0, "0 records");
    let by_variable = run(&url, &[], &[("AWS_CA_BUNDLE", &root)]).await;
    ends(&by_variable, 0, "0 records");
}
