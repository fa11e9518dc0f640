//! The exporter under test: the released binary that reads a cluster as somebody.

use std::path::{Path, PathBuf};

use lookout_testkit::scrape::{Sample, Scrape, ScrapeFormat};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::control_plane::ControlPlane;
use crate::scrape::{TEXT, get};
use crate::serve::Serve;

/// A serving process that watches a cluster.
pub(super) struct Lookout {
    pub(super) serve: Serve,
    folder: TempDir,
}

/// How it is started.
pub(super) struct Start {
    configuration: Value,
    flags: Vec<String>,
    folder: TempDir,
}

impl Start {
    /// With this token, and this over the section `certs.cluster`.
    pub(super) fn with_token(control_plane: &ControlPlane, token: &str, cluster: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("token");
        replace(&file, token);
        let access = json!({
            "server": format!("https://{}", control_plane.address), "token_file": file,
            "certificate_authority": control_plane.authority.certificate,
        });
        Self { configuration: configuration(&access, cluster), flags: Vec::new(), folder }
    }

    /// With a kubeconfig, and this over the section `certs.cluster`.
    pub(super) fn with_kubeconfig(file: &Path, cluster: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self {
            configuration: configuration(&json!({"kubeconfig": file}), cluster),
            flags: Vec::new(),
            folder,
        }
    }

    /// With a setting at a place such as `/kubernetes/access/server`, whose section must be there.
    pub(super) fn set(mut self, section: &str, key: &str, value: Value) -> Self {
        let section = self.configuration.pointer_mut(section).expect("the section is there");
        section[key] = value;
        self
    }

    /// With a flag.
    pub(super) fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// Starts it.
    #[track_caller]
    pub(super) fn start(self) -> Lookout {
        let file = self.folder.path().join("lookout.yaml");
        // JSON is YAML, and quotes what must be quoted.
        replace(&file, &self.configuration.to_string());
        let serve =
            Serve::start(self.flags.iter().cloned().chain([format!("--config.file={}", file.display())]));
        Lookout { serve, folder: self.folder }
    }
}

impl Lookout {
    /// Exchanges the token in its file, as a kubelet does.
    pub(super) fn exchange_token(&self, token: &str) {
        replace(&self.folder.path().join("token"), token);
    }

    /// Where its metrics are.
    pub(super) fn url(&self) -> String {
        format!("http://{}/metrics", self.serve.address)
    }

    /// What it serves now.
    #[track_caller]
    pub(super) fn scrape(&self) -> Scrape {
        parse(&self.url())
    }

    /// The first scrape that `judge` has an answer to, and the answer.
    #[track_caller]
    pub(super) fn until<T>(&mut self, what: &str, judge: impl Fn(&Scrape) -> Option<T>) -> T {
        let url = self.url();
        self.serve.process.until(what, || judge(&parse(&url)))
    }

    /// Waits until each source of a name that begins so has read everything once.
    #[track_caller]
    pub(super) fn until_complete(&mut self) -> Scrape {
        self.until("a first reading of every source", |scrape| {
            let of = [("exporter", "certs")];
            let sources = rows(scrape, "lookout_source_info", &of).len();
            let up = rows(scrape, "lookout_source_up", &of).iter().filter(|row| row.value == 1.0).count();
            (sources > 0 && up == sources).then_some(())
        });
        self.scrape()
    }
}

#[track_caller]
pub(super) fn parse(url: &str) -> Scrape {
    let text = String::from_utf8(get(url, TEXT, "").body).expect("a scrape is text");
    Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

fn configuration(access: &Value, cluster: &Value) -> Value {
    json!({"kubernetes": {"access": access}, "certs": {"cluster": cluster}})
}

/// Replaces a file at once.
pub(super) fn replace(file: &Path, text: &str) {
    let new: PathBuf = file.with_extension("new");
    std::fs::write(&new, text).expect("the file can be written");
    std::fs::rename(&new, file).expect("the file can be exchanged");
}

/// The rows of a family with at least these labels; an empty one is as good as none.
pub(super) fn rows<'a>(scrape: &'a Scrape, name: &str, labels: &[(&str, &str)]) -> Vec<&'a Sample> {
    let fits = |sample: &&Sample| {
        labels.iter().all(|(label, value)| sample.label(label).unwrap_or_default() == *value)
    };
    scrape.samples().filter(|sample| sample.name == name).filter(fits).collect()
}
