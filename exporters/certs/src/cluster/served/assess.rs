//! What is exposed of what is served.

use lookout_certs_spec::labels::{EdgeCertificate, HostEndpoint, HostServed, ServedResult};
use lookout_certs_spec::metrics::{EDGE_INFO, EDGE_NOT_AFTER, HOST_SERVED, HOST_SERVED_NOT_AFTER};
use lookout_exposition::{Batch, Family};

use super::compare::{compare, edge};
use super::probe::{Asked, Outcome};
use super::source::Served;
use crate::cluster::hosts::Claim;

/// Writes what the controllers and the public names show.
pub fn assess(served: &Served, batch: &mut Batch) {
    controllers(served, batch);
    edges(served, batch);
}

fn labels(claim: &Claim) -> (&str, &'static str, &str, &str) {
    (&claim.key.namespace, claim.kind.as_str(), &claim.key.name, &claim.host)
}

fn controllers(served: &Served, batch: &mut Batch) {
    let mut result = Family::new(&HOST_SERVED);
    let mut not_after = Family::new(&HOST_SERVED_NOT_AFTER);
    for (index, asks) in &served.plan.controllers {
        let Some(judged) = served.hosts.judged.get(*index) else { continue };
        let (resource_namespace, kind, name, host) = labels(&judged.claim);
        let mut add = |endpoint: &str, outcome: Option<&Outcome>| {
            let actual = compare(judged, &served.hosts, outcome);
            for value in ServedResult::ALL {
                let holds = f64::from(u8::from(actual == *value));
                result.set(
                    HostServed { resource_namespace, kind, name, host, endpoint, result: *value },
                    holds,
                );
            }
            if let Some(Outcome::Shown(shown)) = outcome {
                let labels = HostEndpoint { resource_namespace, kind, name, host, endpoint };
                not_after.set(labels, shown.not_after as f64);
            }
        };
        for ask in asks {
            add(&ask.endpoint(), served.asked.get(ask).map(|asked| &asked.outcome));
        }
        if asks.is_empty() {
            add("", None);
        }
    }
    batch.add(result);
    batch.add(not_after);
}

fn edges(served: &Served, batch: &mut Batch) {
    let mut not_after = Family::new(&EDGE_NOT_AFTER);
    let mut info = Family::new(&EDGE_INFO);
    for (index, ask) in &served.plan.public {
        let (Some(judged), Some(Asked { addresses, outcome: Outcome::Shown(shown) })) =
            (served.hosts.judged.get(*index), served.asked.get(ask))
        else {
            continue;
        };
        let controllers = served.plan.controllers.get(index).map(Vec::as_slice).unwrap_or_default();
        let asked = controllers.iter().filter_map(|ask| served.asked.get(ask));
        if edge(judged, addresses, shown, asked) {
            let (resource_namespace, kind, name, host) = labels(&judged.claim);
            not_after.set((resource_namespace, kind, name, host), shown.not_after as f64);
            info.present(EdgeCertificate {
                resource_namespace,
                kind,
                name,
                host,
                fingerprint_sha256: shown.fingerprint.text().as_str(),
                issuer: &shown.issuer,
            });
        }
    }
    batch.add(not_after);
    batch.add(info);
}
