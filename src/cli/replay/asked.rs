//! What was asked for, checked before anything is read or sent.

use std::time::Duration;

use crate::board::{Entry, Names, Query};
use crate::record::{Arrival, Outcome};
use crate::replay::invoker::Kind;
use crate::replay::jq::Program;
use crate::replay::payload;
use crate::replay::plan::{Change, Options, Plan, Skip};
use crate::replay::run::Pace;
use crate::source::time_range;

use super::super::args::ReplayArgs;
use super::super::exit::Failure;

/// The arguments, read.
pub(super) struct Asked<'a> {
    args: &'a ReplayArgs,
    query: Query,
    change: Option<Box<Change<'a>>>,
    /// What every record must match.
    pub(super) expect: Option<Query>,
    /// How long each record is waited for, when that was said.
    pub(super) timeout: Option<Duration>,
}

impl<'a> Asked<'a> {
    /// Reads the arguments; `names` are the filters of the configuration.
    ///
    /// # Errors
    /// What does not fit, as a usage error.
    pub(super) fn of(args: &'a ReplayArgs, names: &Names) -> Result<Self, Failure> {
        super::check_output(args.output)?;
        if args.from.is_none() && args.groups.is_empty() && args.function.is_none() {
            let places = "--from FILE, --log-group GROUP or --function NAME";
            return Err(Failure::usage(format!("where are the records? Give {places}")));
        }
        if args.ids.is_empty() && args.filter.is_none() {
            return Err(Failure::usage(
                "which records? Name their request ids, or give --filter QUERY for the failures that match, \
                 as in --filter fn:NAME; nothing was sent",
            ));
        }
        let timeout = args.timeout.as_deref().map(timeout).transpose()?;
        let asked = Self {
            args,
            query: query("--filter", args.filter.as_deref(), names)?.unwrap_or_default(),
            change: change(args)?,
            expect: query("--expect", args.expect.as_deref(), names)?,
            timeout,
        };
        if args.sync && args.canary {
            return Err(Failure::usage("--canary waits for records, and --sync has none: leave one of them out"));
        }
        Ok(asked)
    }

    /// Whether records were named by their ids.
    pub(super) fn by_id(&self) -> bool {
        !self.args.ids.is_empty()
    }

    /// Whether records are awaited.
    pub(super) fn waits(&self) -> bool {
        let wanted = self.args.wait || self.args.canary || self.expect.is_some() || self.timeout.is_some();
        wanted && !self.args.sync
    }

    /// The arrivals that are meant: those named, else the failures that match; the named ones must match, too.
    ///
    /// # Errors
    /// When a named one is not there.
    pub(super) fn choose<'b>(&self, arrivals: &'b [Arrival]) -> Result<Vec<&'b Arrival>, Failure> {
        let missing: Vec<_> =
            self.args.ids.iter().filter(|id| super::of_id(arrivals, id).is_none()).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(Failure::usage(format!(
                "no record has the request id {}; nothing was sent, check it{}",
                missing.join(", "),
                if self.args.from.is_some() { " and the file" } else { ", --log-group and --since" }
            )));
        }
        let named = |arrival: &Arrival| {
            let id = arrival.record.request_id().unwrap_or_default();
            self.args.ids.is_empty() || self.args.ids.iter().any(|wanted| wanted == id)
        };
        let meant = |arrival: &&Arrival| {
            let failed = arrival.record.outcome() == Outcome::Failure;
            named(arrival)
                && (self.by_id() || failed)
                && (self.query.is_all() || self.query.matches(&Entry::from((*arrival).clone())))
        };
        Ok(arrivals.iter().filter(meant).collect())
    }

    /// How the payloads are sent.
    pub(super) fn options(&self) -> Options<'_> {
        Options {
            kind: if self.args.sync { Kind::RequestResponse } else { Kind::Event },
            qualifier: self.args.qualifier.as_deref(),
            tenant: self.args.tenant_id.as_deref(),
            change: self.change.as_deref(),
            successes: self.by_id(),
            answers: self.by_id(),
            again: self.args.again,
        }
    }

    /// What the plan must be before it is asked about.
    ///
    /// # Errors
    /// When one payload would go for several records.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), Failure> {
        if self.args.payload.is_some() && plan.items.len() > 1 {
            return Err(Failure::usage(format!(
                "--payload is for one record, and {} were chosen; nothing was sent, name one",
                plan.items.len()
            )));
        }
        let not_changed = plan.skipped.iter().find_map(|skipped| match &skipped.why {
            Skip::NotChanged(why) => Some((&skipped.key, why)),
            _ => None,
        });
        not_changed.map_or(Ok(()), |(key, why)| Err(Failure::usage(format!("{key}: {why}; nothing was sent"))))
    }

    /// How fast it goes; a canary is waited for as long as any record.
    pub(super) fn pace(&self, timeout: Option<Duration>) -> Pace {
        Pace {
            start: self.args.start_rate,
            ceiling: self.args.rate,
            canary: self.args.canary,
            stop_after: (self.args.stop_after > 0).then_some(self.args.stop_after),
            speed: (self.args.speed > 0.0).then_some(self.args.speed),
            patient: true,
            patience: timeout.unwrap_or_default(),
        }
    }
}

fn timeout(text: &str) -> Result<Duration, Failure> {
    let length = time_range::span(text).filter(|length| !length.is_zero());
    length.ok_or_else(|| Failure::usage(format!("--timeout: {text:?} is no length of time: write 30s, 5m or 2h30m")))
}

fn query(flag: &str, text: Option<&str>, names: &Names) -> Result<Option<Query>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let query = Query::parse_with(text, names);
    query.map(Some).map_err(|error| Failure::usage(format!("{flag} is not a query:\n{}", error.caret(text))))
}

/// What makes other payloads of the records' own.
fn change(args: &ReplayArgs) -> Result<Option<Box<Change<'_>>>, Failure> {
    if let Some(text) = &args.jq {
        let program = Program::compile(text).map_err(|error| Failure::usage(format!("--jq: {error}")))?;
        return Ok(Some(Box::new(move |payload| program.apply(payload).map_err(|error| error.to_string()))));
    }
    let Some(path) = &args.payload else { return Ok(None) };
    let fault = |why: String| Failure::usage(format!("--payload {}: {why}; nothing was sent", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    payload::check(&text).map_err(|error| fault(format!("no JSON, {error}")))?;
    Ok(Some(Box::new(move |_| Ok(text.clone()))))
}
