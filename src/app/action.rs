//! What a key or a click asks for.

use serde::Deserialize;

/// One thing a user can ask for; the keymap file names each in kebab case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Keep what was typed or chosen.
    Accept,
    /// Take back the last step: an overlay, the detail, the zoom, the filter.
    Back,
    /// Go to the newest row and follow, or to the last line.
    Bottom,
    /// Empty the line or the choice.
    Clear,
    /// Put the next candidate into the line.
    Complete,
    /// Put the candidate before into the line.
    CompleteBack,
    /// Open the menu of conditions.
    Conditions,
    /// Copy what the detail's tab shows.
    Copy,
    /// Copy the whole record as it came.
    CopyRecord,
    /// One row down.
    Down,
    /// Edit the filter.
    Filter,
    /// Go to the detail.
    FocusDetail,
    /// Go to the failures.
    FocusFailures,
    /// Go to the successes.
    FocusSuccesses,
    /// Stop following, or follow again.
    Freeze,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// Show every key.
    Help,
    /// Scroll the detail to the left.
    Left,
    /// Mark the row under the cursor, or take its mark away.
    Mark,
    /// Capture the mouse, or leave it to the terminal.
    Mouse,
    /// Make the failure pane smaller.
    Narrower,
    /// Go to the next pane.
    NextPane,
    /// Show the next tab.
    NextTab,
    /// Open the record on the whole screen.
    Open,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// Go to the previous pane.
    PreviousPane,
    /// Show the previous tab.
    PreviousTab,
    /// Leave.
    Quit,
    /// Scroll the detail to the right.
    Right,
    /// Go back to the shell.
    Suspend,
    /// Show times as local, UTC or relative.
    Time,
    /// Choose or unchoose the row under the cursor.
    Toggle,
    /// Go to the oldest row, or the first line.
    Top,
    /// One row up.
    Up,
    /// Make the failure pane larger.
    Wider,
    /// Wrap long lines, or cut them.
    Wrap,
    /// Make the detail shorter.
    Shorter,
    /// Make the detail taller.
    Taller,
    /// Give the pane the whole screen, or take it back.
    Zoom,
}
