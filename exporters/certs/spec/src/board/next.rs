//! The first row: what clients refuse now, and what ends next.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{NO_CERTMANAGER, NO_HOST, NO_SERVER, NO_STORE, once, soonest};
use crate::Settings;
use crate::labels::{
    CaBundleResourceName, ConfigMapName, ConfigMapNamespace, Filepath, FingerprintSha256, HostResult,
    HostResultLabel, KeyAlgorithmLabel, KeyBits, Role, RoleLabel, SecretName, SecretNamespace, ServedResult,
    ServedResultLabel, SubjectCommonName, Verification, VerificationLabel,
};
use crate::metrics::{
    CERTIFICATE_FAILURE, CERTIFICATE_INFO, CERTIFICATE_NEVER_ISSUED, ENDPOINT_UP, ENDPOINT_VERIFIED,
    HOST_CERTIFICATE, HOST_SERVED, NOT_AFTER, SERVED_NOT_AFTER, STORED_INFO,
};

pub(super) fn row(settings: &Settings) -> Row {
    Row {
        title: "What fails next?",
        panels: vec![refused(), near(settings), hosts(), renewals(), served_first(), stored_first()],
    }
}

/// The ends of served certificates, roots excepted.
fn served() -> String {
    SERVED_NOT_AFTER.not_at(RoleLabel, Role::Root).to_string()
}

/// The ends of stored certificates, roots excepted.
fn stored() -> String {
    let info = format!("ignoring ({FingerprintSha256}, {RoleLabel}, {KeyAlgorithmLabel}, {KeyBits})");
    format!("({NOT_AFTER} unless {info} {})", STORED_INFO.at(RoleLabel, Role::Root))
}

/// The first end of each subject in each place, without the serial numbers and names that nobody reads.
fn first_of_place() -> String {
    format!(
        "min by ({SubjectCommonName}, {Filepath}, {SecretNamespace}, {SecretName}, {ConfigMapNamespace}, {ConfigMapName}, {CaBundleResourceName}, job, instance) ({})",
        stored()
    )
}

fn refused() -> Panel {
    let trusted = ENDPOINT_VERIFIED.at(VerificationLabel, Verification::Trusted);
    Panel::new(
        "Servers that clients refuse",
        "Servers whose chain is not trusted now, for whatever reason, and servers that showed none in the last attempt.",
        PanelKind::Stat,
        vec![
            Query::new(format!("sum({} == bool 0)", once(trusted)), "refused").when_empty(NO_SERVER),
            Query::new(format!("sum({} == bool 0)", once(ENDPOINT_UP)), "down").when_empty(NO_SERVER),
        ],
    )
    .unit(PanelUnit::Number)
    .bounds_of(&["LookoutCertsEndpointUntrusted", "LookoutCertsEndpointDown"])
    .width(6)
}

fn near(settings: &Settings) -> Panel {
    let seconds = settings.alerts.warning.remaining_seconds();
    let near = |series: String| format!("sum({} - time() < bool {seconds})", once(series));
    Panel::new(
        "Near their end",
        "Certificates, roots excepted, with less time left than the warning threshold; expired ones too.",
        PanelKind::Stat,
        vec![
            Query::new(near(served()), "served").when_empty(NO_SERVER),
            Query::new(near(stored()), "stored").when_empty(NO_STORE),
        ],
    )
    .unit(PanelUnit::Number)
    .bounds_of(&["LookoutCertsStoredExpiring", "LookoutCertsServedExpiring"])
    .width(6)
}

fn hosts() -> Panel {
    let wrong = HOST_CERTIFICATE
        .not_at(HostResultLabel, HostResult::Covered)
        .not_at(HostResultLabel, HostResult::Unknown)
        .not_at(SecretName, "");
    let differs = HOST_SERVED.at(ServedResultLabel, ServedResult::Differs);
    Panel::new(
        "Hosts of the cluster",
        "Hosts whose Secret is missing, empty, expired or made out to another name; and hosts where the controller's own address shows \
         another certificate than the stored one: not reloaded, or its default.",
        PanelKind::Stat,
        vec![
            Query::new(format!("sum({})", once(wrong)), "without a good certificate").when_empty(NO_HOST),
            Query::new(format!("sum({})", once(differs)), "served another").when_empty(NO_HOST),
        ],
    )
    .unit(PanelUnit::Number)
    .bounds_of(&["LookoutCertsHostNotCovered", "LookoutCertsServedDiffers"])
    .width(6)
}

fn renewals() -> Panel {
    let failing = format!("count({} == 1) or 0 * count({CERTIFICATE_INFO})", once(CERTIFICATE_FAILURE));
    Panel::new(
        "Renewals of cert-manager",
        "Certificates whose issue or renewal fails, and those that were never issued.",
        PanelKind::Stat,
        vec![
            Query::new(failing, "failing").when_empty(NO_CERTMANAGER),
            Query::new(format!("sum({})", once(CERTIFICATE_NEVER_ISSUED)), "never issued")
                .when_empty(NO_CERTMANAGER),
        ],
    )
    .unit(PanelUnit::Number)
    .bounds_of(&["LookoutCertsRenewalFailing", "LookoutCertsNeverIssued"])
    .width(6)
}

fn served_first() -> Panel {
    Panel::new(
        "Served certificates that end first",
        "Time left, shortest first; negative means expired. Position 0 is the server's own certificate.",
        PanelKind::Table,
        vec![Query::new(soonest(served()), "time left").when_empty(NO_SERVER)],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutCertsServedExpiring", "LookoutCertsServedExpiringSoon"])
    .width(10)
}

fn stored_first() -> Panel {
    Panel::new(
        "Stored certificates that end first",
        "Time left, shortest first; negative means expired. Roots are left out; of several in one place, the first to end counts.",
        PanelKind::Table,
        vec![Query::new(soonest(first_of_place()), "time left").when_empty(NO_STORE)],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutCertsStoredExpiring", "LookoutCertsStoredExpiringSoon"])
    .width(14)
}
