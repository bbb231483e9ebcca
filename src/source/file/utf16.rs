//! UTF-16 as UTF-8, which PowerShell's `>` makes necessary.

use std::io::{self, Read};

/// Bytes that are decoded at once.
const PIECE: usize = 16 * 1024;

/// What stands for half of a surrogate pair: no byte of UTF-8, so that the text is known to be damaged.
const LOST: u8 = 0xff;

/// In which order the bytes of a unit come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The order that the mark tells with which UTF-16 begins.
    pub(super) fn told_by(head: &[u8]) -> Option<Self> {
        match head {
            // Followed by zeros, it would be UTF-32, which nothing writes.
            [0xff, 0xfe, ..] => Some(Self::Little),
            [0xfe, 0xff, ..] => Some(Self::Big),
            _ => None,
        }
    }
}

/// Reads UTF-16 as UTF-8.
pub(super) struct Utf16<R> {
    raw: R,
    order: Order,
    /// The first byte of a unit whose second one has not come.
    half: Option<u8>,
    /// The first unit of a pair whose second one has not come.
    high: Option<u16>,
    decoded: io::Cursor<Vec<u8>>,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(raw: R, order: Order) -> Self {
        Self { raw, order, half: None, high: None, decoded: io::Cursor::default() }
    }

    /// Decodes what can be read; gives whether there was anything.
    fn fill(&mut self) -> io::Result<bool> {
        let mut bytes = [0; PIECE];
        let count = self.raw.read(&mut bytes)?;
        let mut out = std::mem::take(&mut self.decoded).into_inner();
        out.clear();
        for &byte in &bytes[..count] {
            match self.half.take() {
                None => self.half = Some(byte),
                Some(first) => self.unit(first, byte, &mut out),
            }
        }
        self.decoded = io::Cursor::new(out);
        Ok(count > 0)
    }

    fn unit(&mut self, first: u8, second: u8, out: &mut Vec<u8>) {
        let unit = match self.order {
            Order::Little => u16::from_le_bytes([first, second]),
            Order::Big => u16::from_be_bytes([first, second]),
        };
        let high = self.high.take();
        if let (Some(high), 0xdc00..0xe000) = (high, unit) {
            return push([high, unit], out);
        }
        out.extend(high.map(|_| LOST));
        match unit {
            0xd800..0xdc00 => self.high = Some(unit),
            _ => push([unit], out),
        }
    }
}

fn push<const N: usize>(units: [u16; N], out: &mut Vec<u8>) {
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(_) => out.push(LOST),
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.decoded.read(into)?;
            if count > 0 || into.is_empty() || !self.fill()? {
                return Ok(count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"größe\": \"😀\"}\r\n";

    fn bytes(text: &str, order: Order) -> Vec<u8> {
        let bytes = |unit: u16| if order == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    /// Gives a byte at once.
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(1);
            self.0.read(&mut into[..length])
        }
    }

    #[test]
    fn both_orders_are_read_wherever_they_are_cut() {
        for order in [Order::Little, Order::Big] {
            let bytes = bytes(TEXT, order);
            let mut text = String::new();
            Utf16::new(&bytes[..], order).read_to_string(&mut text).unwrap();
            assert_eq!(text, TEXT);
            text.clear();
            Utf16::new(Slowly(&bytes), order).read_to_string(&mut text).unwrap();
            assert_eq!(text, TEXT);
        }
    }

    #[test]
    fn half_a_pair_is_no_text() {
        let bytes: Vec<_> =
            [0xd83d, 0x61, 0xde00, 0xd83d, 0xd83d, 0xde00].into_iter().flat_map(u16::to_le_bytes).collect();
        let mut read = Vec::new();
        Utf16::new(&bytes[..], Order::Little).read_to_end(&mut read).unwrap();
        assert_eq!(read, [&[LOST, b'a', LOST, LOST][..], "😀".as_bytes()].concat());
    }

    #[test]
    fn the_order_is_told_by_the_mark() {
        assert_eq!(Order::told_by(b"\xff\xfe{\0"), Some(Order::Little));
        assert_eq!(Order::told_by(b"\xfe\xff\0{"), Some(Order::Big));
        assert_eq!(Order::told_by(b"\xef\xbb\xbf{"), None);
    }
}
