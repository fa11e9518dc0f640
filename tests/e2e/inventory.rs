//! Something to watch that makes a large exposition: folders with certificates.

use tempfile::TempDir;

use crate::certificates::Authority;
use crate::serve::Serve;

/// A folder of certificates and the configuration that watches it.
pub(crate) struct Inventory {
    folder: TempDir,
}

/// That many different certificates.
pub(crate) fn of_certificates(number: usize) -> Inventory {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let authority = Authority::new();
    for index in 0..number {
        let server = authority.server(&format!("a-service-with-a-rather-long-name-{index}"));
        let place = folder.path().join(format!("service-{index}.crt"));
        std::fs::copy(server.certificate, place).expect("it can be copied");
    }
    // JSON is YAML, and quotes what must be quoted.
    let files = serde_json::json!({"certs": {"directories": [folder.path()]}});
    std::fs::write(folder.path().join("lookout.yaml"), files.to_string()).expect("it can be written");
    Inventory { folder }
}

impl Inventory {
    /// Serves it with these flags, once it is complete.
    pub(crate) fn serve(&self, flags: &[&str]) -> Serve {
        let file = format!("--config.file={}", self.folder.path().join("lookout.yaml").display());
        let mut serve = Serve::start(flags.iter().copied().chain([file.as_str()]));
        let ready = format!("http://{}/-/ready", serve.address);
        serve.process.until("readiness", || (crate::scrape::status(&ready) == Some(200)).then_some(()));
        serve
    }
}
