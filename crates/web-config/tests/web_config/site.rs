//! A directory with a web configuration and the files that it names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lookout_web_config::{LoadPolicy, Policy, load, reload};
use tempfile::TempDir;

use crate::authority::{Authority, Identity};

/// The directory. It holds the certificates below under the names that the tests' configurations use.
pub(crate) struct Site {
    directory: TempDir,
    /// Issues `server.crt`; stands in `ca.crt`.
    pub(crate) authority: Authority,
    pub(crate) server: Identity,
}

impl Site {
    /// `server.crt`, `server.key`, `ca.crt`, and `other.key`, which belongs to nothing.
    pub(crate) fn new() -> Self {
        let authority = Authority::new("Test Root");
        let server = authority.server();
        let site = Self { directory: tempfile::tempdir().unwrap(), authority, server };
        site.write("server.crt", &site.server.pem);
        site.write("server.key", &site.server.key_pem);
        site.write("ca.crt", &site.authority.pem);
        site.write("other.key", Authority::new("Other").server().key_pem);
        site
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Loads this text as the web configuration.
    pub(crate) fn load(&self, text: &str) -> Result<Policy, LoadPolicy> {
        load(&self.write("web.yml", text))
    }

    /// Loads this text in place of `previous`.
    pub(crate) fn reload(&self, text: &str, previous: &Policy) -> Result<Policy, LoadPolicy> {
        reload(&self.write("web.yml", text), previous)
    }

    /// The policy of this text, which is valid.
    pub(crate) fn policy(&self, text: &str) -> Policy {
        self.load(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The policy of TLS with these further keys of `tls_server_config`, each on a line of its own.
    pub(crate) fn tls(&self, keys: &str) -> Policy {
        self.policy(&with_tls(keys))
    }

    /// What is said about this text, which is not valid, without the name of the directory.
    pub(crate) fn faults(&self, text: &str) -> String {
        match self.load(text) {
            Ok(_) => panic!("it is accepted:\n{text}"),
            Err(error) => error.to_string().replace(&format!("{}/", self.directory.path().display()), ""),
        }
    }
}

/// A section `tls_server_config` with certificate, key and `keys`.
pub(crate) fn with_tls(keys: &str) -> String {
    let keys = keys.lines().map(|line| ["  ", line.trim_start(), "\n"].concat()).collect::<Vec<_>>().concat();
    format!("tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n{keys}")
}

/// PEM as a text of the section `tls_server_config`.
pub(crate) fn indented(pem: &str) -> String {
    pem.lines().map(|line| ["    ", line, "\n"].concat()).collect::<Vec<_>>().concat()
}
