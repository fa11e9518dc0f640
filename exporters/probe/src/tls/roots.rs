//! The trusted roots of a module: read when they are first needed, and again from time to time.
//!
//! Invariants:
//! - At most one thread reads one list. A file system that hangs holds that thread, and no second one is sent after it.
//! - Only what says that it is an authority vouches for others. A server's own certificate may be listed too, to be
//!   trusted as it is; whoever has its key must not speak for other names by that.
//!
//! How to get it wrong: giving webpki every listed certificate. It takes whatever it is given for an authority.

use core::time::Duration;
use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_probe_spec::config::SYSTEM_ROOTS;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use webpki::anchor_from_trusted_cert;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::failure::Failure;

/// How long roots are used before they are read again: bundles change on the scale of days.
const MAX_AGE: Duration = Duration::from_mins(1);

/// The largest file of roots, in bytes; the bundles of distributions have a quarter of a mebibyte.
const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// The most roots of one list.
const MAX_ROOTS: usize = 10_000;

/// Whom chains may end at.
#[derive(Debug, Default)]
pub(super) struct RootSet {
    anchors: Vec<TrustAnchor<'static>>,
    /// The ends of the roots behind the anchors, in their order: webpki does not keep them.
    ends: Vec<i64>,
    /// All that is listed, authorities or not.
    listed: Vec<CertificateDer<'static>>,
}

/// One list of trusted roots.
pub(crate) struct TrustedRoots {
    paths: Vec<String>,
    state: Mutex<State>,
}

type Outcome = Result<Arc<RootSet>, Failure>;

#[derive(Default)]
struct State {
    last: Option<(Instant, Outcome)>,
    reading: Option<JoinHandle<Outcome>>,
}

impl TrustedRoots {
    /// The roots of these files, and of the machine where one is called `system`.
    pub(crate) fn new(paths: Vec<String>) -> Self {
        Self { paths, state: Mutex::default() }
    }

    /// The roots, or why they are not complete: a chain that is not trusted by half of a list may be by the rest.
    pub(super) async fn get(&self) -> Outcome {
        let mut state = self.state.lock().await;
        if let Some((at, outcome)) = &state.last
            && at.elapsed() < MAX_AGE
        {
            return outcome.clone();
        }
        let paths = &self.paths;
        let reading = state.reading.get_or_insert_with(|| {
            let paths = paths.clone();
            tokio::task::spawn_blocking(move || read(&paths).map(Arc::new))
        });
        // Whoever is cut off here leaves the thread to the next.
        let outcome = match reading.await {
            Ok(outcome) => outcome,
            Err(error) => Err(Failure::new(Reason::Io, format!("reading the trusted roots failed: {error}"))),
        };
        *state = State { last: Some((Instant::now(), outcome.clone())), reading: None };
        outcome
    }
}

impl RootSet {
    /// The anchors, for webpki.
    pub(super) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }

    /// Whether this very certificate is listed.
    pub(super) fn has(&self, encoding: &CertificateDer<'_>) -> bool {
        self.listed.iter().any(|listed| listed == encoding)
    }

    /// The end of the root behind one of the anchors.
    pub(super) fn not_after_of(&self, anchor: &TrustAnchor<'_>) -> Option<i64> {
        let index = self.anchors.iter().position(|own| own == anchor)?;
        self.ends.get(index).copied()
    }

    /// What cannot be an anchor is left out, as other programs do; what may not be one is only listed.
    fn add(&mut self, encoding: CertificateDer<'static>) {
        let Ok((_, certificate)) = X509Certificate::from_der(&encoding) else { return };
        let Ok(anchor) = anchor_from_trusted_cert(&encoding).map(|anchor| anchor.to_owned()) else { return };
        if may_sign(&certificate) {
            self.anchors.push(anchor);
            self.ends.push(certificate.validity().not_after.timestamp());
        }
        self.listed.push(encoding);
    }
}

/// Whether it is an authority's (RFC 5280, 4.2.1.9), and its key may sign certificates if the uses of the key are
/// restricted (4.2.1.3).
fn may_sign(certificate: &X509Certificate<'_>) -> bool {
    let usage = certificate.key_usage();
    let is_open = usage.is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()));
    certificate.is_ca() && is_open
}

/// The last second of a certificate's validity, in seconds since 1970-01-01T00:00:00Z.
pub(super) fn not_after(encoding: &CertificateDer<'_>) -> Option<i64> {
    let (_, certificate) = X509Certificate::from_der(encoding).ok()?;
    Some(certificate.validity().not_after.timestamp())
}

fn read(paths: &[String]) -> Result<RootSet, Failure> {
    let mut set = RootSet::default();
    for path in paths {
        let encodings = if path == SYSTEM_ROOTS { read_system() } else { read_file(path) }?;
        for encoding in encodings {
            if set.listed.len() == MAX_ROOTS {
                return Err(refuse(path, "there are more certificates than the limit"));
            }
            set.add(encoding);
        }
    }
    Ok(set)
}

/// The machine's own store. Its directory may hold anything, so only its being empty is a fault.
fn read_system() -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        return Err(refuse(
            SYSTEM_ROOTS,
            "the machine has no trust store; install `ca-certificates` or name a file",
        ));
    }
    Ok(found.certs)
}

fn read_file(path: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| refuse(path, &error.to_string()))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(refuse(path, "the file is larger than 8 MiB"));
    }
    let encodings: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|_| refuse(path, "the file is not in PEM form"))?;
    if encodings.is_empty() {
        return Err(refuse(path, "there is no certificate in it"));
    }
    Ok(encodings)
}

fn refuse(path: &str, why: &str) -> Failure {
    Failure::new(Reason::Io, format!("cannot read the trusted roots of `{path}`: {why}"))
}
