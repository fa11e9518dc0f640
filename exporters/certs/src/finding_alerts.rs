//! The alerts that tell of what is found wrong with certificates.
//!
//! How to get it wrong: a name that is not declared. A test here notices.

lookout_runtime::finding_alerts! {
    /// All of them.
    #[cfg(test)]
    ALL;
    pub(crate) STORED_EXPIRED = "LookoutCertsStoredExpired";
    pub(crate) STORED_EXPIRING_SOON = "LookoutCertsStoredExpiringSoon";
    pub(crate) STORED_ROOT_EXPIRED = "LookoutCertsStoredRootExpired";
    pub(crate) SERVED_EXPIRED = "LookoutCertsServedExpired";
    pub(crate) SERVED_EXPIRING_SOON = "LookoutCertsServedExpiringSoon";
    pub(crate) SERVED_NOT_YET_VALID = "LookoutCertsServedNotYetValid";
    pub(crate) ENDPOINT_UNTRUSTED = "LookoutCertsEndpointUntrusted";
    pub(crate) ENDPOINT_NAME_MISMATCH = "LookoutCertsEndpointNameMismatch";
    pub(crate) TRUST_UNREADABLE = "LookoutCertsTrustUnreadable";
    pub(crate) HOST_NOT_COVERED = "LookoutCertsHostNotCovered";
    pub(crate) HOST_WITHOUT_CERTIFICATE = "LookoutCertsHostWithoutCertificate";
    pub(crate) HOST_SECRET_EXPIRED = "LookoutCertsHostSecretExpired";
    pub(crate) SERVED_DIFFERS = "LookoutCertsServedDiffers";
    pub(crate) HOST_SERVED_EXPIRED = "LookoutCertsHostServedExpired";
    pub(crate) RENEWAL_FAILING = "LookoutCertsRenewalFailing";
    pub(crate) RENEWAL_OVERDUE = "LookoutCertsRenewalOverdue";
    pub(crate) ISSUER_NOT_READY = "LookoutCertsIssuerNotReady";
    pub(crate) SIGNING_REQUEST_PENDING = "LookoutCertsSigningRequestPending";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_of_a_finding_is_declared() {
        let declared = (lookout_certs_spec::SPEC.alerts)();
        for alert in ALL {
            assert!(declared.iter().any(|declared| declared.name == alert.as_str()), "{alert:?}");
        }
    }
}
