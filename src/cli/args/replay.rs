//! The flags of `replay`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;

use super::OutputFormat;

/// `replay`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Args)]
pub(in crate::cli) struct ReplayArgs {
    /// Request ids of the records whose payloads are sent again; without any, what --filter matches
    #[arg(value_name = "REQUEST_ID")]
    pub(in crate::cli) ids: Vec<String>,
    /// Take the records from this file, in any form that `read` takes; - for standard input
    #[arg(long, env = "ARRIVALS_FROM", value_name = "FILE")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// Log group that the records are taken from without --from, and in which the answers are awaited
    #[arg(long = "log-group", env = "ARRIVALS_LOG_GROUP", value_name = "GROUP", value_delimiter = ',')]
    pub(in crate::cli) groups: Vec<String>,
    /// Find that log group from this sender's event-invoke config (NAME, NAME:QUALIFIER or ARN)
    #[arg(long, env = "ARRIVALS_FUNCTION", value_name = "NAME")]
    pub(in crate::cli) function: Option<String>,
    /// From when on records are taken from the log: 10m, 2h30m, 3d, or an ISO 8601 time
    #[arg(long, env = "ARRIVALS_SINCE", value_name = "TIME", default_value = "10m")]
    pub(in crate::cli) since: String,
    /// Send the failures that match this query
    #[arg(short, long, env = "ARRIVALS_FILTER", value_name = "QUERY")]
    pub(in crate::cli) filter: Option<String>,
    /// Only say what would be sent
    #[arg(long, env = "ARRIVALS_DRY_RUN", value_parser = FalseyValueParser::new())]
    pub(in crate::cli) dry_run: bool,
    /// Send without asking
    #[arg(short, long, env = "ARRIVALS_YES", value_parser = FalseyValueParser::new())]
    pub(in crate::cli) yes: bool,
    /// The function's name, typed out: production profiles and accounts want it beside --yes
    #[arg(long, env = "ARRIVALS_CONFIRM", value_name = "NAME", value_delimiter = ',')]
    pub(in crate::cli) confirm: Vec<String>,
    /// Send also what was sent before, or perhaps was
    #[arg(long, env = "ARRIVALS_AGAIN", value_parser = FalseyValueParser::new())]
    pub(in crate::cli) again: bool,
    /// Wait for the records that tell how it ended
    #[arg(long, env = "ARRIVALS_WAIT", value_parser = FalseyValueParser::new())]
    pub(in crate::cli) wait: bool,
    /// How long each record is waited for, such as 30s or 5m; twice the expected time unless said
    #[arg(long, env = "ARRIVALS_TIMEOUT", value_name = "DURATION")]
    pub(in crate::cli) timeout: Option<String>,
    /// What the records must match, each of them: a test's oracle; waits for them
    #[arg(long, env = "ARRIVALS_EXPECT", value_name = "QUERY")]
    pub(in crate::cli) expect: Option<String>,
    /// Write the outcomes as a `JUnit` report
    #[arg(help = "Write the outcomes as a JUnit report")]
    #[arg(long, env = "ARRIVALS_JUNIT", value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Invoke synchronously: the function runs at once, is not retried, and no record is written
    #[arg(long, env = "ARRIVALS_SYNC", value_parser = FalseyValueParser::new())]
    pub(in crate::cli) sync: bool,
    /// Version or alias to send to, instead of the record's own
    #[arg(long, env = "ARRIVALS_QUALIFIER", value_name = "NAME")]
    pub(in crate::cli) qualifier: Option<String>,
    /// Send the bytes of this file instead of the record's payload
    #[arg(long, env = "ARRIVALS_PAYLOAD", value_name = "FILE", conflicts_with = "jq")]
    pub(in crate::cli) payload: Option<PathBuf>,
    /// Send what this jq expression makes of the payload
    #[arg(long, env = "ARRIVALS_JQ", value_name = "EXPR")]
    pub(in crate::cli) jq: Option<String>,
    /// Most payloads a second; the rate grows with every success and is halved by throttles and failures
    #[arg(long, env = "ARRIVALS_RATE", value_name = "N", default_value_t = 10.0, value_parser = positive)]
    pub(in crate::cli) rate: f64,
    /// Payloads a second at first
    #[arg(long, env = "ARRIVALS_START_RATE", value_name = "N", default_value_t = 2.0, value_parser = positive)]
    pub(in crate::cli) start_rate: f64,
    /// Send one of each kind of failure first, and the rest when its record tells of a success
    #[arg(long, env = "ARRIVALS_CANARY", value_parser = FalseyValueParser::new())]
    pub(in crate::cli) canary: bool,
    /// Send no more after so many failures of one kind; 0 for never
    #[arg(long, env = "ARRIVALS_STOP_AFTER", value_name = "N", default_value_t = 10)]
    pub(in crate::cli) stop_after: usize,
    /// Keep the spacing of the records' times, so many times as fast; 0 sends as fast as the rate allows
    #[arg(long, env = "ARRIVALS_SPEED", value_name = "N", default_value_t = 0.0, value_parser = not_negative)]
    pub(in crate::cli) speed: f64,
    /// Tenant of a multi-tenant function
    #[arg(long, env = "ARRIVALS_TENANT_ID", value_name = "ID")]
    pub(in crate::cli) tenant_id: Option<String>,
    /// Text, or a JSON object on a line per payload when its outcome is known
    #[arg(short, long, env = "ARRIVALS_OUTPUT", value_enum, default_value_t = OutputFormat::Text)]
    pub(in crate::cli) output: OutputFormat,
}

fn not_negative(text: &str) -> Result<f64, String> {
    if text.trim() == "0" { Ok(0.0) } else { positive(text) }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("must be a number above 0, such as 5".to_owned()),
    }
}
