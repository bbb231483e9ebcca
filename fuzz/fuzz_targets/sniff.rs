//! Any file: its form is told without a panic, whatever it is cut into, and no event comes out of nothing.
#![no_main]

use arrivals::source::file::log_events;
use libfuzzer_sys::fuzz_target;

/// Gives at most so many bytes at once.
struct Slowly(std::io::Cursor<Vec<u8>>, usize);

impl std::io::Read for Slowly {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.min(into.len());
        self.0.read(&mut into[..length])
    }
}

fuzz_target!(|data: &[u8]| {
    let [step, content @ ..] = data else { return };
    let whole = log_events(std::io::Cursor::new(content.to_vec()));
    let pieces = log_events(Slowly(std::io::Cursor::new(content.to_vec()), usize::from(*step).max(1)));
    assert_eq!(whole, pieces);
    // No form makes an event of less than a byte.
    assert!(whole.len() <= content.len());
});
