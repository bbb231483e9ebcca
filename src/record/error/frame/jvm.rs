//! Java and its kin: `com.example.Handler.handleRequest(Handler.java:31)`, as `StackTraceElement.toString` writes it.

use super::file_and_line;
use crate::record::error::StackFrame;

pub(super) fn frame(call: &str) -> Option<StackFrame> {
    let (function, place) = call.strip_suffix(')')?.rsplit_once('(')?;
    if function.is_empty() || function.contains(' ') {
        return None;
    }
    let (file, line) = match place {
        "Native Method" | "Unknown Source" | "<generated>" => (None, None),
        _ if place.contains([' ', ',', '/']) => return None,
        _ => match file_and_line(place) {
            Some((file, line)) => (Some(file), Some(line)),
            None if place.contains('.') => (Some(place), None),
            None => return None,
        },
    };
    Some(StackFrame {
        file: file.map(str::to_owned),
        line,
        function: Some(without_module(function).to_owned()),
        code: None,
    })
}

/// Drops `java.base/` and `app//`, but not the number in the name of a lambda's class (`Handler$$Lambda/0x7f1`).
fn without_module(function: &str) -> &str {
    match function.rsplit_once('/') {
        Some((_, name)) if !name.starts_with(|c: char| c.is_ascii_digit()) => name,
        _ => function,
    }
}
