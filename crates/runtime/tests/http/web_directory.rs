//! A directory with a web configuration, a certificate and its key.

use std::fs;
use std::path::{Path, PathBuf};

use lookout_runtime::http::WebFile;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;

use crate::running::Setup;

/// Speaks TLS with the certificate of the directory.
pub(crate) const TLS: &str = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n";
/// One user, `alice`, whose password is `short123`, hashed by Go's bcrypt.
pub(crate) const ALICE: &str =
    "basic_auth_users: {alice: $2y$05$9jqAvfZqZcjtE3bzfy/QPebKJ9W.mPUuocdedXpVP1CiErpQs0qpu}\n";
/// The header with which Alice asks.
pub(crate) const AS_ALICE: &str = "Authorization: Basic YWxpY2U6c2hvcnQxMjM=\r\n";
/// The header of somebody who guesses.
pub(crate) const WITH_A_GUESS: &str = "Authorization: Basic YWxpY2U6Z3Vlc3M=\r\n";

/// The directory.
pub(crate) struct WebDirectory {
    pub(crate) directory: TempDir,
    /// What `server.crt` holds.
    pub(crate) certificate: CertificateDer<'static>,
}

impl WebDirectory {
    /// With this web configuration.
    pub(crate) fn new(configuration: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let certificate = identity(directory.path());
        fs::write(directory.path().join("web.yml"), configuration).unwrap();
        Self { directory, certificate }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("web.yml")
    }

    /// Replaces the web configuration as editors and Kubernetes' tools do: by a file of another name.
    pub(crate) fn rename_to(&self, configuration: &str) {
        let new = self.directory.path().join("web.yml.new");
        fs::write(&new, configuration).unwrap();
        fs::rename(new, self.path()).unwrap();
    }

    /// A server of that many rows that is served so.
    pub(crate) fn setup(&self, rows: i64) -> Setup {
        let mut setup = Setup::new(rows);
        setup.web.file = Some(WebFile::load(&self.path()).unwrap());
        setup
    }
}

/// Writes a new certificate for `localhost` and its key.
pub(crate) fn identity(directory: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(directory.join("server.crt"), cert.pem()).unwrap();
    fs::write(directory.join("server.key"), signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}
