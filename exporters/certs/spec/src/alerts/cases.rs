//! The cases of the alerts on dates, which are the same for stored and for served certificates.
//!
//! Each list looks closely at both sides of each threshold, so that a flipped comparator or a missing term fails.

use core::time::Duration;

use lookout_declarations::{Case, CaseKind};

use super::samples::{DAY, Dates, HOUR, Place, TWO_HOURS, fires_each, missing, pending, silent, silent_at};
use crate::labels::Role;

/// Expiring, with the default thresholds: 28 days and a quarter of life; not what is critical.
pub(super) fn expiring(place: Place, hold: Duration) -> Vec<Case> {
    let given = |dates| place.given(Role::Leaf, &dates);
    let labels = || place.labels(Role::Leaf);
    let (below_share, below_days) = (Dates::left(90, 22 * DAY), Dates::left(365, 27 * DAY));
    vec![
        fires_each(
            "of ninety days, a little less than a quarter is left",
            CaseKind::Fires,
            given(below_share.clone()),
            labels(),
        ),
        fires_each("of a year, 27 days are left", CaseKind::Other, given(below_days), labels()),
        fires_each("of six days, one is left", CaseKind::Other, given(Dates::left(6, DAY)), labels()),
        fires_each(
            "of four hours, half an hour is left",
            CaseKind::Other,
            given(Dates::left_of(4 * HOUR, HOUR - 120)),
            labels(),
        ),
        fires_each(
            "of a year, 15 days are left",
            CaseKind::Other,
            given(Dates::left(365, 15 * DAY)),
            labels(),
        ),
        fires_each(
            "of ninety days, a little more than is critical is left",
            CaseKind::Other,
            given(Dates::left(90, 9 * DAY + HOUR)),
            labels(),
        ),
        silent_at("it is renewed", CaseKind::Clears, given(Dates::left_and_renewed(90, 22 * DAY)), TWO_HOURS),
        silent(
            "of ninety days, a little more than a quarter is left",
            CaseKind::Below,
            given(Dates::left(90, 23 * DAY)),
        ),
        silent("of a year, 29 days are left", CaseKind::Below, given(Dates::left(365, 29 * DAY))),
        pending(given(below_share.clone()), hold),
        silent(
            "what is critical is not a warning too",
            CaseKind::Other,
            given(Dates::left(90, 8 * DAY + 12 * HOUR)),
        ),
        silent("nor of a year, with 13 days left", CaseKind::Other, given(Dates::left(365, 13 * DAY))),
        silent("nor in the last hour", CaseKind::Other, given(Dates::left(90, HOUR))),
        silent("what has expired is not a warning too", CaseKind::Other, given(Dates::left(90, -HOUR / 6))),
        silent("a root is another alert's matter", CaseKind::Other, place.given(Role::Root, &below_share)),
        missing(),
    ]
}

/// Expiring soon, with the default thresholds: 14 days and a tenth of life.
pub(super) fn expiring_soon(place: Place, hold: Duration) -> Vec<Case> {
    let given = |dates| place.given(Role::Leaf, &dates);
    let labels = || place.labels(Role::Leaf);
    let below_share = Dates::left(90, 8 * DAY + 12 * HOUR);
    vec![
        fires_each(
            "of ninety days, less than a tenth is left",
            CaseKind::Fires,
            given(below_share.clone()),
            labels(),
        ),
        fires_each(
            "of a year, 13 days are left",
            CaseKind::Other,
            given(Dates::left(365, 13 * DAY)),
            labels(),
        ),
        fires_each("an hour is left", CaseKind::Other, given(Dates::left(90, HOUR)), labels()),
        silent_at("it is renewed", CaseKind::Clears, given(Dates::left_and_renewed(90, 8 * DAY)), TWO_HOURS),
        silent(
            "of ninety days, a little more than a tenth is left",
            CaseKind::Below,
            given(Dates::left(90, 9 * DAY + 12 * HOUR)),
        ),
        silent("of a year, 15 days are left", CaseKind::Below, given(Dates::left(365, 15 * DAY))),
        pending(given(below_share.clone()), hold),
        silent(
            "what has expired is another alert's matter",
            CaseKind::Other,
            given(Dates::left(90, -HOUR / 6)),
        ),
        silent("a root is another alert's matter", CaseKind::Other, place.given(Role::Root, &below_share)),
        missing(),
    ]
}

/// Expired.
pub(super) fn expired(place: Place, hold: Duration) -> Vec<Case> {
    let given = |dates| place.given(Role::Leaf, &dates);
    let in_an_hour = Dates::left(90, HOUR);
    let mut expires_meanwhile =
        fires_each("the hour passes", CaseKind::Other, given(in_an_hour.clone()), place.labels(Role::Leaf));
    expires_meanwhile.at = TWO_HOURS;
    vec![
        fires_each(
            "it expired a day ago",
            CaseKind::Fires,
            given(Dates::left(90, -DAY)),
            place.labels(Role::Leaf),
        ),
        expires_meanwhile,
        silent_at("it is renewed", CaseKind::Clears, given(Dates::left_and_renewed(90, -DAY)), TWO_HOURS),
        silent("it expires in half an hour", CaseKind::Below, given(in_an_hour)),
        pending(given(Dates::left(90, -DAY)), hold),
        silent(
            "a root is another alert's matter",
            CaseKind::Other,
            place.given(Role::Root, &Dates::left(90, -DAY)),
        ),
        missing(),
    ]
}

/// Not valid yet.
pub(super) fn not_yet_valid(place: Place, hold: Duration) -> Vec<Case> {
    let given = |dates| place.given(Role::Leaf, &dates);
    let labels = place.labels(Role::Leaf);
    vec![
        fires_each("it becomes valid tomorrow", CaseKind::Fires, given(Dates::from(DAY)), labels.clone()),
        fires_each("it becomes valid soon", CaseKind::Other, given(Dates::from(HOUR - 600)), labels),
        silent_at("its time comes after an hour", CaseKind::Clears, given(Dates::from(HOUR)), TWO_HOURS),
        silent("it became valid an hour ago", CaseKind::Below, given(Dates::from(-HOUR))),
        pending(given(Dates::from(DAY)), hold),
        missing(),
    ]
}
