//! How things look: a few styles, by what the terminal can show.

mod scheme;

use ratatui::style::{Color, Modifier, Style};

use crate::app::document::{Ink, Role};
use crate::config::HeaderColour;
use crate::record::Outcome;

use super::syntax::Syntax;

use scheme::Palette;

pub use scheme::Scheme;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None, or none wanted (`NO_COLOR`).
    Mono,
    /// The sixteen of ANSI.
    Ansi16,
    /// The 256 of xterm.
    Ansi256,
    /// Any.
    True,
}

/// Whether the terminal's background is dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
}

/// The styles of the board. Colour only repeats what a word, a glyph or a place says.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    depth: Depth,
    background: Background,
    syntax: Syntax,
    palette: Palette,
    ascii: bool,
}

impl Theme {
    /// A theme for what the terminal can show.
    #[must_use]
    pub fn new(depth: Depth, background: Background) -> Self {
        let fallback =
            || Self { depth, background, syntax: Syntax::new(background), palette: Palette::BASE, ascii: false };
        Scheme::for_background(background).map_or_else(fallback, |scheme| scheme.theme(depth))
    }

    /// The same with borders of `+`, `-` and `|`, for terminals without box characters.
    #[must_use]
    pub fn with_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// Whether borders are of `+`, `-` and `|`.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// Reads `NO_COLOR`, `COLORTERM`, `TERM` and `COLORFGBG`.
    #[must_use]
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Self {
        Self::new(depth(&env), background(&env))
    }

    /// How many colours it uses.
    #[must_use]
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The background it is made for.
    #[must_use]
    pub fn background(&self) -> Background {
        self.background
    }

    /// The syntax theme for payloads and code.
    #[must_use]
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Secondary text.
    #[must_use]
    pub fn dim(&self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Text that carries the line.
    #[must_use]
    pub fn strong(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM)
    }

    /// The one accent: the focused frame, the chosen tab, keys.
    #[must_use]
    pub fn accent(&self) -> Style {
        self.coloured(self.palette.accent).add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM)
    }

    /// An outcome.
    #[must_use]
    pub fn outcome(&self, outcome: Outcome) -> Style {
        match outcome {
            Outcome::Failure => self.coloured(self.palette.failure),
            Outcome::Success => self.coloured(self.palette.success),
        }
    }

    /// Waiting, throttled, or something not known.
    #[must_use]
    pub fn waiting(&self) -> Style {
        self.coloured(self.palette.waiting)
    }

    /// The top line where the settings want it to stand out; the profile's name says the same without colour.
    #[must_use]
    pub fn banner(&self, colour: HeaderColour) -> Style {
        if self.depth == Depth::Mono {
            return Style::new().add_modifier(Modifier::REVERSED);
        }
        let colour = match colour {
            HeaderColour::Red => Color::Red,
            HeaderColour::Yellow => Color::Yellow,
            HeaderColour::Green => Color::Green,
            HeaderColour::Blue => Color::Blue,
            HeaderColour::Magenta => Color::Magenta,
        };
        Style::new().bg(colour).fg(Color::Black).remove_modifier(Modifier::DIM)
    }

    /// Text that was looked for.
    #[must_use]
    pub fn found(&self) -> Style {
        self.coloured(Color::Yellow).add_modifier(Modifier::UNDERLINED)
    }

    /// The frame of a pane.
    #[must_use]
    pub fn frame(&self, focused: bool) -> Style {
        if focused { self.accent() } else { self.dim() }
    }

    /// The selected row, in the pane that has the focus or in another one.
    #[must_use]
    pub fn selected(&self, focused: bool) -> Style {
        match (self.depth >= Depth::Ansi256, focused) {
            (true, true) => Style::new().bg(self.fitted(self.palette.selected)),
            (true, false) => Style::new().bg(self.fitted(self.palette.selected_elsewhere)),
            (false, true) => Style::new().add_modifier(Modifier::REVERSED),
            (false, false) => Style::new().add_modifier(Modifier::BOLD),
        }
    }

    /// A dressed range of a document.
    #[must_use]
    pub fn ink(&self, ink: Ink) -> Style {
        match ink {
            Ink::Role(role) => self.role(role),
            Ink::Rgb([r, g, b]) => match self.depth {
                Depth::True => Style::new().fg(Color::Rgb(r, g, b)),
                Depth::Ansi256 => Style::new().fg(Color::Indexed(nearest_256([r, g, b]))),
                Depth::Ansi16 => Style::new().fg(nearest_16([r, g, b])),
                Depth::Mono => Style::new(),
            },
        }
    }

    fn role(&self, role: Role) -> Style {
        match role {
            Role::Dim => self.dim(),
            Role::Strong | Role::Function => self.strong(),
            Role::Error => self.coloured(self.palette.failure).add_modifier(Modifier::BOLD),
            Role::Place => self.coloured(self.palette.place),
            Role::Good => self.coloured(self.palette.success),
            Role::Warning => self.waiting(),
        }
    }

    fn coloured(&self, colour: Color) -> Style {
        if self.depth == Depth::Mono { Style::new() } else { Style::new().fg(self.fitted(colour)) }
    }

    /// A colour rounded to what the terminal shows.
    fn fitted(&self, colour: Color) -> Color {
        match (colour, self.depth) {
            (Color::Rgb(r, g, b), Depth::Ansi256) => Color::Indexed(nearest_256([r, g, b])),
            (Color::Rgb(r, g, b), Depth::Ansi16) => nearest_16([r, g, b]),
            _ => colour,
        }
    }
}

fn depth(env: &impl Fn(&str) -> Option<String>) -> Depth {
    let term = env("TERM").unwrap_or_default();
    if env("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" {
        Depth::Mono
    } else if env("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit") {
        Depth::True
    } else if term.contains("256") || term.contains("kitty") || term.contains("alacritty") {
        Depth::Ansi256
    } else {
        Depth::Ansi16
    }
}

/// `COLORFGBG` is `foreground;background` in ANSI numbers; 7 and 9 to 15 are light.
fn background(env: &impl Fn(&str) -> Option<String>) -> Background {
    let number = env("COLORFGBG").and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
    match number {
        Some(7 | 9..=15) => Background::Light,
        _ => Background::Dark,
    }
}

/// The nearest colour of xterm's cube or grey ramp.
fn nearest_256([r, g, b]: [u8; 3]) -> u8 {
    let spread = r.max(g).max(b) - r.min(g).min(b);
    if spread < 12 {
        let grey = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
        return 232 + (grey.saturating_sub(8) / 10).min(23) as u8;
    }
    let step = |value: u8| {
        if value < 48 {
            0
        } else if value < 115 {
            1
        } else {
            (value - 35) / 40
        }
    };
    16 + 36 * step(r) + 6 * step(g) + step(b)
}

/// The nearest hue of ANSI; greys are left to the terminal's own text colour.
fn nearest_16([r, g, b]: [u8; 3]) -> Color {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    if most - least < 40 {
        return Color::Reset;
    }
    let half = least / 2 + most / 2;
    match (r > half, g > half, b > half) {
        (true, true, false) => Color::Yellow,
        (true, false, true) => Color::Magenta,
        (true, _, _) => Color::Red,
        (false, true, true) => Color::Cyan,
        (false, true, false) => Color::Green,
        (false, false, _) => Color::Blue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth_of(pairs: &[(&str, &str)]) -> Depth {
        depth(&|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_tells_the_depth() {
        assert_eq!(depth_of(&[("TERM", "xterm-256color")]), Depth::Ansi256);
        assert_eq!(depth_of(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth_of(&[("TERM", "linux")]), Depth::Ansi16);
        assert_eq!(depth_of(&[("TERM", "dumb")]), Depth::Mono);
        assert_eq!(depth_of(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::Mono);
        assert_eq!(depth_of(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Ansi256);
    }

    #[test]
    fn without_colour_no_style_has_one() {
        let theme = Theme::new(Depth::Mono, Background::Dark);
        let styles = [
            theme.accent(),
            theme.outcome(Outcome::Failure),
            theme.waiting(),
            theme.selected(true),
            theme.ink(Ink::Rgb([200, 20, 20])),
            theme.ink(Ink::Role(Role::Error)),
        ];
        assert!(styles.iter().all(|style| style.fg.is_none() && style.bg.is_none()));
    }

    #[test]
    fn colours_are_rounded_to_what_there_is() {
        assert_eq!(nearest_256([255, 0, 0]), 196);
        assert_eq!(nearest_256([128, 128, 128]), 244);
        assert_eq!(nearest_16([200, 40, 40]), Color::Red);
        assert_eq!(nearest_16([190, 190, 200]), Color::Reset);
    }
}
