//! The board: one loop that turns events into messages, messages into state, and state into frames.

pub mod action;
mod answer;
mod clipboard;
mod colours;
pub mod document;
mod editor;
mod history;
pub mod jobs;
pub mod keymap;
pub mod message;
pub mod model;
mod signals;
mod tailing;
mod terminal;
mod update;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream, MouseEventKind};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use crate::ui::{self, Theme};

pub use history::History;

use answer::Answer;
use colours::Colours;
use jobs::{Jobs, World};
use message::{Effect, Message};
use model::{Health, Model, TimeStyle};
use signals::{Signal, Signals};
use terminal::Terminal;

/// Shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// How long the terminal's answer is waited for at the end, when the board was left at once.
const LEAVE: Duration = Duration::from_millis(300);
/// How long arrivals are taken in, or filtered, before the keyboard is heard again.
const TURN: Duration = Duration::from_millis(4);

/// Why the board ended before the user left it.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The terminal cannot be taken, read or written.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// A defect: a thread behind the board panicked.
    #[error("a defect in arrivals: {0}")]
    Panicked(String),
}

/// Shows the board until the user leaves it.
///
/// Gives the model as it was left. The model tells which of `themes` is in force. `first` is done before anything happens;
/// `inputs` brings what the sources find; the board lives on when it closes. Jobs reach out through `world`, and filters
/// that are kept are added to `history`.
///
/// # Errors
/// When the terminal cannot be taken, read or written, or a thread panics.
pub async fn run(
    model: Model,
    first: Vec<Effect>,
    themes: Vec<Theme>,
    inputs: mpsc::Receiver<Message>,
    world: World,
    history: History,
) -> Result<Model, BoardError> {
    let time_scale = world.time_scale;
    let mut app = App::new(model, themes, inputs, world, history)?;
    let effects = app.model.begin(now(), time_scale);
    app.carry_out(effects)?;
    app.carry_out(first)?;
    while !app.over {
        app.turn().await?;
    }
    app.take_leave().await;
    Ok(app.model)
}

struct App {
    model: Model,
    themes: Vec<Theme>,
    terminal: Terminal,
    keys: EventStream,
    /// What the terminal says of its background, among the keys.
    answer: Answer,
    signals: Signals,
    /// `None` when the sources have ended: the board lives on.
    inputs: Option<mpsc::Receiver<Message>>,
    colours: Colours,
    jobs: Jobs,
    history: History,
    drawn: Option<Instant>,
    dirty: bool,
    filtering: bool,
    /// A file and a line that the user wants to edit.
    editing: Option<(PathBuf, u64)>,
    /// The file of a payload that is being edited.
    scratch: Option<PathBuf>,
    over: bool,
}

impl App {
    fn new(
        model: Model,
        themes: Vec<Theme>,
        inputs: mpsc::Receiver<Message>,
        world: World,
        history: History,
    ) -> io::Result<Self> {
        let signals = Signals::listen()?;
        let mut terminal = Terminal::take(model.mouse)?;
        let answer = if model.by_background.is_some() { terminal.ask_background()? } else { Answer::default() };
        Ok(Self {
            model,
            colours: Colours::start(),
            themes,
            signals,
            terminal,
            answer,
            keys: EventStream::new(),
            inputs: Some(inputs),
            jobs: Jobs::new(world),
            history,
            drawn: None,
            dirty: true,
            filtering: false,
            editing: None,
            scratch: None,
            over: false,
        })
    }

    /// Waits for something to happen, takes it in, and draws when a frame is due.
    async fn turn(&mut self) -> Result<(), BoardError> {
        if let Some((path, line)) = self.editing.take() {
            self.edit(&path, line).await?;
        }
        let frame_due = self.frame_due();
        let tick = self.tick();
        tokio::select! {
            biased;
            signal = self.signals.next() => self.signal(signal)?,
            panic = self.terminal.panicked() => return Err(BoardError::Panicked(panic)),
            event = self.keys.next() => match event.transpose()? {
                Some(event) if is_idle_motion(&event) => {}
                Some(event) => self.hear(event)?,
                None => self.over = true,
            },
            () = wait_until(frame_due), if self.dirty => self.draw()?,
            (generation, colours) = self.colours.next() => self.take(Message::Coloured { generation, colours })?,
            message = self.jobs.next() => self.take(message)?,
            message = receive(&mut self.inputs) => match message {
                Some(message) => self.take_burst(message)?,
                None => self.inputs = None,
            },
            () = std::future::ready(()), if self.filtering => self.filter()?,
            () = wait_for(tick) => self.take(Message::Tick)?,
        }
        Ok(())
    }

    /// Lends the terminal to the user's editor. Sources go on meanwhile: what they find is taken in unseen.
    async fn edit(&mut self, path: &Path, line: u64) -> io::Result<()> {
        // The old stream would read keys that are meant for the editor; a new one reads none before it is asked.
        self.keys = EventStream::new();
        Terminal::lend()?;
        let mut command = editor::command(path, line);
        let mut editing = tokio::task::spawn_blocking(move || command.status());
        let ended = loop {
            tokio::select! {
                ended = &mut editing => break ended.map_err(io::Error::other)?,
                message = receive(&mut self.inputs) => match message {
                    Some(message) => self.take_burst(message)?,
                    None => self.inputs = None,
                },
            }
        };
        self.terminal.resume()?;
        let wrong = editor::told(ended);
        match self.scratch.take() {
            Some(path) => self.take(Message::PayloadEdited(editor::given_back(&path, wrong))),
            None => self.take(Message::Edited(wrong)),
        }
    }

    /// Waits a moment for what the terminal may still answer: the shell would take it for typed text.
    async fn take_leave(&mut self) {
        let until = tokio::time::Instant::now() + LEAVE;
        while self.answer.is_due(Instant::now()) {
            let Ok(Some(Ok(event))) = tokio::time::timeout_at(until, self.keys.next()).await else { break };
            self.answer.hear(event, Instant::now());
        }
    }

    /// Takes an event in, unless it is the terminal's own word on its background.
    fn hear(&mut self, event: Event) -> io::Result<()> {
        let (events, is_light) = self.answer.hear(event, Instant::now());
        if let Some(is_light) = is_light {
            self.take(Message::Background { is_light })?;
        }
        events.into_iter().try_for_each(|event| self.take(Message::Terminal(event)))
    }

    fn take(&mut self, message: Message) -> io::Result<()> {
        let effects = self.model.update(message, now());
        self.dirty = true;
        self.filtering = true;
        self.carry_out(effects)
    }

    /// Takes in what has come, and lets the filter run a little: a busy source must not starve it.
    fn take_burst(&mut self, first: Message) -> io::Result<()> {
        let started = Instant::now();
        self.take(first)?;
        while started.elapsed() < TURN {
            let Some(Ok(message)) = self.inputs.as_mut().map(mpsc::Receiver::try_recv) else { break };
            self.take(message)?;
        }
        self.filter()
    }

    fn filter(&mut self) -> io::Result<()> {
        self.filtering = !self.model.is_at_rest();
        if !self.filtering {
            return Ok(());
        }
        let mut effects = Vec::new();
        let started = Instant::now();
        while self.filtering && started.elapsed() < TURN {
            let slice = self.model.query().pace();
            self.filtering = self.model.advance(slice, &mut effects);
        }
        self.dirty = true;
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Quit => self.over = true,
                Effect::Suspend => self.terminal.suspend()?,
                Effect::Redraw => self.terminal.forget()?,
                Effect::Copy(text) => {
                    self.terminal.copy(&text)?;
                    clipboard::copy(text);
                }
                Effect::Remember(filter) => self.history.add(&filter),
                Effect::CaptureMouse(capture) => self.terminal.capture_mouse(capture)?,
                Effect::Colour { generation, document } => {
                    self.colours.want(generation, document, self.theme().syntax());
                }
                Effect::Start { ticket, request } => self.jobs.start(ticket, request),
                Effect::Tail(groups) => {
                    self.inputs = Some(tailing::start(self.jobs.world_anew(), groups));
                }
                Effect::HaltReach(is_halted) => self.jobs.world().tail.halt.set(is_halted),
                Effect::Cancel(ticket) => self.jobs.cancel(ticket),
                Effect::Edit { path, line } => self.editing = Some((path, line)),
                Effect::Tell { ticket, control } => self.jobs.tell(ticket, control),
                Effect::EditPayload(text) => self.edit_payload(&text)?,
            }
        }
        Ok(())
    }

    /// Puts a payload where the user's editor finds it.
    fn edit_payload(&mut self, text: &str) -> io::Result<()> {
        match editor::scratch(text) {
            Ok(path) => {
                self.scratch = Some(path.clone());
                self.editing = Some((path, 1));
                Ok(())
            }
            Err(why) => self.take(Message::PayloadEdited(Err(why))),
        }
    }

    fn signal(&mut self, signal: Signal) -> io::Result<()> {
        match signal {
            Signal::End => self.over = true,
            Signal::Stop => self.terminal.suspend()?,
            Signal::Resumed => {
                self.terminal.resume()?;
                self.dirty = true;
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let mut geometry = model::Geometry::default();
        let (model, theme) = (&self.model, &self.theme());
        self.terminal.draw(|frame| geometry = ui::draw(frame, model, theme))?;
        let moved = geometry != self.model.geometry;
        self.model.drawn(geometry);
        self.drawn = Some(Instant::now());
        // Text is laid out for the room it was given: a new size is drawn again at once.
        self.dirty = moved;
        Ok(())
    }

    fn theme(&self) -> Theme {
        let plain = || Theme::from_env(|name| std::env::var(name).ok());
        self.themes.get(self.model.theme).copied().unwrap_or_else(plain)
    }

    fn frame_due(&self) -> Instant {
        self.drawn.map_or_else(Instant::now, |drawn| drawn + FRAME)
    }

    /// How long the screen stays true when nothing happens.
    fn tick(&self) -> Option<Duration> {
        let counting = matches!(self.model.source.health, Health::Retrying { .. })
            || self.model.notice.as_ref().is_some_and(|notice| notice.until < i64::MAX)
            || self.model.replay_waits()
            || self.model.counts_down();
        let metered = self.model.source.place.counted_since.is_some() && self.model.source.is_alive();
        let due = Duration::from_millis((self.model.metering.due() - now()).max(1000).unsigned_abs());
        let every = (counting || self.model.time == TimeStyle::Relative).then_some(Duration::from_secs(1));
        every.or(metered.then_some(due))
    }
}

/// The pointer passing over the board: nothing follows from it, so nothing is drawn for it.
fn is_idle_motion(event: &Event) -> bool {
    matches!(event, Event::Mouse(mouse) if mouse.kind == MouseEventKind::Moved)
}

async fn receive(inputs: &mut Option<mpsc::Receiver<Message>>) -> Option<Message> {
    match inputs {
        Some(inputs) => inputs.recv().await,
        None => std::future::pending().await,
    }
}

async fn wait_until(due: Instant) {
    tokio::time::sleep_until(due.into()).await;
}

async fn wait_for(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
