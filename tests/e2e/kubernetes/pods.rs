//! The story of a pod: two variables and what the kubelet mounts are all that it has, and no configuration.
//!
//! A mount namespace of its own gives the process the one path that every pod has; the files in it are laid out and exchanged as a
//! kubelet does: links to a folder, behind a link that is replaced.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use lookout_testkit::scrape::Scrape;
use serde_json::json;
use tempfile::TempDir;

use super::access::{Account, READ, rule};
use super::control_plane::shared;
use super::lookout::{parse, rows};
use super::material::{Issuing, secret, secrets, tls_secret};
use crate::running;
use crate::serve::Serve;
use crate::steps::Steps;
use crate::tools::tool;
use crate::watcher::Watcher;

const NAMESPACE: &str = "pods";
/// Mounts the folder `$1` where pods have their service account, and becomes the rest of its arguments.
const POD: &str = r#"set -e
mount -t tmpfs none /run
mkdir -p /run/secrets/kubernetes.io/serviceaccount
mount --bind "$1" /run/secrets/kubernetes.io/serviceaccount
shift
exec "$@""#;
const FILES: [&str; 3] = ["ca.crt", "namespace", "token"];

/// The volume of a service account.
struct Volume {
    folder: TempDir,
    /// How often it has been written.
    number: u32,
}

#[test]
fn a_pod_needs_no_configuration_and_outlives_its_token() {
    let control_plane = shared();
    control_plane.namespace(NAMESPACE, &json!({}));
    let api = control_plane.api();
    let issuing = Issuing::named("pods");
    api.create(&secrets(NAMESPACE), &tls_secret("web", &issuing.issue("web", &["web.example.org"])));
    for name in ["first", "second"] {
        api.create(&secrets(NAMESPACE), &secret(name, "Opaque", &[]));
    }
    let account = Account::create(control_plane, NAMESPACE, "lookout");
    account.allow_everywhere(&[rule("*", &["*"], READ)]);
    let bound = |name: &str| {
        account.token_until_deleted(&json!({"kind": "Secret", "apiVersion": "v1", "name": name}))
    };
    let authority = std::fs::read_to_string(&control_plane.authority.certificate).expect("it can be read");
    let mut volume = Volume::new();
    volume.write(&authority, &bound("first"));
    let mut serve = start(volume.folder.path(), &control_plane.address);
    let url = format!("http://{}/metrics", serve.address);
    let mut steps = Steps::default();
    steps.take("what_the_pod_has_is_enough", || {
        serve.process.until("the Secret", || {
            let scrape = parse(&url);
            (count(&scrape) == 1 && ups(&scrape) == Some(true)).then_some(())
        });
        let scrape = serve.process.until("the version of the server", || {
            let scrape = parse(&url);
            let info = scrape.samples().filter(|sample| sample.name == "lookout_kubernetes_server_info");
            (info.count() == 1).then_some(scrape)
        });
        let denied = scrape
            .samples()
            .filter(|sample| sample.name == "lookout_kubernetes_permission_granted" && sample.value == 0.0);
        assert_eq!(denied.count(), 0);
    });
    let watcher = Watcher::start(&serve.address, |scrape| match (count(scrape), ups(scrape)) {
        (1, Some(true)) => Vec::new(),
        found => vec![format!("{found:?}")],
    });
    steps.take("a_volume_that_the_kubelet_writes_anew_is_no_outage", || {
        let asked = || control_plane.requests_of(&account.user()).len();
        // With another authority beside the one that is in use, as while it is exchanged.
        let authorities = format!("{}{authority}", Issuing::named("next").certificate());
        volume.write(&authorities, &bound("second"));
        let before = asked();
        running::until("a request after that", || (asked() > before).then_some(()));
        api.delete(&format!("{}/first", secrets(NAMESPACE)));
        let before = asked();
        running::until("many requests with the new token", || (asked() > before + 20).then_some(()));
    });
    let seen = watcher.end();
    steps.take("no_scrape_saw_it_down", || assert_eq!(seen.false_rows, Vec::<String>::new()));
    steps.take("a_volume_that_is_not_written_anew_in_time_is_told_and_mended", || {
        api.delete(&format!("{}/second", secrets(NAMESPACE)));
        serve.process.until("a source that is down", || (ups(&parse(&url)) == Some(false)).then_some(()));
        assert_eq!(count(&parse(&url)), 1, "what was read stays");
        volume.write(&authority, &account.token());
        serve.process.until("a source that is up", || (ups(&parse(&url)) == Some(true)).then_some(()));
    });
    steps.end();
}

/// Starts it without any configuration, where the API server at `address` is that of its cluster.
fn start(service_account: &Path, address: &str) -> Serve {
    let (host, port) = address.rsplit_once(':').expect("it has a port");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", POD, "pod"]);
    command.arg(service_account).arg(tool("LOOKOUT"));
    command.args(["serve", "--web.listen-address=127.0.0.1:0"]);
    command.env("KUBERNETES_SERVICE_HOST", host).env("KUBERNETES_SERVICE_PORT", port);
    Serve::listening(&mut command)
}

impl Volume {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for name in FILES {
            symlink(Path::new("..data").join(name), folder.path().join(name)).expect("a link can be made");
        }
        Self { folder, number: 0 }
    }

    /// Writes it anew, all at once.
    fn write(&mut self, authority: &str, token: &str) {
        let folder_of = |number: u32| PathBuf::from(format!("..written_{number}"));
        let root = self.folder.path();
        self.number += 1;
        let new = folder_of(self.number);
        std::fs::create_dir(root.join(&new)).expect("a folder can be made");
        for (name, text) in FILES.into_iter().zip([authority, NAMESPACE, token]) {
            std::fs::write(root.join(&new).join(name), text).expect("a file can be written");
        }
        let link = root.join("..data_tmp");
        symlink(&new, &link).expect("a link can be made");
        std::fs::rename(&link, root.join("..data")).expect("the link can be exchanged");
        // The one before, if there was one.
        let _ = std::fs::remove_dir_all(root.join(folder_of(self.number - 1)));
    }
}

/// Whether Secrets can be read.
fn ups(scrape: &Scrape) -> Option<bool> {
    rows(scrape, "x509_source_up", &[("source_kind", "kube-secret")]).first().map(|row| row.value == 1.0)
}

/// How many certificates of the story are shown.
fn count(scrape: &Scrape) -> usize {
    rows(scrape, "x509_cert_not_after", &[("secret_namespace", NAMESPACE)]).len()
}
