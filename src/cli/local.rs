//! `arrivals local`: the embedded endpoint, until Ctrl-C.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::local::{Endpoint, Options};

use super::args::{FaultArgs, LocalArgs};
use super::exit::Failure;
use super::interrupt;

/// The seed's two events: one that the sender raises on, and one that it returns on.
const EVENTS: [&str; 2] = [r#"{"return": "failure"}"#, r#"{"return": "success"}"#];

/// Runs the endpoint and prints how to use it.
///
/// # Errors
/// When the port cannot be had.
pub(super) async fn run(args: &LocalArgs) -> Result<(), Failure> {
    let options = Options { port: args.port, time_scale: args.time_scale, ..args.faults.options() };
    let endpoint = Endpoint::start(options).await.map_err(Failure::other)?;
    let stopped = interrupt::listen();
    super::print(instructions(&endpoint, args.time_scale).as_bytes())?;
    stopped.await;
    endpoint.stop().await;
    Ok(())
}

impl FaultArgs {
    /// The usual endpoint with these faults.
    pub(super) fn options(&self) -> Options {
        Options { faults: self.rules.clone(), fault_seed: self.seed, ..Options::default() }
    }
}

fn instructions(endpoint: &Endpoint, time_scale: f64) -> String {
    let receiver = Endpoint::receiver();
    let mut text = format!("Lambda and CloudWatch Logs on {} (loopback only), until Ctrl-C.\n\n", endpoint.url());
    for (name, value) in endpoint.exports() {
        let _ = writeln!(text, "export {name}={value}");
    }
    text.push_str(
        "\n# Invoke the sender: it raises on the first event and returns on the second (AWS CLI, version 1 or 2).\n",
    );
    for event in EVENTS {
        let _ = writeln!(text, "{}", invocation(event));
    }
    let _ = write!(
        text,
        "\n# See where they land, in another terminal with the same exports.\narrivals tail /aws/lambda/{receiver}\n\n{}\n",
        waits(time_scale)
    );
    text
}

/// As in the seed, the payload in base64, as the AWS CLI's version 2 expects it.
fn invocation(event: &str) -> String {
    let payload = BASE64_STANDARD.encode(event);
    format!("aws lambda invoke --function-name sender --invocation-type Event --payload '{payload}' /dev/null")
}

fn waits(time_scale: f64) -> String {
    let minutes = |minutes: f64| minutes * 60.0 / time_scale;
    format!(
        "# A failing invocation is tried again after {:.1} s and {:.1} s: its record comes after the third attempt.",
        minutes(1.0),
        minutes(2.0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_commands_are_printed_as_in_the_seed() {
        let commands = EVENTS.map(invocation);
        assert!(commands[0].contains("--payload 'eyJyZXR1cm4iOiAiZmFpbHVyZSJ9'"), "{}", commands[0]);
        assert!(commands[1].contains("--payload 'eyJyZXR1cm4iOiAic3VjY2VzcyJ9'"), "{}", commands[1]);
    }
}
