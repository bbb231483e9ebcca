//! When things go wrong: what scripts get, and what the board shows in a terminal of the usual size.

use std::process::Output;

use arrivals::local::{Endpoint, FaultRule, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::bench::{Bench, GROUP, now};
use super::program::{Home, text};
use super::refusals::intercept;
use super::script::{Script, page};
use super::shown::{KEYS, board, board_of, left, shows};

/// A profile whose credentials come from a session of IAM Identity Center.
const SSO: &str = "[profile work]\nsso_session = corp\nsso_account_id = 123123123123\nsso_role_name = reader\n\
    [sso-session corp]\nsso_region = eu-central-1\nsso_start_url = https://corp.example/start\n\
    [profile prod]\nregion = eu-central-1\n";

/// Where the AWS CLI keeps the token of the session `corp`: the name is its SHA-1.
const TOKEN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// Writes what `aws sso login` writes.
fn sign_in(home: &Home, expires: &str) {
    std::fs::create_dir_all(home.path(TOKEN).parent().unwrap()).unwrap();
    let token = format!(
        r#"{{"startUrl":"https://corp.example/start","region":"eu-central-1","accessToken":"t","expiresAt":"{expires}"}}"#
    );
    home.write(TOKEN, &token);
}

/// The sign-in portal, which gives keys for a token, or does not know it.
async fn portal(knows: bool) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let expiration = now() + 3_600_000;
    let (head, body) = if knows {
        let keys = format!(
            r#"{{"roleCredentials":{{"accessKeyId":"AKIDSSO","secretAccessKey":"s","sessionToken":"t","expiration":{expiration}}}}}"#
        );
        ("200 OK", keys)
    } else {
        ("401 Unauthorized", r#"{"message":"Session token not found or invalid"}"#.to_owned())
    };
    let answer = format!(
        "HTTP/1.1 {head}\r\nx-amzn-errortype: UnauthorizedException\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                asked.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, serving)
}

async fn endpoint(faults: &[&str]) -> Endpoint {
    let faults = faults.iter().map(|text| text.parse::<FaultRule>().unwrap()).collect();
    Endpoint::start(Options { faults, ..Options::default() }).await.unwrap()
}

async fn script(home: &Home, args: &[&str], vars: &[(&str, &str)]) -> Output {
    home.run(&[&["tail", GROUP, "--no-follow"], args].concat(), vars).await
}

fn ends(output: &Output, code: i32, said: &str) {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(said), "{stderr}");
}

#[tokio::test]
async fn an_expired_sso_session_names_the_command_for_its_profile() {
    let home = Home::new();
    home.write("config", SSO);
    let profile = ["--profile", "work"];
    let command = "the login has expired; run: aws sso login --profile work (";
    // Nobody ever logged in; the token is too old; the portal knows it no more.
    ends(&script(&home, &profile, &[]).await, 253, command);
    sign_in(&home, "2026-01-01T00:00:00Z");
    ends(&script(&home, &profile, &[]).await, 253, command);
    sign_in(&home, "2099-01-01T00:00:00Z");
    let (url, _serving) = portal(false).await;
    ends(&script(&home, &profile, &[("AWS_ENDPOINT_URL_SSO", &url)]).await, 253, command);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_goes_on_by_itself_once_somebody_has_logged_in() {
    let (home, endpoint) = (Home::new(), endpoint(&[]).await);
    let (url, _serving) = portal(true).await;
    home.write("config", SSO);
    sign_in(&home, "2026-01-01T00:00:00Z");
    let args = ["--profile", "work", "--endpoint-url", endpoint.url()];
    let mut session = board(&home, &args, &[("AWS_ENDPOINT_URL_SSO", &url)]);
    shows(&session, "the login has expired; run: aws sso login --profile work");
    sign_in(&home, "2099-01-01T00:00:00Z");
    session.wait_for("● following");
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_expire_while_the_board_follows_are_told_and_taken_up() {
    let (home, endpoint) = (Home::new(), endpoint(&["expired@FilterLogEvents"]).await);
    home.write("credentials", "[prod]\naws_access_key_id = A\naws_secret_access_key = s\n");
    let mut session = board(&home, &["--profile", "prod", "--endpoint-url", endpoint.url()], &[]);
    shows(&session, "the AWS credentials have expired; run: aws configure --profile prod");
    endpoint.set_faults([]);
    session.wait_for("● following");
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_region_or_a_profile_it_says_what_to_type() {
    let home = Home::new();
    home.write("config", SSO);
    let without = [KEYS[0], KEYS[1], ("AWS_REGION", "")];
    let region = "no AWS region is set; give --region, set AWS_REGION, or run: aws configure set region REGION";
    ends(&script(&home, &[], &without).await, 253, region);
    left(board(&home, &[], &without), region, 253);
    let profile = "there is no AWS profile prd (there is prod); give another with --profile, or make it with: aws configure \
                   --profile prd";
    ends(&script(&home, &["--profile", "prd"], &[]).await, 253, profile);
    left(board(&home, &["--profile", "prd"], &[]), profile, 253);
    let none = "no AWS credentials were found; run: aws configure, or choose a profile with --profile";
    ends(&script(&home, &[], &[]).await, 253, none);
    left(board(&home, &[], &[]), none, 253);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_shows_the_policy_on_the_board_too() {
    let (home, endpoint) = (Home::new(), endpoint(&["denied@FilterLogEvents"]).await);
    let session = board(&home, &["--endpoint-url", endpoint.url()], &KEYS);
    let policy = r#"not allowed to logs:FilterLogEvents on /aws/lambda/receiver; the smallest policy that allows it: {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:FilterLogEvents","Resource":"arn:aws:logs:eu-central-1:123123123123:log-group:/aws/lambda/receiver:*"}]}"#;
    left(session, policy, 254);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_not_there_and_one_of_another_class_are_named() {
    let (home, bench) = (Home::new(), Bench::new().await);
    let class = aws_sdk_cloudwatchlogs::types::LogGroupClass::InfrequentAccess;
    let make = bench.clients.logs.create_log_group().log_group_name("/rare").log_group_class(class);
    make.send().await.unwrap();
    for (group, words) in [
        (
            "/aws/lambda/recever",
            "there is no log group /aws/lambda/recever in eu-central-1; did you mean /aws/lambda/receiver?",
        ),
        ("/rare", "the log group /rare is of the class INFREQUENT_ACCESS, which cannot be followed or filtered"),
    ] {
        let args = ["tail", group, "--no-follow", "--endpoint-url", bench.endpoint.url()];
        ends(&home.run(&args, &KEYS).await, 254, words);
        left(board_of(&home, &["tail", group, "--endpoint-url", bench.endpoint.url()], &KEYS), words, 254);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_values_are_marked_on_the_board_and_in_lines() {
    let (home, bench) = (Home::new(), Bench::new().await);
    bench.record(GROUP, now(), "4711-secret").await;
    bench.endpoint.set_faults(["mask=4711-secret".parse().unwrap()]);
    let url = bench.endpoint.url();
    let output = script(&home, &["--endpoint-url", url, "--output", "jsonl"], &KEYS).await;
    ends(&output, 0, "1 with masked values (--unmask shows them to whoever has logs:Unmask)");
    assert!(
        text(&output.stdout).contains(r#""redacted":true"#) && text(&output.stdout).contains(r#""replayable":false"#)
    );
    let unmasked = script(&home, &["--endpoint-url", url, "--unmask"], &KEYS).await;
    assert!(!text(&unmasked.stderr).contains("masked"), "{}", text(&unmasked.stderr));
    let mut session = board(&home, &["--endpoint-url", url], &KEYS);
    shows(&session, "masked");
    shows(&session, "--unmask shows them");
    session.press("q");
    assert_eq!(session.end(), 0);
}

/// A port that nobody listens on.
async fn closed() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_a_name_and_a_proxy_that_do_not_work_are_told_apart() {
    let (home, port) = (Home::new(), closed().await);
    let nowhere = ["--endpoint-url", &port];
    let unknown = ["--endpoint-url", "http://logs.nowhere.invalid"];
    let proxied = [KEYS[0], KEYS[1], ("HTTP_PROXY", &port)];
    let network = "check the network, --region and --endpoint-url";
    let name = "its name cannot be resolved: check the network, its DNS or VPN, --region and --endpoint-url";
    let proxy = format!("requests go through the proxy {port}, by HTTPS_PROXY or HTTP_PROXY");
    shows(&board(&home, &nowhere, &KEYS), network);
    shows(&board(&home, &unknown, &KEYS), name);
    shows(&board(&home, &unknown, &proxied), &proxy);
    // A read gives up in the end, after about half a minute.
    let given_up = tokio::join!(
        script(&home, &nowhere, &proxied),
        script(&home, &unknown, &KEYS),
        script(&home, &unknown, &proxied)
    );
    ends(&given_up.0, 254, network);
    assert!(!text(&given_up.0.stderr).contains("proxy"), "this machine is asked straight");
    ends(&given_up.1, 254, name);
    ends(&given_up.2, 254, &proxy);
}

#[tokio::test]
async fn a_proxy_that_works_is_used() {
    let proxy = Script::of([page(&[(now() - 1_000, "a")], None)]).await;
    let vars = [KEYS[0], KEYS[1], ("HTTP_PROXY", proxy.url.as_str())];
    let output = script(&Home::new(), &["--endpoint-url", "http://logs.nowhere.invalid"], &vars).await;
    ends(&output, 0, "1 records");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_that_is_opened_on_the_way_is_told_on_the_board() {
    let (home, endpoint) = (Home::new(), endpoint(&[]).await);
    let (url, _serving) = intercept(&endpoint).await;
    let session = board(&home, &["--endpoint-url", &url], &KEYS);
    left(session, "give the root certificate of your network with --ca-bundle or AWS_CA_BUNDLE", 253);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_ends_a_read_and_is_shown_while_following() {
    let (home, endpoint) = (Home::new(), endpoint(&["skew@FilterLogEvents"]).await);
    let words =
        "this machine's clock is 12 min behind its own; set it, for example with: sudo timedatectl set-ntp true";
    ends(&script(&home, &["--endpoint-url", endpoint.url()], &KEYS).await, 253, words);
    let mut session = board(&home, &["--endpoint-url", endpoint.url()], &KEYS);
    shows(&session, words);
    endpoint.set_faults([]);
    session.wait_for("● following");
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_that_the_bottom_line_cuts_stands_whole_in_the_ledger() {
    let (home, bench) = (Home::new(), Bench::new().await);
    bench.record(GROUP, now(), "a").await;
    let mut session = board(&home, &["--endpoint-url", bench.endpoint.url()], &KEYS);
    session.wait_for("● following");
    bench.endpoint.set_faults(["skew@FilterLogEvents".parse().unwrap()]);
    session.wait_for("◌ retrying");
    session.press("i");
    session.wait_for("│ trouble      AWS refuses requests because this machine's clock");
    shows(&session, "set-ntp true");
    session.press("\x1b");
    session.wait_until("the ledger is closed", |text| !text.contains("what is not known"));
    session.press("q");
    assert_eq!(session.end(), 0);
}
