//! boto3, as programs use it.

use std::process::Command;

use arrivals::local::Options;

use super::bench::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn programs_in_python_read_invoke_query_listen_and_meet_faults() {
    let is_there = Command::new("python3").args(["-c", "import boto3"]).output().is_ok_and(|out| out.status.success());
    if !is_there {
        println!("skipped: there is no python3 with boto3");
        return;
    }
    let bench = Bench::of(Options { time_scale: 600.0, ..Options::default() }).await;
    let mut program = Command::new("python3");
    program.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/local/operations.py"));
    program.envs(bench.endpoint.exports()).env("AWS_CONFIG_FILE", "none").env("AWS_SHARED_CREDENTIALS_FILE", "none");
    let ended = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
