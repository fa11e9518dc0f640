//! A password as bcrypt keeps it: `$2y$10$` and 53 characters.
//!
//! Read as Go's `golang.org/x/crypto/bcrypt` reads it, where that makes sense: `$2$`, `$2a$`, `$2b$`, `$2x$` and `$2y$`
//! mean the same computation, unused bits of the salt do not count, and neither does a line end. What Go accepts and
//! could never be anybody's hash is refused: other versions, too few characters, characters of no hash, text behind it.
//!
//! Of a password the first 72 bytes count, NUL bytes included, as in Go; bcrypt has no room for more.
//!
//! How to get it wrong: printing it. A hash can be tried at leisure by whoever has it, so it is treated as a secret, and
//! so is a text that is none: it may be the password.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The work that Go accepts, as the logarithm of the number of rounds.
const COSTS: std::ops::RangeInclusive<u32> = 4..=31;

/// The characters of salt and digest, in the order of their values.
const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The characters of 16 bytes of salt.
const SALT_CHARACTERS: usize = 22;

/// bcrypt reads this much of a password.
const MAX_PASSWORD_BYTES: usize = 72;

/// Said of everything that is no hash. It never holds the text.
const EXPECTED: &str = "not a bcrypt hash (and not repeated, as it may be a password): expected `$2y$`, the cost from 04 \
to 31, `$` and 53 characters, as `htpasswd -nBC 10 NAME` writes them after the name";

/// bcrypt's cost, salt and digest. `Debug` shows the cost alone.
#[derive(Clone)]
pub(crate) struct PasswordHash {
    cost: u32,
    salt: [u8; 16],
    digest: [u8; 23],
}

impl PasswordHash {
    /// Reads a hash; `None`: it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.trim_ascii().as_bytes().strip_prefix(b"$2")?;
        let rest = match rest.split_first() {
            Some((b'a' | b'b' | b'x' | b'y', rest)) => rest,
            _ => rest,
        };
        let [b'$', tens @ b'0'..=b'9', ones @ b'0'..=b'9', b'$', rest @ ..] = rest else { return None };
        let cost = u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
        let (salt, digest) = rest.split_at_checked(SALT_CHARACTERS)?;
        let (salt, digest) = (decoded(salt)?, decoded(digest)?);
        COSTS.contains(&cost).then_some(Self { cost, salt, digest })
    }

    /// A hash of this cost that no password is known for.
    pub(crate) fn of_nobody(cost: u32) -> Self {
        Self { cost, salt: [0x5a; 16], digest: [0xa5; 23] }
    }

    /// The logarithm of the rounds.
    pub(crate) fn cost(&self) -> u32 {
        self.cost
    }

    /// What makes it this hash and no other.
    pub(crate) fn identity(&self) -> [u8; 43] {
        let mut identity = [0; 43];
        identity[..4].copy_from_slice(&self.cost.to_be_bytes());
        identity[4..20].copy_from_slice(&self.salt);
        identity[20..].copy_from_slice(&self.digest);
        identity
    }

    /// Whether it is the hash of `password`. Takes milliseconds to hours, depending on the cost.
    pub(crate) fn is_of(&self, password: &[u8]) -> bool {
        let mut key = Zeroizing::new(password[..password.len().min(MAX_PASSWORD_BYTES)].to_vec());
        if key.len() < MAX_PASSWORD_BYTES {
            key.push(0);
        }
        let computed = bcrypt::bcrypt(self.cost, self.salt, &key);
        computed[..self.digest.len()].ct_eq(&self.digest).into()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHash").field("cost", &self.cost).finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for PasswordHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = PasswordHash;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bcrypt hash")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PasswordHash, E> {
        PasswordHash::parse(text).ok_or_else(|| E::custom(EXPECTED))
    }
}

/// The bytes of exactly as many characters as `N` bytes take; bits beyond the last byte do not count.
fn decoded<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(6) {
        return None;
    }
    let mut bytes = [0; N];
    let (mut value, mut bits, mut at) = (0_u32, 0, 0);
    for character in text {
        let digit = ALPHABET.iter().position(|letter| letter == character)?;
        value = value << 6 | u32::try_from(digit).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = (value >> bits & 0xff) as u8;
            }
            at += 1;
            value &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(password: &[u8], cost: u32) -> PasswordHash {
        let mut key = password[..password.len().min(72)].to_vec();
        if key.len() < 72 {
            key.push(0);
        }
        let mut hash = PasswordHash { cost, salt: *b"sixteen bytes ok", digest: [0; 23] };
        hash.digest.copy_from_slice(&bcrypt::bcrypt(cost, hash.salt, &key)[..23]);
        hash
    }

    #[test]
    fn hashes_made_by_others_are_understood() {
        for (password, hash) in [
            // The test vectors of jBCrypt, and two hashes made by Go's bcrypt.
            ("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
            ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
            ("abcdefghijklmnopqrstuvwxyz", "$2a$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz."),
            ("carol123", "$2y$10$VO.GSlj1eLPGo8monTJise5jkKhJa8wDPRHPaB1DSvnLeqDKYkXV6"),
            ("short123", "$2y$05$9jqAvfZqZcjtE3bzfy/QPebKJ9W.mPUuocdedXpVP1CiErpQs0qpu"),
        ] {
            let hash = PasswordHash::parse(hash).unwrap();
            assert!(hash.is_of(password.as_bytes()), "{password}");
            assert!(!hash.is_of(b"another"), "{password}");
        }
    }

    /// The verdicts of Go's bcrypt 0.49 on the same texts, which were taken from it.
    #[test]
    fn the_versions_that_go_accepts_mean_the_same() {
        let rest = "04$n4Uy0eSnMfvnESYL.bLwuuj0U/ETSsoTpRT9GVk5bektyVVa5xnIi";
        for version in ["$2$", "$2a$", "$2b$", "$2x$", "$2y$"] {
            let hash = PasswordHash::parse(&format!("{version}{rest}")).unwrap();
            assert!(hash.is_of(b"correctbatteryhorsestapler"), "{version}");
        }
        let unused_bits = "$2a$04$n4Uy0eSnMfvnESYL.bLwuvj0U/ETSsoTpRT9GVk5bektyVVa5xnIi";
        assert!(PasswordHash::parse(unused_bits).unwrap().is_of(b"correctbatteryhorsestapler"));
        let line_end = format!("$2a${rest}\n");
        assert!(PasswordHash::parse(&line_end).unwrap().is_of(b"correctbatteryhorsestapler"));
    }

    #[test]
    fn what_is_nobodys_hash_is_refused() {
        let good = "$2a$04$n4Uy0eSnMfvnESYL.bLwuuj0U/ETSsoTpRT9GVk5bektyVVa5xnIi";
        assert!(PasswordHash::parse(good).is_some());
        for text in [
            "",
            "doe",
            "$2a$",
            &good[..59],
            &format!("{good}x"),
            &good.replace("$2a", "$1a"),
            &good.replace("$2a", "$3a"),
            &good.replace("$2a", "$2z"),
            &good.replace("$04$", "$03$"),
            &good.replace("$04$", "$32$"),
            &good.replace("$04$", "$-4$"),
            &good.replace("$04$", "$4$"),
            &good.replace('n', "-"),
            &good.replace('n', "é"),
        ] {
            assert!(PasswordHash::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_first_72_bytes_of_a_password_count() {
        let long = [b'a'; 72];
        let hash = hash_of(&long, 4);
        assert!(hash.is_of(&long));
        assert!(hash.is_of(&[b'a'; 80]), "as Go's CompareHashAndPassword");
        assert!(!hash.is_of(&long[..71]));
        // Made by Go's GenerateFromPassword of 72 times `a`; Go accepts 80 of them for it as well.
        let from_go =
            PasswordHash::parse("$2a$04$RGTGoWaE82pgpO8RH5Ttue1Ml4vyHqx4C7Wuu3gbfIRZa9uXMZufS").unwrap();
        assert!(from_go.is_of(&[b'a'; 80]));
    }

    #[test]
    fn a_nul_byte_does_not_end_a_password() {
        let hash = hash_of(b"a\0b", 4);
        assert!(hash.is_of(b"a\0b"));
        assert!(!hash.is_of(b"a") && !hash.is_of(b"a\0c"));
    }

    #[test]
    fn the_hash_of_nobody_is_computed_like_any_other() {
        let hash = PasswordHash::of_nobody(4);
        assert!(!hash.is_of(b"") && !hash.is_of(b"password"));
    }

    #[test]
    fn printing_shows_the_cost_alone() {
        let hash =
            PasswordHash::parse("$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe").unwrap();
        assert_eq!(format!("{hash:?}"), "PasswordHash { cost: 6, .. }");
    }
}
