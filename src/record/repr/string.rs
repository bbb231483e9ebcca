//! The strings in what Python prints.

use std::fmt::Write as _;

use super::Stop;

/// Writes the string that `text` starts with to `json`, and gives its length in bytes.
///
/// Escapes are those that `repr` writes: `\\ \' \" \n \r \t \xNN \uNNNN \UNNNNNNNN`. A control character as it is, and
/// with it a line break, stands in no such string.
pub(super) fn read(text: &str, json: &mut String) -> Result<usize, Stop> {
    let bytes = text.as_bytes();
    let quote = *bytes.first().ok_or(Stop::Cut)?;
    json.push('"');
    let mut at = 1;
    loop {
        let end = at + memchr::memchr2(quote, b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
        plain(&text[at..end], json)?;
        at = end;
        match bytes.get(at) {
            None => return Err(Stop::Cut),
            Some(b'\\') => at += escape(&text[at + 1..], json)? + 1,
            Some(_) => break,
        }
    }
    json.push('"');
    Ok(at + 1)
}

fn plain(text: &str, json: &mut String) -> Result<(), Stop> {
    if text.bytes().any(|byte| byte < b' ') {
        return Err(Stop::Broken);
    }
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            json.push_str("\\\"");
        }
        json.push_str(part);
    }
    Ok(())
}

/// Writes the escape whose backslash stands before `text`, and gives the length of the rest of it.
fn escape(text: &str, json: &mut String) -> Result<usize, Stop> {
    let digits = match *text.as_bytes().first().ok_or(Stop::Cut)? {
        b'\'' => {
            json.push('\'');
            return Ok(1);
        }
        byte @ (b'\\' | b'"' | b'n' | b'r' | b't') => {
            json.push('\\');
            json.push(char::from(byte));
            return Ok(1);
        }
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => return Err(Stop::Broken),
    };
    let code = text.get(1..=digits).ok_or(if text.len() <= digits { Stop::Cut } else { Stop::Broken })?;
    let is_hexadecimal = code.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(code, 16).ok().filter(|_| is_hexadecimal).ok_or(Stop::Broken)?;
    character(code, json)?;
    Ok(digits + 1)
}

fn character(code: u32, json: &mut String) -> Result<(), Stop> {
    match (code, char::from_u32(code)) {
        // Writing to a string cannot fail.
        (0..0x20 | 0xD800..0xE000, _) => drop(write!(json, "\\u{code:04x}")),
        (_, Some(c @ ('"' | '\\'))) => json.extend(['\\', c]),
        (_, Some(c)) => json.push(c),
        (_, None) => return Err(Stop::Broken),
    }
    Ok(())
}
