//! Several replays that are being prepared, or under way.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::jobs::Ticket;
use crate::app::keymap::Context;
use crate::record::{Arrival, FunctionArn};
use crate::replay::Plan;
use crate::replay::journal::History;
use crate::replay::plan::Options;
use crate::replay::run::Pace;

use crate::app::model::TextLine;

/// What the keys speak to.
#[derive(Debug)]
pub enum BulkStage {
    /// The plan.
    Plan,
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
    /// How fast.
    pub pace: Pace,
    /// Whether what was sent before is sent again.
    pub again: bool,
    /// What the keys speak to.
    pub stage: BulkStage,
}

/// Most sends a second that can be chosen.
const RATES: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0];

impl Bulk {
    /// A plan for these records, with a canary.
    #[must_use]
    pub fn new(arrivals: Vec<Arrival>, marked: bool, history: &History) -> Self {
        let mut bulk = Self {
            arrivals: Arc::new(arrivals),
            marked,
            plan: Arc::default(),
            pace: Pace { canary: true, ..Pace::default() },
            again: false,
            stage: BulkStage::Plan,
        };
        bulk.settle(history);
        bulk
    }

    /// What the keyboard speaks to.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.stage {
            BulkStage::Plan => Context::Replays,
            BulkStage::Confirm(_) => Context::Confirm,
            BulkStage::Run(_) => Context::Run,
        }
    }

    /// Works the plan out anew.
    pub fn settle(&mut self, history: &History) {
        let options = Options {
            kind: crate::replay::invoker::Kind::Event,
            qualifier: None,
            tenant: None,
            change: None,
            successes: self.marked,
            again: self.again,
        };
        self.plan = Arc::new(Plan::of(self.arrivals.iter(), &options, history));
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
