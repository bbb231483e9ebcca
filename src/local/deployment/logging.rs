//! How a function logs: format, levels and group.

use serde::{Deserialize, Serialize};

use super::super::wire::Fault;

/// A function's `LoggingConfig`; its default is text in the usual group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Logging {
    /// Levels, when lines are JSON.
    pub(crate) levels: Option<Levels>,
    /// A group other than `/aws/lambda/` + name.
    pub(crate) group: Option<String>,
}

/// Below which level lines are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Levels {
    /// For what the function's code writes.
    pub(crate) application: Level,
    /// For what the service writes.
    pub(crate) system: Level,
}

impl Default for Levels {
    fn default() -> Self {
        Self { application: Level::Info, system: Level::Info }
    }
}

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Level {
    /// The least.
    Trace,
    /// For whoever looks for a defect.
    Debug,
    /// What a line without a level counts as.
    Info,
    /// Odd.
    Warn,
    /// Failed.
    Error,
    /// Failed for good.
    Fatal,
}

/// What a caller sets.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Wanted {
    log_format: Option<String>,
    application_log_level: Option<Level>,
    system_log_level: Option<Level>,
    log_group: Option<String>,
}

/// As the API describes it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    log_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_log_level: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_log_level: Option<Level>,
    log_group: String,
}

impl Logging {
    /// The same with what is wanted changed; levels belong to JSON.
    pub(crate) fn with(&self, wanted: Wanted) -> Result<Self, Fault> {
        let refused = |message: &str| Fault::new(400, "InvalidParameterValueException", message);
        let levels = match wanted.log_format.as_deref() {
            Some("Text") => None,
            Some("JSON") => Some(self.levels.unwrap_or_default()),
            None => self.levels,
            Some(_) => return Err(refused("LogFormat must be one of [JSON, Text]")),
        };
        let asked = wanted.application_log_level.or(wanted.system_log_level);
        if levels.is_none() && asked.is_some() {
            return Err(refused("ApplicationLogLevel and SystemLogLevel can only be set when LogFormat is JSON."));
        }
        let levels = levels.map(|levels| Levels {
            application: wanted.application_log_level.unwrap_or(levels.application),
            system: wanted.system_log_level.unwrap_or(levels.system),
        });
        let group = wanted.log_group.filter(|group| !group.is_empty()).or_else(|| self.group.clone());
        Ok(Self { levels, group })
    }

    /// Whether it logs to the group that is named after it.
    pub(crate) fn is_usual(&self) -> bool {
        self.group.is_none()
    }

    /// Where the function of this name logs to.
    pub(crate) fn group_of(&self, function: &str) -> String {
        self.group.clone().unwrap_or_else(|| format!("/aws/lambda/{function}"))
    }

    /// As the API describes it.
    pub(crate) fn describe(&self, function: &str) -> Described {
        Described {
            log_format: if self.levels.is_some() { "JSON" } else { "Text" },
            application_log_level: self.levels.map(|levels| levels.application),
            system_log_level: self.levels.map(|levels| levels.system),
            log_group: self.group_of(function),
        }
    }

    /// Whether a line of the function's code is kept: one that is no JSON, or tells no level, counts as `INFO`.
    pub(crate) fn keeps(&self, line: &str) -> bool {
        #[derive(Deserialize)]
        struct Levelled {
            level: Level,
        }
        self.levels.is_none_or(|levels| {
            let level = serde_json::from_str::<Levelled>(line).map_or(Level::Info, |line| line.level);
            level >= levels.application
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(json: &str) -> Wanted {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn levels_belong_to_json() {
        let text = Logging::default();
        assert!(text.with(wanted(r#"{"ApplicationLogLevel":"WARN"}"#)).is_err());
        let json = text.with(wanted(r#"{"LogFormat":"JSON","ApplicationLogLevel":"WARN"}"#)).unwrap();
        assert_eq!(json.levels, Some(Levels { application: Level::Warn, system: Level::Info }));
        assert_eq!(json.with(wanted(r#"{"LogFormat":"Text","LogGroup":"/all"}"#)).unwrap().levels, None);
    }

    #[test]
    fn a_line_without_a_level_counts_as_info() {
        let at =
            |level| Logging { levels: Some(Levels { application: level, system: Level::Info }), ..Logging::default() };
        assert!(at(Level::Info).keeps("plain") && at(Level::Info).keeps("{}"));
        assert!(!at(Level::Warn).keeps("plain"));
        assert!(at(Level::Warn).keeps(r#"{"level":"ERROR"}"#) && Logging::default().keeps("plain"));
    }
}
