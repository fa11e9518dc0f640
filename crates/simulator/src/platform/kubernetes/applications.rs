//! What runs in the cluster: applications behind the ingress controller, and others that mount certificates.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Contents, Defect, INGRESS_CLASS, cert_manager, certificate, host, renewal};
use crate::kubernetes::{ApiServer, objects};
use crate::{Authorities, IssuedCertificate, SimulatorError, Validity};

/// An application with an Ingress. Its namespace, its Ingress, its workload and its Service have its name.
#[derive(Clone, Copy)]
pub(super) struct Application {
    pub(super) name: &'static str,
    /// The kind of its workload.
    kind: &'static str,
    /// Without the domain.
    pub(super) hosts: &'static [&'static str],
    /// Whether its pods mount the Secret too, or only the controller reads it.
    is_mounted: bool,
    pub(super) defect: Option<Wrong>,
}

/// What is wrong with an application from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Its renewal has been blocked by a login page for weeks; four of 90 days are left.
    RenewalBlocked,
    /// Its certificate is for the first of its hosts alone.
    HostNotCovered,
    /// Its certificate was never issued, and there is no Secret.
    NeverIssued,
    /// The controller serves the certificate from before the last renewal.
    StaleServed,
}

const fn application(name: &'static str, kind: &'static str, hosts: &'static [&'static str]) -> Application {
    Application { name, kind, hosts, is_mounted: false, defect: None }
}

const fn wrong(application: Application, defect: Wrong) -> Application {
    Application { defect: Some(defect), ..application }
}

const fn mounted(application: Application) -> Application {
    Application { is_mounted: true, ..application }
}

/// Every application. Incidents happen to `portal` and `trino`.
pub(super) const APPLICATIONS: &[Application] = &[
    application("portal", "Deployment", &["portal"]),
    mounted(application("trino", "Deployment", &["trino"])),
    wrong(application("superset", "Deployment", &["superset", "bi"]), Wrong::HostNotCovered),
    application("grafana", "Deployment", &["grafana"]),
    wrong(mounted(application("harbor", "Deployment", &["harbor"])), Wrong::RenewalBlocked),
    mounted(application("vault", "StatefulSet", &["vault"])),
    application("dolphinscheduler", "StatefulSet", &["workflows"]),
    wrong(mounted(application("minio", "StatefulSet", &["minio", "minio-console"])), Wrong::StaleServed),
    wrong(application("datahub", "Deployment", &["datahub"]), Wrong::NeverIssued),
];

/// The namespace of what serves many.
const SHARED: &str = "ingress-nginx";
/// The Secret that is cut off in the middle of its certificate.
const CUT_OFF: (&str, &str) = ("etl", "legacy-feed-tls");

// === impl Wrong ===

impl Wrong {
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::RenewalBlocked => {
                "its certificate has four of 90 days left: a login page answers the challenges of its renewal"
            }
            Self::HostNotCovered => "its certificate is not for the second of its hosts",
            Self::NeverIssued => {
                "its certificate was never issued, and the Secret that it names does not exist"
            }
            Self::StaleServed => {
                "the controller serves the certificate from before its renewal; the stored one is another"
            }
        }
    }
}

// === impl Application ===

impl Application {
    /// Its Secret and its Certificate have this name.
    pub(super) fn secret(&self) -> String {
        format!("{}-tls", self.name)
    }

    /// Its hosts with the domain.
    pub(super) fn full_hosts(&self) -> Vec<String> {
        self.hosts.iter().map(|name| host(name)).collect()
    }
}

impl Contents {
    pub(super) fn add(
        &self,
        application: &Application,
        with_defects: bool,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let Application { name, kind, is_mounted, .. } = application;
        let (secret, hosts) = (application.secret(), application.full_hosts());
        let old = |object| objects::created(object, days_before(now, 400));
        self.api.apply(old(objects::namespace(name, &[("team", "platform")])))?;
        let mounts = if *is_mounted { vec![secret.as_str()] } else { Vec::new() };
        self.api.apply(old(objects::workload(kind, name, name, &mounts)))?;
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        self.api.apply(old(objects::ingress(name, name, &hosts, &secret, name)))?;
        let defect = application.defect.filter(|_| with_defects);
        let current = Validity::current(now);
        match defect {
            Some(Wrong::NeverIssued) => return renewal::never_issued(&self.api, application, now),
            Some(Wrong::RenewalBlocked) => {
                let old = self.issue(application, Validity::expires_soon(now))?;
                self.store(application, &old, now)?;
                self.install(application, &old);
                return renewal::block(&self.api, application, &old, now);
            }
            Some(Wrong::StaleServed) => {
                self.install(application, &self.issue(application, Validity::expires_soon(now))?);
                let renewed = self.issue(application, current)?;
                return self.store(application, &renewed, now);
            }
            Some(Wrong::HostNotCovered) => {
                let first = application.full_hosts().into_iter().take(1).collect::<Vec<_>>();
                let narrow = certificate::issue(&self.authorities, &first, current)?;
                self.install(application, &narrow);
                return self.store(application, &narrow, now);
            }
            None => {}
        }
        let good = self.issue(application, current)?;
        self.install(application, &good);
        self.store(application, &good, now)
    }

    /// Stores a certificate, and has cert-manager know of it.
    pub(super) fn store(
        &self,
        application: &Application,
        certificate: &IssuedCertificate,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let (namespace, name) = (application.name, application.secret());
        let secret = objects::tls_secret(namespace, &name, certificate);
        self.api.apply(cert_manager::issued_secret(secret, &name))?;
        let hosts = application.full_hosts();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        cert_manager::issued(
            &self.api,
            namespace,
            &name,
            &hosts,
            cert_manager::LETS_ENCRYPT,
            certificate,
            now,
        )
    }
}

/// What has no Ingress of its own application: a wildcard for many, a Gateway, and workloads that mount certificates.
pub(super) fn others(
    api: &ApiServer,
    authorities: &Authorities,
    with_defects: bool,
    now: Timestamp,
    serve: &mut dyn FnMut(String, Arc<IssuedCertificate>),
) -> Result<(), SimulatorError> {
    let current = Validity::current(now);
    let issue = |hosts: &[&str]| {
        let hosts: Vec<String> = hosts.iter().map(|name| host(name)).collect();
        certificate::issue(authorities, &hosts, current)
    };
    for namespace in [SHARED, "edge", "kafka", "monitoring", "etl", "cert-manager", "kube-system"] {
        let namespace = objects::namespace(namespace, &[("team", "operations")]);
        api.apply(objects::created(namespace, days_before(now, 400)))?;
    }
    let wildcard = issue(&["*"])?;
    store(api, SHARED, "wildcard-tls", &[&host("*")], cert_manager::BY_DNS, &wildcard, now)?;
    let tools = [host("lakefs"), host("iceberg")];
    let tools: Vec<&str> = tools.iter().map(String::as_str).collect();
    api.apply(objects::ingress(SHARED, "tools", &tools, "wildcard-tls", "tools"))?;
    for host in tools {
        serve(host.to_owned(), Arc::clone(&wildcard));
    }

    let feeds = issue(&["feeds"])?;
    store(api, "edge", "feeds-tls", &[&host("feeds")], cert_manager::LETS_ENCRYPT, &feeds, now)?;
    api.apply(gateway("edge", "market-data", &host("feeds"), "feeds-tls"))?;
    serve(host("feeds"), feeds);

    for (namespace, name, kind) in
        [("kafka", "kafka-broker", "StatefulSet"), ("monitoring", "node-exporter", "DaemonSet")]
    {
        let (secret, hosts) = (format!("{name}-tls"), format!("{name}.{namespace}.svc"));
        let own = certificate::issue(authorities, std::slice::from_ref(&hosts), current)?;
        store(api, namespace, &secret, &[&hosts], cert_manager::INTERNAL, &own, now)?;
        api.apply(objects::workload(kind, namespace, name, &[&secret]))?;
    }
    let client = certificate::issue(authorities, &["exchange-client".to_owned()], current)?;
    api.apply(objects::tls_secret("etl", "exchange-client-tls", &client))?;
    let (namespace, name) = CUT_OFF;
    api.apply(objects::cron_job(namespace, "price-ingest", "*/15 * * * *", &["exchange-client-tls", name]))?;
    let mut legacy = objects::tls_secret(namespace, name, &client);
    if with_defects {
        let pem = client.chain_pem();
        let half = pem.get(..pem.len() / 4).unwrap_or_default();
        legacy["data"]["tls.crt"] = data_encoding::BASE64.encode(half.as_bytes()).into();
    }
    api.apply(legacy)
}

/// What is wrong with these from the start.
pub(super) fn other_defects() -> Defect {
    let (namespace, name) = CUT_OFF;
    Defect {
        place: format!("secret {namespace}/{name}"),
        what: "its certificate is cut off in the middle, so there is nothing to read in it",
    }
}

fn store(
    api: &ApiServer,
    namespace: &str,
    name: &str,
    hosts: &[&str],
    issuer: cert_manager::Issuer,
    certificate: &IssuedCertificate,
    now: Timestamp,
) -> Result<(), SimulatorError> {
    let secret = objects::tls_secret(namespace, name, certificate);
    api.apply(cert_manager::issued_secret(secret, name))?;
    cert_manager::issued(api, namespace, name, hosts, issuer, certificate, now)
}

fn gateway(namespace: &str, name: &str, host: &str, secret: &str) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": { "namespace": namespace, "name": name },
        "spec": { "gatewayClassName": INGRESS_CLASS, "listeners": [{
            "name": "https", "protocol": "HTTPS", "port": 443, "hostname": host,
            "tls": { "mode": "Terminate", "certificateRefs": [{ "group": "", "kind": "Secret", "name": secret }] },
        }]},
        "status": {
            "addresses": [{ "type": "IPAddress", "value": "127.0.0.1" }],
            "listeners": [{ "name": "https", "attachedRoutes": 1, "conditions": [
                { "type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs", "message": "" },
                { "type": "Programmed", "status": "True", "reason": "Programmed", "message": "" },
            ]}],
        },
    })
}

pub(super) fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(days * 24)).unwrap_or(now)
}
