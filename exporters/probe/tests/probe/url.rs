//! Reading URLs: lenient in paths, strict in what decides where a connection goes.

use lookout_probe::{ParseUrl, Scheme, Url};
use proptest::prelude::*;

#[test]
fn urls_are_read() {
    for (text, scheme, authority, path) in [
        ("example.org", Scheme::Http, "example.org", "/"),
        ("HTTPS://Example.ORG", Scheme::Https, "example.org", "/"),
        ("https://example.org:443/a", Scheme::Https, "example.org", "/a"),
        ("https://example.org:/a", Scheme::Https, "example.org", "/a"),
        ("http://example.org:443/a", Scheme::Http, "example.org:443", "/a"),
        ("example.org./?q=http://other/", Scheme::Http, "example.org", "/?q=http://other/"),
        ("http://[2001:DB8::7]:81/x#y", Scheme::Http, "[2001:db8::7]:81", "/x"),
        ("192.0.2.7:81/x", Scheme::Http, "192.0.2.7:81", "/x"),
    ] {
        let url = Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            (url.scheme, &*url.authority(), &*url.path_and_query()),
            (scheme, authority, path),
            "{text}"
        );
    }
}

#[test]
fn references_are_joined() {
    let base = Url::parse("https://example.org:8443/a/b?c#d").unwrap();
    for (reference, expected) in [
        ("x", "https://example.org:8443/a/x"),
        ("../../../x", "https://example.org:8443/x"),
        ("/x?y", "https://example.org:8443/x?y"),
        ("?y", "https://example.org:8443/a/b?y"),
        ("", "https://example.org:8443/a/b?c"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example", "http://other.example/"),
        ("  /x  ", "https://example.org:8443/x"),
        ("/\u{e4}[1]", "https://example.org:8443/%C3%A4%5B1%5D"),
    ] {
        let url = base.join(reference.as_bytes()).unwrap_or_else(|error| panic!("{reference}: {error}"));
        let scheme = if url.scheme == Scheme::Https { "https" } else { "http" };
        let shown = format!("{scheme}://{}{}", url.authority(), url.path_and_query());
        assert_eq!(shown, expected, "{reference:?}");
    }
    assert_eq!(base.join(b"http://a@b/"), Err(ParseUrl::DropCredentials));
    assert_eq!(base.join(b"\xff//\xfe").unwrap().authority(), "example.org:8443");
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer_and_what_is_shown_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let base = Url::parse("https://example.org/a").unwrap();
        for url in [base.join(&bytes), Url::parse(&String::from_utf8_lossy(&bytes))].into_iter().flatten() {
            let scheme = if url.scheme == Scheme::Https { "https" } else { "http" };
            let again = Url::parse(&format!("{scheme}://{}{}", url.authority(), url.path_and_query())).unwrap();
            prop_assert_eq!(again.authority(), url.authority());
            prop_assert_eq!(again.path_and_query(), url.path_and_query());
        }
    }

    #[test]
    fn what_stands_before_an_at_is_never_a_host(user in "[a-z:\\\\/?#%@.]{1,12}", host in "[a-z]{1,8}") {
        // Whatever a reader that differs might make of it: the host is what stands first, or it is refused.
        if let Ok(url) = Url::parse(&format!("http://safe.example{user}@{host}.example/")) {
            let first = url.host.to_string();
            prop_assert!(first.starts_with("safe.example"), "{}", first);
        }
    }
}
