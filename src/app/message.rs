//! What the loop tells the model, and what the model asks of the loop.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::Event;

use crate::replay::drive::Control;
use crate::source::SourceUpdate;

use super::document::{Document, Paint};
use super::jobs::{News, Request, Ticket};
use super::model::Place;

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// A key, the mouse, a paste or a new size.
    Terminal(Event),
    /// The terminal has told its background.
    Background {
        /// Whether it is nearer to white than to black.
        is_light: bool,
    },
    /// The source found, failed or ended.
    Source(SourceUpdate),
    /// More is known of where the records come from.
    Place(Place),
    /// The highlighter has coloured a document.
    Coloured {
        /// The document that it was asked for.
        generation: u64,
        /// Its colours.
        colours: Vec<Paint>,
    },
    /// A job has something to tell.
    Job {
        /// The job, as it was started.
        ticket: Ticket,
        /// What it tells.
        news: News,
    },
    /// The user's editor has ended: what went wrong with it, if anything did.
    Edited(Option<String>),
    /// The user's own editor has given a payload back, or says why not.
    PayloadEdited(Result<String, String>),
    /// A word for the reader.
    Told(String),
    /// Time has passed, and something on screen shows it.
    Tick,
}

/// Something the model wants done outside of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Leave the board.
    Quit,
    /// Give the terminal back to the shell until it wakes us.
    Suspend,
    /// Draw the whole screen anew.
    Redraw,
    /// Put text on the clipboard.
    Copy(String),
    /// Colour a document's program text.
    Colour {
        /// Comes back with the colours.
        generation: u64,
        /// What to colour.
        document: Arc<Document>,
    },
    /// Start a job.
    Start {
        /// Comes back with everything that the job tells.
        ticket: Ticket,
        /// What it is to do.
        request: Request,
    },
    /// Read these log groups instead of what was read so far.
    Tail(Vec<Arc<str>>),
    /// Stop reading back, or go on.
    HaltReach(bool),
    /// End a job; nothing more is heard of it.
    Cancel(Ticket),
    /// Tell a running job something.
    Tell {
        /// The job.
        ticket: Ticket,
        /// What it is told.
        control: Control,
    },
    /// Open a payload in the user's own editor.
    EditPayload(String),
    /// Add a filter to the history that is kept between runs.
    Remember(String),
    /// Open a file in the user's editor, and come back when that ends.
    Edit {
        /// The file.
        path: PathBuf,
        /// Line in it, counted from 1.
        line: u64,
    },
    /// Capture the mouse, or release it.
    CaptureMouse(bool),
}
