//! The files of a node: presets, kubeconfigs, and a file system that is mounted elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use data_encoding::BASE64;
use lookout_certs::files::{FileSource, Plan};
use lookout_certs_spec::Settings;
use lookout_certs_spec::config::Preset;
use lookout_testkit::scrape::Scrape;
use tempfile::TempDir;

use crate::support::{cycle, fixed_now, fixture};

/// A private key, as PEM files have it.
const KEY: &[u8] = b"-----BEGIN PRIVATE KEY-----\nUExBTlRFRA==\n-----END PRIVATE KEY-----\n";

/// A node with these files: what `kubeadm` and a kubelet leave behind.
fn kubeadm_node() -> TempDir {
    let node = tempfile::tempdir().unwrap();
    write(&node, "etc/kubernetes/pki/apiserver.crt", &fixture("chain.pem"));
    write(&node, "etc/kubernetes/pki/apiserver.key", KEY);
    write(&node, "etc/kubernetes/pki/etcd/ca.crt", &fixture("root.pem"));
    let own = [&fixture("self-signed-server.pem"), KEY].concat();
    write(&node, "var/lib/kubelet/pki/kubelet-client-2026-01-01.pem", &own);
    // As the kubelet writes it: a link to a path of the node.
    symlink(
        "/var/lib/kubelet/pki/kubelet-client-2026-01-01.pem",
        node.path().join("var/lib/kubelet/pki/kubelet-client-current.pem"),
    )
    .unwrap();
    let kubelet = kubeconfig(
        &format!("certificate-authority-data: {}", BASE64.encode(&fixture("root.pem"))),
        "client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem",
    );
    write(&node, "etc/kubernetes/kubelet.conf", kubelet.as_bytes());
    node
}

fn kubeconfig(cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: kubernetes\n  cluster:\n    {cluster}\n\
         users:\n- name: admin\n  user:\n    {user}\n    client-key-data: UExBTlRFRA==\n"
    )
}

fn write(node: &TempDir, path: &str, bytes: &[u8]) {
    let path = node.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn root_of(node: &Path) -> String {
    node.display().to_string()
}

async fn look(settings: &Settings) -> (Scrape, Vec<String>) {
    cycle(&mut FileSource::new(Plan::new(settings).unwrap()), fixed_now()).await
}

/// The certificates as `kind key filepath subject`.
fn found(scrape: &Scrape) -> Vec<String> {
    let samples = scrape.family("x509_cert_not_after").unwrap().samples.iter();
    let of = |sample: &lookout_testkit::scrape::Sample| {
        ["embedded_kind", "embedded_key", "filepath", "subject_CN"]
            .map(|name| sample.label(name).unwrap_or("-").to_owned())
            .join(" ")
    };
    let mut found: Vec<_> = samples.map(of).collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_preset_finds_what_the_node_has_and_misses_nothing_else() {
    let node = kubeadm_node();
    let host_root = root_of(node.path());
    let presets = vec![Preset::Kubeadm, Preset::K3s];
    let (scrape, faults) = look(&Settings { presets, host_root, ..Settings::default() }).await;
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(
        found(&scrape),
        [
            "- - /etc/kubernetes/pki/apiserver.crt Example Issuing CA 1",
            "- - /etc/kubernetes/pki/apiserver.crt shop.example",
            "- - /etc/kubernetes/pki/etcd/ca.crt Example Root",
            "- - /var/lib/kubelet/pki/kubelet-client-current.pem printer.example",
            "cluster kubernetes /etc/kubernetes/kubelet.conf Example Root",
            "user admin /etc/kubernetes/kubelet.conf printer.example",
        ]
    );
    let source = |kind, name| {
        let labels = [("source_kind", kind), ("source_name", name)];
        (scrape.value("x509_source_up", &labels), scrape.value("x509_source_bundles", &labels))
    };
    assert_eq!(source("file", "kubeadm"), (Some(1.0), Some(3.0)));
    assert_eq!(source("kubeconfig", "kubeadm"), (Some(1.0), Some(2.0)));
    assert_eq!(source("file", "k3s"), (Some(1.0), Some(0.0)));
}

#[tokio::test]
async fn a_kubeconfig_that_is_named_must_be_there_and_hold_what_it_says() {
    let node = tempfile::tempdir().unwrap();
    let broken = kubeconfig("certificate-authority-data: '%'", "client-certificate: gone.pem");
    write(&node, "broken.conf", broken.as_bytes());
    write(&node, "no.conf", b"- just a list");
    write(&node, "pki/ca.crt", &fixture("root.pem"));
    write(&node, "good.conf", kubeconfig("certificate-authority: pki/ca.crt", "token: x").as_bytes());
    let named = |name: &str| node.path().join(name).display().to_string();
    let kubeconfigs = ["broken.conf", "no.conf", "missing.conf", "good.conf"].map(named).to_vec();
    let (scrape, mut faults) = look(&Settings { kubeconfigs, ..Settings::default() }).await;
    faults.sort();
    let expected = [
        format!("malformed {}", named("broken.conf")),
        format!("malformed {}", named("no.conf")),
        format!("not_found {}", named("broken.conf")),
        format!("not_found {}", named("missing.conf")),
    ];
    assert_eq!(faults, expected);
    assert_eq!(found(&scrape), [format!("cluster kubernetes {} Example Root", named("good.conf"))]);
    let up = |name: &str| scrape.value("x509_source_up", &[("source_name", &named(name))]);
    assert_eq!((up("broken.conf"), up("missing.conf"), up("good.conf")), (Some(1.0), Some(0.0), Some(1.0)));
    let decode =
        [("source_kind", "kubeconfig"), ("source_name", &named("no.conf")), ("reason", "decode_failed")];
    assert_eq!(scrape.value("x509_source_errors_total", &decode), Some(1.0));
}

#[tokio::test]
async fn nothing_of_a_key_in_a_kubeconfig_is_shown() {
    let node = kubeadm_node();
    let (presets, host_root) = (vec![Preset::Kubeadm], root_of(node.path()));
    let settings = Settings { presets, host_root, ..Settings::default() };
    let mut source = FileSource::new(Plan::new(&settings).unwrap());
    let collected = lookout_runtime::Source::collect(&mut source).await.unwrap();
    let shown = format!("{:?} {:?}", collected.model, collected.faults);
    assert!(
        shown.contains("kubelet.conf") && !shown.contains("UExBTlRFRA") && !shown.contains("PLANTED"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_renewed_certificate_behind_a_link_is_read_again() {
    let node = kubeadm_node();
    let (presets, host_root) = (vec![Preset::Kubeadm], root_of(node.path()));
    let settings = Settings { presets, host_root, ..Settings::default() };
    let mut source = FileSource::new(Plan::new(&settings).unwrap());
    cycle(&mut source, fixed_now()).await;
    let link = node.path().join("var/lib/kubelet/pki/kubelet-client-current.pem");
    write(&node, "var/lib/kubelet/pki/kubelet-client-2026-06-01.pem", &fixture("trusted.pem"));
    fs::remove_file(&link).unwrap();
    symlink("/var/lib/kubelet/pki/kubelet-client-2026-06-01.pem", &link).unwrap();
    let (scrape, faults) = cycle(&mut source, fixed_now()).await;
    assert_eq!(faults, Vec::<String>::new());
    assert!(!found(&scrape).iter().any(|line| line.contains("printer.example")), "{:?}", found(&scrape));
}

#[tokio::test]
async fn a_node_on_which_no_preset_finds_anything_is_told() {
    let empty = tempfile::tempdir().unwrap();
    let presets = vec![Preset::K3s, Preset::Rke2];
    let (_, faults) =
        look(&Settings { presets, host_root: root_of(empty.path()), ..Settings::default() }).await;
    assert_eq!(faults, ["empty k3s"]);
}
