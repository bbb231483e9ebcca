//! The lines with which the platform begins and ends an invocation.

/// How far into a JSON line the type is looked for; the platform writes it after the time.
const HEAD: usize = 96;

/// Whether a message is a platform line: nothing that the function printed goes on after it.
///
/// Shapes: the text and the JSON log format of Lambda; of the latter any type that begins with `platform.`.
pub(super) fn is_platform_line(message: &str) -> bool {
    match message.as_bytes().first() {
        Some(b'S' | b'E' | b'R') => ["START RequestId: ", "END RequestId: ", "REPORT RequestId: "]
            .iter()
            .any(|start| message.starts_with(start)),
        Some(b'I') => message.starts_with("INIT_START ") || message.starts_with("INIT_REPORT "),
        Some(b'{') => is_platform_object(&message[..message.floor_char_boundary(HEAD)]),
        _ => false,
    }
}

fn is_platform_object(head: &str) -> bool {
    let Some(at) = head.find("\"platform.") else {
        return false;
    };
    head[..at].trim_ascii_end().strip_suffix(':').is_some_and(|before| before.trim_ascii_end().ends_with("\"type\""))
}

#[cfg(test)]
mod tests {
    use super::is_platform_line;

    #[test]
    fn platform_lines_are_known_by_their_beginning() {
        for line in [
            "START RequestId: a Version: $LATEST\n",
            "END RequestId: a\n",
            "REPORT RequestId: a\tDuration: 1 ms",
            "INIT_START Runtime Version: nodejs:22",
            r#"{"time":"2026-11-20T10:15:44.010Z","type":"platform.report","record":{}}"#,
            r#"{"type" : "platform.newest"}"#,
        ] {
            assert!(is_platform_line(line), "{line}");
        }
        for line in ["", "START", "END", "ENDLESS", r#"{"type":"x","a":"platform."}"#, r#"{"a":"platform.start"}"#] {
            assert!(!is_platform_line(line), "{line}");
        }
    }
}
