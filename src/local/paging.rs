//! Pages of lists that are short and hardly change: a token is a place in the list.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// At most `most` items behind a token's place, and the token of what follows them; `None` for a token from elsewhere.
pub(crate) fn page<T>(mut items: Vec<T>, token: Option<&str>, most: usize) -> Option<(Vec<T>, Option<String>)> {
    let start = token.map_or(Some(0), place)?;
    let mut rest = items.split_off(start.min(items.len()));
    let more = rest.len() > most;
    rest.truncate(most);
    let next = more.then(|| STANDARD.encode(format!("item:{}", start + most)));
    Some((rest, next))
}

fn place(token: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    text.strip_prefix("item:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let items = || vec![1, 2, 3, 4, 5];
        let (first, token) = page(items(), None, 2).unwrap();
        let (second, token) = page(items(), token.as_deref(), 2).unwrap();
        let (third, end) = page(items(), token.as_deref(), 2).unwrap();
        assert_eq!((first, second, third), (vec![1, 2], vec![3, 4], vec![5]));
        assert_eq!(end, None);
        assert_eq!(page(items(), None, 5).unwrap().1, None);
    }

    #[test]
    fn a_token_from_elsewhere_is_none() {
        for token in ["", "bogus", "aXRlbQ==", "aXRlbTotMQ=="] {
            assert_eq!(page(vec![1], Some(token), 1), None, "{token}");
        }
    }
}
