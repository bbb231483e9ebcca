//! Which items of two arrays belong together.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Items of both sides between the ends that they share, up to which the best match is looked for: it takes up to the
/// square of their number.
const SHORT: usize = 4_000;

/// Items that belong together, in order; an item alone has no partner. Equal items have equal numbers.
pub(super) fn align(left: &[u64], right: &[u64]) -> Vec<(Option<usize>, Option<usize>)> {
    let head = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (left_rest, right_rest) = (&left[head..], &right[head..]);
    let tail = left_rest.iter().rev().zip(right_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (left_rest, right_rest) = (&left_rest[..left_rest.len() - tail], &right_rest[..right_rest.len() - tail]);
    let mut pairs: Vec<_> = (0..head).map(|at| (Some(at), Some(at))).collect();
    if left_rest.len() + right_rest.len() <= SHORT {
        for op in capture_diff_slices(Algorithm::Myers, left_rest, right_rest) {
            pairs.extend(of_op(&op, head));
        }
    } else {
        pairs.extend(in_order((head, left_rest.len()), (head, right_rest.len())));
    }
    pairs.extend(in_order((left.len() - tail, tail), (right.len() - tail, tail)));
    pairs
}

fn of_op(op: &DiffOp, head: usize) -> impl Iterator<Item = (Option<usize>, Option<usize>)> + use<> {
    let (left, right) = (op.old_range(), op.new_range());
    in_order((head + left.start, left.len()), (head + right.start, right.len()))
}

/// Pairs by place, each side given by its first item and how many there are; what is left over stands alone.
fn in_order(
    (left, lefts): (usize, usize),
    (right, rights): (usize, usize),
) -> impl Iterator<Item = (Option<usize>, Option<usize>)> {
    (0..lefts.max(rights)).map(move |at| ((at < lefts).then_some(left + at), (at < rights).then_some(right + at)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Length of the longest common subsequence, by the table of the textbook.
    fn longest(left: &[u64], right: &[u64]) -> usize {
        let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
        for (i, a) in left.iter().enumerate() {
            for (j, b) in right.iter().enumerate() {
                table[i + 1][j + 1] = if a == b { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
            }
        }
        table[left.len()][right.len()]
    }

    #[test]
    fn an_item_put_in_front_moves_the_others() {
        assert_eq!(align(&[1, 2], &[9, 1, 2]), [(None, Some(0)), (Some(0), Some(1)), (Some(1), Some(2))]);
        assert_eq!(align(&[1, 5, 2], &[1, 6, 2]), [(Some(0), Some(0)), (Some(1), Some(1)), (Some(2), Some(2))]);
        assert_eq!(align(&[], &[]), []);
    }

    #[test]
    fn long_arrays_share_their_ends_and_go_by_place_between() {
        let left: Vec<u64> = (0..50_000).collect();
        let right: Vec<u64> = left.iter().map(|&n| if (100..40_000).contains(&n) { n + 100_000 } else { n }).collect();
        let pairs = align(&left, &right);
        assert!(pairs.iter().enumerate().all(|(at, pair)| *pair == (Some(at), Some(at))) && pairs.len() == 50_000);
    }

    proptest! {
        #[test]
        fn every_item_is_there_once_and_as_many_as_possible_are_equal(
            left in prop::collection::vec(0u64..4, 0..14),
            right in prop::collection::vec(0u64..4, 0..14),
        ) {
            let pairs = align(&left, &right);
            let lefts: Vec<_> = pairs.iter().filter_map(|pair| pair.0).collect();
            let rights: Vec<_> = pairs.iter().filter_map(|pair| pair.1).collect();
            prop_assert_eq!(lefts, (0..left.len()).collect::<Vec<_>>());
            prop_assert_eq!(rights, (0..right.len()).collect::<Vec<_>>());
            let equal = pairs.iter().filter(|pair| matches!(pair, (Some(a), Some(b)) if left[*a] == right[*b])).count();
            prop_assert_eq!(equal, longest(&left, &right));
        }
    }
}
