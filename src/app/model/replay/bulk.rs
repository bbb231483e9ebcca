//! Several replays that are being prepared, or under way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::app::jobs::{Changes, Ticket};
use crate::app::keymap::Context;
use crate::record::{Arrival, FunctionArn};
use crate::replay::Plan;
use crate::replay::facts::Facts;
use crate::replay::guard::{self, Warning};
use crate::replay::journal::History;
use crate::replay::plan::Options;
use crate::replay::run::Pace;

use super::JqLine;
use crate::app::model::TextLine;

/// What the keys speak to.
#[derive(Debug)]
pub enum BulkStage {
    /// The plan.
    Plan,
    /// A jq expression is typed.
    Jq(Box<JqLine>),
    /// A version or alias is typed.
    Qualifier(Box<TextLine>),
    /// One more key sends; production wants the functions' names typed before.
    Confirm(Box<TextLine>),
    /// The run of this job.
    Run(Ticket),
}

/// Several replays.
#[derive(Debug)]
pub struct Bulk {
    /// The records that were chosen.
    pub arrivals: Arc<Vec<Arrival>>,
    /// Whether they were marked, rather than what the filter leaves.
    pub marked: bool,
    /// What will be sent and what will not.
    pub plan: Arc<Plan>,
    /// Version or alias in place of the records' own.
    pub qualifier: Option<String>,
    /// The jq expression that changes the payloads; empty for the records' own.
    pub program: String,
    /// What it makes of them.
    pub changes: Option<Changes>,
    /// The job that changes them.
    pub changing: Option<Ticket>,
    /// What is known of where they go, by ARN with qualifier.
    pub facts: BTreeMap<String, Facts>,
    /// The jobs that look at the rest, each with the ARN.
    pub looking: Vec<(Ticket, String)>,
    /// What speaks against it, with how many payloads each concerns.
    pub warnings: Vec<(Warning, usize)>,
    /// How fast.
    pub pace: Pace,
    /// Whether what was sent before is sent again.
    pub again: bool,
    /// What the keys speak to.
    pub stage: BulkStage,
    /// Lines of the plan that are scrolled out of sight.
    pub scroll: usize,
}

/// The changes, unless there is not one payload that can be changed so.
fn some_changed(changes: &Changes) -> Result<&Changes, String> {
    let failed = changes.values().filter_map(|made| made.as_ref().err());
    match failed.clone().min() {
        Some(why) if failed.count() == changes.len() => Err(format!("no payload can be changed so: {why}")),
        _ => Ok(changes),
    }
}

/// Most sends a second that can be chosen.
const RATES: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0];
/// After how many failures of one kind a run can be told to stop.
const STOPS: [Option<usize>; 6] = [Some(1), Some(3), Some(10), Some(30), Some(100), None];

impl Bulk {
    /// A plan for these records, with a canary.
    #[must_use]
    pub fn new(arrivals: Vec<Arrival>, marked: bool) -> Self {
        Self {
            arrivals: Arc::new(arrivals),
            marked,
            plan: Arc::default(),
            qualifier: None,
            program: String::new(),
            changes: None,
            changing: None,
            facts: BTreeMap::new(),
            looking: Vec::new(),
            warnings: Vec::new(),
            pace: Pace { canary: true, ..Pace::default() },
            again: false,
            stage: BulkStage::Plan,
            scroll: 0,
        }
    }

    /// What the keyboard speaks to.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.stage {
            BulkStage::Plan => Context::Replays,
            BulkStage::Jq(_) | BulkStage::Qualifier(_) => Context::Line,
            BulkStage::Confirm(_) => Context::Confirm,
            BulkStage::Run(_) => Context::Run,
        }
    }

    /// What the plan depends on, beside the records.
    #[must_use]
    pub fn asked(&self) -> (bool, bool, Option<String>) {
        (self.again, self.changes.is_some(), self.qualifier.clone())
    }

    /// What the expression came to: other payloads, or why there are none, which keeps its line open.
    pub fn changed(&mut self, made: Result<&Changes, String>) {
        let BulkStage::Jq(jq) = &mut self.stage else { return };
        match made.and_then(some_changed) {
            Ok(changes) => {
                jq.line.text().trim().clone_into(&mut self.program);
                self.changes = Some(Arc::clone(changes));
                self.stage = BulkStage::Plan;
            }
            Err(why) => jq.error = Some(why),
        }
    }

    /// Works out anew what will be sent and what speaks against it.
    pub fn settle(&mut self, history: &History, now: i64, watched: &[String]) {
        let changes = self.changes.clone().unwrap_or_default();
        let change = move |payload: &str| changes.get(payload).cloned().unwrap_or_else(|| Ok(payload.to_owned()));
        let options = Options {
            kind: crate::replay::invoker::Kind::Event,
            qualifier: self.qualifier.as_deref(),
            tenant: None,
            change: if self.changes.is_some() { Some(&change) } else { None },
            successes: self.marked,
            answers: self.marked,
            again: self.again,
        };
        let plan = Plan::of(self.arrivals.iter(), &options, history);
        let warnings = plan.items.iter().flat_map(|item| {
            let (last, facts) = (history.last_send_of(&item.key), self.facts.get(&item.call.target));
            guard::warnings(item, &guard::Context { now, last, facts, watched })
        });
        self.warnings = guard::summed(warnings);
        self.plan = Arc::new(plan);
    }

    /// The payloads of the records, each once.
    #[must_use]
    pub fn payloads(&self) -> Vec<String> {
        let payloads: BTreeSet<_> = self.arrivals.iter().filter_map(|it| it.record.request_payload()).collect();
        payloads.into_iter().map(str::to_owned).collect()
    }

    /// Stops after more failures of one kind; behind never comes the first.
    pub fn step_stop(&mut self) {
        let here = STOPS.iter().position(|stop| *stop == self.pace.stop_after);
        self.pace.stop_after = STOPS[here.map_or(0, |here| (here + 1) % STOPS.len())];
    }

    /// Goes to the next faster or slower rate.
    pub fn step_rate(&mut self, faster: bool) {
        let here = RATES.iter().position(|rate| *rate >= self.pace.ceiling).unwrap_or(RATES.len() - 1);
        let next = if faster { (here + 1).min(RATES.len() - 1) } else { here.saturating_sub(1) };
        self.pace.ceiling = RATES[next];
        self.pace.start = self.pace.start.min(self.pace.ceiling);
    }

    /// Keeps the spacing of the records, or not.
    pub fn toggle_spacing(&mut self) {
        self.pace.speed = match self.pace.speed {
            None => Some(1.0),
            Some(speed) if speed < 100.0 => Some(speed * 10.0),
            Some(_) => None,
        };
    }

    /// Names of the functions that get something.
    #[must_use]
    pub fn functions(&self) -> BTreeSet<String> {
        self.plan.items.iter().map(|item| FunctionArn::parse(&item.call.target).name().to_owned()).collect()
    }
}
