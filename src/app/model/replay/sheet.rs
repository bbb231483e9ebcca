//! The sheet that shows exactly what one replay will send, where to and as whom, and lets it be changed before.

use ratatui_textarea::TextArea;

use crate::app::jobs::Ticket;
use crate::app::keymap;
use crate::record::{Arrival, FunctionArn, json};
use crate::replay::facts::Facts;
use crate::replay::guard::{self, Context, Warning};
use crate::replay::invoker::{Kind, Returned};
use crate::replay::journal::History;
use crate::replay::payload::{self, NotJson};
use crate::replay::plan::{Item, Options, Plan, Skip};

use super::JqLine;
use crate::app::model::TextLine;

/// What the keys of the sheet speak to.
#[derive(Debug)]
pub enum Stage {
    /// The sheet itself.
    Look,
    /// The payload is edited in place.
    Edit(Box<Editor>),
    /// A jq expression is typed.
    Jq(JqLine),
    /// A tenant is named.
    Tenant(TextLine),
    /// A version or alias is chosen; the number is that of the row.
    Qualifier(usize),
    /// One more key sends; production wants the function's name typed before.
    Confirm(TextLine),
    /// It was sent, and what it came to is shown.
    Ran(Ran),
}

/// An invocation that runs at once.
#[derive(Debug)]
pub struct Ran {
    /// The run that sends it.
    pub ticket: Ticket,
    /// What it came to, and that in words; `None` while it runs.
    pub came_to: Option<(Returned, String)>,
}

/// The payload while it is edited in place.
#[derive(Debug)]
pub struct Editor {
    /// The text.
    pub area: TextArea<'static>,
    /// Where it is no JSON, and why.
    pub error: Option<NotJson>,
}

impl Editor {
    /// An editor of a payload.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut editor = Self { area: TextArea::from(text.split('\n')), error: None };
        editor.check();
        editor
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Checks the text anew.
    pub fn check(&mut self) {
        self.error = payload::check(&self.text()).err();
    }
}

/// One replay that is being prepared.
#[derive(Debug)]
pub struct Sheet {
    /// The record.
    pub arrival: Box<Arrival>,
    /// How the function is invoked.
    pub kind: Kind,
    /// Version or alias in place of the record's own.
    pub qualifier: Option<String>,
    /// Tenant of a multi-tenant function.
    pub tenant: Option<String>,
    /// The payload, when it is not the record's own.
    pub edited: Option<String>,
    /// What will be sent, or why nothing can be.
    pub item: Result<Item, Skip>,
    /// What speaks against it.
    pub warnings: Vec<Warning>,
    /// What is known of the function; `None` while it is being looked at.
    pub facts: Option<Facts>,
    /// Why the function could not be looked at.
    pub trouble: Option<String>,
    /// The job that looks at the function.
    pub looking: Option<Ticket>,
    /// The job that changes the payload by a jq expression.
    pub changing: Option<Ticket>,
    /// The jq expression that changed the payload last.
    pub program: String,
    /// What the keys speak to.
    pub stage: Stage,
    /// Whether the difference to the record's payload is shown, rather than the payload.
    pub diff: bool,
    /// Rows of the payload that are scrolled out of sight.
    pub scroll: usize,
}

impl Sheet {
    /// A sheet for a record's own payload.
    #[must_use]
    pub fn new(arrival: Arrival) -> Self {
        Self {
            arrival: Box::new(arrival),
            kind: Kind::Event,
            qualifier: None,
            tenant: None,
            edited: None,
            item: Err(Skip::NoFunction),
            warnings: Vec::new(),
            facts: None,
            trouble: None,
            looking: None,
            changing: None,
            program: String::new(),
            stage: Stage::Look,
            diff: false,
            scroll: 0,
        }
    }

    /// What the keyboard speaks to.
    #[must_use]
    pub fn context(&self) -> keymap::Context {
        match self.stage {
            Stage::Look => keymap::Context::Replay,
            Stage::Edit(_) => keymap::Context::Edit,
            Stage::Jq(_) | Stage::Tenant(_) => keymap::Context::Line,
            Stage::Qualifier(_) => keymap::Context::Choice,
            Stage::Confirm(_) => keymap::Context::Confirm,
            Stage::Ran(_) => keymap::Context::Returned,
        }
    }

    /// Works out anew what will be sent and what speaks against it.
    pub fn settle(&mut self, history: &History, now: i64, watched: &[String]) {
        let edited = self.edited.clone();
        let change = move |_: &str| Ok(edited.clone().unwrap_or_default());
        let options = Options {
            kind: self.kind,
            qualifier: self.qualifier.as_deref(),
            tenant: self.tenant.as_deref(),
            change: if self.edited.is_some() { Some(&change) } else { None },
            successes: true,
            answers: true,
            // Who sees that it was sent before may send it again.
            again: true,
        };
        let mut plan = Plan::of(std::iter::once(&*self.arrival), &options, history);
        self.item = plan.items.pop().ok_or_else(|| plan.skipped.pop().map_or(Skip::NoFunction, |skipped| skipped.why));
        self.warnings = match &self.item {
            Ok(item) => {
                let last = history.last_send_of(&item.key);
                guard::warnings(item, &Context { now, last, facts: self.facts.as_ref(), watched })
            }
            Err(_) => Vec::new(),
        };
    }

    /// The function with the qualifier that it goes to.
    #[must_use]
    pub fn target(&self) -> Option<FunctionArn> {
        self.item.as_ref().ok().map(|item| FunctionArn::parse(&item.call.target))
    }

    /// The payload as it will be sent.
    #[must_use]
    pub fn payload(&self) -> &str {
        self.edited.as_deref().or_else(|| self.arrival.record.request_payload()).unwrap_or_default()
    }

    /// The payload laid out to be edited.
    #[must_use]
    pub fn laid_out(&self) -> String {
        match &self.edited {
            Some(edited) => edited.clone(),
            None => json::pretty(self.payload()),
        }
    }

    /// Takes an edited payload; one that only differs in its spacing is the record's own.
    pub fn edit(&mut self, text: &str) {
        let own = self.arrival.record.request_payload().unwrap_or_default();
        let same = text == own || text.trim_end() == json::pretty(own).trim_end();
        self.edited = (!same).then(|| text.trim_end_matches('\n').to_owned());
        self.scroll = 0;
    }

    /// Takes the record's own payload again.
    pub fn restore(&mut self) {
        (self.edited, self.diff, self.scroll) = (None, false, 0);
        self.program.clear();
    }

    /// What the expression came to: another payload, or why there is none, which keeps its line open.
    pub fn changed(&mut self, made: Result<&str, String>) {
        let Stage::Jq(jq) = &mut self.stage else { return };
        match made {
            Ok(text) => {
                jq.line.text().clone_into(&mut self.program);
                self.stage = Stage::Look;
                self.edit(text);
                self.diff = self.edited.is_some();
            }
            Err(why) => jq.error = Some(why),
        }
    }

    /// The qualifiers to choose from, as far as they are known; the record's own is always among them.
    #[must_use]
    pub fn qualifiers(&self) -> Vec<(String, Option<String>)> {
        let own = self.arrival.record.function().and_then(FunctionArn::qualifier).unwrap_or("$LATEST").to_owned();
        let known = self.facts.as_ref().and_then(|facts| facts.qualifiers.as_ref().ok());
        let mut names: Vec<_> =
            known.into_iter().flatten().map(|found| (found.name.clone(), found.version.clone())).collect();
        if !names.iter().any(|(name, _)| *name == own) {
            names.insert(0, (own, None));
        }
        names
    }

    /// The qualifier that it goes to.
    #[must_use]
    pub fn chosen_qualifier(&self) -> String {
        self.target().and_then(|arn| arn.qualifier().map(str::to_owned)).unwrap_or_else(|| "$LATEST".to_owned())
    }
}
