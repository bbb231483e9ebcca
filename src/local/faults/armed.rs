//! A rule at work.

use std::time::{Duration, Instant};

use super::random::Random;
use super::rule::{FaultRule, Kind, Span, When};
use super::{Encounter, Ending, Refusal};

/// A rule, its luck so far, and what is left of it.
#[derive(Debug)]
pub(super) struct Armed {
    pub(super) rule: FaultRule,
    /// How often it has struck.
    pub(super) struck: u64,
    random: Random,
    bucket: Option<Bucket>,
}

/// Tokens for requests, of which so many come each second.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled: Option<Instant>,
}

impl Armed {
    pub(super) fn new(rule: FaultRule, seed: u64, place: usize) -> Self {
        let bucket = if let Kind::Bucket(rate) = rule.kind {
            Some(Bucket { tokens: f64::from(rate), filled: None })
        } else {
            None
        };
        Self { rule, struck: 0, random: Random::new(seed, place), bucket }
    }

    /// Adds what it does to a request. A fault whose turns are counted does not waste one on a request that is
    /// refused already.
    pub(super) fn meet(&mut self, encounter: &mut Encounter, now: Instant) {
        if let Kind::Latency(_, span) = self.rule.kind {
            encounter.delay += self.timed(span).unwrap_or_default();
        } else if encounter.refusal.is_none() {
            encounter.refusal = self.refusal(now);
            encounter.ending = self.ending(encounter.ending);
        }
    }

    fn refusal(&mut self, now: Instant) -> Option<Refusal> {
        if let Kind::Bucket(rate) = self.rule.kind {
            return (!self.draws(rate, now)).then_some(Refusal::Throttled);
        }
        Refusal::of(&self.rule.kind).filter(|_| self.strikes())
    }

    /// What it makes of an ending; one that is bad already stays as it is.
    fn ending(&mut self, so_far: Ending) -> Ending {
        let ending = match (self.rule.kind.clone(), so_far) {
            (_, Ending::Cut | Ending::Reset) => None,
            (Kind::Slow(_, span), _) => self.timed(span).map(Ending::Slow),
            (Kind::Cut(_), _) => self.strikes().then_some(Ending::Cut),
            (Kind::Reset(_), _) => self.strikes().then_some(Ending::Reset),
            _ => None,
        };
        ending.unwrap_or(so_far)
    }

    /// Whether it strikes this time.
    pub(super) fn strikes(&mut self) -> bool {
        let strikes = match self.rule.kind.when() {
            Some(When::Always) => true,
            Some(When::Share(share)) => self.random.part() < share,
            Some(When::Next(left)) => u64::from(left) > self.struck,
            None => false,
        };
        self.struck += u64::from(strikes);
        strikes
    }

    /// How late an event comes by it.
    pub(super) fn lateness(&mut self) -> Option<Duration> {
        if let Kind::Late(_, span) = self.rule.kind { self.timed(span) } else { None }
    }

    fn timed(&mut self, span: Span) -> Option<Duration> {
        let range = span.most.saturating_sub(span.least);
        self.strikes().then(|| span.least + range.mul_f64(self.random.part()))
    }

    /// Takes a token, if there is one.
    fn draws(&mut self, rate: u32, now: Instant) -> bool {
        let drawn = self.bucket.as_mut().is_none_or(|bucket| bucket.draw(f64::from(rate), now));
        self.struck += u64::from(!drawn);
        drawn
    }
}

impl Bucket {
    fn draw(&mut self, rate: f64, now: Instant) -> bool {
        let since = self.filled.map_or(Duration::ZERO, |filled| now.saturating_duration_since(filled));
        self.tokens = (self.tokens + since.as_secs_f64() * rate).min(rate);
        self.filled = Some(now);
        let drawn = self.tokens >= 1.0;
        if drawn {
            self.tokens -= 1.0;
        }
        drawn
    }
}
