//! The rate limit against the clock that it is given.

use std::time::Duration;

use lookout_web_config::RateLimit;
use proptest::prelude::*;
use tokio::time::Instant;

use crate::site::Site;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_burst_may_come_at_once_and_then_one_each_interval() {
    let (limit, start) = (RateLimit::new(SECOND, 3), Instant::now());
    let taken = |after_ms: u64| limit.take(start + Duration::from_millis(after_ms));
    assert_eq!([0, 0, 0, 0, 999].map(taken), [true, true, true, false, false]);
    assert_eq!([1000, 1000, 1999, 2000].map(taken), [true, false, false, true]);
    assert_eq!(
        [60_000, 60_000, 60_000, 60_000].map(taken),
        [true, true, true, false],
        "no more than the burst"
    );
}

#[test]
fn a_burst_of_nothing_refuses_everything() {
    let (limit, start) = (RateLimit::new(SECOND, 0), Instant::now());
    for hours in 0..100 {
        assert!(!limit.take(start + Duration::from_secs(hours * 3600)));
    }
    let policy = Site::new().policy("rate_limit: {interval: \"1s\", burst: 0}");
    assert!(!policy.rate_limit().unwrap().take(start));
    assert_eq!(policy.warnings(), ["`rate_limit` with `burst: 0` refuses every request"]);
}

#[test]
fn a_refused_request_costs_nothing() {
    let (limit, start) = (RateLimit::new(SECOND, 1), Instant::now());
    assert!(limit.take(start));
    for after_ms in 0..1000 {
        assert!(!limit.take(start + Duration::from_millis(after_ms)));
    }
    assert!(limit.take(start + SECOND));
}

#[test]
fn a_time_before_the_last_one_changes_nothing() {
    let (limit, start) = (RateLimit::new(SECOND, 2), Instant::now() + 10 * SECOND);
    assert!(limit.take(start));
    assert!(limit.take(start - 5 * SECOND));
    assert!(!limit.take(start - 9 * SECOND));
    assert!(!limit.take(start), "the way back and forth earned nothing");
    assert!(limit.take(start + SECOND));
}

#[test]
fn the_largest_numbers_are_no_trouble() {
    let (limit, start) = (RateLimit::new(Duration::MAX, u32::MAX), Instant::now());
    assert!((0..1000).all(|_| limit.take(start)));
    let limit = RateLimit::new(Duration::from_nanos(1), u32::MAX);
    assert!((0..1000).all(|_| limit.take(start)));
}

/// A bucket of tokens as a person would write it, with parts of tokens as nanoseconds.
struct Model {
    tokens: u128,
    last: u64,
}

proptest! {
    #[test]
    fn it_decides_as_a_bucket_of_tokens(interval in 1_u64..50, burst in 0_u32..5, steps in prop::collection::vec(0_u64..40, 1..200)) {
        let (limit, start) = (RateLimit::new(Duration::from_nanos(interval), burst), Instant::now());
        let (token, full) = (u128::from(interval), u128::from(burst) * u128::from(interval));
        let mut model = Model { tokens: full, last: 0 };
        let mut now = 0;
        for step in steps {
            now += step;
            model.tokens = (model.tokens + u128::from(now - model.last)).min(full);
            model.last = now;
            let expected = model.tokens >= token;
            if expected {
                model.tokens -= token;
            }
            prop_assert_eq!(limit.take(start + Duration::from_nanos(now)), expected);
        }
    }
}
