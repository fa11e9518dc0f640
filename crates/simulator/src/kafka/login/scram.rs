//! The server's side of SCRAM (RFC 5802), computed from the password at each login.
//!
//! How to get it wrong: to take it for a server's. Salt and nonce are always the same, which nobody is to copy.

use core::num::NonZeroU32;

use data_encoding::BASE64;
use ring::{digest, hmac, pbkdf2};

use crate::kafka::{Login, Mechanism};

/// A login that waits for the client's proof.
pub(super) struct Exchange {
    keys: Keys,
    /// The client's first message without its header, and the challenge.
    signed: String,
}

struct Keys {
    stored: Vec<u8>,
    server: hmac::Key,
    algorithm: hmac::Algorithm,
    hash: &'static digest::Algorithm,
}

const SALT: &[u8] = b"simulated salt";
const NONCE: &str = "simulated";
/// As few as Kafka allows.
const ITERATIONS: u32 = 4_096;

impl Exchange {
    /// The challenge for the client's first message; none if it is not one, or of another user.
    pub(super) fn begin(mechanism: Mechanism, login: &Login, message: &[u8]) -> Option<(Self, Vec<u8>)> {
        let message = core::str::from_utf8(message).ok()?;
        // The header names the channel binding (none) and perhaps the user that is acted for.
        let bare = message.strip_prefix("n,")?.split_once(',')?.1;
        let (user, nonce) = bare.strip_prefix("n=")?.split_once(",r=")?;
        if user.replace("=2C", ",").replace("=3D", "=") != login.user {
            return None;
        }
        let nonce = nonce.split(',').next()?;
        let challenge = format!("r={nonce}{NONCE},s={},i={ITERATIONS}", BASE64.encode(SALT));
        let signed = format!("{bare},{challenge}");
        Some((Self { keys: Keys::derive(mechanism, &login.password)?, signed }, challenge.into_bytes()))
    }

    /// The signature for a proof that is right.
    pub(super) fn finish(self, message: &[u8]) -> Option<Vec<u8>> {
        let Self { keys, signed } = self;
        let (without_proof, proof) = core::str::from_utf8(message).ok()?.split_once(",p=")?;
        let signed = format!("{signed},{without_proof}");
        let proof = BASE64.decode(proof.as_bytes()).ok()?;
        let stored = hmac::Key::new(keys.algorithm, &keys.stored);
        let signature = hmac::sign(&stored, signed.as_bytes());
        let client_key: Vec<u8> =
            proof.iter().zip(signature.as_ref()).map(|(proof, signature)| proof ^ signature).collect();
        if digest::digest(keys.hash, &client_key).as_ref() != keys.stored {
            return None;
        }
        let signature = hmac::sign(&keys.server, signed.as_bytes());
        Some(format!("v={}", BASE64.encode(signature.as_ref())).into_bytes())
    }
}

impl Keys {
    fn derive(mechanism: Mechanism, password: &str) -> Option<Self> {
        let (derivation, algorithm, hash) = match mechanism {
            Mechanism::Plain => return None,
            Mechanism::ScramSha256 => (pbkdf2::PBKDF2_HMAC_SHA256, hmac::HMAC_SHA256, &digest::SHA256),
            Mechanism::ScramSha512 => (pbkdf2::PBKDF2_HMAC_SHA512, hmac::HMAC_SHA512, &digest::SHA512),
        };
        let mut salted = vec![0; hash.output_len()];
        pbkdf2::derive(derivation, NonZeroU32::new(ITERATIONS)?, SALT, password.as_bytes(), &mut salted);
        let salted = hmac::Key::new(algorithm, &salted);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored = digest::digest(hash, client_key.as_ref()).as_ref().to_vec();
        let server = hmac::Key::new(algorithm, hmac::sign(&salted, b"Server Key").as_ref());
        Some(Self { stored, server, algorithm, hash })
    }
}
