//! Three processes that share one cluster say together what one says, and nothing twice.

use std::collections::BTreeMap;

use lookout_testkit::scrape::Scrape;
use serde_json::json;

use super::access::{Account, READ, rule};
use super::control_plane::shared;
use super::lookout::{Lookout, Start, rows};
use super::material::{Issuing, secrets, tls_secret};
use crate::steps::Steps;

const NAMESPACES: [&str; 2] = ["shards-a", "shards-b"];
const SHARDS: [&str; 3] = ["0/3", "1/3", "lookout-2/3"];
const SECRETS: usize = 15;

type Series = BTreeMap<String, f64>;

#[test]
fn three_shards_say_together_what_one_process_says() {
    let control_plane = shared();
    let issuing = Issuing::named("shards");
    let account = {
        for namespace in NAMESPACES {
            control_plane.namespace(namespace, &json!({}));
            for number in 0..SECRETS {
                let pair = issuing.issue(&format!("{namespace}-{number}"), &["shards.example.org"]);
                control_plane
                    .api()
                    .create(&secrets(namespace), &tls_secret(&format!("site-{number}"), &pair));
                let bundle = json!({"metadata": {"name": format!("bundle-{number}")}, "data": {"ca.crt": issuing.certificate()}});
                control_plane.api().create(&format!("/api/v1/namespaces/{namespace}/configmaps"), &bundle);
            }
        }
        Account::create(control_plane, NAMESPACES[0], "lookout")
    };
    for namespace in NAMESPACES {
        account.allow_in(namespace, &[rule("", &["secrets", "configmaps"], READ)]);
    }
    let cluster =
        json!({"namespaces": NAMESPACES, "cert_manager": false, "hosts": false, "workloads": false});
    let start = || Start::with_token(control_plane, &account.token(), &cluster);
    let mut whole = start().start();
    let mut shards = SHARDS.map(|shard| start().flag("--shard").flag(shard).start());
    let whole = complete(&mut whole);
    let shards = shards.each_mut().map(complete);
    let mut steps = Steps::default();
    steps.take("each_certificate_is_said_once", || {
        let wanted = series(&whole);
        // Each Secret and each ConfigMap has one certificate, and several families say something of it.
        assert!(rows(&whole, "x509_cert_not_after", &[]).len() == NAMESPACES.len() * SECRETS * 2);
        let mut found = Series::new();
        for (scrape, shard) in shards.iter().zip(SHARDS) {
            let part = series(scrape);
            println!("    shard {shard} has {} of {} series", part.len(), wanted.len());
            assert!(!part.is_empty() && part.len() < wanted.len(), "it does not divide");
            for (series, value) in part {
                assert!(found.insert(series.clone(), value).is_none(), "{series} is said twice");
            }
        }
        assert_eq!(found, wanted);
    });
    steps.take("counts_of_bundles_add_up", || {
        for kind in ["kube-secret", "kube-configmap"] {
            let of = |scrape: &Scrape| -> f64 {
                rows(scrape, "x509_source_bundles", &[("source_kind", kind)])
                    .iter()
                    .map(|row| row.value)
                    .sum()
            };
            let parts = shards.each_ref().map(of);
            println!("    {kind}: {} = {parts:?}", of(&whole));
            assert!(of(&whole) > 0.0 && (parts.iter().sum::<f64>() - of(&whole)).abs() < 0.5);
        }
    });
    steps.end();
}

fn complete(lookout: &mut Lookout) -> Scrape {
    lookout.until_complete()
}

/// Everything that is said of single certificates.
fn series(scrape: &Scrape) -> Series {
    let is_of_one = |name: &str| {
        name.starts_with("x509_cert_") && !name.ends_with("_total") || name.starts_with("certs_stored_")
    };
    let samples = scrape.samples().filter(|sample| is_of_one(&sample.name));
    samples.map(|sample| (format!("{}{:?}", sample.name, sample.labels), sample.value)).collect()
}
