//! The arithmetic of time.

use core::time::Duration;

use lookout_probe::time_limit;
use proptest::prelude::*;

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn the_least_of_all_limits_holds() {
    let max = millis(30_000);
    let offset = millis(500);
    for (module, scrape, expected) in [
        (None, None, 30_000),
        (Some(5_000), None, 5_000),
        (Some(60_000), None, 30_000),
        (None, Some(10_000), 9_500),
        (Some(5_000), Some(10_000), 5_000),
        (Some(9_900), Some(10_000), 9_500),
        // A scraper that waits no longer than the offset gets all of its own time.
        (None, Some(500), 500),
        (None, Some(100), 100),
        (None, Some(501), 1),
        // No time at all is no limit that makes sense.
        (None, Some(0), 30_000),
    ] {
        let limit = time_limit(module.map(millis), max, offset, scrape.map(millis));
        assert_eq!(limit, millis(expected), "{module:?} {scrape:?}");
    }
}

proptest! {
    #[test]
    fn a_limit_is_positive_and_above_nothing_that_was_said(
        module in proptest::option::of(1_u64..100_000),
        max in 1_u64..100_000,
        offset in 0_u64..10_000,
        scrape in proptest::option::of(1_u64..100_000),
    ) {
        let limit = time_limit(module.map(millis), millis(max), millis(offset), scrape.map(millis));
        prop_assert!(limit > Duration::ZERO);
        prop_assert!(limit <= millis(max));
        prop_assert!(module.is_none_or(|module| limit <= millis(module)));
        prop_assert!(scrape.is_none_or(|scrape| limit <= millis(scrape)));
        prop_assert!(scrape.is_none_or(|scrape| scrape <= offset || limit <= millis(scrape - offset)));
    }
}
