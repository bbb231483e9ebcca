//! The user's own set-up, through the whole program: environment, configuration files, credentials that change.

use std::process::Output;

use jiff::{Timestamp, Unit};

use super::bench::now;
use super::program::{Home, text};
use super::script::{Answer, Script, fault, page};

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "secret")];

fn denied() -> Answer {
    fault(400, "AccessDeniedException", "enough")
}

/// A credential process that counts how often it runs; `then` is what it does, with the number in `$n`.
fn process(home: &Home, then: &str) {
    let runs = home.path("runs");
    let script = format!("echo run >> {runs}\nn=$(wc -l < {runs})\n{then}\n", runs = runs.display());
    home.write("process.sh", &script);
    home.write("config", &format!("[default]\ncredential_process = sh {}\n", home.path("process.sh").display()));
}

fn runs(home: &Home) -> usize {
    std::fs::read_to_string(home.path("runs")).unwrap_or_default().lines().count()
}

fn stderr(output: &Output) -> &str {
    text(&output.stderr)
}

/// Keys that run out at once, so that each request needs them anew.
fn fleeting() -> String {
    let expiry = Timestamp::now().round(Unit::Second).unwrap();
    format!(
        r#"printf '{{"Version":1,"AccessKeyId":"AKID%s","SecretAccessKey":"s","SessionToken":"t","Expiration":"{expiry}"}}' $n"#
    )
}

const LASTING: &str = r#"printf '{"Version":1,"AccessKeyId":"AKID%s","SecretAccessKey":"s"}' $n"#;

#[tokio::test]
async fn settings_that_other_tools_take_do_no_harm() {
    let script = Script::of([page(&[(now(), "a")], None)]).await;
    let home = Home::new();
    let odd = [
        ("AWS_RETRY_MODE", "legacy"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_DEFAULTS_MODE", "odd"),
        ("AWS_REQUEST_CHECKSUM_CALCULATION", "odd"),
        ("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "odd"),
        ("AWS_SDK_UA_APP_ID", "odd app \u{e9}"),
        ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "odd"),
        ("AWS_AUTH_SCHEME_PREFERENCE", "odd"),
        ("AWS_USE_FIPS_ENDPOINT", "odd"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "odd one"),
        ("HTTPS_PROXY", "::odd::"),
    ];
    let vars = [KEYS.as_slice(), &odd].concat();
    let output =
        home.run(&["tail", "g", "--no-follow", "--output", "jsonl", "--endpoint-url", &script.url], &vars).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(text(&output.stdout).lines().count(), 1);
}

#[tokio::test]
async fn the_demo_does_without_the_users_set_up() {
    let home = Home::new();
    home.write("config", "[default\nbroken");
    home.write("credentials", "broken");
    let odd = [
        ("AWS_PROFILE", "gone"),
        ("AWS_RETRY_MODE", "legacy"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://127.0.0.1:1"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ("AWS_REGION", "odd region"),
        ("AWS_CA_BUNDLE", "gone.pem"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("http_proxy", "http://127.0.0.1:1"),
        ("ALL_PROXY", "http://127.0.0.1:1"),
    ];
    let output = home.run(&["demo", "--time-scale", "1000", "--output", "jsonl"], &odd).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(text(&output.stdout).lines().count() > 20, "{}", stderr(&output));
}

#[tokio::test]
async fn credentials_are_fetched_once() {
    let script = Script::of([page(&[(now(), "a")], None)]).await;
    let home = Home::new();
    process(&home, LASTING);
    let args = ["tail", "g", "--no-follow", "--output", "jsonl", "--endpoint-url", &script.url];
    let output = home.run(&args, &[]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(runs(&home), 1);
}

#[tokio::test]
async fn a_credential_process_that_fails_once_does_not_end_a_follow() {
    let time = now() - 1_000;
    let home = Home::new();
    let (answered, failed) = (home.path("answered"), home.path("failed"));
    process(
        &home,
        &format!(
            "if [ -e {answered} ] && [ ! -e {failed} ]; then\ntouch {failed}\n\
             printf 'no \\033[31mnetwork\\n now, password=hunter2\\n' >&2\nexit 1\nfi\n{fleeting}",
            answered = answered.display(),
            failed = failed.display(),
            fleeting = fleeting(),
        ),
    );
    let script = Script::answering(0, false, move |_| match (answered.exists(), failed.exists()) {
        (_, true) => denied(),
        (exists, false) => {
            assert!(!exists, "the process did not fail");
            std::fs::write(&answered, "").unwrap();
            page(&[(time, "a")], None)
        }
    })
    .await;
    let args = ["tail", "g", "--follow", "--output", "jsonl", "--endpoint-url", &script.url];
    let output = home.run(&args, &[]).await;
    assert_eq!(output.status.code(), Some(254), "{}", stderr(&output));
    assert_eq!(text(&output.stdout).lines().count(), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("no ␛[31mnetwork now, password=…"), "{}", stderr(&output));
}

#[tokio::test]
async fn a_credential_process_that_fails_at_once_is_told_at_once() {
    let home = Home::new();
    process(&home, "echo no session >&2; exit 3");
    let args = ["tail", "g", "--follow", "--output", "jsonl", "--endpoint-url", "http://127.0.0.1:1"];
    let output = home.run(&args, &[]).await;
    assert_eq!(output.status.code(), Some(253), "{}", stderr(&output));
    assert!(stderr(&output).contains("no session"), "{}", stderr(&output));
    assert_eq!(runs(&home), 1);
}

#[tokio::test]
async fn keys_that_are_written_into_the_credentials_file_are_taken_up() {
    let file = |key: &str| format!("[default]\naws_access_key_id = {key}\naws_secret_access_key = s\n");
    let time = now() - 1_000;
    let home = Home::new();
    home.write("credentials", &file("AKIDOLD"));
    let credentials = home.path("credentials");
    let first = std::sync::atomic::AtomicBool::new(true);
    let script = Script::answering(0, false, move |asked| {
        if asked.key == "AKIDNEW" {
            return denied();
        }
        if first.swap(false, std::sync::atomic::Ordering::Relaxed) {
            return page(&[(time, "a")], None);
        }
        std::fs::write(&credentials, file("AKIDNEW")).unwrap();
        fault(400, "ExpiredTokenException", "The security token included in the request is expired")
    })
    .await;
    let args = ["tail", "g", "--follow", "--output", "jsonl", "--endpoint-url", &script.url];
    let output = home.run(&args, &[]).await;
    assert_eq!(output.status.code(), Some(254), "{}", stderr(&output));
    assert_eq!(script.keys(), ["AKIDOLD", "AKIDOLD", "AKIDNEW"]);
    assert_eq!(text(&output.stdout).lines().count(), 1);
}
