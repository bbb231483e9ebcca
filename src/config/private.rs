//! Files and folders for their owner alone: payloads, filters and reports are nobody else's.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Options for a file that, when it is made, only its owner may read and write, where the system knows owners.
#[must_use]
pub fn private_file() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are for systems that know owners"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a file for its owner alone, with the folder that it is to lie in; what a file of that name held is gone.
///
/// # Errors
/// When it cannot be made.
pub fn create_private(file: &Path) -> io::Result<File> {
    make_folder_of(file)?;
    private_file().write(true).create(true).truncate(true).open(file)
}

/// Writes all of a file or nothing, for its owner alone, with the folder that it is to lie in.
///
/// # Errors
/// When it cannot be written.
pub fn replace_private(file: &Path, text: &str) -> io::Result<()> {
    make_folder_of(file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.persist(file).map(drop).map_err(|error| error.error)
}

/// What makes a folder that only its owner may enter, where the system knows owners.
#[must_use]
pub fn private_folder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are for systems that know owners"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Makes the folder that a file is to lie in, and those above it; one that is there stays as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder_of(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| private_folder().recursive(true).create(folder))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn nobody_else_may_read_what_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/b/c");
        make_folder_of(&file).unwrap();
        private_file().write(true).create_new(true).open(&file).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&folder.path().join("a"))), (0o600, 0o700));
    }
}
