//! Reading what may be long in coming.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::BLOCK;

/// When nothing has come for so long, nothing may come for hours.
const PATIENCE: Duration = Duration::from_millis(250);

/// A pipe that says [`io::ErrorKind::WouldBlock`] while nothing comes, and can be read on after that.
pub(super) struct Patient {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: io::Cursor<Vec<u8>>,
}

impl Patient {
    /// Reads `raw` in a thread of its own, which it may hold for ever.
    pub(super) fn new(raw: impl Read + Send + 'static) -> io::Result<Self> {
        let (send, blocks) = sync_channel(1);
        thread::Builder::new().name("stdin".into()).spawn(move || pump(raw, &send))?;
        Ok(Self { blocks, block: io::Cursor::default() })
    }
}

fn pump(mut raw: impl Read, blocks: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; BLOCK];
    loop {
        let block = match raw.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => Ok(buffer[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = block.is_err();
        if blocks.send(block).is_err() || failed {
            return;
        }
    }
}

impl Read for Patient {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.block.read(into)?;
            if count > 0 {
                return Ok(count);
            }
            match self.blocks.recv_timeout(PATIENCE) {
                Ok(block) => self.block = io::Cursor::new(block?),
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
