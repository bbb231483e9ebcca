//! Zstandard frames, one after the other.

use std::error::Error;
use std::io::{self, Cursor, Read};
use std::iter::successors;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// An empty raw block that says it is the last, and room for a checksum that nobody compares.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Whether a file that begins so is made of Zstandard frames.
pub(super) fn begins(head: &[u8]) -> bool {
    head == MAGIC || is_skippable(head)
}

fn is_skippable(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18])
}

/// Reads all frames of a source, and all that there is of a frame that breaks off.
pub(super) struct Zstd<R> {
    source: R,
    decoder: FrameDecoder,
    in_frame: bool,
    failure: Option<io::Error>,
    ended: bool,
}

impl<R: Read> Zstd<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new(), in_frame: false, failure: None, ended: false }
    }

    fn advance(&mut self) -> io::Result<()> {
        if self.in_frame && !self.decoder.is_finished() {
            return self
                .decoder
                .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                .map(drop)
                .map_err(plain);
        }
        let mut magic = Vec::with_capacity(4);
        self.source.by_ref().take(4).read_to_end(&mut magic)?;
        match magic.as_slice() {
            [] => {
                self.ended = true;
                Ok(())
            }
            head if is_skippable(head) => self.skip(),
            head => {
                self.decoder.init(Cursor::new(head).chain(&mut self.source)).map_err(plain)?;
                self.in_frame = true;
                Ok(())
            }
        }
    }

    fn skip(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        self.source.read_exact(&mut length)?;
        let length = u64::from(u32::from_le_bytes(length));
        let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
        if skipped < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// The decoder holds its window back until the frame is finished, so the frame is finished for it.
    fn fail(&mut self, error: io::Error) {
        if self.in_frame && !self.decoder.is_finished() {
            let _ = self.decoder.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::UptoBlocks(1));
        }
        self.failure = Some(error);
        self.ended = true;
    }
}

/// The decoder wraps the end of a file in layers that say less than it does.
fn plain(error: FrameDecoderError) -> io::Error {
    let mut causes = successors(Some(&error as &dyn Error), |&cause| cause.source());
    let ended = causes
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::UnexpectedEof));
    if ended { io::ErrorKind::UnexpectedEof.into() } else { io::Error::other(error) }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            if self.in_frame && self.decoder.can_collect() > 0 {
                return self.decoder.read(into);
            }
            if let Some(error) = self.failure.take() {
                return Err(error);
            }
            if self.ended {
                return Ok(0);
            }
            if let Err(error) = self.advance() {
                self.fail(error);
            }
        }
    }
}
