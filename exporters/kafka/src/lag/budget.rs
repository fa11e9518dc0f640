//! How many questions one round has.

/// How many answers a search needs, about.
const ANSWERS: usize = 4;

/// How many questions the next round may have: a share of what is left, so that those that are asked first can be searched to
/// the end.
pub(super) fn width(questions_left: usize, rounds_left: usize) -> usize {
    questions_left.div_ceil(rounds_left.clamp(1, ANSWERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_round_leaves_something_for_the_others_and_the_last_takes_it_all() {
        assert_eq!(
            [width(20_000, 12), width(15_000, 11), width(7, 1), width(0, 3), width(1, 12)],
            [5_000, 3_750, 7, 0, 1]
        );
    }
}
