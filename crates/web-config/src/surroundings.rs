//! What a web configuration needs from outside of itself: the files that it names, the machine's trust store, the time.
//!
//! A parameter, so that the fuzz target reads no files. Nothing else here does IO.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use rustls_pki_types::{CertificateDer, UnixTime};
use zeroize::Zeroizing;

/// The largest certificate, key or bundle that is read: five times the bundle that browsers trust.
pub(crate) const MAX_PEM_BYTES: u64 = 1024 * 1024;

/// Reads a file, of which more than the given number of bytes are an error.
type ReadFile<'a> = &'a dyn Fn(&Path, u64) -> io::Result<Zeroizing<Vec<u8>>>;

/// Where a web configuration is read.
pub(crate) struct Surroundings<'a> {
    /// What relative paths are relative to: the directory of the file.
    pub(crate) directory: PathBuf,
    pub(crate) read: ReadFile<'a>,
    /// The certificates that the machine trusts; none if it has no trust store.
    pub(crate) trust_store: &'a dyn Fn() -> Vec<CertificateDer<'static>>,
    /// When it is read. It decides about warnings only; at a handshake rustls asks the clock.
    pub(crate) now: UnixTime,
}

impl Surroundings<'static> {
    /// The machine as it is, seen from the directory of `file`.
    pub(crate) fn of(file: &Path) -> Self {
        Self {
            directory: file.parent().unwrap_or(Path::new("")).to_owned(),
            read: &read,
            trust_store: &|| rustls_native_certs::load_native_certs().certs,
            now: UnixTime::now(), // rustls' own clock, by which the warnings come true
        }
    }
}

/// The whole of the file at `path`, in a buffer that is wiped when dropped.
pub(crate) fn read(path: &Path, max: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    // Large enough from the start: a buffer that grows leaves copies behind. What is no file has length 0 and grows.
    let capacity = file.metadata()?.len().min(max) + 2;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(capacity).unwrap_or_default()));
    file.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {max} bytes")));
    }
    Ok(bytes)
}
