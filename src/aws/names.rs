//! Names that somebody may have meant.

use strsim::levenshtein;

/// The at most three of `known` that are nearest to `asked`, the nearest first; none when nothing is near.
pub(super) fn near<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let last = last_part(asked);
    let mut ranked: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (rank(asked, last, name), name))
        .filter(|(rank, _)| *rank <= (last.chars().count() / 3).max(1))
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// The part after the last slash, which is what people remember of a log group.
pub(super) fn last_part(name: &str) -> &str {
    name.trim_end_matches('/').rsplit('/').next().unwrap_or(name)
}

fn rank(asked: &str, last: &str, name: &str) -> usize {
    if !last.is_empty() && last_part(name).to_lowercase() == last.to_lowercase() {
        return 0;
    }
    let edits = levenshtein(last, last_part(name)).min(levenshtein(asked, name));
    if last.len() > 2 && name.contains(last) { edits.min(1) } else { edits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let known = ["/aws/lambda/receiver", "/aws/lambda/sender", "/ecs/web", "/aws/lambda/receiver-eu"];
        assert_eq!(near("/aws/lambda/recever", known), ["/aws/lambda/receiver"]);
        assert_eq!(near("receiver", known), ["/aws/lambda/receiver", "/aws/lambda/receiver-eu"]);
        assert_eq!(near("/var/log/messages-of-the-day", known), Vec::<String>::new());
    }
}
