//! The trusted roots, read again in every period and shared by the endpoints that are verified against them.
//!
//! webpki keeps no dates of its anchors, so the roots' own are kept beside them: most clients refuse a chain whose
//! root has expired.
//!
//! Only what says that it is an authority vouches for others. A server's own certificate may be listed too, to be trusted
//! as it is; webpki would take it for an authority, and whoever has its key could speak for other names.
//!
//! How to get it wrong: taking a store that could not be read for an empty one. Then every chain would be called
//! untrusted, and the alert would send people to the wrong place.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::config::SYSTEM_ROOTS;
use lookout_certs_spec::labels::StoredReason;
use lookout_certs_spec::{FILE_REASONS, Settings};
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_runtime::{CollectError, Collected, DataKind, Fault, Source, SourceDescription};
use rustls_pki_types::{CertificateDer, TrustAnchor};
use tokio::sync::watch;
use webpki::anchor_from_trusted_cert;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::blocking::Blocking;
use crate::files::{PathFault, Reader};
use crate::parse::{self, Certificate};

/// The largest file of trusted roots, in bytes; the bundles of distributions have a quarter of a mebibyte.
const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// The most roots of one file.
const MAX_ROOTS: usize = 10_000;

/// Whom chains may end at.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    anchors: Vec<TrustAnchor<'static>>,
    /// The roots behind the anchors, in their order.
    roots: Vec<TrustedRoot>,
    /// What is listed and no authority.
    pinned: Vec<TrustedRoot>,
    is_complete: bool,
}

/// A root with what its anchor lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedRoot {
    /// The whole certificate.
    pub encoding: CertificateDer<'static>,
    /// The last second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_after: i64,
    /// The organization of its subject; empty if it has none.
    pub organization: Box<str>,
}

impl TrustStore {
    /// A store of these roots; what cannot be an anchor is left out. What is no authority is trusted as itself alone.
    pub fn new(encodings: impl IntoIterator<Item = CertificateDer<'static>>) -> Self {
        let mut store = Self { is_complete: true, ..Self::default() };
        for encoding in encodings {
            store.add(encoding);
        }
        store
    }

    /// The same store, with something missing from it: what it does not know may be trusted all the same.
    #[must_use]
    pub fn incomplete(mut self) -> Self {
        self.is_complete = false;
        self
    }

    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty() && self.pinned.is_empty()
    }

    /// The anchors, for webpki.
    pub fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }

    /// Whether everything that is configured could be read.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The root behind one of the anchors.
    pub fn root_of(&self, anchor: &TrustAnchor<'_>) -> Option<&TrustedRoot> {
        let index = self.anchors.iter().position(|own| own == anchor)?;
        self.roots.get(index)
    }

    /// Whether one of the roots that may stand behind others belongs to this organization.
    pub fn has_organization(&self, organization: &str) -> bool {
        !organization.is_empty() && self.roots.iter().any(|root| *root.organization == *organization)
    }

    /// The root with exactly this encoding, whether it is an authority or not.
    pub fn root_with(&self, encoding: &CertificateDer<'_>) -> Option<&TrustedRoot> {
        self.roots.iter().chain(&self.pinned).find(|root| root.encoding == *encoding)
    }

    fn add(&mut self, encoding: CertificateDer<'static>) {
        let Ok(certificate) = Certificate::from_der(&encoding) else { return };
        let Ok(anchor) = anchor_from_trusted_cert(&encoding).map(|anchor| anchor.to_owned()) else { return };
        let may_sign = may_sign(&encoding);
        let (not_after, organization) = (certificate.not_after, certificate.subject.organization().into());
        let root = TrustedRoot { encoding, not_after, organization };
        if may_sign {
            self.anchors.push(anchor);
            self.roots.push(root);
        } else {
            self.pinned.push(root);
        }
    }
}

/// Whether it is an authority's (RFC 5280, 4.2.1.9), and its key may sign certificates if the uses of the key are
/// restricted (4.2.1.3).
fn may_sign(encoding: &CertificateDer<'_>) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(encoding) else { return false };
    let usage = certificate.key_usage();
    let is_open = usage.is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()));
    certificate.is_ca() && is_open
}

/// Reads one list of trusted roots. It exposes nothing of its own; the endpoints' verification stands on it.
pub struct TrustSource {
    reading: Blocking<Vec<String>, (TrustStore, Vec<PathFault>)>,
    store: Arc<TrustCell>,
}

/// Where the store of one list is seen; `None` until it has been read once. It outlives the source that fills it, so
/// that endpoints go on with what is known when that source is replaced.
pub type TrustCell = watch::Sender<Option<Arc<TrustStore>>>;

impl TrustSource {
    /// A source for one list, which fills `store`.
    pub fn new(roots: Vec<String>, store: Arc<TrustCell>) -> Self {
        Self { reading: Blocking::new(move || roots.clone()), store }
    }

    /// What the driver must know of it.
    pub fn description(roots: &[String], settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: format!("trusted_roots {}", roots.join(" ")),
            data: DataKind::Facts,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: FILE_REASONS,
        }
    }
}

impl Source for TrustSource {
    type Model = ();

    async fn collect(&mut self) -> Result<Collected<()>, CollectError> {
        let (store, faults) = self.reading.run(|roots| read(roots)).await;
        let is_empty = store.is_empty();
        self.store.send_replace(Some(Arc::new(store)));
        match faults.first() {
            Some(fault) if is_empty => {
                let message =
                    format!("cannot read any trusted root: {}: {}", fault.path.display(), fault.message);
                Err(CollectError::new(fault.reason, message))
            }
            _ => Ok(Collected { model: (), faults: faults.into_iter().map(Fault::from).collect() }),
        }
    }

    fn assess(&self, _model: &(), _now: Timestamp, _batch: &mut Batch) {}
}

/// Reads every entry of a list of trusted roots.
fn read(roots: &[String]) -> (TrustStore, Vec<PathFault>) {
    let mut encodings = Vec::new();
    let mut faults = Vec::new();
    for root in roots {
        let fault = if root == SYSTEM_ROOTS {
            read_system(&mut encodings).err().into_iter().collect()
        } else {
            read_file(Path::new(root), &mut encodings)
        };
        faults.extend(fault);
    }
    let store = TrustStore::new(encodings);
    (if faults.is_empty() { store } else { store.incomplete() }, faults)
}

/// The machine's own store. Its directory may hold anything, so only its being empty is a fault.
fn read_system(encodings: &mut Vec<CertificateDer<'static>>) -> Result<(), PathFault> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::debug!(%error, "a part of the machine's trust store cannot be read");
    }
    if found.certs.is_empty() {
        let why =
            found.errors.first().map_or_else(|| "no trust store was found".to_owned(), ToString::to_string);
        let message =
            format!("the machine has no trusted roots: {why}; install `ca-certificates` or name a file");
        let (reason, stored_reason) = (Reason::Empty, StoredReason::NoCertificateFound);
        return Err(PathFault { path: SYSTEM_ROOTS.into(), reason, stored_reason, message });
    }
    encodings.extend(found.certs);
    Ok(())
}

fn read_file(path: &Path, encodings: &mut Vec<CertificateDer<'static>>) -> Vec<PathFault> {
    let read = Reader::new(MAX_FILE_BYTES).read(path, |bytes| {
        parse::parse_each(bytes, MAX_ROOTS, &mut |encoding| {
            encodings.push(CertificateDer::from(encoding.to_vec()));
        })
    });
    match read {
        Ok(contents) => contents.value.faults.iter().map(|item| PathFault::of_item(path, item)).collect(),
        Err(fault) => vec![fault],
    }
}
