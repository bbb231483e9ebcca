//! The picker of themes.

/// Where the cursor is, which is the theme that is shown, and the one to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThemeMenu {
    /// The theme that was in force when the picker was opened.
    pub before: usize,
}
