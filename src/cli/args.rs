//! The command line. Every flag has an `ARRIVALS_…` variable of the same name, and a key of it in the settings file: in the
//! section of its command, or of its heading when every command takes it (`cli/settings.rs`).

mod replay;

use std::path::PathBuf;
use std::sync::Arc;

use bytesize::ByteSize;
use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::aws::{Connection, Settings};
use crate::config::Config;
use crate::local::FaultRule;
use crate::source::poll::Sweep;
use crate::source::{limiter, time_range};

use super::themes;

pub(super) use replay::ReplayArgs;

/// See where asynchronous AWS Lambda invocations landed.
#[derive(Debug, Parser)]
#[command(name = "arrivals", version = env!("ARRIVALS_VERSION"), propagate_version = true, subcommand_required = false)]
#[command(after_help = "Without a command: pick what to read, on a terminal. Try it without an account: arrivals demo")]
pub(super) struct Cli {
    /// What to do; the picker when nothing is said.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// How to reach AWS, as in the AWS CLI.
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    /// How the board looks.
    #[command(flatten)]
    pub(super) look: LookArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read a receiver's log group: what was logged since a while ago, then what comes
    #[command(after_help = TAIL_EXAMPLES)]
    Tail(TailArgs),
    /// Read files or standard input that hold the receiver's log
    #[command(after_help = READ_EXAMPLES)]
    Read(ReadArgs),
    /// Send failed payloads again, and learn what becomes of them
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(Box<ReplayArgs>),
    /// Tell where the outcomes of functions go, and what is wrong with that
    #[command(after_help = WIRING_EXAMPLES)]
    Wiring(WiringArgs),
    /// Run the embedded Lambda and CloudWatch Logs endpoint until Ctrl-C
    #[command(after_help = LOCAL_HELP)]
    Local(LocalArgs),
    /// Show the board on an embedded endpoint with some traffic: no account, no network
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(DemoArgs),
    /// Tell what the settings are, where they lie, and change them
    #[command(subcommand, after_help = CONFIG_EXAMPLES)]
    Config(ConfigCommand),
    /// Print what helps to find a defect, and nothing secret
    #[command(after_help = BUG_REPORT_EXAMPLES)]
    BugReport,
    /// Print completions for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell to print them for.
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = MAN_EXAMPLES)]
    Man,
}

const TAIL_EXAMPLES: &str = "Examples:
  arrivals tail /aws/lambda/receiver
  arrivals tail --function sender --since 2h
  arrivals tail /aws/lambda/receiver --filter 'condition:RetriesExhausted fn:order*'
  arrivals tail /aws/lambda/receiver --no-follow --output jsonl | jq .error.type";

const READ_EXAMPLES: &str = "Examples:
  arrivals read receiver.log
  zcat receiver.log.gz | arrivals read -
  arrivals read export/ --output jsonl
  aws logs filter-log-events --log-group-name /aws/lambda/receiver | arrivals read -
  arrivals read receiver.log --follow
  arrivals read yesterday.jsonl --filter outcome:failure --output text";

const WIRING_EXAMPLES: &str = "Examples:
  arrivals wiring
  arrivals wiring sender invoice-render:live
  arrivals wiring --output jsonl | jq -r '.findings[] | select(.gravity == \"fault\") | .mend'";

const LOCAL_HELP: &str = "Faults are written KIND[=VALUE][@OPERATION[+OPERATION...]]:
  throttle error missing denied expired skew refuse a request as the service does
  cut reset                                  carry it out and send half of the answer, or none
  latency=TIME slow=TIME                     wait before, or while, the answer comes
  bucket=N                                   N requests per second
  token empty repeat page=N                  expired page tokens, empty pages, repeated events, N events a page
  late=TIME mask=TEXT                        log events that come late, values masked by data protection
  sampled session=TIME                       live-tail updates that are sampled, sessions that end early
A VALUE is a part of all cases (0.2 or 20%) or next:N; every time without one. A TIME is 400ms or 1s..4s, also behind
a part: 0.3:1s..4s. Change them while it runs: GET, PUT, POST or DELETE /_arrivals/faults with {\"faults\": [\"throttle=0.2\"]}.

Examples:
  arrivals local --time-scale 60
  arrivals local --fault late=0.3:1s..4s,page=50,empty=0.2,throttle=0.1@FilterLogEvents
  arrivals local --fault latency=400ms,bucket=5@FilterLogEvents --fault denied@StartLiveTail";

const DEMO_EXAMPLES: &str = "Examples:
  arrivals demo
  arrivals demo --time-scale 10
  arrivals demo --fault late=0.3:1s..4s,throttle=0.1@FilterLogEvents";

const BUG_REPORT_EXAMPLES: &str = "Examples:
  arrivals bug-report
  arrivals bug-report > report.txt";

const COMPLETIONS_EXAMPLES: &str = "Examples:
  arrivals completions bash > ~/.local/share/bash-completion/completions/arrivals
  arrivals completions fish > ~/.config/fish/completions/arrivals.fish
  arrivals completions zsh > \"${fpath[1]}/_arrivals\"
  arrivals completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "Examples:
  arrivals man > ~/.local/share/man/man1/arrivals.1
  arrivals man | man -l -";

const CONFIG_EXAMPLES: &str = "Examples:
  arrivals config edit
  arrivals config show --origin
  arrivals config default > config.toml
  arrivals config schema > config.schema.json";

/// `config`.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print where the settings file lies
    #[command(after_help = PATH_EXAMPLES)]
    Path,
    /// Print a settings file with every key in a comment
    #[command(after_help = DEFAULT_EXAMPLES)]
    Default,
    /// Print what holds: defaults, then the file, then ARRIVALS_ variables, then flags
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Tell of each value where it comes from.
        #[arg(long, env = "ARRIVALS_ORIGIN", value_parser = FalseyValueParser::new())]
        #[arg(help = "Tell of each value where it comes from")]
        origin: bool,
    },
    /// Open the settings file in $VISUAL or $EDITOR, and check it
    #[command(after_help = EDIT_EXAMPLES)]
    Edit,
    /// Print the JSON schema of the settings file, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
}

const PATH_EXAMPLES: &str = "Examples:
  arrivals config path
  less \"$(arrivals config path)\"
  ARRIVALS_CONFIG=other.toml arrivals config path";

const DEFAULT_EXAMPLES: &str = "Examples:
  arrivals config default
  arrivals config default > config.toml";

const SHOW_EXAMPLES: &str = "Examples:
  arrivals config show
  arrivals config show --origin
  ARRIVALS_SINCE=1h arrivals config show --origin --profile dev
  ARRIVALS_CONFIG=/dev/null arrivals config show";

const EDIT_EXAMPLES: &str = "Examples:
  arrivals config edit
  VISUAL='code --wait' arrivals config edit";

const SCHEMA_EXAMPLES: &str = "Examples:
  arrivals config schema > config.schema.json
  arrivals config schema | jq .properties.looks";

const REPLAY_EXAMPLES: &str = "Examples:
  arrivals replay 17b37350-871d-4d69-9b4f-a77c2ddd7fc9 --log-group /aws/lambda/receiver --since 2h
  arrivals replay --from failed.jsonl --filter 'fn:invoice* error:total' --dry-run
  arrivals replay --from failed.jsonl --filter outcome:failure --canary --wait --rate 5 --yes --output jsonl
  arrivals replay 17b37350-871d-4d69-9b4f-a77c2ddd7fc9 --function sender --jq '.return = \"success\"'
  arrivals replay 17b37350-871d-4d69-9b4f-a77c2ddd7fc9 --from failed.jsonl --yes --expect outcome:success --timeout 30s --junit replay.xml

Exit codes: 0 done, 1 an awaited outcome was a failure or --expect was not met, 2 no record in time, 252 usage,
253 configuration or credentials, 254 the service refused or failed, 255 anything else.

What was sent is kept in a journal in the state folder (~/.local/state/arrivals/replays.jsonl): what it has is not
sent again without --again.";

/// How to reach AWS.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "AWS")]
pub(super) struct AwsArgs {
    /// Profile of the AWS configuration files
    #[arg(short, long, global = true, env = "ARRIVALS_PROFILE", value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// AWS Region; `tail` follows the log groups in several, parted by commas or each with its flag
    #[arg(short, long, global = true, env = "ARRIVALS_REGION", value_name = "REGION", value_delimiter = ',')]
    pub(super) region: Vec<String>,
    /// Endpoint that stands in for AWS
    #[arg(long, global = true, env = "ARRIVALS_ENDPOINT_URL", value_name = "URL")]
    pub(super) endpoint_url: Option<String>,
    /// Certificates to trust beside the system's, as a PEM file
    #[arg(long, global = true, env = "ARRIVALS_CA_BUNDLE", value_name = "FILE")]
    pub(super) ca_bundle: Option<PathBuf>,
    /// Profile to replay with, when it is not the one to read with
    #[arg(long, global = true, env = "ARRIVALS_REPLAY_PROFILE", value_name = "NAME")]
    pub(super) replay_profile: Option<String>,
    /// Refused: certificates are always checked; see --ca-bundle
    #[arg(long, global = true, hide = true)]
    pub(super) no_verify_ssl: bool,
}

impl AwsArgs {
    /// A connection of its own to send with, when another profile does.
    pub(super) fn sending_beside(self) -> Option<Connection> {
        let profile = self.replay_profile.clone()?;
        Some(Connection::lazy(Self { profile: Some(profile), ..self }.settings()))
    }

    /// What the flags say; what they leave open is settled on connecting.
    pub(super) fn settings(self) -> Settings {
        Settings {
            profile: self.profile,
            region: self.region.into_iter().next(),
            endpoint_url: self.endpoint_url,
            ca_bundle: self.ca_bundle,
            ..Settings::default()
        }
    }
}

/// How the board looks, and what it may do.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Looks")]
pub(super) struct LookArgs {
    /// Change nothing: no replay
    #[arg(long, global = true, env = "ARRIVALS_READ_ONLY", value_parser = FalseyValueParser::new(), help_heading = None)]
    pub(super) read_only: bool,
    /// Write a log of the program's own doings to a file; never payloads or credentials
    #[arg(long, global = true, env = "ARRIVALS_LOG_FILE", value_name = "FILE", help_heading = None)]
    pub(super) log_file: Option<PathBuf>,
    /// Write requests, their ids and how long they took to the log as well; without --log-file to one in the state folder
    #[arg(long, global = true, env = "ARRIVALS_DEBUG", value_parser = FalseyValueParser::new(), help_heading = None)]
    pub(super) debug: bool,
    /// Give up the oldest successes of the board, then the oldest failures, over so much memory; what is marked last
    #[arg(long, global = true, env = "ARRIVALS_MAX_MEMORY", value_name = "SIZE", default_value = "1GiB")]
    #[arg(value_parser = memory, help_heading = None)]
    pub(super) max_memory: ByteSize,
    /// What the settings file says beside the flags.
    #[arg(skip)]
    pub(super) config: Arc<Config>,
    /// Whether to use colour; by default as the terminal and its environment say
    #[arg(long, global = true, env = "ARRIVALS_COLOR", value_enum, default_value_t = Switch::Auto)]
    pub(super) color: Switch,
    /// Colours: dark, light, high-contrast, sixteen, colour-blind, colour-blind-light, or a file of the settings' themes folder
    #[arg(long, global = true, env = "ARRIVALS_THEME", value_name = "NAME", value_parser = themes::name)]
    pub(super) theme: Option<String>,
    /// Whether the theme was named by a flag or a variable, and not by the settings file.
    #[arg(skip)]
    pub(super) theme_is_said: bool,
    /// What borders are drawn with
    #[arg(long, global = true, env = "ARRIVALS_BORDERS", value_enum, default_value_t = Borders::Unicode)]
    pub(super) borders: Borders,
    /// Whether the mouse drives the board, or selects text in the terminal
    #[arg(long, global = true, env = "ARRIVALS_MOUSE", value_enum, default_value_t = OnOff::On)]
    pub(super) mouse: OnOff,
    /// The terminal's background; auto asks the terminal
    #[arg(long, global = true, env = "ARRIVALS_BACKGROUND", value_enum, default_value_t = BackgroundArg::Auto)]
    pub(super) background: BackgroundArg,
}

/// What borders are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Borders {
    /// Box characters.
    Unicode,
    /// `+`, `-` and `|`.
    Ascii,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnOff {
    /// On.
    On,
    /// Off.
    Off,
}

/// On, off, or by what the terminal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    /// Always.
    On,
    /// Never.
    Off,
    /// By the terminal and its environment.
    Auto,
}

/// The terminal's background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BackgroundArg {
    /// By what the terminal answers, else by `COLORFGBG`; dark when neither tells.
    Auto,
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
}

/// What comes out.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct OutputArgs {
    /// Show only what matches: condition:NAME, fn:NAME (with *), version:, id:PREFIX, error:TEXT, outcome:success|failure, count>=3, age<15m, stream:, is:replayable, request.a.b=null, response.c~REGEX, jq:'EXPR', /REGEX/, text, and or not ( )
    #[arg(short, long, env = "ARRIVALS_FILTER", value_name = "QUERY")]
    pub(super) filter: Option<String>,
    /// The board on a terminal, text elsewhere, unless said
    #[arg(short, long, env = "ARRIVALS_OUTPUT", value_enum)]
    pub(super) output: Option<OutputFormat>,
}

/// A form of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// The interactive board.
    Board,
    /// A line for a reader per arrival.
    Text,
    /// A JSON object on a line per arrival.
    Jsonl,
}

/// `tail`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct TailArgs {
    /// Log groups of the receivers
    #[arg(value_name = "LOG_GROUP", required_unless_present = "function")]
    pub(super) groups: Vec<String>,
    /// Find the receiver's log group from this sender's event-invoke config (NAME, NAME:QUALIFIER or ARN)
    #[arg(long, env = "ARRIVALS_FUNCTION", value_name = "NAME")]
    pub(super) function: Option<String>,
    /// From when on: 10m, 2h30m, 3d, or an ISO 8601 time
    #[arg(long, env = "ARRIVALS_SINCE", value_name = "TIME", default_value = "10m")]
    pub(super) since: String,
    /// Until when; ends there instead of following
    #[arg(long, env = "ARRIVALS_UNTIL", value_name = "TIME")]
    pub(super) until: Option<String>,
    /// CloudWatch's own filter pattern; it drops the other lines of a record that was logged over several
    #[arg(long, env = "ARRIVALS_FILTER_PATTERN", value_name = "PATTERN")]
    pub(super) filter_pattern: Option<String>,
    /// Read only these log streams, parted by commas
    #[arg(
        long,
        env = "ARRIVALS_LOG_STREAM_NAMES",
        value_name = "NAME",
        value_delimiter = ',',
        conflicts_with = "log_stream_name_prefix"
    )]
    pub(super) log_stream_names: Vec<String>,
    /// Read only log streams whose names begin so
    #[arg(long, env = "ARRIVALS_LOG_STREAM_NAME_PREFIX", value_name = "PREFIX")]
    pub(super) log_stream_name_prefix: Option<String>,
    /// Follow with Live Tail, which shows events about a second after they were taken in; AWS bills it by the minute of its sessions, one for every ten log groups of a region, and it needs logs:StartLiveTail
    #[arg(long, env = "ARRIVALS_LIVE", value_parser = FalseyValueParser::new(), conflicts_with = "until")]
    pub(super) live: bool,
    /// How events that come later than the last minute are found: a read of the last SPAN, EVERY so often; or off
    #[arg(long, env = "ARRIVALS_SWEEP", value_name = "SPAN/EVERY", default_value = "1h/5m", value_parser = sweep)]
    pub(super) sweep: Swept,
    /// End with the account of the read as a last object: events, late and repeated ones, gaps, requests (with --output jsonl)
    #[arg(long, env = "ARRIVALS_LEDGER", value_parser = FalseyValueParser::new())]
    pub(super) ledger: bool,
    /// Requests for log events within a second; an account may make 5 in a region, whoever makes them; 0 for no bound
    #[arg(long, env = "ARRIVALS_REQUESTS_PER_SECOND", value_name = "N", default_value_t = limiter::PER_SECOND)]
    pub(super) requests_per_second: u32,
    /// Follow also when the output is not a terminal.
    #[arg(long, overrides_with = "no_follow", conflicts_with = "until", num_args = 0, default_missing_value = "true")]
    #[arg(help = "Follow also when the output is not a terminal [env: ARRIVALS_FOLLOW=]")]
    pub(super) follow: Option<bool>,
    /// What reads back: poll asks for every log event; insights lets CloudWatch Logs Insights look for records, which is faster in large logs and is billed by what it goes through
    #[arg(long, env = "ARRIVALS_ENGINE", value_enum, default_value_t = Engine::Poll)]
    pub(super) engine: Engine,
    /// Query without asking, with --engine insights
    #[arg(short, long, env = "ARRIVALS_YES", value_parser = FalseyValueParser::new())]
    pub(super) yes: bool,
    /// Show values that a data protection policy masks; takes the permission logs:Unmask
    #[arg(long, env = "ARRIVALS_UNMASK", value_parser = FalseyValueParser::new())]
    pub(super) unmask: bool,
    /// Do not ask CloudWatch for its own counts, which the board sets against the records
    #[arg(long, env = "ARRIVALS_NO_METRICS", value_parser = FalseyValueParser::new())]
    pub(super) no_metrics: bool,
    /// End after what was logged so far.
    #[arg(long, overrides_with = "follow")]
    #[arg(help = "End after what was logged so far [env: ARRIVALS_NO_FOLLOW=]")]
    pub(super) no_follow: bool,
    /// What comes out.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What reads back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// `FilterLogEvents`.
    Poll,
    /// CloudWatch Logs Insights.
    Insights,
}

/// `read`.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Files or folders of them, plain, .gz or .zst, in any form that log events come in; - or none for standard input
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Go on as the files grow or are rotated
    #[arg(short = 'F', long, env = "ARRIVALS_FOLLOW", value_parser = FalseyValueParser::new())]
    pub(super) follow: bool,
    /// What comes out.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// `wiring`.
#[derive(Debug, Args)]
pub(super) struct WiringArgs {
    /// Functions to look at, NAME, NAME:QUALIFIER or ARN; all that have an event-invoke config unless said
    #[arg(value_name = "FUNCTION")]
    pub(super) functions: Vec<String>,
    /// Text for a reader, or jsonl for an object on a line per function; the board has a page of its own for it
    #[arg(short, long, env = "ARRIVALS_OUTPUT", value_enum)]
    pub(super) output: Option<OutputFormat>,
}

/// `local`.
#[derive(Debug, Args)]
pub(super) struct LocalArgs {
    /// Port on the loopback address; a free one unless said
    #[arg(long, env = "ARRIVALS_PORT", default_value_t = 0, hide_default_value = true)]
    pub(super) port: u16,
    /// Divides every wait and age limit
    #[arg(long, env = "ARRIVALS_TIME_SCALE", value_name = "N", default_value_t = 1.0, value_parser = time_scale)]
    pub(super) time_scale: f64,
    /// What goes wrong.
    #[command(flatten)]
    pub(super) faults: FaultArgs,
}

/// `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Port on the loopback address; a free one unless said
    #[arg(long, env = "ARRIVALS_PORT", default_value_t = 0, hide_default_value = true)]
    pub(super) port: u16,
    /// Divides every wait and age limit
    #[arg(long, env = "ARRIVALS_TIME_SCALE", value_name = "N", default_value_t = 60.0, value_parser = time_scale)]
    pub(super) time_scale: f64,
    /// What goes wrong.
    #[command(flatten)]
    pub(super) faults: FaultArgs,
    /// What comes out.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What goes wrong at the embedded endpoint.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Faults")]
pub(super) struct FaultArgs {
    /// What fails on demand.
    #[arg(
        help = "Fail on demand, several parted by commas: KIND[=VALUE][@OPERATION], such as throttle=0.2@FilterLogEvents, late=0.3:1s..4s or cut=next:1@Invoke",
        long = "fault",
        env = "ARRIVALS_FAULT",
        value_name = "FAULT",
        value_delimiter = ','
    )]
    pub(super) rules: Vec<FaultRule>,
    /// Seed of the faults' chance: the same requests meet the same faults
    #[arg(
        long = "fault-seed",
        env = "ARRIVALS_FAULT_SEED",
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub(super) seed: u64,
}

/// Whether and how it is swept; an alias, since clap reads an `Option` as a flag that may be left out.
pub(super) type Swept = Option<Sweep>;

fn sweep(text: &str) -> Result<Swept, String> {
    if text == "off" {
        return Ok(None);
    }
    let hint = || format!("{text} is no SPAN/EVERY such as 1h/5m, and not off");
    let (span, every) = text.split_once('/').ok_or_else(hint)?;
    let time = |text: &str| time_range::span(text).filter(|time| !time.is_zero()).ok_or_else(hint);
    Ok(Some(Sweep { span: time(span)?, every: time(every)? }))
}

/// So much the program takes anyhow; less would leave a board of nothing.
const LEAST_MEMORY: ByteSize = ByteSize::mib(16);

fn memory(text: &str) -> Result<ByteSize, String> {
    match text.parse::<ByteSize>() {
        Ok(size) if size >= LEAST_MEMORY => Ok(size),
        Ok(_) => Err("must be 16MiB at least".to_owned()),
        Err(_) => Err("must be a size such as 512MiB or 2GB".to_owned()),
    }
}

fn time_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if scale.is_finite() && scale > 0.0 => Ok(scale),
        _ => Err("must be a number above 0, such as 60".to_owned()),
    }
}
