//! The algorithm and the size of a public key.

use lookout_certs_spec::labels::KeyAlgorithm;
use x509_parser::oid_registry::{
    OID_KEY_TYPE_DSA, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
    OID_PKCS1_RSASSAPSS, OID_SIG_ED448, OID_SIG_ED25519,
};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::{ECPoint, RSAPublicKey};
use x509_parser::x509::SubjectPublicKeyInfo;

/// The algorithm, and the size in bits; 0 where it is not known.
pub(super) fn describe(key: &SubjectPublicKeyInfo<'_>) -> (KeyAlgorithm, u32) {
    let algorithm = &key.algorithm.algorithm;
    let bytes = key.subject_public_key.data.as_ref();
    if *algorithm == OID_PKCS1_RSAENCRYPTION || *algorithm == OID_PKCS1_RSASSAPSS {
        (KeyAlgorithm::Rsa, rsa_bits(bytes))
    } else if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        (KeyAlgorithm::Ecdsa, curve_bits(key, bytes))
    } else if *algorithm == OID_SIG_ED25519 {
        (KeyAlgorithm::Ed25519, 256)
    } else if *algorithm == OID_SIG_ED448 {
        (KeyAlgorithm::Ed448, 456)
    } else if *algorithm == OID_KEY_TYPE_DSA {
        (KeyAlgorithm::Dsa, 0)
    } else {
        (KeyAlgorithm::Other, 0)
    }
}

/// The length of the modulus.
fn rsa_bits(bytes: &[u8]) -> u32 {
    let Ok((_, key)) = RSAPublicKey::from_der(bytes) else { return 0 };
    let zeros = key.modulus.iter().take_while(|byte| **byte == 0).count();
    let digits = key.modulus.get(zeros..).unwrap_or_default();
    let length = u32::try_from(digits.len()).unwrap_or(0).saturating_mul(8);
    digits.first().map_or(0, |first| length.saturating_sub(first.leading_zeros()))
}

/// The size of the curve's field. A point is whole bytes, and only P-521 of the curves in use is not.
fn curve_bits(key: &SubjectPublicKeyInfo<'_>, point: &[u8]) -> u32 {
    let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    if curve == Some(OID_NIST_EC_P521) {
        return 521;
    }
    u32::try_from(ECPoint::from(point).key_size()).unwrap_or(0)
}
