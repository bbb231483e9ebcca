//! What the settings allow where the board looks.

use std::sync::Arc;

use crate::config::Config;
use crate::record::Masks;

use super::Model;

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
}
