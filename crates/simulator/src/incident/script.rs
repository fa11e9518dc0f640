//! What an incident does to the platform, and what undoes it.

use jiff::Timestamp;

use core::time::Duration;

use crate::kafka::{Behaviour, Cluster};
use crate::platform::kafka::PROMPTLY;
use crate::platform::kubernetes::InCluster;
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
    /// Something happens in Kafka.
    Kafka(KafkaDeed),
    /// Something happens in Kubernetes.
    Kubernetes(KubernetesDeed),
}

/// What happens in Kafka.
#[derive(Debug)]
pub(super) enum KafkaDeed {
    /// This broker dies.
    LoseBroker(i32),
    /// This group stands still.
    StopConsumer(&'static str),
    /// Nothing is produced to this topic.
    StopProducer(&'static str),
}

/// What happens in Kubernetes.
#[derive(Debug)]
pub(super) enum KubernetesDeed {
    /// The renewal of this application's certificate is answered by a login page.
    BlockRenewal(&'static str),
    /// This application's renewed certificate is not served.
    RenewWithoutReload(&'static str),
    /// The certificate of the edge is about to run out.
    LetEdgeLapse,
    /// The API server refuses connections.
    TakeApiServerAway,
}

impl Script {
    pub(super) async fn play(
        &self,
        platform: &Platform,
        service: &str,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let endpoint = || platform.endpoint(service);
        match self {
            Self::Kafka(deed) => deed.play(platform.kafka()).await,
            Self::Kubernetes(deed) => deed.play(platform.in_cluster(), now).await,
            Self::Lapses(kind) => {
                let endpoint = endpoint()?;
                endpoint.switch(EndpointState::Unusual(*kind), now).await?;
                let served = endpoint.served_certificate();
                served.map_or(Ok(()), |lapsed| platform.store(service, lapsed, now))
            }
            Self::RenewalNotServed => {
                let expires_soon = EndpointState::Unusual(UnusualCertificate::ExpiresSoon);
                endpoint()?.switch(expires_soon, now).await?;
                platform.renew(service, now)
            }
            Self::Endpoint(state) => endpoint()?.switch(state.clone(), now).await,
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
            Self::Kafka(deed) => return deed.repair(platform.kafka()).await,
            Self::Kubernetes(deed) => return deed.repair(platform.in_cluster(), now).await,
            Self::Lapses(_) => platform.renew(service, now)?,
            Self::RenewalNotServed | Self::Endpoint(_) => {}
            Self::CutOffFile | Self::FileVanishes => {
                platform.store(service, platform.stored_certificate(service)?, now)?;
            }
        }
        platform.reload(service, now).await
    }
}

impl KafkaDeed {
    async fn play(&self, kafka: &Cluster) -> Result<(), SimulatorError> {
        match self {
            Self::LoseBroker(id) => kafka.kill_broker(*id).await?,
            Self::StopConsumer(group) => {
                kafka.set_behaviour(group, Behaviour::StandsStill { since: Duration::ZERO });
            }
            Self::StopProducer(topic) => {
                kafka.pause_topic(topic);
            }
        }
        Ok(())
    }

    async fn repair(&self, kafka: &Cluster) -> Result<(), SimulatorError> {
        match self {
            Self::LoseBroker(id) => {
                kafka.revive_broker(*id).await?;
                kafka.elect_preferred();
            }
            Self::StopConsumer(group) => {
                kafka.set_behaviour(group, PROMPTLY);
            }
            Self::StopProducer(topic) => {
                kafka.resume_topic(topic);
            }
        }
        Ok(())
    }
}

impl KubernetesDeed {
    async fn play(&self, cluster: &InCluster, now: Timestamp) -> Result<(), SimulatorError> {
        match self {
            Self::BlockRenewal(name) => cluster.block_renewal(name, now).await,
            Self::RenewWithoutReload(name) => cluster.renew_without_reload(name, now).await,
            Self::LetEdgeLapse => cluster.let_edge_lapse(true, now).await,
            Self::TakeApiServerAway => cluster.set_away(true).await,
        }
    }

    async fn repair(&self, cluster: &InCluster, now: Timestamp) -> Result<(), SimulatorError> {
        match self {
            Self::BlockRenewal(name) | Self::RenewWithoutReload(name) => cluster.mend(name, now).await,
            Self::LetEdgeLapse => cluster.let_edge_lapse(false, now).await,
            Self::TakeApiServerAway => cluster.set_away(false).await,
        }
    }
}
