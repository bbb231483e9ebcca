//! The text of a file that is written by hand: settings, keys, a theme.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::fault::{Fault, Place};

/// Bytes that such a file may have; nobody writes more by hand.
const MOST: u64 = 1 << 20;

/// Reads a file; `None` when there is none. Whatever else is there is told at once: a pipe would be waited for without end.
///
/// # Errors
/// When it is no regular file, has more than 1 MiB, cannot be read, or is not UTF-8. The fault names the next step.
pub fn read_text(path: &Path) -> Result<Option<String>, Fault> {
    let found = match fs::metadata(path) {
        Err(error) if is_missing(&error) => return Ok(None),
        found => found.map_err(|error| unreadable(path, &error))?,
    };
    refuse(path, &found)?;
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MOST {
        return Err(too_long(path));
    }
    String::from_utf8(bytes).map(Some).map_err(|error| not_utf8(path, &error))
}

/// Nothing is there, or a file stands where a folder should.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn refuse(path: &Path, found: &Metadata) -> Result<(), Fault> {
    let is_empty_device = path == Path::new("/dev/null");
    if found.is_dir() {
        Err(Fault::of_file(path, "it is a folder: move it away, and put a file in its place"))
    } else if !found.is_file() && !is_empty_device {
        Err(Fault::of_file(path, "it is a pipe, a socket or a device: put a regular file in its place"))
    } else if found.len() > MOST {
        Err(too_long(path))
    } else {
        Ok(())
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let step = if error.kind() == io::ErrorKind::PermissionDenied {
        "; its owner must let you read it"
    } else {
        "; move it away, or put another file in its place"
    };
    Fault::of_file(path, format!("it cannot be read: {error}{step}"))
}

fn too_long(path: &Path) -> Fault {
    Fault::of_file(path, "it has more than 1 MiB, which nobody writes by hand: is it another file's content?")
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Fault {
    let at = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes());
    let wrong = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
    Fault::at(Place::new(path, &text, wrong), "it is not UTF-8 here: save the file as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        fs::write(&path, bytes).unwrap();
        read_text(&path).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_there_is_no_fault() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(read_text(&file.path().join("c.toml")), Ok(None));
        assert_eq!(read_text(Path::new("/nowhere/at/all")), Ok(None));
        assert_eq!(read_text(file.path()), Ok(Some(String::new())));
    }

    #[test]
    fn a_byte_that_is_no_utf8_is_shown_at_its_place() {
        let told = told(b"a = 1\nb\xc3\xa9 = \"\xff\"\n");
        assert!(told.contains("line 2, column 7: it is not UTF-8 here: save the file as UTF-8"), "{told}");
        assert!(told.contains("2 | bé = \"\u{fffd}\""), "{told}");
    }

    #[test]
    fn a_mebibyte_is_read_and_no_more() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), vec![b'#'; 1 << 20]).unwrap();
        assert!(read_text(file.path()).is_ok());
        assert!(told(&vec![b'#'; (1 << 20) + 1]).contains("more than 1 MiB"));
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_refused_but_for_the_empty_one() {
        assert_eq!(read_text(Path::new("/dev/null")), Ok(Some(String::new())));
        assert!(read_text(Path::new("/dev/zero")).unwrap_err().to_string().contains("a pipe, a socket or a device"));
        assert!(read_text(Path::new("/")).unwrap_err().to_string().contains("it is a folder"));
    }
}
