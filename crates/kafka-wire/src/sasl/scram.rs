//! SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, RFC 7677): the client's side, without any IO.
//!
//! ```text
//! first_message ──▶ ──challenge──▶ answer ──▶ proof ──▶ ──signature──▶ verify
//! ```
//!
//! Invariants:
//! - The challenge must continue our nonce, or somebody replays another login.
//! - The broker has proven that it knows the password only after [`Verifier::verify`]; a login without it is none.
//! - The work that a broker can demand is bounded.
//!
//! How to get it wrong: to "prepare" the password (`SASLprep`), as the RFC says. Kafka does not: it takes the bytes of
//! its UTF-8, and so does this.

use core::num::NonZeroU32;

use data_encoding::BASE64;
use ring::{digest, hmac, pbkdf2, rand::SecureRandom};
use zeroize::Zeroizing;

/// The hash of a SCRAM mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScramHash {
    /// SCRAM-SHA-256.
    Sha256,
    /// SCRAM-SHA-512.
    Sha512,
}

/// The fewest rounds that are accepted: Kafka and RFC 7677 allow no fewer. Fewer would make the proof, which a false
/// broker gets to see, cheap to guess the password from.
const MIN_ITERATIONS: u32 = 4_096;

/// The most rounds that are done for a broker: eight times Kafka's own limit, about 0.1 s.
const MAX_ITERATIONS: u32 = 131_072;

/// The random bytes of a nonce.
const NONCE_BYTES: usize = 24;

/// The longest digest.
const MAX_DIGEST_BYTES: usize = digest::SHA512_OUTPUT_LEN;

/// "No channel binding", as it is repeated in the proof.
const CHANNEL_BINDING: &str = "c=biws";

/// A login that has begun.
pub(super) struct Client {
    hash: ScramHash,
    nonce: String,
    /// The first message without its header, which is part of what is signed.
    first_bare: String,
}

/// Checks what the broker says last.
pub(super) struct Verifier {
    server_key: hmac::Key,
    signed: String,
}

// === impl ScramHash ===

impl ScramHash {
    /// The name of the mechanism.
    pub const fn mechanism(self) -> &'static str {
        match self {
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }
}

/// A nonce that nobody can foresee.
pub(super) fn nonce() -> Result<String, &'static str> {
    let mut bytes = [0; NONCE_BYTES];
    ring::rand::SystemRandom::new().fill(&mut bytes).map_err(|_| "this machine gives no random numbers")?;
    Ok(BASE64.encode(&bytes))
}

// === impl Client ===

impl Client {
    /// Begins a login with a nonce that is used for no other.
    pub(super) fn new(hash: ScramHash, user: &str, nonce: &str) -> Self {
        let user = user.replace('=', "=3D").replace(',', "=2C");
        Self { hash, nonce: nonce.to_owned(), first_bare: format!("n={user},r={nonce}") }
    }

    /// What the client says first.
    pub(super) fn first_message(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(format!("n,,{}", self.first_bare).into_bytes())
    }

    /// The proof that answers the broker's challenge, and what its last message is checked with.
    pub(super) fn answer(
        &self,
        challenge: &[u8],
        password: &str,
    ) -> Result<(Zeroizing<Vec<u8>>, Verifier), &'static str> {
        let challenge = str::from_utf8(challenge).map_err(|_| "its challenge is not UTF-8")?;
        let (nonce, salt, iterations) = parse(challenge)?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err("its challenge does not continue our nonce");
        }
        let without_proof = format!("{CHANNEL_BINDING},r={nonce}");
        let signed = format!("{},{challenge},{without_proof}", self.first_bare);

        let mut salted = Zeroizing::new([0; MAX_DIGEST_BYTES]);
        let (salted, _) = salted.split_at_mut(self.hash.digest().output_len());
        pbkdf2::derive(self.hash.pbkdf2(), iterations, &salt, password.as_bytes(), salted);
        let salted = hmac::Key::new(self.hash.hmac(), salted);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored_key = digest::digest(self.hash.digest(), client_key.as_ref());
        let stored_key = hmac::Key::new(self.hash.hmac(), stored_key.as_ref());
        let signature = hmac::sign(&stored_key, signed.as_bytes());
        let proof: Vec<u8> = client_key
            .as_ref()
            .iter()
            .zip(signature.as_ref())
            .map(|(key, signature)| key ^ signature)
            .collect();

        let server_key = hmac::sign(&salted, b"Server Key");
        let server_key = hmac::Key::new(self.hash.hmac(), server_key.as_ref());
        let message = format!("{without_proof},p={}", BASE64.encode(&proof));
        Ok((Zeroizing::new(message.into_bytes()), Verifier { server_key, signed }))
    }
}

/// Nonce, salt and rounds of a challenge: `r=…,s=…,i=…`, and extensions that may be ignored.
fn parse(challenge: &str) -> Result<(&str, Vec<u8>, NonZeroU32), &'static str> {
    let mut fields = challenge.split(',');
    let mut field = |name| fields.next().and_then(|field| field.strip_prefix(name));
    // `m=` in front would be an extension that must be understood, and is refused with the rest.
    let nonce = field("r=").ok_or("its challenge has no nonce")?;
    let salt = field("s=").and_then(|salt| BASE64.decode(salt.as_bytes()).ok());
    let salt = salt.filter(|salt| !salt.is_empty()).ok_or("its challenge has no salt")?;
    let iterations: u32 =
        field("i=").and_then(|rounds| rounds.parse().ok()).ok_or("its challenge has no number of rounds")?;
    if iterations < MIN_ITERATIONS {
        return Err("its challenge asks for fewer than 4096 rounds, which is not safe");
    }
    if iterations > MAX_ITERATIONS {
        return Err("its challenge asks for more than 131072 rounds, which is too much work");
    }
    Ok((nonce, salt, NonZeroU32::new(iterations).unwrap_or(NonZeroU32::MIN)))
}

// === impl Verifier ===

impl Verifier {
    /// Checks that the broker knows the password too.
    pub(super) fn verify(self, last: &[u8]) -> Result<(), &'static str> {
        let field = last.split(|byte| *byte == b',').next().unwrap_or_default();
        let signature = field.strip_prefix(b"v=").and_then(|signature| BASE64.decode(signature).ok());
        let signature = signature.ok_or("its last message has no signature")?;
        hmac::verify(&self.server_key, self.signed.as_bytes(), &signature)
            .map_err(|_| "its signature is wrong: it does not know the password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
    const CHALLENGE: &[u8] =
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn client() -> Client {
        Client::new(ScramHash::Sha256, "user", NONCE)
    }

    /// The example of RFC 7677, section 3.
    #[test]
    fn the_example_of_the_specification_is_followed_to_the_byte() {
        assert_eq!(client().first_message().as_slice(), b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let (proof, verifier) = client().answer(CHALLENGE, "pencil").unwrap();
        let expected = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(str::from_utf8(&proof).unwrap(), expected);
        assert_eq!(verifier.verify(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(()));
    }

    #[test]
    fn a_broker_that_does_not_know_the_password_is_not_believed() {
        for last in [
            &b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5="[..],
            b"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            b"v=",
            b"e=other-error",
            b"",
        ] {
            let (_, verifier) = client().answer(CHALLENGE, "pencil").unwrap();
            assert!(verifier.verify(last).is_err(), "{last:?}");
        }
    }

    #[test]
    fn a_challenge_that_breaks_the_rules_is_refused() {
        for challenge in [
            &b"r=somebody else's,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"[..],
            b"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=!,i=4096",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=131073",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==",
            b"m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            b"\xFF",
            b"",
        ] {
            assert!(client().answer(challenge, "pencil").is_err(), "{}", String::from_utf8_lossy(challenge));
        }
    }

    #[test]
    fn a_user_with_separators_in_the_name_is_written_so_that_it_is_read_back() {
        let client = Client::new(ScramHash::Sha512, "a=b,c", "n");
        assert_eq!(client.first_message().as_slice(), b"n,,n=a=3Db=2Cc,r=n");
    }

    #[test]
    fn no_two_nonces_are_the_same() {
        let (one, other) = (nonce().unwrap(), nonce().unwrap());
        assert_ne!(one, other);
        assert!(one.len() == 32 && !one.contains(','));
    }
}
