//! What is wrong with a wiring, or worth knowing.

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Records are lost, or never made.
    Fault,
    /// Records may be lost, or are not where they are looked for.
    Risk,
    /// Good to know.
    Note,
}

impl Gravity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Risk => "risk",
            Self::Note => "note",
        }
    }
}

/// One thing that the doctor found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub gravity: Gravity,
    /// A name for it that stays, in kebab case.
    pub code: &'static str,
    /// What it is about: a function with its qualifier, a destination, a log group.
    pub subject: String,
    /// What was found.
    pub found: String,
    /// What follows from it.
    pub consequence: String,
    /// The command that mends it or tells more, when there is one.
    pub mend: Option<String>,
}

/// Findings as they are made, with the flags that every command needs.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    flags: String,
}

impl Findings {
    /// None yet; `flags` are added to every command.
    pub(super) fn new(flags: &str) -> Self {
        Self { found: Vec::new(), flags: flags.to_owned() }
    }

    /// Adds one that a command mends.
    pub(super) fn add(
        &mut self,
        (gravity, code): (Gravity, &'static str),
        subject: &str,
        found: impl Into<String>,
        consequence: impl Into<String>,
        mend: &str,
    ) {
        self.found.push(Finding {
            gravity,
            code,
            subject: subject.to_owned(),
            found: found.into(),
            consequence: consequence.into(),
            mend: (!mend.is_empty()).then(|| format!("{mend}{}", self.flags)),
        });
    }

    /// All of them, the gravest first.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|finding| finding.gravity);
        self.found.dedup();
        self.found
    }
}
