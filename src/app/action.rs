//! What a key or a click asks for.

use serde::Deserialize;

/// One thing a user can ask for; the keymap file names each in kebab case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Keep what was typed or chosen.
    Accept,
    /// Send also what was sent before, or not.
    Again,
    /// Take back the last step: an overlay, the detail, the zoom, the filter.
    Back,
    /// Go to the newest row and follow, or to the last line.
    Bottom,
    /// Send one of each kind of failure first, or not.
    Canary,
    /// Send nothing more of a run.
    CancelRun,
    /// Empty the line or the choice.
    Clear,
    /// Put the next candidate into the line.
    Complete,
    /// Put the candidate before into the line.
    CompleteBack,
    /// Open the command line.
    Command,
    /// Set the two marked records side by side.
    Compare,
    /// Open the menu of conditions.
    Conditions,
    /// Compare failures with successes.
    Differences,
    /// Copy what the detail's tab shows.
    Copy,
    /// Copy everything that differs.
    CopyAll,
    /// Copy a place with both values.
    CopyBoth,
    /// Copy the key of the place in the tree.
    CopyKey,
    /// Choose what to copy of the place in the tree.
    CopyMenu,
    /// Copy the value of the other record.
    CopyOther,
    /// Copy where the place in the tree is.
    CopyPath,
    /// Copy the payload that the tree shows.
    CopyPayload,
    /// Copy the whole record as it came.
    CopyRecord,
    /// Copy the JSON of the place in the tree.
    CopySubtree,
    /// Copy the value of the place in the tree.
    CopyValue,
    /// Show the difference to the record's payload, or the payload.
    Diff,
    /// One row down.
    Down,
    /// Open the file of a frame in the user's editor, or edit the payload in place.
    Edit,
    /// Edit the payload in the user's own editor.
    Editor,
    /// Unfold everything.
    ExpandAll,
    /// Allow more sends a second.
    Faster,
    /// Edit the filter.
    Filter,
    /// Go to the detail.
    FocusDetail,
    /// Go to the failures.
    FocusFailures,
    /// Go to the successes.
    FocusSuccesses,
    /// Fold the place, or go to what holds it.
    Fold,
    /// Fold everything.
    FoldAll,
    /// Stop following, or follow again.
    Freeze,
    /// Gather the failures that are the same failure.
    Groups,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// Stop reading back, or go on.
    HaltReach,
    /// Show every key.
    Help,
    /// Change the payload by a jq expression.
    Jq,
    /// Choose how the function is invoked.
    Kind,
    /// Show what was read, what came late, and what is missing.
    Ledger,
    /// Scroll the detail to the left.
    Left,
    /// Mark the row under the cursor, or take its mark away.
    Mark,
    /// Capture the mouse, or leave it to the terminal.
    Mouse,
    /// Make the failure pane smaller.
    Narrower,
    /// Go to the next place where the text that was looked for is.
    NextMatch,
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
    /// Send nothing for a while, or go on.
    Pause,
    /// Go to the place before.
    PreviousMatch,
    /// Pick a function or a log group to read.
    Pick,
    /// Go to the previous pane.
    PreviousPane,
    /// Show the previous tab.
    PreviousTab,
    /// Choose a version or alias.
    Qualifier,
    /// Copy the curl line that sends the payload again.
    ExportCurl,
    /// Copy the payload as a test event.
    ExportEvent,
    /// Copy the AWS CLI line that sends the payload again.
    ExportInvoke,
    /// Copy the records as JSON.
    ExportJson,
    /// Choose what to take along.
    ExportMenu,
    /// Write a note to the record.
    Note,
    /// Save test events as files.
    SaveEvents,
    /// Save a note on the incident.
    SaveNote,
    /// Save payloads as files.
    SavePayloads,
    /// Save a session.
    SaveSession,
    /// Leave.
    Quit,
    /// Draw the whole screen anew.
    Redraw,
    /// Send also what a failed canary holds back.
    Release,
    /// Prepare the replay of the record under the cursor.
    Replay,
    /// Prepare the replay of several records, or show the one under way.
    Replays,
    /// Take the record's own payload again.
    Restore,
    /// Scroll the detail to the right.
    Right,
    /// Save a summary.
    Save,
    /// Scroll down a line, and leave the cursor where it is.
    ScrollDown,
    /// Scroll up a line, and leave the cursor where it is.
    ScrollUp,
    /// Look for text.
    Search,
    /// Ask for the last word before sending.
    Send,
    /// Allow fewer sends a second.
    Slower,
    /// Keep the spacing of the records, or not.
    Spacing,
    /// Stop a run after more or fewer failures of one kind.
    StopAfter,
    /// Go back to the shell.
    Suspend,
    /// Name the tenant of a multi-tenant function.
    Tenant,
    /// Open the picker of themes.
    Themes,
    /// Open the histogram.
    Timeline,
    /// Show times as local, UTC or relative.
    Time,
    /// Choose or unchoose the row under the cursor.
    Toggle,
    /// Fold the place, or unfold it.
    ToggleFold,
    /// Go to the oldest row, or the first line.
    Top,
    /// Unfold the place, or go to the first thing in it.
    Unfold,
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
    /// Show where the outcomes of a function go, and what is wrong with that.
    Wiring,
    /// Give the pane the whole screen, or take it back.
    Zoom,
    /// Show less of the histogram in more detail.
    ZoomIn,
    /// Show more of the histogram.
    ZoomOut,
}

impl Action {
    /// By how many rows it moves a cursor, where a page has so many; far beyond either end for the ends.
    pub(super) fn rows(self, page: isize) -> Option<isize> {
        match self {
            Self::Up => Some(-1),
            Self::Down => Some(1),
            Self::HalfPageUp => Some(-(page + 1) / 2),
            Self::HalfPageDown => Some((page + 1) / 2),
            Self::PageUp => Some(-page),
            Self::PageDown => Some(page),
            Self::Top => Some(isize::MIN / 2),
            Self::Bottom => Some(isize::MAX / 2),
            _ => None,
        }
    }

    /// The action's name in a keymap file and on the command line of the board.
    #[must_use]
    pub fn name(self) -> String {
        kebab_case(&format!("{self:?}"))
    }
}

/// A variant's name as serde writes it in kebab case.
pub(super) fn kebab_case(variant: &str) -> String {
    let mut name = String::new();
    for c in variant.chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(c.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_keymap_file() {
        for action in [Action::Quit, Action::HalfPageDown, Action::CompleteBack] {
            assert_eq!(toml::Value::from(action.name()).try_into::<Action>().unwrap(), action);
        }
    }
}
