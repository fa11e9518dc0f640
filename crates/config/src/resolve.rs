//! From the reference to the secret, and out of memory again.
//!
//! The bytes are read into one buffer that is large enough from the start, because a buffer that grows leaves copies
//! behind. The one that stays is wiped when it is dropped. No error holds anything that was read.

use std::{
    env, fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use crate::Secret;

/// The largest secret that is read.
pub const MAX_SECRET_BYTES: usize = 64 * 1024;

/// What is printed instead of a secret.
const HIDDEN: &str = "(secret)";

/// A secret. It is wiped from memory when dropped, and no form of printing shows it.
pub struct SecretText {
    text: Zeroizing<String>,
}

/// Why a reference gave no secret.
#[derive(Debug, thiserror::Error)]
pub enum ResolveSecret {
    /// The operating system did not give the file.
    #[error("cannot read the secret file {}", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The process has no such variable.
    #[error("the environment variable `{name}` for a secret is not set")]
    ReadVariable {
        /// The variable.
        name: String,
    },
    /// It is too large for a secret.
    #[error("the secret at `{reference}` is larger than {MAX_SECRET_BYTES} bytes; is it the right one?")]
    BoundSize {
        /// Where it was read.
        reference: Secret,
    },
    /// Nothing but a line end, or nothing at all.
    #[error("the secret at `{reference}` is empty")]
    FindContent {
        /// Where it was read.
        reference: Secret,
    },
    /// Bytes that no password, token or user name has.
    #[error("the secret at `{reference}` is not text: it holds a NUL or bytes that are not UTF-8")]
    ReadText {
        /// Where it was read.
        reference: Secret,
    },
}

// === impl SecretText ===

impl SecretText {
    /// The secret, for the one who needs it now. Do not keep it, do not format it.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

// === impl Secret ===

impl Secret {
    /// Reads the secret, without the line end that editors put after it. Blocks for the time of a small file.
    pub fn resolve(&self) -> Result<SecretText, ResolveSecret> {
        let bytes = match self {
            Self::File(path) => read(path)?,
            Self::Environment(name) => {
                let text =
                    env::var_os(name).ok_or_else(|| ResolveSecret::ReadVariable { name: name.clone() })?;
                Zeroizing::new(text.into_encoded_bytes())
            }
        };
        self.check(bytes)
    }

    fn check(&self, mut bytes: Zeroizing<Vec<u8>>) -> Result<SecretText, ResolveSecret> {
        let reference = || self.clone();
        if bytes.len() > MAX_SECRET_BYTES {
            return Err(ResolveSecret::BoundSize { reference: reference() });
        }
        let without_end = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        if let Some(length) = without_end.map(<[u8]>::len) {
            bytes.truncate(length); // the rest of the buffer is wiped with it
        }
        if bytes.is_empty() {
            return Err(ResolveSecret::FindContent { reference: reference() });
        }
        if bytes.contains(&0) {
            return Err(ResolveSecret::ReadText { reference: reference() });
        }
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(SecretText { text: Zeroizing::new(text) }),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(ResolveSecret::ReadText { reference: reference() })
            }
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, ResolveSecret> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_SECRET_BYTES + 2));
    File::open(path)
        .and_then(|file| file.take(MAX_SECRET_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|source| ResolveSecret::ReadFile { path: path.to_owned(), source })?;
    Ok(bytes)
}
