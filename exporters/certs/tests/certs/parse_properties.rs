//! What holds for every input.

use lookout_certs::parse::{Certificate, parse, parse_pem_or_der};
use proptest::prelude::*;

use crate::support::fixture;

const FIXTURES: [&str; 6] =
    ["chain.pem", "root.pem", "trusted.pem", "bmp-string.pem", "keys.pem", "version-1.pem"];

/// Pieces that a damaged file may be made of.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(FIXTURES.to_vec()).prop_map(fixture),
        prop::collection::vec(any::<u8>(), 0..64),
        "-----(BEGIN|END) (CERTIFICATE|TRUSTED CERTIFICATE|PRIVATE KEY)-----?\n?"
            .prop_map(String::into_bytes),
        "[A-Za-z0-9+/=\n]{0,80}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn no_input_makes_it_panic_and_none_is_answered_with_silence(pieces in prop::collection::vec(piece(), 0..8)) {
        for parsed in [parse(&pieces.concat(), 100), parse_pem_or_der(&pieces.concat(), 100)] {
            prop_assert!(!parsed.certificates.is_empty() || !parsed.faults.is_empty());
        }
    }

    #[test]
    fn files_one_after_the_other_hold_the_certificates_of_each(names in prop::collection::vec(prop::sample::select(FIXTURES.to_vec()), 1..6)) {
        let together = parse(&names.iter().flat_map(|name| fixture(name)).collect::<Vec<_>>(), 1000);
        let apart: Vec<Certificate> = names.iter().flat_map(|name| parse(&fixture(name), 1000).certificates).collect();
        prop_assert_eq!(together.faults, []);
        prop_assert_eq!(together.certificates, apart);
    }

    #[test]
    fn a_file_cut_anywhere_loses_at_most_one_certificate_on_each_side(cut in 0_usize..4000) {
        let whole = fixture("keys.pem");
        let (front, back) = whole.split_at(cut.min(whole.len()));
        let count = |bytes: &[u8]| parse(bytes, 100).certificates.len();
        prop_assert!(count(front) + count(back) + 1 >= count(&whole));
    }

    #[test]
    fn a_changed_byte_costs_at_most_the_certificate_that_it_is_in(position in 0_usize..4000, byte: u8) {
        let mut bytes = fixture("keys.pem");
        let whole = parse(&bytes, 100).certificates;
        let position = position % bytes.len();
        bytes[position] = byte;
        let changed = parse(&bytes, 100).certificates;
        let kept = whole.iter().filter(|certificate| changed.contains(certificate)).count();
        // A marker that is damaged joins two blocks into one.
        prop_assert!(kept + 2 >= whole.len());
    }

    #[test]
    fn bytes_are_never_taken_for_a_certificate_by_panicking(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Certificate::from_der(&bytes).is_err());
    }
}
