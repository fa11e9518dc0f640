//! A simulated ingress controller, and the hosts that are asked of it.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_certs::cluster::hosts::{Claim, HostObjectKind, Hosts, Judged, Leaf, Stored};
use lookout_certs::cluster::served::{Connecting, Planning, ProbeSettings, Shown};
use lookout_certs::parse::parse;
use lookout_certs_spec::Settings;
use lookout_kubernetes::ObjectKey;
use lookout_simulator::{
    Authorities, EndpointState, IssuedCertificate, ServerIdentity, TlsEndpoint, Validity,
};
use tokio::sync::watch;

use crate::support::{PATIENCE, fixed_now};

/// A controller that serves by host, and the authority of its certificates.
pub(super) struct Controller {
    authorities: Arc<Authorities>,
    pub(super) endpoint: TlsEndpoint,
}

impl Controller {
    pub(super) fn start() -> Self {
        let authorities = Arc::new(Authorities::create(fixed_now()).unwrap());
        let identity =
            ServerIdentity { server_name: "fake.example".to_owned(), authorities: Arc::clone(&authorities) };
        Self {
            authorities,
            endpoint: TlsEndpoint::start(identity, EndpointState::Good, fixed_now()).unwrap(),
        }
    }

    pub(super) fn issue(&self, name: &str) -> Arc<IssuedCertificate> {
        Arc::new(self.authorities.issue(name, Validity::current(fixed_now())).unwrap())
    }

    pub(super) async fn serves(&self, named: &[(&str, &Arc<IssuedCertificate>)]) {
        let named = named.iter().map(|(name, issued)| ((*name).to_owned(), Arc::clone(issued))).collect();
        let default = Some(self.issue("fake.example"));
        self.endpoint.switch(EndpointState::ByServerName { named, default }, fixed_now()).await.unwrap();
    }

    pub(super) fn settings(&self) -> ProbeSettings {
        let address = self.endpoint.address().to_string();
        planned(&[("nginx", &address)])
    }
}

pub(super) fn planned(addresses: &[(&str, &str)]) -> ProbeSettings {
    let settings = Settings::default();
    let addresses = addresses.iter().map(|(class, text)| ((*class).to_owned(), text.parse().unwrap()));
    ProbeSettings {
        planning: Planning {
            ingress_addresses: addresses.collect(),
            public_addresses: BTreeMap::new(),
            public_names: false,
            max_hosts: 100,
        },
        connecting: Connecting { within: PATIENCE.get(), about_to_expire: settings.alerts.critical },
        budget: Duration::from_mins(5),
        between: Duration::ZERO,
    }
}

pub(super) fn leaf(issued: &IssuedCertificate) -> Stored {
    let parsed = parse(&issued.chain_pem().into_bytes(), 1);
    Stored::Leaf(Arc::new(Leaf::new(&parsed.certificates[0])))
}

pub(super) fn judged(host: &str, stored: Stored) -> Judged {
    let claim = Claim {
        kind: HostObjectKind::Ingress,
        key: ObjectKey::new("shop", "shop"),
        host: host.into(),
        secrets: vec![ObjectKey::new("shop", "shop-tls")],
        is_permitted: true,
        class: "nginx".into(),
        controller: Box::default(),
        parent: None,
        addresses: Vec::new(),
        port: 443,
        is_passed_through: false,
    };
    Judged { claim, stored: vec![stored] }
}

pub(super) fn seen(hosts: Vec<Judged>) -> watch::Receiver<Option<Arc<Hosts>>> {
    watch::channel(Some(Arc::new(Hosts::new(hosts)))).1
}

/// What a server shows that has this certificate.
pub(super) fn shown(issued: &IssuedCertificate) -> Shown {
    let parsed = parse(&issued.chain_pem().into_bytes(), 1);
    let leaf = &parsed.certificates[0];
    Shown {
        fingerprint: leaf.fingerprint_sha256,
        not_after: leaf.not_after,
        issuer: leaf.issuer.text().into(),
    }
}
