//! The files of the simulated platform: where each service keeps its pair, and files that no endpoint serves.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::services::{Service, Storage};
use crate::{
    Authorities, CertificateFiles, FileContent, IssuedCertificate, SimulatorError, UnusualCertificate,
    Validity,
};

/// The subdirectories.
pub(super) const CERTIFICATES: &str = "certificates";
pub(super) const VOLUMES: &str = "volumes";
/// What clients are to trust.
pub(super) const TRUST_BUNDLE: &str = "authorities/ca-bundle.pem";
/// Where a cut-off file ends: in the middle of its first certificate.
pub(super) const CUT_OFF_AT_BYTES: usize = 400;

/// The file that holds a service's chain, relative to the directory of all files.
pub(super) fn chain_file(service: &Service) -> String {
    match service.storage {
        Storage::Files => format!("{CERTIFICATES}/{}.pem", service.name),
        Storage::Volume => format!("{VOLUMES}/{}/tls.crt", service.name),
    }
}

/// Stores a service's pair, as its kind of storage is renewed.
pub(super) fn store(
    files: &CertificateFiles,
    service: &Service,
    certificate: &Arc<IssuedCertificate>,
    now: Timestamp,
) -> Result<(), SimulatorError> {
    let chain = FileContent::Chain(Arc::clone(certificate));
    let key = FileContent::Key(Arc::clone(certificate));
    match service.storage {
        Storage::Files => {
            files.replace(&format!("{CERTIFICATES}/{}.key", service.name), &key)?;
            files.replace(&chain_file(service), &chain)?;
        }
        Storage::Volume => {
            let root = FileContent::Bytes(certificate.root_pem().into_bytes());
            let pair = [("ca.crt", &root), ("tls.crt", &chain), ("tls.key", &key)];
            files.swap_volume(&format!("{VOLUMES}/{}", service.name), &pair, now)?;
        }
    }
    Ok(())
}

/// A file that belongs to no endpoint.
pub(super) struct LooseFile {
    pub(super) path: PathBuf,
    pub(super) holds: &'static str,
    pub(super) defect: Option<&'static str>,
}

/// Writes the files that belong to no endpoint.
pub(super) fn write_loose(
    files: &CertificateFiles,
    authorities: &Authorities,
    with_defects: bool,
    now: Timestamp,
) -> Result<Vec<LooseFile>, SimulatorError> {
    let good = |name: &str| authorities.issue(name, Validity::current(now)).map(Arc::new);
    let write = |name: &str, content: FileContent, holds, defect| {
        let path = files.replace(name, &content)?;
        Ok::<_, SimulatorError>(LooseFile { path, holds, defect })
    };
    let in_certificates = |name: &str| format!("{CERTIFICATES}/{name}");

    let mut loose = vec![
        write(TRUST_BUNDLE, FileContent::bundle(&[&authorities.root]), "the authority to trust", None)?,
        write(
            &in_certificates("lakefs.pem"),
            FileContent::ChainWithRoot(good("lakefs.localhost")?),
            "a chain of three: leaf, intermediate, root",
            None,
        )?,
        write(
            &in_certificates("postgresql.pem"),
            FileContent::KeyAndChain(good("postgresql.localhost")?),
            "a key and its chain in one file",
            None,
        )?,
    ];
    if with_defects {
        let broker = UnusualCertificate::ExpiresSoon.issue(authorities, "kafka-broker.localhost", now)?;
        loose.push(write(
            &in_certificates("kafka-broker.pem"),
            FileContent::Chain(Arc::new(broker)),
            "a chain",
            Some("its certificate has four of 90 days left"),
        )?);
        let certificate = good("iceberg-rest.localhost")?;
        loose.push(write(
            &in_certificates("iceberg-rest.pem"),
            FileContent::Truncated { certificate, bytes: CUT_OFF_AT_BYTES },
            "the beginning of a chain",
            Some("it is cut off in the middle of its first certificate, so there is nothing to read in it"),
        )?);
    }
    Ok(loose)
}
