//! Themes as files: those that are shipped, and the user's.

use std::path::Path;
use std::str::FromStr;
use std::sync::LazyLock;

use ratatui::style::Color;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::{Fault, Place, nearest};

use super::super::syntax::Syntax;
use super::{Background, Depth, Theme};

/// The shipped files, by their names, in the order of the picker.
const SHIPPED: [(&str, &str); 6] = [
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
    ("sixteen", include_str!("../../../assets/themes/sixteen.toml")),
    ("colour-blind", include_str!("../../../assets/themes/colour-blind.toml")),
    ("colour-blind-light", include_str!("../../../assets/themes/colour-blind-light.toml")),
];

static SCHEMES: LazyLock<Vec<Scheme>> = LazyLock::new(|| {
    let shipped = SHIPPED.iter().filter_map(|(name, text)| Scheme::parse(name, Path::new(name), text).ok());
    shipped.collect()
});

/// The colours of a theme, before they are fitted to what the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Palette {
    pub(super) accent: Color,
    pub(super) failure: Color,
    pub(super) success: Color,
    pub(super) waiting: Color,
    pub(super) place: Color,
    pub(super) selected: Color,
    pub(super) selected_elsewhere: Color,
}

impl Palette {
    /// What a file need not say.
    pub(super) const BASE: Self = Self {
        accent: Color::Cyan,
        failure: Color::Red,
        success: Color::Green,
        waiting: Color::Yellow,
        place: Color::Cyan,
        selected: Color::Indexed(238),
        selected_elsewhere: Color::Indexed(236),
    };

    const NAMES: [&'static str; 7] =
        ["accent", "failure", "success", "waiting", "place", "selected", "selected-elsewhere"];

    fn slot(&mut self, name: &str) -> Option<&mut Color> {
        Some(match name {
            "accent" => &mut self.accent,
            "failure" => &mut self.failure,
            "success" => &mut self.success,
            "waiting" => &mut self.waiting,
            "place" => &mut self.place,
            "selected" => &mut self.selected,
            "selected-elsewhere" => &mut self.selected_elsewhere,
            _ => return None,
        })
    }
}

/// A theme's file, read.
#[derive(Debug, Clone)]
pub struct Scheme {
    name: String,
    background: Background,
    syntax: Syntax,
    palette: Palette,
}

impl Scheme {
    /// The themes that are shipped.
    #[must_use]
    pub fn shipped() -> &'static [Self] {
        &SCHEMES
    }

    /// The one that is shipped for a background.
    pub(super) fn for_background(background: Background) -> Option<&'static Self> {
        Self::shipped().iter().find(|scheme| scheme.background == background)
    }

    /// The theme's name, which is its file's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The background that it is made for.
    #[must_use]
    pub fn background(&self) -> Background {
        self.background
    }

    /// The styles, for as many colours as the terminal shows.
    #[must_use]
    pub fn theme(&self, depth: Depth) -> Theme {
        Theme { depth, background: self.background, syntax: self.syntax, palette: self.palette, ascii: false }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong with it: unknown keys, colours and syntax themes, each with its place.
    pub fn parse(name: &str, path: &Path, text: &str) -> Result<Self, Vec<Fault>> {
        let table = DeTable::parse(text).map_err(|error| vec![Fault::of_toml(path, text, &error)])?;
        let scheme = Self {
            name: name.to_owned(),
            background: Background::Dark,
            syntax: Syntax::new(Background::Dark),
            palette: Palette::BASE,
        };
        let mut reading = Reading { scheme, path, text, faults: Vec::new() };
        reading.table(table.get_ref());
        reading.faults.sort_by_key(Fault::line);
        if reading.faults.is_empty() { Ok(reading.scheme) } else { Err(reading.faults) }
    }
}

struct Reading<'a> {
    scheme: Scheme,
    path: &'a Path,
    text: &'a str,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        // The syntax theme follows the background unless it is named.
        let background = table.get("background").map(|value| self.background(value));
        if let Some(background) = background.flatten() {
            (self.scheme.background, self.scheme.syntax) = (background, Syntax::new(background));
        }
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "background" => {}
                "syntax" => self.syntax(value),
                "colours" => self.colours(value),
                other => self.unknown("key", other, key.span(), &["background", "syntax", "colours"]),
            }
        }
    }

    fn background(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Background> {
        match value.get_ref().as_str() {
            Some("dark") => Some(Background::Dark),
            Some("light") => Some(Background::Light),
            _ => {
                self.fault(value.span(), "background is \"dark\" or \"light\"".to_owned());
                None
            }
        }
    }

    fn syntax(&mut self, value: &Spanned<DeValue<'_>>) {
        let name = value.get_ref().as_str().unwrap_or_default();
        match Syntax::named(name) {
            Some(syntax) => self.scheme.syntax = syntax,
            None => self.unknown("syntax theme", name, value.span(), &Syntax::names()),
        }
    }

    fn colours(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(colours) = value.get_ref().as_table() else {
            return self.fault(value.span(), "colours takes a table of names and colours".to_owned());
        };
        for (key, value) in colours {
            let Some(slot) = self.scheme.palette.slot(key.get_ref()) else {
                self.unknown("colour", key.get_ref(), key.span(), &Palette::NAMES);
                continue;
            };
            match value.get_ref().as_str().and_then(|text| Color::from_str(text).ok()) {
                Some(colour) => *slot = colour,
                None => self.fault(
                    value.span(),
                    format!("{} takes a colour such as \"red\", \"light-blue\", \"238\" or \"#e69f00\"", key.get_ref()),
                ),
            }
        }
    }

    fn unknown(&mut self, what: &str, name: &str, span: std::ops::Range<usize>, known: &[&str]) {
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.fault(span, format!("there is no {what} {name}; {hint}"));
    }

    fn fault(&mut self, span: std::ops::Range<usize>, problem: String) {
        self.faults.push(Fault::at(Place::new(self.path, self.text, span), problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_is_sound() {
        for (name, text) in SHIPPED {
            Scheme::parse(name, Path::new(name), text).unwrap();
        }
        assert_eq!(Scheme::shipped().len(), SHIPPED.len());
    }

    #[test]
    fn the_colour_blind_ones_do_without_red_beside_green() {
        for scheme in Scheme::shipped().iter().filter(|scheme| scheme.name().starts_with("colour-blind")) {
            let Palette { failure: Color::Rgb(.., fail), success: Color::Rgb(.., success), .. } = scheme.palette else {
                panic!("{scheme:?}");
            };
            // Blue is what both kinds of red-green blindness see alike.
            assert!(success > fail + 100, "{scheme:?}");
        }
    }
}
