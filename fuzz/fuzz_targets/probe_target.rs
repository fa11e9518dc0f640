//! Targets and redirects: whatever the text is, it is refused or read, and what was read is shown as it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lookout_probe::{Target, Url};
use lookout_probe_spec::config::ProberKind;

fn check(url: &Url) {
    let scheme = if url.scheme == lookout_probe::Scheme::Https { "https" } else { "http" };
    let shown = format!("{scheme}://{}{}", url.authority(), url.path_and_query());
    let Ok(again) = Url::parse(&shown) else {
        // Escaping can make a URL longer than what is read.
        assert!(shown.len() > 4096, "{shown} cannot be read");
        return;
    };
    assert_eq!((again.scheme, again.port, again.authority()), (url.scheme, url.port, url.authority()));
    assert_eq!(again.path_and_query(), url.path_and_query());
    assert!(shown.is_ascii() && !shown.bytes().any(|byte| byte.is_ascii_control() || byte == b' '));
    assert!(!url.authority().contains('@'));
}

fuzz_target!(|bytes: &[u8]| {
    let base = Url::parse("https://example.org:8443/a/b?c").unwrap();
    if let Ok(url) = base.join(bytes) {
        check(&url);
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(Target::Http(url)) = Target::parse(text, ProberKind::Http) {
        check(&url);
    }
    if let Ok(target) = Target::parse(text, ProberKind::Tcp) {
        assert_eq!(Target::parse(&target.to_string(), ProberKind::Tcp), Ok(target));
    }
});
