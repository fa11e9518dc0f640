//! The services of the simulated platform, in the order in which they are described.
//!
//! Names end in `.localhost`, which leads to this machine everywhere (RFC 6761, section 6.3), so a browser and curl
//! reach them too.

use crate::{EndpointState, UnusualCertificate};

/// How a service's certificate is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// `certificates/NAME.pem` and `certificates/NAME.key`.
    Files,
    /// `volumes/NAME/tls.crt` and `tls.key`, a mounted Secret.
    Volume,
}

/// One service with a TLS endpoint.
pub(super) struct Service {
    pub(super) name: &'static str,
    pub(super) storage: Storage,
    /// How it starts, unless the platform is to start without defects.
    pub(super) initial: EndpointState,
    /// What is wrong with that.
    pub(super) defect: Option<&'static str>,
}

impl Service {
    const fn good(name: &'static str, storage: Storage) -> Self {
        Self { name, storage, initial: EndpointState::Good, defect: None }
    }

    const fn wrong(
        name: &'static str,
        storage: Storage,
        initial: EndpointState,
        defect: &'static str,
    ) -> Self {
        Self { name, storage, initial, defect: Some(defect) }
    }

    pub(super) fn server_name(&self) -> String {
        format!("{}.localhost", self.name)
    }
}

/// Every service. Incidents are played on those that start well.
pub(super) const SERVICES: &[Service] = &[
    Service::good("portal", Storage::Files),
    Service::wrong(
        "superset",
        Storage::Files,
        EndpointState::Unusual(UnusualCertificate::Expired),
        "its certificate ran out three days ago, the stored one and the served one",
    ),
    Service::good("trino", Storage::Volume),
    Service::wrong(
        "grafana",
        Storage::Files,
        EndpointState::Unusual(UnusualCertificate::Untrusted),
        "it serves a certificate by an authority that nobody trusts; the stored one is good",
    ),
    Service::wrong(
        "harbor",
        Storage::Files,
        EndpointState::Unusual(UnusualCertificate::WrongName),
        "it serves the certificate of another name; the stored one is good",
    ),
    Service::wrong(
        "vault",
        Storage::Volume,
        EndpointState::Dead,
        "it refuses connections; its stored certificate is good",
    ),
    Service::good("dolphinscheduler", Storage::Files),
    Service::good("minio", Storage::Files),
    Service::good("datahub", Storage::Files),
];
