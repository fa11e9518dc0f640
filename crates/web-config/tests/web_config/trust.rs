//! Who may vouch for clients: not everything that stands in the client CA.

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};

use crate::{
    authority::{Authority, Identity, Names, be_authority, be_client, be_expired, be_of_the_future},
    clients::lets_in,
    site::Site,
};

const KEYS: &str = "client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: clients.pem";
/// A root of version 1 with its key, which rcgen does not make; valid from 2000 to 2099.
const VERSION_1: &str = include_str!("../fixtures/version1.pem");

const SCRAPER: Names = Names { dns: &["scraper"], email: &[], ip: &[], uri: &[] };

/// Whether a client that `authority` made is let in, where `authority` stands in the client CA beside another.
async fn lets_in_below(authority: &Authority) -> bool {
    let site = Site::new();
    site.write("clients.pem", format!("{}{}", site.authority.pem, authority.pem));
    assert!(lets_in(&site, KEYS, Some(&site.authority.client())).await, "the other one is not harmed");
    lets_in(&site, KEYS, Some(&authority.client())).await
}

fn pinned(change: impl FnOnce(&mut CertificateParams)) -> Authority {
    Authority::with("pinned", |parameters| {
        parameters.is_ca = IsCa::ExplicitNoCa;
        change(parameters);
    })
}

#[tokio::test]
async fn a_pinned_certificate_vouches_for_no_other() {
    let plain = Authority::with("pinned", |_| {}); // without basic constraints
    let early = pinned(be_of_the_future);
    for (position, pinned) in [plain, pinned(|_| {}), pinned(be_expired), early].iter().enumerate() {
        assert!(!lets_in_below(pinned).await, "{position}");
        let site = Site::new();
        site.write("clients.pem", &pinned.pem);
        let keys = format!("{KEYS}\nclient_allowed_sans: [scraper]");
        let minted = pinned.client_named(&SCRAPER);
        assert!(!lets_in(&site, &keys, Some(&minted)).await, "{position}: with an allowed name");
        let chain = Identity { pem: format!("{}{}", minted.pem, pinned.pem), ..minted };
        assert!(!lets_in(&site, &keys, Some(&chain)).await, "{position}: with the pinned one above it");
    }
}

#[tokio::test]
async fn a_client_ca_of_pinned_certificates_alone_lets_them_in() {
    let site = Site::new();
    let (one, two) = (pinned(|_| {}), site.authority.client());
    site.write("clients.pem", format!("{}{}", one.pem, two.pem));
    assert!(site.tls(KEYS).warnings().is_empty());
    assert!(lets_in(&site, KEYS, Some(&one.identity())).await);
    assert!(lets_in(&site, KEYS, Some(&two)).await);
    assert!(!lets_in(&site, KEYS, Some(&site.authority.client())).await, "its issuer does not stand there");
}

#[tokio::test]
async fn a_root_outside_its_dates_vouches_for_nobody() {
    for be_outside in [be_expired, be_of_the_future] {
        let root = Authority::with("Root", |parameters| {
            be_authority(parameters);
            be_outside(parameters);
        });
        assert!(!lets_in_below(&root).await);
        let site = Site::new();
        site.write("clients.pem", &root.pem);
        let intermediate = root.intermediate("Intermediate");
        let client = intermediate.client();
        let chain = Identity { pem: format!("{}{}", client.pem, intermediate.pem), ..client };
        assert!(!lets_in(&site, KEYS, Some(&chain)).await);
    }
}

#[tokio::test]
async fn a_renewed_root_beside_its_expired_self_vouches() {
    let site = Site::new();
    let old = Authority::with("Root", |parameters| {
        be_authority(parameters);
        be_expired(parameters);
    });
    let new = old.renewed("Root", be_authority);
    for bundle in [[&old, &new], [&new, &old]] {
        site.write("clients.pem", bundle.map(|authority| &*authority.pem).concat());
        assert!(site.tls(KEYS).warnings().is_empty());
        assert!(lets_in(&site, KEYS, Some(&old.client())).await);
    }
}

#[tokio::test]
async fn an_authority_must_be_meant_for_signing_and_for_clients() {
    let with = |change: fn(&mut CertificateParams)| {
        Authority::with("Root", |parameters| {
            be_authority(parameters);
            change(parameters);
        })
    };
    for (change, expected) in [
        ((|_| {}) as fn(&mut CertificateParams), true),
        (|parameters| parameters.key_usages.clear(), true),
        (|parameters| parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature], false),
        (be_client, true),
        (|parameters| parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any], true),
        (|parameters| parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth], false),
    ] {
        let root = with(change);
        assert_eq!(lets_in_below(&root).await, expected, "{}", root.pem);
    }
}

/// Version 1 has no extensions that could say so; Go takes such a root as well.
#[tokio::test]
async fn a_root_of_version_1_vouches() {
    let root = Authority::of("Old Root", VERSION_1, VERSION_1);
    assert!(lets_in_below(&root).await);
}

#[tokio::test]
async fn a_root_allows_as_many_intermediates_as_it_says() {
    for (max, expected) in [(0, false), (1, true)] {
        let root = Authority::with("Root", |parameters| {
            be_authority(parameters);
            parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(max));
        });
        let intermediate = root.intermediate("Intermediate");
        let client = intermediate.client();
        let chain = Identity { pem: format!("{}{}", client.pem, intermediate.pem), ..client };
        let site = Site::new();
        site.write("clients.pem", &root.pem);
        assert_eq!(lets_in(&site, KEYS, Some(&chain)).await, expected, "{max}");
        assert!(lets_in(&site, KEYS, Some(&root.client())).await);
    }
}
