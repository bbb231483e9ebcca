//! Reading in a thread of its own, a block ahead of what is being searched.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::BLOCK;

/// Blocks that are filled, searched, or wait for either.
const BLOCKS: usize = 3;

/// When nothing has come for so long, nothing may come for hours.
const PATIENCE: Duration = Duration::from_millis(250);

/// An input whose next block is read while the last one is searched.
///
/// A patient one says [`io::ErrorKind::WouldBlock`] while nothing comes, and can be read on after that.
pub(super) struct Ahead {
    filled: Receiver<io::Result<Vec<u8>>>,
    spent: SyncSender<Vec<u8>>,
    block: io::Cursor<Vec<u8>>,
    is_patient: bool,
}

impl Ahead {
    /// Reads `raw` in a thread of its own, which it may hold for ever.
    pub(super) fn new(raw: impl Read + Send + 'static, is_patient: bool) -> io::Result<Self> {
        let (send, filled) = sync_channel(BLOCKS);
        let (spent, empty) = sync_channel(BLOCKS);
        for _ in 1..BLOCKS {
            let _ = spent.send(Vec::new());
        }
        thread::Builder::new().name("ahead".into()).spawn(move || pump(raw, &send, &empty))?;
        Ok(Self { filled, spent, block: io::Cursor::default(), is_patient })
    }

    fn next(&self) -> Result<io::Result<Vec<u8>>, RecvTimeoutError> {
        if self.is_patient {
            self.filled.recv_timeout(PATIENCE)
        } else {
            self.filled.recv().map_err(|_| RecvTimeoutError::Disconnected)
        }
    }
}

fn pump(mut raw: impl Read, filled: &SyncSender<io::Result<Vec<u8>>>, empty: &Receiver<Vec<u8>>) {
    while let Ok(mut block) = empty.recv() {
        block.resize(BLOCK, 0);
        let block = match read(&mut raw, &mut block) {
            Ok(0) => return,
            Ok(count) => {
                block.truncate(count);
                Ok(block)
            }
            Err(error) => Err(error),
        };
        let failed = block.is_err();
        if filled.send(block).is_err() || failed {
            return;
        }
    }
}

/// Reads what there is, whatever interrupts it.
fn read(raw: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match raw.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl Read for Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.block.read(into)?;
            if count > 0 {
                return Ok(count);
            }
            match self.next() {
                Ok(block) => {
                    let spent = std::mem::replace(&mut self.block, io::Cursor::new(block?));
                    // The thread may have ended with its input.
                    let _ = self.spent.try_send(spent.into_inner());
                }
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Is interrupted before each of its blocks, and fails after the last.
    struct Uneasy(Vec<Vec<u8>>, bool);

    impl Read for Uneasy {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let Some(block) = self.0.pop() else { return Err(io::ErrorKind::InvalidData.into()) };
            into[..block.len()].copy_from_slice(&block);
            Ok(block.len())
        }
    }

    #[test]
    fn blocks_come_in_their_order_and_the_error_last() {
        let blocks: Vec<_> = (0..9_u8).map(|number| vec![number; 1000 * usize::from(number) + 1]).collect();
        let expected: Vec<_> = blocks.iter().rev().flatten().copied().collect();
        let mut ahead = Ahead::new(Uneasy(blocks, false), false).unwrap();
        let mut read = Vec::new();
        assert_eq!(ahead.read_to_end(&mut read).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read, expected);
    }

    #[test]
    fn a_patient_one_can_be_read_on() {
        let (out, mut into) = io::pipe().unwrap();
        let mut ahead = Ahead::new(out, true).unwrap();
        assert_eq!(ahead.read(&mut [0; 4]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        io::Write::write_all(&mut into, b"ab").unwrap();
        drop(into);
        let mut read = Vec::new();
        while let Err(error) = ahead.read_to_end(&mut read) {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        }
        assert_eq!(read, b"ab");
    }
}
