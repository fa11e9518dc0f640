//! Alerts about log directories: a disk that failed, is nearly full, or will be full before somebody looks.
//!
//! A broker whose log directory cannot be written takes it offline, with every replica in it; with only one directory
//! the broker stops.

use core::fmt::Display;

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity, expected};

use super::samples::{CLUSTER, ExpectedLabels, Fraction, OnValue, case, fires, held, replicated, silent};
use super::{KEEP_FIRING, KEEP_MUTING, OF_CLUSTER, across};
use crate::config::AlertSettings;
use crate::labels::{Broker, Directory, KafkaCluster};
use crate::metrics::{DIRECTORY_CAPACITY, DIRECTORY_OFFLINE, DIRECTORY_USABLE};

/// The directory of the cases.
const EXAMPLE: (&str, i32, &str) = (CLUSTER, 2, "/var/lib/kafka");

/// How far ahead a full disk is worth getting up for: time enough to make room, and too short to sleep on.
const AHEAD_HOURS: u32 = 4;

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![offline(), fills_up(settings), nearly_full(settings)]
}

fn labels() -> ExpectedLabels {
    expected::<(KafkaCluster, Broker, Directory)>(EXAMPLE)
}

fn offline() -> Alert {
    const HOLD: u32 = 2;
    let given = |values: &str| vec![Given::series(&DIRECTORY_OFFLINE, EXAMPLE, values)];
    Alert {
        name: "LookoutKafkaLogDirectoryOffline",
        expression: format!("{} == 1", across(DIRECTORY_OFFLINE)),
        hold: held(HOLD),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A log directory of a Kafka broker is offline",
        description: format!(
            "The log directory {{{{ $labels.directory }}}} of the broker {{{{ $labels.broker }}}}{OF_CLUSTER} is offline: the \
             broker has given up every replica in it."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaLogDirectoryOffline.md"),
        inhibits: &["LookoutKafkaUnderReplicated"],
        cases: OnValue { given, labels: labels(), hold: HOLD, past: "1", within: "0", well: "0" }
            .muting_cases(),
    }
}

/// The series of a volume of which so much is usable.
fn volume(capacity: impl Display, usable: &str) -> Vec<Given> {
    vec![
        Given::series(&DIRECTORY_CAPACITY, EXAMPLE, format!("{capacity}x900")),
        Given::series(&DIRECTORY_USABLE, EXAMPLE, usable),
    ]
}

fn fills_up(settings: &AlertSettings) -> Alert {
    let full = across(format!("predict_linear({DIRECTORY_USABLE}[3h], {})", AHEAD_HOURS * 3600));
    let free = across(format!("{DIRECTORY_USABLE} / {DIRECTORY_CAPACITY}"));
    Alert {
        name: "LookoutKafkaLogDirectoryFillsUp",
        expression: format!("{free} < {} and {full} < 0", settings.log_directory_usable.get()),
        hold: held(15),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "A log directory of a Kafka broker will be full within hours",
        description: format!(
            "{{{{ $value | humanizePercentage }}}} of the volume of {{{{ $labels.directory }}}} on the broker \
             {{{{ $labels.broker }}}}{OF_CLUSTER} is free, and if it goes on as in the last three hours nothing will be within \
             {AHEAD_HOURS} hours. A broker that cannot write its log stops."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaLogDirectoryFillsUp.md"),
        inhibits: &["LookoutKafkaLogDirectoryNearlyFull"],
        cases: fills_up_cases(settings),
    }
}

/// The volume is as large as makes 1500 GB of it the share below which it is nearly full. So amounts are what the cases are about,
/// and of a large share some are more than there is, which the rule does not mind.
fn fills_up_cases(settings: &AlertSettings) -> Vec<Case> {
    let capacity = 1500.0 / settings.log_directory_usable.get();
    let volume = |usable: &str| volume(capacity, usable);
    // 1499 - 5 * (t + 240) falls below 0 for t = 60, and with 4.96 for t = 63; then the hold begins.
    let filling = volume("1499-5x250");
    let slower = volume("1499-4.96x250");
    let freed = volume(&format!("1499-5x80 {capacity}x300"));
    let descending = volume("1499x240 1492-7x150");
    // Below the share from minute 72 on, and heading for nothing long before.
    let larger = volume("2000-7x250");
    vec![
        case("it is full within four hours", CaseKind::Fires, filling.clone(), 75, Fires(vec![labels()])),
        fires("two replicas of Lookout are one alert", replicated(&filling), 75, labels()),
        fires("a little slower, a little later", slower.clone(), 78, labels()),
        silent("for fourteen minutes", CaseKind::Below, filling, 74),
        silent("it is full a little later", CaseKind::Below, slower, 77),
        fires("less than the share of the other alert is left", larger.clone(), 87, labels()),
        silent("not less than that share for long enough", CaseKind::Below, larger, 86),
        fires("it goes on for a little while", freed.clone(), 90, labels()),
        silent("room was made", CaseKind::Clears, freed, 92),
        silent("more than that share is free", CaseKind::Other, volume("5000-40x100"), 60),
        fires("it has fallen for two hours", descending.clone(), 356, labels()),
        silent("it fell for little more than an hour", CaseKind::Other, descending, 320),
        silent("it is as full as it was", CaseKind::Other, volume("300x300"), 200),
        silent("nothing is served", CaseKind::Missing, volume("_x300"), 100),
    ]
}

fn nearly_full(settings: &AlertSettings) -> Alert {
    const HOLD: u32 = 15;
    let free = across(format!("{DIRECTORY_USABLE} / {DIRECTORY_CAPACITY}"));
    let Fraction { part, whole } = Fraction::of(settings.log_directory_usable);
    Alert {
        name: "LookoutKafkaLogDirectoryNearlyFull",
        expression: format!("{free} < {}", settings.log_directory_usable.get()),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A log directory of a Kafka broker is nearly full",
        description: format!(
            "{{{{ $value | humanizePercentage }}}} of the volume of {{{{ $labels.directory }}}} on the broker \
             {{{{ $labels.broker }}}}{OF_CLUSTER} is free. A broker that cannot write its log stops."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaLogDirectoryNearlyFull.md"),
        inhibits: &[],
        cases: OnValue {
            given: |usable: &str| volume(whole, usable),
            labels: labels(),
            hold: HOLD,
            past: part - part / 1000,
            within: part,
            well: whole,
        }
        .cases(),
    }
}
