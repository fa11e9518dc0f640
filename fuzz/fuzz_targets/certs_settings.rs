//! The texts of the settings that have a grammar of their own: addresses and patterns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lookout_certs_spec::address::Address;
use lookout_certs_spec::pattern::Pattern;
use rustls_pki_types::ServerName;

fuzz_target!(|text: &str| {
    if let Ok(address) = text.parse::<Address>() {
        assert_eq!(address.to_string().parse(), Ok(address.clone()), "what is shown can be written");
        let host = address.host().strip_suffix('.').unwrap_or(address.host());
        assert!(ServerName::try_from(host).is_ok(), "{host:?} can be asked for");
    }
    if let Ok(pattern) = Pattern::parse(text) {
        assert_eq!(pattern.as_str(), text);
        assert!(!pattern.components().is_empty());
    }
});
