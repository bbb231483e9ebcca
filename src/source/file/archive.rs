//! Plain bytes out of plain, gzip and zstd files, told apart by how they begin.

mod zstd;

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use self::zstd::Zstd;
use super::utf16::{Order, Utf16};

const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What is read of a compressed file at once.
const BUFFER: usize = 128 * 1024;

/// Bytes as they lie on disk, counted while they are read.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Arc<AtomicU64>);

impl Meter {
    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many bytes are going to be read again.
    pub(super) fn take_back(&self, bytes: u64) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Archives within archives are unpacked so often: Firehose packs what a subscription filter has packed already.
const LAYERS: usize = 4;

/// What can be read of a file.
pub(super) enum Unpacked {
    /// The file as it is.
    Plain(Box<dyn Read + Send>),
    /// The file, its text as UTF-8.
    Recoded(Box<dyn Read + Send>),
    /// What was packed in it.
    Packed(Box<dyn Read + Send>),
}

/// Unpacks `raw` if it is packed. A file of several members or frames is read to its end; one that breaks off
/// gives what it holds before it gives the error.
pub(super) fn unpack(raw: impl Read + Send + 'static, meter: &Meter) -> io::Result<Unpacked> {
    let mut raw = Metered { raw, meter: meter.clone() };
    let head = head(&mut raw)?;
    if !is_packed(&head) {
        let is_utf8 = Order::told_by(&head).is_none();
        let text = text(head, raw);
        return Ok(if is_utf8 { Unpacked::Plain(text) } else { Unpacked::Recoded(text) });
    }
    let mut inner = layer(head, raw);
    for _ in 1..LAYERS {
        // An archive that is damaged from its beginning shows that when it is read.
        let Ok(head) = self::head(&mut inner) else { break };
        let is_packed = is_packed(&head);
        inner = if is_packed { layer(head, inner) } else { text(head, inner) };
        if !is_packed {
            break;
        }
    }
    Ok(Unpacked::Packed(inner))
}

fn is_packed(head: &[u8]) -> bool {
    head.starts_with(&GZIP) || zstd::begins(head)
}

/// What is packed in an archive that begins with `head`.
fn layer(head: Vec<u8>, rest: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    let is_gzip = head.starts_with(&GZIP);
    let packed = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(rest));
    if is_gzip { Box::new(MultiGzDecoder::new(packed)) } else { Box::new(Zstd::new(packed)) }
}

/// What begins with `head` as UTF-8.
fn text(head: Vec<u8>, rest: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    match Order::told_by(&head) {
        Some(order) => Box::new(Utf16::new(Cursor::new(head).chain(rest), order)),
        None => Box::new(Cursor::new(head).chain(rest)),
    }
}

/// The first four bytes, or all there are.
fn head(raw: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(4);
    raw.take(4).read_to_end(&mut head)?;
    Ok(head)
}

struct Metered<R> {
    raw: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.raw.read(into)?;
        self.meter.add(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    fn unpacked(packed: Vec<u8>, meter: &Meter) -> Box<dyn Read> {
        match unpack(Cursor::new(packed), meter).unwrap() {
            Unpacked::Plain(raw) | Unpacked::Recoded(raw) => raw,
            Unpacked::Packed(inner) => inner,
        }
    }

    /// What can be read, and the error that ends it.
    fn read(packed: Vec<u8>) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut unpacked = unpacked(packed, &Meter::default());
        let mut bytes = Vec::new();
        let error = unpacked.read_to_end(&mut bytes).err();
        (bytes, error.map(|error| error.kind()))
    }

    fn noise() -> Vec<u8> {
        (0..300_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
    }

    #[test]
    fn plain_files_stay_as_they_are() {
        for text in [&b""[..], b"a", b"abc", b"\x1f", b"hello\nworld\n"] {
            assert_eq!(read(text.to_vec()), (text.to_vec(), None));
        }
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"xyz"].concat();
        assert_eq!(read([gzip(b"one\n"), gzip(b"two\n")].concat()), (b"one\ntwo\n".to_vec(), None));
        assert_eq!(read([zstd(b"one\n"), zstd(b"two\n")].concat()), (b"one\ntwo\n".to_vec(), None));
        assert_eq!(
            read([skippable.clone(), zstd(b"one\n"), skippable, zstd(b"two\n")].concat()),
            (b"one\ntwo\n".to_vec(), None)
        );
    }

    #[test]
    fn archives_within_archives_are_unpacked() {
        let inner = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(read(gzip(&zstd(&inner))), (b"one\ntwo\n".to_vec(), None));
    }

    #[test]
    fn a_file_that_breaks_off_gives_what_it_holds() {
        let whole = noise();
        for packed in [gzip(&whole), zstd(&whole)] {
            let half = packed.len() / 2;
            let (bytes, error) = read(packed[..half].to_vec());
            assert!(bytes.len() + 300_000 > whole.len() / 2, "{}", bytes.len());
            assert_eq!(bytes, whole[..bytes.len()]);
            assert_eq!(error, Some(io::ErrorKind::UnexpectedEof));
        }
    }

    #[test]
    fn rubbish_after_a_frame_is_an_error() {
        let (bytes, error) = read([zstd(b"one\n"), b"rubbish".to_vec()].concat());
        assert_eq!(bytes, b"one\n");
        assert!(error.is_some());
    }

    #[test]
    fn bytes_are_counted_as_they_lie_on_disk() {
        let packed = gzip(&b"a".repeat(100_000));
        let meter = Meter::default();
        let size = packed.len() as u64;
        unpacked(packed, &meter).read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(meter.bytes(), size);
    }
}
