//! Faults in the alerts that no case can notice, because they make no difference.
//!
//! How to get it wrong: a part so short that it fits other faults too. Those that it fits today and a case notices do not count;
//! one that a case ceases to notice would pass unseen.

use lookout_declarations::Equivalent;

const WOULD_BE_CRITICAL: &str = "what has expired is no warning in the first place, so that it would be taken out as critical \
                                 makes no difference";

/// See [`lookout_declarations::ExporterSpec::equivalents`].
pub(crate) const EQUIVALENTS: &[Equivalent] = &[
    Equivalent {
        alerts: &["LookoutCertsStoredExpiring", "LookoutCertsStoredExpiringSoon"],
        part: "none in x509_cert_not_",
        why: "the end and the begin are subtracted from each other, and what one of them leaves out has no partner in the other",
    },
    Equivalent {
        alerts: &["LookoutCertsStoredExpired"],
        part: r#"none in x509_cert_not_after{secret_name!=""}"#,
        why: "what is in no Secret is due whatever is known of the use of Secrets, so it is there already",
    },
    Equivalent {
        alerts: &["LookoutCertsStoredExpiring"],
        part: r#"=""} - time() >= -3600"#,
        why: WOULD_BE_CRITICAL,
    },
    Equivalent {
        alerts: &["LookoutCertsStoredExpiring"],
        part: r#"- time() >= 0 → x509_cert_not_after{secret_name=""} - time() < "#,
        why: WOULD_BE_CRITICAL,
    },
    Equivalent {
        alerts: &["LookoutCertsStoredExpiring"],
        part: r#"- time() >= 0 → x509_cert_not_after{secret_name!=""} - time() < "#,
        why: WOULD_BE_CRITICAL,
    },
    Equivalent {
        alerts: &["LookoutCertsServedExpiring", "LookoutCertsServedExpiringSoon"],
        part: "none in certs_served_not_",
        why: "the end and the begin are subtracted from each other, and what one of them leaves out has no partner in the other",
    },
    Equivalent {
        alerts: &["LookoutCertsServedExpiring"],
        part: "- time() >= -3600",
        why: "it is changed in what is critical too, which takes out again what has just expired",
    },
    Equivalent {
        alerts: &["LookoutCertsServedExpiring"],
        part: r#"- time() >= 0 → certs_served_not_after_timestamp_seconds{role!="root"} - time() < "#,
        why: WOULD_BE_CRITICAL,
    },
];
