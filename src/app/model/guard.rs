//! What the settings allow where the board looks, and where it sends to.

use std::sync::Arc;

use crate::config::{Config, Guard};
use crate::record::{FunctionArn, Masks};
use crate::replay::Plan;
use crate::replay::facts::Facts;

use super::{Bulk, Model, Sheet};

impl Model {
    /// Takes over the settings.
    pub fn configure(&mut self, config: Arc<Config>) {
        let redact = &config.redact;
        let patterns = redact.patterns.iter().map(|pattern| pattern.regex().clone());
        self.masks = Arc::new(Masks::new(redact.built_in, &redact.paths, patterns));
        self.config = config;
        let profile = self.source.place.identity.clone();
        self.watch(profile.as_deref(), None);
    }

    /// Looks up what holds for a profile and an account, as far as they are known.
    pub(in crate::app) fn watch(&mut self, profile: Option<&str>, account: Option<&str>) {
        self.guard = self.config.guard(profile, account);
    }

    /// What holds for sending one payload.
    #[must_use]
    pub fn sheet_guard(&self, sheet: &Sheet) -> Guard {
        let target = sheet.item.as_ref().ok().map(|item| item.call.target.as_str());
        self.sending_guard(target, sheet.facts.as_ref())
    }

    /// What holds for sending several.
    #[must_use]
    pub fn bulk_guard(&self, bulk: &Bulk) -> Guard {
        self.sending_guard(Plan::targets(&bulk.plan).into_keys(), bulk.facts.values())
    }

    /// The strictest of what holds where the board looks, for who sends, and where it goes.
    fn sending_guard<'a>(
        &self,
        targets: impl IntoIterator<Item = &'a str>,
        facts: impl IntoIterator<Item = &'a Facts>,
    ) -> Guard {
        let targets: Vec<_> = targets.into_iter().map(FunctionArn::parse).collect();
        let senders = facts.into_iter().filter_map(|facts| facts.identity.as_ref().ok());
        let accounts = targets.iter().filter_map(FunctionArn::account);
        let accounts = accounts.chain(senders.map(|identity| identity.account.as_str()));
        self.guard.or(self.config.sending_guard(self.replays.profile.as_deref(), accounts))
    }
}
