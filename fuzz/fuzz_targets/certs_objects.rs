//! Objects that may hold certificates, as a server may send them: whatever they are, something is kept or nothing, bounded, and a
//! value that is wanted is never passed over in silence.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use lookout_certs::cluster::stored::{
    CaBundleKind, CaBundleReader, ConfigMapReader, SecretReader, StoredObject,
};
use lookout_certs_spec::config::{ClusterSettings, SecretRule};
use lookout_kubernetes::{Json, ObjectJson, Reader};

fn check(object: Option<StoredObject>, settings: &ClusterSettings) {
    let Some(object) = object else { return };
    let limits = &settings.limits;
    assert!(object.certificates.len() <= limits.max_values_per_object * limits.max_certificates_per_value);
    assert!(object.faults.len() <= (limits.max_values_per_object + 1) * 8);
    for fault in &object.faults {
        assert!(fault.count > 0 && !fault.kind.to_string().is_empty());
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = Json::check(bytes) else { return };
    let object = ObjectJson::new(json);
    let mut settings = ClusterSettings::default();
    settings.secrets.rules =
        vec![SecretRule { secret_type: "*".to_owned(), keys: vec!["tls.crt".to_owned()] }];
    settings.limits.max_values_per_object = 3;
    settings.limits.max_certificates_per_value = 3;
    let sharing = Arc::default();
    let secret = SecretReader::new(&settings, &sharing).read(&object);
    if let Some(secret) = &secret
        && object.get("data").get("tls.crt").present().is_some()
    {
        assert!(!secret.certificates.is_empty() || !secret.faults.is_empty());
    }
    check(secret, &settings);
    check(ConfigMapReader::new(&settings, &sharing).read(&object), &settings);
    for kind in CaBundleKind::ALL {
        check(CaBundleReader::new(kind, &settings.limits, &sharing).read(&object), &settings);
    }
});
