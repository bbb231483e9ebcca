use std::hash::{BuildHasherDefault, Hasher};

/// Hashes numbers that are hashes, as keys of tables.
pub(crate) type Hashed = BuildHasherDefault<Itself>;

/// The hash of a number that is a hash.
#[derive(Debug, Default)]
pub(crate) struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }
}
