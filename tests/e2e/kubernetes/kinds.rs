//! The story of every kind of object that is read: what is shown of each is what kubectl and OpenSSL say of it.

mod bundles;
mod certmanager;
mod hosts;
mod signing;
mod stored;
mod workloads;

use std::time::{Duration, Instant};

use lookout_testkit::scrape::Scrape;
use serde_json::json;

use super::access::{Account, READ, rule};
use super::api::{Api, Kubectl};
use super::control_plane::shared;
use super::lookout::{Lookout, Start, rows};
use super::material::Issuing;
use crate::running::PATIENCE;
use crate::steps::Steps;

/// The namespaces of the story, and how they are written in the configuration.
const NAMESPACES: [&str; 2] = ["kinds-a", "kinds-b"];
const ALL: &str = "kinds-*";

/// When it is shown what there is instead of what is wanted: before nobody waits any longer.
const IN_THE_END: Duration = PATIENCE.saturating_sub(Duration::from_secs(30));

/// What each step works on.
struct Stage {
    api: Api,
    kubectl: Kubectl,
    issuing: Issuing,
    lookout: Lookout,
}

#[test]
fn objects_of_every_kind_are_read_as_they_are() {
    let control_plane = shared();
    for namespace in NAMESPACES {
        control_plane.namespace(namespace, &json!({}));
    }
    let (api, issuing) = (control_plane.api(), Issuing::named("kinds"));
    stored::populate(&api, &issuing);
    workloads::populate(&api);
    let servers = hosts::populate(&api, &issuing);
    certmanager::populate(&api);
    let account = Account::create(control_plane, NAMESPACES[0], "lookout");
    account.allow_everywhere(&[rule("*", &["*"], READ)]);
    let cluster = json!({
        "namespaces": [ALL],
        "labels": ["team"],
        "secrets": {"rules": [
            {"type": "kubernetes.io/tls", "keys": stored::KEYS_OF_TLS},
            {"type": "Opaque", "keys": stored::KEYS_OF_OPAQUE},
        ]},
        "config_maps": {"keys": stored::KEYS_OF_MAPS},
        "ingress_addresses": servers.addresses,
    });
    // A kubeconfig, as one has outside a cluster.
    let kubeconfig = control_plane.kubeconfig("kinds", &json!({"token": account.token()}));
    let mut lookout = Start::with_kubeconfig(&kubeconfig, &cluster).start();
    lookout.until_complete();
    let mut stage = Stage { api, kubectl: control_plane.kubectl(), issuing, lookout };
    let mut steps = Steps::default();
    steps.take("certificates_in_secrets_and_config_maps", || stored::in_objects(&mut stage));
    steps.take("certificates_in_ca_bundles", || bundles::shown_until_gone(&mut stage));
    steps.take("requests_for_certificates", || signing::requests(&mut stage));
    steps.take("certificates_of_cert_manager", || certmanager::certificates(&mut stage));
    steps.take("a_renewal_that_fails_says_why", || certmanager::failures(&mut stage));
    steps.take("issuers_and_requests_of_cert_manager", || certmanager::issuers(&mut stage));
    steps.take("hosts_and_the_certificates_that_they_have", || hosts::covered(&mut stage));
    steps.take("hosts_and_the_certificates_that_are_served", || hosts::served(&mut stage, &servers));
    steps.take("workloads_that_use_a_secret", || workloads::named(&mut stage));
    steps.end();
}

impl Stage {
    /// Waits until the rows of a family that `is_ours` takes are these: the values of the labels and the value, in any order.
    #[track_caller]
    fn until_rows(
        &mut self,
        family: &str,
        labels: &[&str],
        filter: &[(&str, &str)],
        wanted: &[(&[&str], f64)],
    ) {
        let mut wanted: Vec<String> =
            wanted.iter().map(|(values, value)| format!("{values:?} {value}")).collect();
        wanted.sort();
        let found = |scrape: &Scrape| {
            let row = |sample: &&lookout_testkit::scrape::Sample| {
                let values: Vec<&str> =
                    labels.iter().map(|label| sample.label(label).unwrap_or_default()).collect();
                format!("{values:?} {}", sample.value)
            };
            let mut found: Vec<String> = rows(scrape, family, filter).iter().map(row).collect();
            found.sort();
            found
        };
        let begun = Instant::now();
        let last = self.lookout.until(family, |scrape| {
            // What it has come to in the end says more than that it did not come to what is wanted.
            let is_over = begun.elapsed() > IN_THE_END;
            Some(found(scrape)).filter(|found| *found == wanted || is_over)
        });
        assert_eq!(last, wanted, "{family}");
        println!("    {} rows of {family}", wanted.len());
    }
}
