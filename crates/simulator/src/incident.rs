//! Incidents that can be played on a running platform, and repaired.
//!
//! An incident tells what happens in the world and what should be seen of it there. It names no metric and no alert:
//! which of them show it is for those who watch to say, and for their tests to prove.
//!
//! Invariants:
//! - An incident is played on a service that starts without a defect, and its repair leaves the service serving the
//!   certificate that is stored for it, in the middle of its life; or Kafka or Kubernetes as they were.
//! - Playing one twice, or repairing what was never played, is allowed and changes nothing in the end.
//!
//! How to get it wrong: playing two at once on one service. The second replaces what the first did to the endpoint, and
//! either repair mends both.

mod script;

use jiff::Timestamp;

use crate::EndpointState::{
    ClientCertificateRequired, Dead, HandshakeFailure, OldTls, PlainHttp, Reset, Stall, Unusual,
};
use crate::UnusualCertificate::{
    Expired, ExpiresSoon, IntermediateMissing, NotYetValid, Untrusted, WrongName,
};
use crate::platform::kafka::{INCIDENT_BROKER, INCIDENT_GROUP, INCIDENT_TOPIC};
use crate::platform::kubernetes::{BLOCKED, STALE};
use crate::{Platform, SimulatorError};
use script::{KafkaDeed, KubernetesDeed, Script};

/// Where a stalling endpoint falls silent: within the server's first flight, whatever the TLS version.
const STALL_AFTER_BYTES: u64 = 300;

/// Something that goes wrong on the platform.
#[derive(Debug)]
pub struct Incident {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What happens, in one sentence.
    pub story: &'static str,
    /// What should be seen, in one sentence.
    pub seen: &'static str,
    /// The service that it happens to: one with an endpoint, `kafka`, or `kubernetes`.
    pub service: &'static str,
    script: Script,
}

impl Incident {
    /// Every incident, in the order of documentation.
    pub const ALL: &'static [Self] = INCIDENTS;

    /// The incident of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|incident| incident.name == name)
    }

    /// Makes it happen.
    pub async fn play(&self, platform: &Platform, now: Timestamp) -> Result<(), SimulatorError> {
        self.script.play(platform, self.service, now).await
    }

    /// Mends it.
    pub async fn repair(&self, platform: &Platform, now: Timestamp) -> Result<(), SimulatorError> {
        self.script.repair(platform, self.service, now).await
    }
}

const INCIDENTS: &[Incident] = &[
    Incident {
        name: "certificate-expires",
        service: "portal",
        story: "Nobody renewed the portal's certificate, and it has run out.",
        seen: "The certificate is expired, in the file and at the endpoint.",
        script: Script::Lapses(Expired),
    },
    Incident {
        name: "renewal-overdue",
        service: "trino",
        story: "The renewal of Trino's certificate has been failing for weeks, and four of its 90 days are left.",
        seen: "The certificate runs out within days, in the file and at the endpoint; nothing has failed yet.",
        script: Script::Lapses(ExpiresSoon),
    },
    Incident {
        name: "renewal-not-served",
        service: "trino",
        story: "Trino's certificate was renewed on disk, but the coordinator was not reloaded and serves the old one.",
        seen: "The stored certificate is fresh; the served one is another and runs out within days.",
        script: Script::RenewalNotServed,
    },
    Incident {
        name: "wrong-certificate",
        service: "dolphinscheduler",
        story: "The ingress lost DolphinScheduler's Secret and hands out the certificate of another host.",
        seen: "The served certificate is valid and trusted, but for another name than the one asked for.",
        script: Script::Endpoint(Unusual(WrongName)),
    },
    Incident {
        name: "untrusted-issuer",
        service: "minio",
        story: "MinIO was redeployed with a certificate from somebody's private authority.",
        seen: "The served certificate has the right name and date, but leads to no trusted root.",
        script: Script::Endpoint(Unusual(Untrusted)),
    },
    Incident {
        name: "chain-incomplete",
        service: "trino",
        story: "The certificate was installed without its intermediate; browsers that have it cached do not mind.",
        seen: "The served certificate has the right name and date, but its issuer is not in what is presented.",
        script: Script::Endpoint(Unusual(IntermediateMissing)),
    },
    Incident {
        name: "certificate-not-yet-valid",
        service: "minio",
        story: "The issuer's clock ran ahead, and the new certificate is not valid for another seven days.",
        seen: "The served certificate is not yet valid.",
        script: Script::Endpoint(Unusual(NotYetValid)),
    },
    Incident {
        name: "endpoint-dead",
        service: "portal",
        story: "The portal's process has died.",
        seen: "Connections are refused; of its certificate only the stored one can be told.",
        script: Script::Endpoint(Dead),
    },
    Incident {
        name: "endpoint-stalls",
        service: "datahub",
        story: "DataHub's process hangs: it accepts connections and stops talking in the middle of the handshake.",
        seen: "The handshake does not end before its deadline.",
        script: Script::Endpoint(Stall { after_bytes: STALL_AFTER_BYTES }),
    },
    Incident {
        name: "endpoint-resets",
        service: "datahub",
        story: "A network policy in front of DataHub resets every connection.",
        seen: "Connections are opened and then reset.",
        script: Script::Endpoint(Reset),
    },
    Incident {
        name: "plain-http-on-tls-port",
        service: "datahub",
        story: "A new release of DataHub no longer ends TLS itself and speaks plain HTTP on the old port.",
        seen: "The answer to the handshake is not TLS.",
        script: Script::Endpoint(PlainHttp),
    },
    Incident {
        name: "handshake-refused",
        service: "minio",
        story: "MinIO lost the only key that fits its settings and refuses every handshake.",
        seen: "The server answers the handshake with a fatal alert.",
        script: Script::Endpoint(HandshakeFailure),
    },
    Incident {
        name: "outdated-protocol",
        service: "dolphinscheduler",
        story: "DolphinScheduler was rolled back to an image that knows TLS 1.1 and nothing later.",
        seen: "Server and client have no TLS version in common.",
        script: Script::Endpoint(OldTls),
    },
    Incident {
        name: "client-certificate-required",
        service: "minio",
        story: "Somebody switched mutual TLS on, and no client has a certificate.",
        seen: "The server's certificate is good, but it lets nobody in who does not present one.",
        script: Script::Endpoint(ClientCertificateRequired),
    },
    Incident {
        name: "broken-file",
        service: "dolphinscheduler",
        story: "The disk was full while DolphinScheduler's certificate was written, and half of it is missing.",
        seen: "The file cannot be read; the endpoint goes on serving what it loaded before.",
        script: Script::CutOffFile,
    },
    Incident {
        name: "file-vanishes",
        service: "minio",
        story: "A clean-up job deleted MinIO's certificate file.",
        seen: "The file that was there is gone; the endpoint goes on serving what it loaded before.",
        script: Script::FileVanishes,
    },
    Incident {
        name: "kafka-broker-lost",
        service: KAFKA,
        story: "The node under one of the three Kafka brokers is gone.",
        seen: "One broker is missing; others lead its partitions, and every partition that it held has a replica too few.",
        script: Script::Kafka(KafkaDeed::LoseBroker(INCIDENT_BROKER)),
    },
    Incident {
        name: "consumer-stuck",
        service: KAFKA,
        story: "The consumers of the trade capture hang in a call to a database; they are alive, and consume nothing.",
        seen: "The group has its members and does not commit any more; its lag grows with what is produced.",
        script: Script::Kafka(KafkaDeed::StopConsumer(INCIDENT_GROUP)),
    },
    Incident {
        name: "producer-stops",
        service: KAFKA,
        story: "The feed of intraday prices has lost its line to the exchange.",
        seen: "Nothing arrives in the topic of the ticks any more; its groups catch up and have nothing to do.",
        script: Script::Kafka(KafkaDeed::StopProducer(INCIDENT_TOPIC)),
    },
    Incident {
        name: "renewal-blocked",
        service: KUBERNETES,
        story: "A login was put in front of Trino's host, and it answers the challenges of the renewal too.",
        seen: "Trino's Certificate is ready, but failing for hours: its renewal was due ten days ago, and 20 are left.",
        script: Script::Kubernetes(KubernetesDeed::BlockRenewal(BLOCKED)),
    },
    Incident {
        name: "stale-served",
        service: KUBERNETES,
        story: "The portal's Secret was renewed yesterday, and the ingress controller did not notice.",
        seen: "The stored certificate is fresh; the controller serves another one for the host, with eight days left.",
        script: Script::Kubernetes(KubernetesDeed::RenewWithoutReload(STALE)),
    },
    Incident {
        name: "edge-certificate-lapses",
        service: KUBERNETES,
        story: "The provider of the tunnel has trouble with its own renewals.",
        seen: "The certificate at the edge runs out within days; what is stored and what the controller serves are good.",
        script: Script::Kubernetes(KubernetesDeed::LetEdgeLapse),
    },
    Incident {
        name: "api-server-away",
        service: KUBERNETES,
        story: "The control plane is being upgraded, and the API server refuses connections.",
        seen: "What was read from the cluster stays as it was, and gets older.",
        script: Script::Kubernetes(KubernetesDeed::TakeApiServerAway),
    },
];

/// The service that incidents of Kafka happen to.
const KAFKA: &str = "kafka";
/// The service that incidents of Kubernetes happen to.
const KUBERNETES: &str = "kubernetes";
