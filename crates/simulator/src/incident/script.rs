//! What an incident does to the platform, and what undoes it.

use jiff::Timestamp;

use crate::{EndpointState, Platform, SimulatorError, UnusualCertificate};

/// The deeds behind an incident.
#[derive(Debug)]
pub(super) enum Script {
    /// The service's stored certificate and the served one are the same, of this kind.
    Lapses(UnusualCertificate),
    /// The stored certificate is fresh; the service goes on serving one that expires soon.
    RenewalNotServed,
    /// The endpoint behaves like this; the stored certificate stays good.
    Endpoint(EndpointState),
    /// The stored chain is cut off in the middle.
    CutOffFile,
    /// The stored chain is removed.
    FileVanishes,
}

impl Script {
    pub(super) async fn play(
        &self,
        platform: &Platform,
        service: &str,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let endpoint = platform.endpoint(service)?;
        match self {
            Self::Lapses(kind) => {
                endpoint.switch(EndpointState::Unusual(*kind), now).await?;
                let served = endpoint.served_certificate();
                served.map_or(Ok(()), |lapsed| platform.store(service, lapsed, now))
            }
            Self::RenewalNotServed => {
                endpoint.switch(EndpointState::Unusual(UnusualCertificate::ExpiresSoon), now).await?;
                platform.renew(service, now)
            }
            Self::Endpoint(state) => endpoint.switch(state.clone(), now).await,
            Self::CutOffFile => platform.cut_off_stored_file(service).map(drop),
            Self::FileVanishes => platform.remove_stored_file(service),
        }
    }

    pub(super) async fn repair(
        &self,
        platform: &Platform,
        service: &str,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        match self {
            Self::Lapses(_) => platform.renew(service, now)?,
            Self::RenewalNotServed | Self::Endpoint(_) => {}
            Self::CutOffFile | Self::FileVanishes => {
                platform.store(service, platform.stored_certificate(service)?, now)?;
            }
        }
        platform.reload(service, now).await
    }
}
