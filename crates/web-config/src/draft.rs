//! A policy in the making: what is wrong and what should be known, gathered while files are read.

use std::path::{Path, PathBuf};

use lookout_config::Complaints;
use zeroize::Zeroizing;

use crate::{
    shown::shown,
    surroundings::{MAX_PEM_BYTES, Surroundings},
};

/// The hands of whoever builds a part of a policy.
pub(crate) struct Draft<'a> {
    pub(crate) surroundings: &'a Surroundings<'a>,
    pub(crate) complaints: &'a mut Complaints,
    pub(crate) warnings: &'a mut Vec<String>,
    /// The files that were named, whether they could be read or not.
    pub(crate) files: &'a mut Vec<PathBuf>,
}

/// PEM and where it is from.
pub(crate) struct Pem {
    /// The key of the file whose value it is, for complaints.
    pub(crate) key_path: String,
    /// What it is called in messages.
    pub(crate) name: String,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// A pair of options of which one gives PEM: the file wins, as in exporter-toolkit.
pub(crate) struct PemOptions<'a> {
    pub(crate) file_key: &'static str,
    pub(crate) file: Option<&'a Path>,
    pub(crate) inline_key: &'static str,
    pub(crate) inline: Option<&'a [u8]>,
}

// === impl Draft, Pem ===

impl Draft<'_> {
    /// The PEM that `options` give; `None`: there is none, or it could not be read, which was complained about.
    pub(crate) fn pem(&mut self, options: &PemOptions<'_>) -> Option<Pem> {
        let PemOptions { file_key, file, inline_key, inline } = options;
        if file.is_some() && inline.is_some() {
            self.warnings.push(format!("`{inline_key}` is not used, as `{file_key}` is given as well"));
        }
        let Some(file) = file else {
            return inline.map(|inline| Pem {
                key_path: format!("tls_server_config.{inline_key}"),
                name: "it".to_owned(),
                bytes: Zeroizing::new(inline.to_vec()),
            });
        };
        let key_path = format!("tls_server_config.{file_key}");
        if is_pem_itself(file) {
            // It may be a key, so it is not repeated; nor is it watched, or tried as a name.
            let message = format!("expected the name of a file, found PEM; write PEM under `{inline_key}`");
            self.complaints.add_alone(&key_path, message);
            return None;
        }
        let path = self.surroundings.directory.join(file);
        let read = (self.surroundings.read)(&path, MAX_PEM_BYTES);
        let name = shown(&path.display().to_string());
        self.files.push(path);
        match read {
            Ok(bytes) => Some(Pem { key_path, name, bytes }),
            Err(error) => {
                self.complaints.add_alone(&key_path, format!("cannot read {name}: {error}"));
                None
            }
        }
    }

    /// Complains about what was read.
    pub(crate) fn complain(&mut self, pem: &Pem, message: &str) {
        self.complaints.add_alone(&pem.key_path, message);
    }
}

impl Pem {
    /// Whether a section with this label begins somewhere.
    pub(crate) fn mentions(&self, label: &[u8]) -> bool {
        let start = [b"-----BEGIN ", label].concat();
        self.bytes.windows(start.len()).any(|window| window == start)
    }
}

/// Whether somebody wrote the content of a file in place of its name.
fn is_pem_itself(file: &Path) -> bool {
    let text = file.to_string_lossy();
    text.contains("-----") || text.contains('\n')
}
