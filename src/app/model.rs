//! Everything the screen shows, and nothing that runs.

mod attempts;
mod command;
mod detail;
mod differences;
mod export;
mod filter;
mod geometry;
mod groups;
mod guard;
mod help;
mod layout;
mod list;
mod menu;
mod metering;
mod page;
mod pair;
mod picker;
mod reasons;
mod replay;
mod sight;
mod source;
mod text_line;
mod themes;
mod timeline;
mod trace;
mod tree;
mod wiring_page;
mod wrap;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::board::{Board, Entry, Names, Pane, Query, Seq};
use crate::config::{Config, Guard};
use crate::record::Masks;

use super::action::Action;
use super::document::FrameId;
use super::jobs::Tickets;
use super::keymap::{Context, Keymap};

pub use super::jobs::Ticket;
pub use crate::source::Reach;
pub use attempts::Attempts;
pub use command::{Candidate, CommandLine};
pub(super) use detail::masked;
pub use detail::{Content, Detail, Tab};
pub use differences::DifferenceList;
pub use export::{Packing, Scope};
pub use filter::{FilterLine, Offer};
pub use geometry::{Border, Geometry};
pub use groups::GroupList;
pub use help::Help;
pub use layout::Layout;
pub use list::{List, Window};
pub use menu::{ConditionMenu, MenuRow};
pub use metering::{Events, Metering};
pub use page::Page;
pub use pair::{Pair, PairLine, PairTaken};
pub use picker::{PickRow, Picker};
pub use reasons::Reasons;
pub use replay::{Active, Bulk, BulkStage, Counting, Editor, Heard, JqLine, Pending, Ran, ReplayDesk, Sheet, Stage};
pub use source::{Health, Place, SourceState};
pub use text_line::TextLine;
pub use themes::ThemeMenu;
pub use timeline::Timeline;
pub use trace::Trace;
pub use tree::{Shown, Taken, Tree, Value};
pub use wiring_page::WiringPage;

/// What the keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// One of the two lists.
    List(Pane),
    /// The record that is selected in the list that had the focus last.
    Detail,
}

/// What lies over the board.
#[derive(Debug)]
pub enum Overlay {
    /// The filter line is being edited.
    Filter(Box<FilterLine>),
    /// The menu of conditions.
    Conditions(ConditionMenu),
    /// Failures by fingerprint.
    Groups(Box<GroupList>),
    /// When entries happened.
    Timeline(Timeline),
    /// What failures have in common.
    Differences(Box<DifferenceList>),
    /// Two records side by side.
    Pair(Box<Pair>),
    /// What can be copied of the place in the tree, to be chosen by a key.
    Copy,
    /// What is taken along, of these records, to be chosen by a key.
    Export(Scope),
    /// A note is written to the record.
    Note(Box<TextLine>),
    /// Text is looked for in the tree.
    Search(Box<TextLine>),
    /// What can be read.
    Picker(Box<Picker>),
    /// The wiring of a function.
    Wiring(Box<WiringPage>),
    /// Every key.
    Help(Box<Help>),
    /// The command line.
    Command(Box<CommandLine>),
    /// The picker of themes.
    Themes(ThemeMenu),
    /// One replay is prepared.
    Replay(Box<Sheet>),
    /// Several replays are prepared, or under way.
    Replays(Box<Bulk>),
    /// The ledger; the number is how far it is scrolled, in lines.
    Ledger(usize),
}

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeStyle {
    /// In the user's time zone.
    #[default]
    Local,
    /// In UTC, marked with a `Z`.
    Utc,
    /// How long ago.
    Relative,
}

impl TimeStyle {
    /// The style that follows in the cycle.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Local,
        }
    }
}

/// How the screen is shared out, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The failure pane's part of what both lists have.
    pub failures: u16,
    /// The lists' part of the height.
    pub lists: u16,
}

impl Split {
    /// Lists side by side.
    const WIDE: Self = Self { failures: 580, lists: 450 };
    /// Lists one above the other.
    const STACKED: Self = Self { failures: 570, lists: 620 };
    /// Bounds that keep both sides visible.
    pub const RANGE: std::ops::RangeInclusive<u16> = 150..=850;
}

/// A word on what was just done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What to say.
    pub text: String,
    /// Until when, in milliseconds since the Unix epoch.
    pub until: i64,
}

/// A frame whose file is being looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looking {
    /// The job that does.
    pub ticket: Ticket,
    /// The entry whose trace it is in.
    pub seq: Seq,
    /// Its name.
    pub frame: FrameId,
    /// Whether the editor is to be opened on it.
    pub edit: bool,
}

/// The state of the board's screen. Only `update` changes it.
#[derive(Debug)]
pub struct Model {
    /// The arrivals and their views.
    pub board: Board,
    /// Where they come from and how that goes.
    pub source: SourceState,
    /// The keys.
    pub keymap: Keymap,
    /// The two lists, failures first.
    pub lists: [List; 2],
    /// What the keys move.
    pub focus: Focus,
    /// The list whose selected row the detail shows.
    pub shown: Pane,
    /// Whether what has the focus has the whole screen.
    pub zoomed: bool,
    /// Whether it has it because a record was opened, so that leaving the record gives it back.
    pub opened: bool,
    /// What the reader has written to records.
    pub notes: BTreeMap<Seq, String>,
    /// What is masked on screen, in copies and in files.
    pub masks: Arc<Masks>,
    /// The record that is open.
    pub detail: Detail,
    /// What lies over the board.
    pub overlay: Option<Overlay>,
    /// How times are written.
    pub time: TimeStyle,
    /// The user's time zone.
    pub zone: TimeZone,
    /// Now, in milliseconds since the Unix epoch, as of the last message.
    pub now: i64,
    /// How the screen is shared out while the lists stand side by side.
    pub wide: Split,
    /// How it is shared out while one list stands above the other.
    pub stacked: Split,
    /// Whether the mouse drives the board rather than the terminal's selection.
    pub mouse: bool,
    /// The border that the mouse drags.
    pub drag: Option<Border>,
    /// One line for the reader, until the next key or for a few seconds.
    pub notice: Option<Notice>,
    /// How to go on, for who is new: on the board until a key is pressed there.
    pub greeting: Option<String>,
    /// Names of the themes that there are.
    pub themes: Vec<String>,
    /// Which of them is in force.
    pub theme: usize,
    /// Those for a dark and for a light background, while nobody has chosen one.
    pub by_background: Option<[usize; 2]>,
    /// The theme that was chosen for the source, here or when it was read before.
    pub chosen_theme: Option<String>,
    /// How the screen was left for each source, by [`Model::source_name`].
    pub layouts: BTreeMap<String, Layout>,
    /// Rows that came to each list since the terminal lost the focus; `None` while it has it.
    pub away: Option<[usize; 2]>,
    /// How often the next movement is made, while it is being typed.
    pub count: Option<usize>,
    /// What the settings file says.
    pub config: Arc<Config>,
    /// What the settings ask for with the profile and account in use.
    pub guard: Guard,
    /// Names for the jobs to come.
    pub tickets: Tickets,
    /// Records that are gathered to be saved.
    pub packing: Option<Packing>,
    /// Jobs that save files.
    pub saving: Vec<Ticket>,
    /// Entries whose attempts are being looked for, each with its job.
    pub asking: Vec<(Ticket, Seq)>,
    /// Frames whose files are being looked for.
    pub looking: Vec<Looking>,
    /// CloudWatch's counts beside ours.
    pub metering: Metering,
    /// Why nothing has come.
    pub reasons: Reasons,
    /// The job that finds out as whom the records are read.
    pub identifying: Option<Ticket>,
    /// What is sent again and what became of it.
    pub replays: ReplayDesk,
    /// What was drawn where, last time.
    pub geometry: Geometry,
    /// Filters of the configuration, by name.
    pub names: Arc<Names>,
    /// Filters that were kept before, the newest last.
    pub history: Vec<String>,
}

impl Model {
    /// Columns from which on the time until the next poll is shown.
    const COUNTS_DOWN: u16 = 100;

    /// Whether the time until the next poll is on the screen.
    #[must_use]
    pub fn counts_down(&self) -> bool {
        let polls = matches!(self.source.health, Health::Following { .. }) && self.source.ledger.traffic.requests > 0;
        polls && self.source.reach.is_none() && self.geometry.screen.width >= Self::COUNTS_DOWN
    }

    /// A board without arrivals.
    #[must_use]
    pub fn new(board: Board, source: SourceState, keymap: Keymap, zone: TimeZone) -> Self {
        Self {
            board,
            source,
            keymap,
            lists: Pane::ALL.map(List::new),
            focus: Focus::List(Pane::Failures),
            shown: Pane::Failures,
            zoomed: false,
            opened: false,
            notes: BTreeMap::new(),
            masks: Arc::default(),
            detail: Detail::default(),
            overlay: None,
            time: TimeStyle::default(),
            zone,
            now: 0,
            wide: Split::WIDE,
            stacked: Split::STACKED,
            mouse: true,
            drag: None,
            notice: None,
            greeting: None,
            themes: Vec::new(),
            theme: 0,
            by_background: None,
            chosen_theme: None,
            layouts: BTreeMap::new(),
            away: None,
            count: None,
            config: Arc::default(),
            guard: Guard::default(),
            tickets: Tickets::default(),
            packing: None,
            saving: Vec::new(),
            asking: Vec::new(),
            looking: Vec::new(),
            metering: Metering::default(),
            reasons: Reasons::default(),
            identifying: None,
            replays: ReplayDesk::default(),
            geometry: Geometry::default(),
            names: Arc::default(),
            history: Vec::new(),
        }
    }

    /// What the keyboard speaks to.
    #[must_use]
    pub fn context(&self) -> Context {
        match &self.overlay {
            None => Context::Browse,
            Some(Overlay::Filter(_)) => Context::Filter,
            Some(Overlay::Conditions(_)) => Context::Conditions,
            Some(Overlay::Groups(_)) => Context::Groups,
            Some(Overlay::Differences(_)) => Context::Differences,
            Some(Overlay::Timeline(_)) => Context::Timeline,
            Some(Overlay::Pair(pair)) if pair.copying => Context::PairCopy,
            Some(Overlay::Pair(_)) => Context::Pair,
            Some(Overlay::Copy) => Context::Copy,
            Some(Overlay::Search(_)) => Context::Search,
            Some(Overlay::Export(_)) => Context::Export,
            Some(Overlay::Note(_)) => Context::Note,
            Some(Overlay::Help(help)) if help.typing => Context::HelpSearch,
            Some(Overlay::Replay(sheet)) => sheet.context(),
            Some(Overlay::Replays(bulk)) => bulk.context(),
            Some(Overlay::Picker(_)) => Context::Picker,
            Some(Overlay::Wiring(_)) => Context::Wiring,
            Some(Overlay::Help(_)) => Context::Help,
            Some(Overlay::Command(_)) => Context::Command,
            Some(Overlay::Themes(_)) => Context::Themes,
            Some(Overlay::Ledger(_)) => Context::Ledger,
        }
    }

    /// What else the keyboard speaks to, from the inside out: a key that has no meaning there may have one outside.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        let inner = match self.detail.shows() {
            _ if self.overlay.is_some() || self.focus != Focus::Detail => None,
            Content::Tree(_) => Some(Context::Tree),
            Content::Trace(_) => Some(Context::Trace),
            Content::Attempts(_) => Some(Context::Attempts),
            Content::Page(_) => Some(Context::Text),
        };
        inner.into_iter().chain([self.context()]).collect()
    }

    /// The state of one list.
    #[must_use]
    pub fn list(&self, pane: Pane) -> &List {
        &self.lists[index(pane)]
    }

    /// The entry that the detail shows.
    #[must_use]
    pub fn open_entry(&self) -> Option<(Seq, &Entry)> {
        let seq = self.list(self.shown).selected()?;
        self.board.get(seq).map(|entry| (seq, entry))
    }

    /// Whether nothing is left to be filtered or gathered.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let is_gathered = match &self.overlay {
            Some(Overlay::Groups(list)) => !list.groups().is_behind(&self.board),
            Some(Overlay::Differences(list)) => list.settled(),
            _ => true,
        };
        self.is_settled() && is_gathered && self.packing.is_none()
    }

    /// Whether the filter has looked at every entry.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        Pane::ALL.into_iter().all(|pane| self.board.view(pane).settled())
    }

    /// The zone in which clock times are told.
    #[must_use]
    pub fn clock_zone(&self) -> TimeZone {
        if self.time == TimeStyle::Utc { TimeZone::UTC } else { self.zone.clone() }
    }

    /// The query in force.
    #[must_use]
    pub fn query(&self) -> &Query {
        self.board.query()
    }

    /// Tells who is new how to go on, until a key is pressed on the board: it is of the board's keys that it tells.
    pub fn greet(&mut self) {
        let key = |action| self.keymap.hint(Context::Browse, action).unwrap_or_default();
        let (help, command, filter) = (key(Action::Help), key(Action::Command), key(Action::Filter));
        let text = format!("new here? {help} shows every key, {command} finds any action, {filter} filters");
        self.greeting = Some(text);
    }

    /// Says something for a few seconds, or for as long as it takes to be read.
    pub(super) fn notify(&mut self, text: impl Into<String>) {
        let text = text.into();
        let shown = i64::try_from(text.chars().count()).unwrap_or(0).saturating_mul(60).max(4000);
        self.notice = Some(Notice { text, until: self.now.saturating_add(shown) });
    }

    /// How the screen is shared out in the layout that was drawn last.
    pub(super) fn split_mut(&mut self) -> &mut Split {
        if self.geometry.stacked { &mut self.stacked } else { &mut self.wide }
    }

    /// A list to move, the board it moves on, and the rows it has room for.
    pub(super) fn moving(&mut self, pane: Pane) -> (&mut List, &Board, usize) {
        let height = self.geometry.list_height(pane);
        (&mut self.lists[index(pane)], &self.board, height)
    }

    /// Whoever reads a record keeps it: its list stops following.
    pub(super) fn hold(&mut self) {
        let (list, board, height) = self.moving(self.shown);
        list.hold(board, height);
    }
}

/// Place of a pane in an array of two.
#[must_use]
pub fn index(pane: Pane) -> usize {
    match pane {
        Pane::Failures => 0,
        Pane::Successes => 1,
    }
}
