//! Limits that keep a hostile message from costing more than a large one.

/// Objects, arrays and strings that are taken apart inside each other.
pub(super) const LEVELS: usize = 64;

/// Every byte may be read this often: real messages nest a handful of layers.
const READS_PER_BYTE: usize = 32;

/// What decoding a byte of a string costs, in bytes that are only read.
pub(super) const DECODING: usize = 4;

/// What a short message may cost anyway.
const FREE: usize = 64 * 1024;

/// Bytes that may still be read.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn of(message: &str) -> Self {
        Self(message.len().saturating_mul(READS_PER_BYTE).saturating_add(FREE))
    }

    pub(super) fn spend(&mut self, bytes: usize) {
        // An attempt costs something even when it ends at once.
        self.0 = self.0.saturating_sub(bytes + 1);
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }
}
