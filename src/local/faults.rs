//! Failing on demand: what the service does on a bad day, as often as a test or a curious user wants it.
//!
//! A [`FaultRule`] says what goes wrong, how often, and with which operations. Rules come from the command line, from
//! [`Endpoint`](super::Endpoint) and from the admin path (see [`admin`]). Each has a random sequence of its own, which
//! follows from the seed and its place among the rules: the same requests in the same order meet the same faults.

pub(crate) mod admin;
mod armed;
mod mask;
mod parse;
mod random;
mod refusal;
mod rule;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::operation::Operation;
use super::world::lock;

use armed::Armed;

pub use parse::FaultError;
pub(crate) use refusal::Refusal;
pub use rule::{FaultRule, Kind, Span, When};

/// Rules, and how far each has come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seed: u64,
    rules: Vec<Armed>,
}

/// What befalls a request before anybody looks at it, and its answer on the way back.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Encounter {
    /// How long it waits.
    pub(crate) delay: Duration,
    /// What it is refused with, in the place of an answer.
    pub(crate) refusal: Option<Refusal>,
    /// How its answer is sent.
    pub(crate) ending: Ending,
}

/// How an answer is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// At once and whole.
    #[default]
    Whole,
    /// In pieces that take this long together.
    Slow(Duration),
    /// Half of it; then the connection ends.
    Cut,
    /// Nothing: the connection is reset.
    Reset,
}

impl Faults {
    /// Rules with fresh counts.
    pub(crate) fn new(seed: u64, rules: Vec<FaultRule>) -> Self {
        let faults = Self::default();
        faults.replace(Some(seed), rules);
        faults
    }

    /// Puts these rules in the place of all others; without a seed, the last one holds on.
    pub(crate) fn replace(&self, seed: Option<u64>, rules: Vec<FaultRule>) {
        let mut state = lock(&self.state);
        state.seed = seed.unwrap_or(state.seed);
        state.rules.clear();
        state.add(rules);
    }

    /// Adds rules behind those that are there.
    pub(crate) fn add(&self, rules: Vec<FaultRule>) {
        lock(&self.state).add(rules);
    }

    /// The seed.
    pub(crate) fn seed(&self) -> u64 {
        lock(&self.state).seed
    }

    /// Every rule and how often it has struck.
    pub(crate) fn struck(&self) -> Vec<(FaultRule, u64)> {
        lock(&self.state).rules.iter().map(|armed| (armed.rule.clone(), armed.struck)).collect()
    }

    /// Decides on a request. The first refusal holds, as does the first bad ending; the delays add up.
    pub(crate) fn meet(&self, operation: &Operation, now: Instant) -> Encounter {
        let mut encounter = Encounter::default();
        for armed in lock(&self.state).rules.iter_mut().filter(|armed| armed.rule.concerns(operation)) {
            armed.meet(&mut encounter, now);
        }
        encounter
    }

    /// Whether a fault of this sort strikes now.
    pub(crate) fn strikes(&self, sort: fn(&Kind) -> bool, operation: &Operation) -> bool {
        let mut state = lock(&self.state);
        let concerned = state.rules.iter_mut().filter(|armed| sort(&armed.rule.kind) && armed.rule.concerns(operation));
        // Each is asked, so that one rule's luck does not depend on another's.
        concerned.filter_map(|armed| armed.strikes().then_some(())).count() > 0
    }

    /// How long after its time an event is taken in, in milliseconds.
    pub(crate) fn lateness(&self) -> i64 {
        let late = lock(&self.state).rules.iter_mut().filter_map(Armed::lateness).max();
        late.map_or(0, |late| i64::try_from(late.as_millis()).unwrap_or(i64::MAX))
    }

    /// Most events on a page of this operation.
    pub(crate) fn page(&self, operation: &Operation) -> Option<usize> {
        self.smallest(operation, |kind| if let Kind::Page(most) = kind { Some(*most) } else { None })
    }

    /// How long a live-tail session lasts.
    pub(crate) fn session(&self, operation: &Operation) -> Option<Duration> {
        self.smallest(operation, |kind| if let Kind::Session(length) = kind { Some(*length) } else { None })
    }

    /// The message as data protection shows it; `None` when nothing in it is masked.
    pub(crate) fn masked(&self, message: &str) -> Option<String> {
        let mut state = lock(&self.state);
        let masks = state.rules.iter_mut().filter_map(|armed| match &armed.rule.kind {
            Kind::Mask(what) => Some((what.clone(), &mut armed.struck)),
            _ => None,
        });
        let mut masked: Option<String> = None;
        for (what, struck) in masks {
            if let Some(text) = mask::masked(masked.as_deref().unwrap_or(message), &what) {
                *struck += 1;
                masked = Some(text);
            }
        }
        masked
    }

    /// Whether anything is masked.
    pub(crate) fn protects(&self) -> bool {
        lock(&self.state).rules.iter().any(|armed| matches!(armed.rule.kind, Kind::Mask(_)))
    }

    fn smallest<T: Ord>(&self, operation: &Operation, of: impl Fn(&Kind) -> Option<T>) -> Option<T> {
        let state = lock(&self.state);
        let concerned = state.rules.iter().filter(|armed| armed.rule.concerns(operation));
        concerned.filter_map(|armed| of(&armed.rule.kind)).min()
    }
}

impl State {
    fn add(&mut self, rules: Vec<FaultRule>) {
        for rule in rules {
            let armed = Armed::new(rule, self.seed, self.rules.len());
            self.rules.push(armed);
        }
    }
}

#[cfg(test)]
mod tests;
