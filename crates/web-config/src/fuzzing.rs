//! The entry of the fuzz target: a web configuration of any bytes, which names files of fixed content.
//!
//! Only with the feature `fuzzing`, which nothing that ships enables.
#![allow(clippy::panic, missing_docs)]

use std::{io, path::Path, time::Duration};

use rustls_pki_types::UnixTime;
use zeroize::Zeroizing;

use crate::{LoadPolicy, load::load_in, surroundings::Surroundings};

/// Loads `bytes`; each file that they name holds `pem`. Checks what holds for every file.
///
/// # Panics
/// If something does not hold.
pub fn check_load(bytes: &[u8], pem: &[u8]) {
    let path = Path::new("web.yml");
    let read = |file: &Path, _: u64| -> io::Result<Zeroizing<Vec<u8>>> {
        Ok(Zeroizing::new(if file == path { bytes } else { pem }.to_vec()))
    };
    let surroundings = Surroundings {
        directory: "/etc/lookout".into(),
        read: &read,
        trust_store: &Vec::new,
        now: UnixTime::since_unix_epoch(Duration::from_hours(500_000)),
    };
    match load_in(&surroundings, path, None) {
        Ok(policy) => {
            assert_eq!(policy.tls().is_some(), policy.certificate_not_after().is_some());
            assert!(policy.tls().is_some() || !policy.http2());
            assert!(!policy.files().is_empty());
            assert!(!format!("{policy:?}").is_empty());
        }
        Err(error) => {
            assert!(!error.files().is_empty() || matches!(error, LoadPolicy::GetRandomness));
            assert!(!error.to_string().is_empty());
        }
    }
}
