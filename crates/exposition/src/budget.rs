//! The series budget of an exporter: which families to withhold when it is exceeded.
//!
//! Whole families, never part of one: a sum over a family with some rows missing would be a lie. The finest detail goes
//! first, and within a level the largest, so that as few families as possible go. The choice depends on the present
//! sizes only: what was withheld comes back by itself once there is room.

use lookout_declarations::Detail;

/// A family as the budget sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimant {
    pub(crate) detail: Detail,
    pub(crate) series: usize,
}

/// For each family, whether it is withheld, so that the rest is within `budget` series.
pub(crate) fn withheld(families: &[Claimant], budget: usize) -> Vec<bool> {
    let mut withheld = vec![false; families.len()];
    let mut total: usize = families.iter().map(|family| family.series).sum();
    if total <= budget {
        return withheld;
    }
    let mut order: Vec<usize> = (0..families.len()).filter(|index| families[*index].series > 0).collect();
    // Stable: of equal families the one declared last goes first.
    order.reverse();
    order.sort_by_key(|index| std::cmp::Reverse((families[*index].detail, families[*index].series)));
    for index in order {
        if total <= budget {
            break;
        }
        withheld[index] = true;
        total -= families[index].series;
    }
    withheld
}

#[cfg(test)]
mod tests {
    use lookout_declarations::Detail::{self, Essential, Fine, Standard};

    use super::{Claimant, withheld};

    fn check(families: &[(Detail, usize)], budget: usize, expected: &[usize]) {
        let claimants: Vec<Claimant> =
            families.iter().map(|(detail, series)| Claimant { detail: *detail, series: *series }).collect();
        let withheld = withheld(&claimants, budget);
        let indexes: Vec<usize> = (0..families.len()).filter(|index| withheld[*index]).collect();
        assert_eq!(indexes, expected, "{families:?} within {budget}");
    }

    #[test]
    fn nothing_is_withheld_within_the_budget() {
        check(&[(Fine, 60), (Essential, 40)], 100, &[]);
        check(&[], 0, &[]);
    }

    #[test]
    fn the_finest_goes_first_then_the_largest() {
        let families = [(Essential, 500), (Fine, 10), (Standard, 30), (Fine, 20), (Standard, 40)];
        check(&families, 599, &[3]);
        check(&families, 580, &[3]);
        check(&families, 579, &[1, 3]);
        check(&families, 569, &[1, 3, 4]);
        check(&families, 500, &[1, 2, 3, 4]);
        check(&families, 499, &[0, 1, 2, 3, 4]);
    }

    #[test]
    fn of_equal_families_the_one_declared_last_goes_first() {
        check(&[(Fine, 10), (Fine, 10)], 15, &[1]);
    }

    #[test]
    fn a_family_without_series_is_never_withheld() {
        check(&[(Fine, 0), (Essential, 10)], 5, &[1]);
    }
}
