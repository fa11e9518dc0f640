//! The alert about configurations: what is in force is not what was written.

use lookout_declarations::{Alert, CaseKind, Expectation, Given, Owner, Severity, expected};

use super::{KEEP_FIRING, MINUTE, case};
use crate::metrics::{CONFIGURATION_LAST_RELOAD_SUCCESSFUL, Configuration, ConfigurationLabel};

/// The configuration that was last read is wrong; an older one is in force.
pub(super) fn rejected() -> Alert {
    let labels = (Configuration::Main,);
    let given = |values: &str| vec![Given::series(&CONFIGURATION_LAST_RELOAD_SUCCESSFUL, labels, values)];
    Alert {
        name: "LookoutConfigurationRejected",
        expression: format!("{CONFIGURATION_LAST_RELOAD_SUCCESSFUL} == 0"),
        hold: 5 * MINUTE,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Lookout refused its new configuration ({{ $labels.configuration }}); the one before is in force",
        description: "The configuration {{ $labels.configuration }} that was last read is wrong, so the one before it \
                      stays in force. What was added to it is not watched, what was mended is not mended, and \
                      Lookout would not start with it. The page at / shows every fault."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutConfigurationRejected.md"),
        inhibits: &[],
        cases: vec![
            case(
                "it stays wrong",
                CaseKind::Fires,
                given("1x5 0x30"),
                11,
                Expectation::Fires(vec![expected::<(ConfigurationLabel,)>(labels)]),
            ),
            case("it was mended", CaseKind::Clears, given("1x5 0x20 1x20"), 40, Expectation::Silent),
            case("it has been wrong for four minutes", CaseKind::Below, given("1x5 0x30"), 10, Expectation::Silent),
            case("there is no file", CaseKind::Missing, given("0x2 _x40"), 30, Expectation::Silent),
        ],
    }
}
