//! The wiring of a function, as the doctor sees it, over the board.

use crate::app::jobs::{Answer, JobError, Ticket};
use crate::wiring::Line;

use super::Picker;

/// A page of the wiring.
#[derive(Debug)]
pub struct WiringPage {
    /// The function.
    pub function: String,
    /// The job that looks, while it does.
    pub looking: Option<Ticket>,
    /// What it found, or why it found nothing.
    pub lines: Result<Vec<Line>, String>,
    /// First line on screen.
    pub top: usize,
    /// The picker that it was opened from.
    pub behind: Option<Box<Picker>>,
}

impl WiringPage {
    /// A page that waits for a job.
    #[must_use]
    pub fn waiting(function: String, looking: Ticket) -> Self {
        Self { function, looking: Some(looking), lines: Ok(Vec::new()), top: 0, behind: None }
    }

    /// Takes in what the job found.
    pub fn hear(&mut self, found: Result<Answer, JobError>) {
        self.looking = None;
        self.lines = match found {
            Ok(Answer::Examined(lines)) => Ok(lines),
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        };
    }

    /// Text of the commands on the page, one on a line.
    #[must_use]
    pub fn commands(&self) -> String {
        let lines = self.lines.iter().flatten().filter(|line| line.weight == crate::wiring::Weight::Command);
        let commands: Vec<&str> = lines.map(|line| line.text.trim_start().trim_start_matches("$ ")).collect();
        commands.join("\n")
    }
}
