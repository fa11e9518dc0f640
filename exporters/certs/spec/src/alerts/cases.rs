//! The cases of the alerts on dates, which are the same for stored and for served certificates.
//!
//! Each list looks closely at both sides of each threshold that is in force, so that a flipped comparator or a missing term fails.

use core::time::Duration;

use lookout_declarations::{Case, CaseKind};

use super::samples::{DAY, Dates, HOUR, Place, TWO_HOURS, fires_each, missing, pending, silent, silent_at};
use super::zones::Zones;
use crate::labels::Role;

/// Expiring, and not critical.
pub(super) fn expiring(place: Place, hold: Duration, zones: &Zones) -> Vec<Case> {
    let given = |dates: &Dates| place.given(Role::Leaf, dates);
    let Zones { short, long, hours } = zones;
    let due = [
        ("of a short life, a little less than the share is left", short.just_due()),
        ("of a long life, a little less than the time is left", long.just_due()),
        ("of a life of hours, less than an hour is left", hours.just_due()),
        ("of a short life, a little more than is critical is left", short.nearly_paged()),
        ("of a long life, a little more than is critical is left", long.nearly_paged()),
    ];
    let mut cases = fires_for(place, &due);
    cases.extend([
        silent_at("it is renewed", CaseKind::Clears, given(&long.renewed_when_due()), TWO_HOURS),
        silent(
            "of a short life, a little more than the share is left",
            CaseKind::Below,
            given(&short.not_due()),
        ),
        silent(
            "of a long life, a little more than the time is left",
            CaseKind::Below,
            given(&long.not_due()),
        ),
        silent("it is in its last hour, which is critical", CaseKind::Other, given(&long.last_hour())),
        silent("what has expired is not a warning too", CaseKind::Other, given(&Dates::left(90, -HOUR / 6))),
        missing(),
    ]);
    for (name, paged) in [
        ("what is critical of a short life is not a warning too", short.just_paged()),
        ("what is critical of a long life is not a warning too", long.just_paged()),
    ] {
        cases.extend(paged.map(|dates| silent(name, CaseKind::Other, given(&dates))));
    }
    if let Some(dates) = first(&due) {
        cases.push(pending(given(dates), hold));
        cases.push(silent(
            "a root is another alert's matter",
            CaseKind::Other,
            place.given(Role::Root, dates),
        ));
    }
    cases
}

/// Expiring soon, which is critical.
pub(super) fn expiring_soon(place: Place, hold: Duration, zones: &Zones) -> Vec<Case> {
    let given = |dates: &Dates| place.given(Role::Leaf, dates);
    let Zones { short, long, .. } = zones;
    let paged = [
        ("of a short life, a little less than the share is left", short.just_paged()),
        ("of a long life, a little less than the time is left", long.just_paged()),
        ("less than an hour is left", Some(long.last_hour())),
    ];
    let mut cases = fires_for(place, &paged);
    cases.extend([
        silent_at("it is renewed", CaseKind::Clears, given(&long.renewed_when_paged()), TWO_HOURS),
        silent(
            "of a short life, a little more than the share is left",
            CaseKind::Below,
            given(&short.not_paged()),
        ),
        silent(
            "of a long life, a little more than the time is left",
            CaseKind::Below,
            given(&long.not_paged()),
        ),
        silent(
            "what has expired is another alert's matter",
            CaseKind::Other,
            given(&Dates::left(90, -HOUR / 6)),
        ),
        missing(),
    ]);
    if let Some(dates) = first(&paged) {
        cases.push(pending(given(dates), hold));
        cases.push(silent(
            "a root is another alert's matter",
            CaseKind::Other,
            place.given(Role::Root, dates),
        ));
    }
    cases
}

/// The cases of these names in which it fires, as far as there is such a sample; the first is the one that proves that it does.
fn fires_for(place: Place, samples: &[(&'static str, Option<Dates>)]) -> Vec<Case> {
    let there = samples.iter().filter_map(|(name, dates)| Some((*name, dates.as_ref()?)));
    let fires = |(index, (name, dates)): (usize, (&'static str, &Dates))| {
        let kind = if index == 0 { CaseKind::Fires } else { CaseKind::Other };
        fires_each(name, kind, place.given(Role::Leaf, dates), place.labels(Role::Leaf))
    };
    there.enumerate().map(fires).collect()
}

fn first<'a>(samples: &'a [(&'static str, Option<Dates>)]) -> Option<&'a Dates> {
    samples.iter().find_map(|(_, dates)| dates.as_ref())
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
