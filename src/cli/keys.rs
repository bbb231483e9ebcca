//! The keys: shipped ones with the user's own over them.

use std::fs;
use std::io;

use crate::app::keymap::Keymap;
use crate::config::{Fault, Folders};

use super::exit::Failure;

/// The keys in force.
///
/// # Errors
/// Everything that is wrong with the user's `keymap.toml`.
pub(super) fn keymap() -> Result<Keymap, Failure> {
    let shipped = Keymap::shipped().map_err(Failure::other)?;
    let Ok(path) = Folders::find().map(|folders| folders.keymap()) else { return Ok(shipped) };
    match fs::read_to_string(&path) {
        Ok(text) => shipped.patched(&path, &text).map_err(|faults| Failure::keymap(&faults)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(shipped),
        Err(error) => Err(Failure::keymap(&[Fault::of_file(&path, format!("the keys cannot be read: {error}"))])),
    }
}
