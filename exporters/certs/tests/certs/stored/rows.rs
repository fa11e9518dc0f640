//! What is shown of objects, and when it must be shown anew.

use std::path::Path;
use std::sync::Arc;

use data_encoding::BASE64;
use lookout_certs::assess::object::Showing;
use lookout_certs::cluster::stored::{Place, SecretReader, StoredObject};
use lookout_certs_spec::config::{Chain, ClusterSettings};
use lookout_exposition::Batch;
use lookout_kubernetes::{Entry, ObjectKey};
use lookout_testkit::golden;
use proptest::prelude::*;
use serde_json::json;

use super::readers::read;
use super::world::cluster_settings;
use crate::support::{fixed_now, fixture, text_of};

const SECRETS: Showing = Showing { place: Place::Secret, chain: Chain::All, exposes_relative: false };

fn entry() -> Entry<StoredObject> {
    let settings =
        ClusterSettings { labels: vec!["app.kubernetes.io/name".to_owned()], ..cluster_settings() };
    let object = json!({
        "type": "kubernetes.io/tls",
        "metadata": { "namespace": "shop", "name": "web", "labels": { "app.kubernetes.io/name": "shop" } },
        "data": {
            "tls.crt": BASE64.encode(&[fixture("chain.pem"), b"-----BEGIN CERTIFICATE-----\n".to_vec()].concat()),
            "ca.crt": BASE64.encode(&fixture("root.pem").repeat(2)),
        },
    });
    let object = read(&SecretReader::new(&settings, &Arc::default()), &object).unwrap();
    Entry { key: ObjectKey::new("shop", "web"), object }
}

fn text_at(showing: Showing, now: i64) -> String {
    text_of(showing.rows(&entry(), now))
}

#[test]
fn the_rows_of_an_object_of_each_kind() {
    let now = fixed_now().as_second();
    let relative = Showing { exposes_relative: true, ..SECRETS };
    let config_maps = Showing { place: Place::ConfigMap, chain: Chain::Leaf, ..SECRETS };
    let bundles = Showing { place: Place::CaBundle("APIService"), chain: Chain::Leaf, ..SECRETS };
    let text = [relative, config_maps, bundles].map(|showing| text_at(showing, now)).join("\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/objects.txt");
    golden::check(file, &text);
}

#[test]
fn with_leaves_only_no_authority_is_shown() {
    let leaves = text_at(Showing { chain: Chain::Leaf, ..SECRETS }, fixed_now().as_second());
    assert!(leaves.contains("subject_CN=\"shop.example\""), "{leaves}");
    assert!(!leaves.contains("subject_CN=\"Example Root\""), "{leaves}");
}

#[test]
fn an_object_without_anything_has_no_rows() {
    let empty = Entry { key: ObjectKey::new("shop", "empty"), object: StoredObject::default() };
    assert_eq!(SECRETS.rows(&empty, 0).rows(), Batch::new().rows());
}

proptest! {
    #[test]
    fn rows_are_named_again_exactly_when_time_has_changed_them(
        then in 1_760_000_000_i64..1_780_000_000,
        step in prop_oneof![0_i64..100, 0_i64..20_000, 0_i64..10_000_000],
    ) {
        let now = then + step;
        let differs = SECRETS.differs(&entry().object, then, now);
        prop_assert_eq!(differs, text_at(SECRETS, then) != text_at(SECRETS, now));
    }
}
