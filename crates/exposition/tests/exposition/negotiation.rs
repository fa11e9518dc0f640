//! Headers come from anyone: whatever they say, there is an answer, and it is one of ours.

use lookout_exposition::{Encoding, negotiate};
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::{option, prop_assert, proptest};

/// Any text, and texts made of the words that matter.
fn headers() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        "(text/plain|application/openmetrics-text|\\*/\\*|text/\\*|gzip|identity|\\*|[a-z]{0,3}/?)",
        "[ ,;=\"\\\\]{0,3}",
        "(q=|version=|escaping=)[0-9a-z.\"-]{0,6}",
    ];
    prop_oneof![any::<String>(), proptest::collection::vec(words, 0..12).prop_map(|words| words.concat())]
}

proptest! {
    #[test]
    fn every_header_has_an_answer(accept in option::of(headers()), encoding in option::of(headers())) {
        let negotiated = negotiate(accept.as_deref(), encoding.as_deref());
        let content_type = negotiated.format.content_type();
        prop_assert!(content_type.starts_with("text/plain; version=") || content_type.starts_with("application/openmetrics-text; version="));
        let mentions = |header: &Option<String>, word: &str| {
            header.as_ref().is_some_and(|header| header.to_ascii_lowercase().contains(word))
        };
        if negotiated.encoding == Encoding::Gzip {
            prop_assert!(["gzip", "*", "identity"].iter().any(|word| mentions(&encoding, word)));
        }
        if content_type.starts_with("application/") {
            prop_assert!(["openmetrics", "*"].iter().any(|word| mentions(&accept, word)));
        }
    }
}
