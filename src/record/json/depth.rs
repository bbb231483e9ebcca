use super::tokens::string_length;

/// Arrays and objects that are in each other at the deepest place of a JSON text.
pub(in crate::record) fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut deepest) = (0, 0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += string_length(&bytes[at..]);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        at += 1;
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        for (text, expected) in [("1", 0), ("[]", 1), (r#"{"[[[":["\"[[",{}]}"#, 3), ("[[],[[]],[]]", 3), ("]]][", 1)] {
            assert_eq!(depth(text), expected, "{text}");
        }
    }
}
