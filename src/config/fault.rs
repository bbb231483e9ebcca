//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Line, counted from 1.
    pub line: usize,
    /// Character of the line, counted from 1.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// Characters that are meant, from the column on; at least 1.
    pub width: usize,
}

impl Place {
    /// The place of a range of bytes in a file's text.
    #[must_use]
    pub fn new(path: &Path, text: &str, span: Range<usize>) -> Self {
        let start = span.start.min(text.len());
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[begin..].lines().next().unwrap_or_default();
        let end = span.end.clamp(start, begin + line.len().max(start - begin));
        Self {
            path: path.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[begin..start].chars().count() + 1,
            text: line.to_owned(),
            width: text[start..end].chars().count().max(1),
        }
    }
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// Where, when it is about a part of the file; with the file alone otherwise.
    pub place: Result<Place, PathBuf>,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

impl Fault {
    /// A fault of the file as a whole.
    pub fn of_file(path: &Path, problem: impl Into<String>) -> Self {
        Self { place: Err(path.to_owned()), problem: problem.into() }
    }

    /// A fault at a place.
    pub fn at(place: Place, problem: impl Into<String>) -> Self {
        Self { place: Ok(place), problem: problem.into() }
    }

    /// The file that it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.place.as_ref().map_or_else(PathBuf::as_path, |place| &place.path)
    }

    /// Line that it is about; 0 when it is about the file.
    #[must_use]
    pub fn line(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.line)
    }

    /// What the TOML parser found wrong.
    #[must_use]
    pub fn of_toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        match error.span() {
            Some(span) => Self::at(Place::new(path, text, span), error.message()),
            None => Self::of_file(path, error.message()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Err(path) => write!(f, "{}: {}", path.display(), self.problem),
            Ok(place) => {
                let Place { path, line, column, text, width } = place;
                let (path, number) = (path.display(), line.to_string());
                writeln!(f, "{path}, line {line}, column {column}: {}", self.problem)?;
                writeln!(f, "  {number} | {}", text.replace('\t', " "))?;
                let margin = " ".repeat(number.len());
                write!(f, "  {margin} | {}{}", " ".repeat(column - 1), "^".repeat(*width))
            }
        }
    }
}

/// The one of `known` that `asked` was probably meant to be.
#[must_use]
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = asked.to_lowercase().replace('_', "-");
    let edits = |name: &str| strsim::damerau_levenshtein(&plain, &name.to_lowercase());
    let near = (plain.chars().count() / 3).max(1);
    known.into_iter().map(|name| (edits(name), name)).filter(|(edits, _)| *edits <= near).min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_line_and_place() {
        let text = "a = 1\nbé = [2, x]\nc = 3\n";
        let at = text.find('x').unwrap();
        let fault = Fault::at(Place::new(Path::new("c.toml"), text, at..at + 1), "no value");
        assert_eq!(fault.to_string(), "c.toml, line 2, column 10: no value\n  2 | bé = [2, x]\n    |          ^");
    }

    #[test]
    fn a_place_at_the_end_of_the_text_is_shown_too() {
        for text in ["a =", "a =\n", ""] {
            let place = Place::new(Path::new("c"), text, text.len()..text.len() + 3);
            assert_eq!(place.width, 1, "{text:?}");
        }
    }

    #[test]
    fn what_was_meant_is_found() {
        let known = ["color", "background", "read-only"];
        assert_eq!(nearest("colour", known), Some("color"));
        assert_eq!(nearest("Read_Only", known), Some("read-only"));
        assert_eq!(nearest("bakcground", known), Some("background"));
        assert_eq!(nearest("xyz", known), None);
    }
}
