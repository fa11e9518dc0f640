//! etcd, a Kubernetes API server and, where a story needs it, the controllers: as released, on free ports of the loopback
//! interface, with an authority of their own.
//!
//! One is shared by all stories that leave it alone ([`shared`]); who kills it starts one of their own.
//!
//! How to get it wrong: to count requests by the server's metrics. They forget everything when it is killed; the audit log
//! is appended to.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::api::{Api, Credentials, Kubectl};
use super::server::Server;
use crate::certificates::{Authority, Identity};
use crate::ports::free_address;
use crate::tools::{run, succeed, tool};

/// A running control plane.
pub(super) struct ControlPlane {
    // In this order: who depends on another ends before it.
    controllers: Option<Server>,
    api_server: Option<Server>,
    etcd: Option<Server>,
    pub(super) authority: Authority,
    pub(super) admin: Identity,
    /// Where the API server listens, `127.0.0.1:port`.
    pub(super) address: String,
    etcd_address: String,
    folder: PathBuf,
}

/// Requests are noted when they are answered, reading ones too: who, what, which answer. Watches when they begin, too.
const AUDIT_POLICY: &str = r#"{"apiVersion":"audit.k8s.io/v1","kind":"Policy","omitStages":["RequestReceived"],"rules":[{"level":"Metadata"}]}"#;
/// Folders of test programs that have ended begin with this, too.
const FOLDER: &str = "kubernetes-";

/// The control plane of all stories that do not kill it, with controllers and custom resources.
pub(super) fn shared() -> &'static ControlPlane {
    static SHARED: OnceLock<ControlPlane> = OnceLock::new();
    SHARED.get_or_init(|| {
        let control_plane = ControlPlane::start_controlled("shared");
        control_plane.install_custom_resources();
        control_plane
    })
}

impl ControlPlane {
    /// Starts one without controllers; `name` is that of its folder.
    pub(super) fn start(name: &str) -> Self {
        let (authority, folder) = (Authority::new(), folder(name));
        let admin = authority.client_of("admin", "system:masters");
        std::fs::write(folder.join("audit-policy.json"), AUDIT_POLICY).expect("it can be written");
        let mut openssl = std::process::Command::new(tool("OPENSSL"));
        succeed(openssl.args(["genrsa", "-out"]).arg(folder.join("service-accounts.key")).arg("2048"), b"");
        let etcd_address = free_address();
        let etcd = start_etcd(&folder, &etcd_address);
        let address = free_address();
        let mut control_plane = Self {
            controllers: None,
            api_server: None,
            etcd: Some(etcd),
            authority,
            admin,
            address,
            etcd_address,
            folder,
        };
        control_plane.start_api_server();
        control_plane
    }

    /// The same, with controllers: they sign requests for certificates, and empty namespaces that are deleted.
    pub(super) fn start_controlled(name: &str) -> Self {
        let mut control_plane = Self::start(name);
        let (folder, authority) = (&control_plane.folder, &control_plane.authority);
        let arguments = [
            format!("--kubeconfig={}", control_plane.kubectl().kubeconfig.display()),
            "--leader-elect=false".to_owned(),
            "--secure-port=0".to_owned(),
            "--controllers=*,bootstrapsigner,tokencleaner".to_owned(),
            format!("--service-account-private-key-file={}", folder.join("service-accounts.key").display()),
            format!("--root-ca-file={}", authority.certificate.display()),
            format!("--cluster-signing-cert-file={}", authority.certificate.display()),
            format!("--cluster-signing-key-file={}", authority.key().display()),
        ];
        let controllers = Server::start(&tool("KUBE_CONTROLLER_MANAGER"), &arguments, folder, "controllers");
        let api = control_plane.api();
        controllers.until("the first thing that a controller made", || {
            let path = "/api/v1/namespaces/default/serviceaccounts/default";
            api.ask("GET", path, None).filter(|answer| answer.status == 200)
        });
        control_plane.controllers = Some(controllers);
        control_plane
    }

    /// Requests as who may do everything.
    pub(super) fn api(&self) -> Api {
        Api {
            server: format!("https://{}", self.address),
            authority: self.authority.certificate.clone(),
            credentials: Credentials::Certificate(self.admin.clone()),
        }
    }

    /// kubectl as who may do everything.
    pub(super) fn kubectl(&self) -> Kubectl {
        let user = json!({"client-certificate": self.admin.certificate, "client-key": self.admin.key});
        Kubectl { kubeconfig: self.kubeconfig("admin", &user) }
    }

    /// A kubeconfig for a user who is described as in a kubeconfig.
    pub(super) fn kubeconfig(&self, name: &str, user: &Value) -> PathBuf {
        let cluster = json!({
            "server": format!("https://{}", self.address), "certificate-authority": self.authority.certificate,
        });
        let configuration = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": cluster}], "users": [{"name": name, "user": user}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": name}}],
        });
        let file = self.folder.join(format!("{name}.kubeconfig"));
        // JSON is YAML, and quotes what must be quoted.
        std::fs::write(&file, configuration.to_string()).expect("it can be written");
        file
    }

    /// The key that service accounts' tokens are signed with.
    pub(super) fn token_key(&self) -> PathBuf {
        self.folder.join("service-accounts.key")
    }

    /// The API server's process.
    pub(super) fn api_server_id(&self) -> u32 {
        self.api_server.as_ref().expect("it runs").id()
    }

    /// Kills the API server, as a node does that loses its power.
    pub(super) fn kill_api_server(&mut self) {
        self.api_server = None;
    }

    /// The process of the storage.
    pub(super) fn etcd_id(&self) -> u32 {
        self.etcd.as_ref().expect("it runs").id()
    }

    /// Kills the storage behind the API server, which goes on.
    pub(super) fn kill_etcd(&mut self) {
        self.etcd = None;
    }

    /// Starts the storage again, with what it had, at the same address, and waits until the API server has found it.
    pub(super) fn start_etcd(&mut self) {
        let etcd = start_etcd(&self.folder, &self.etcd_address);
        let api = self.api();
        etcd.until("an API server that has its storage back", || {
            api.ask("GET", "/readyz", None).filter(|answer| answer.status == 200)
        });
        self.etcd = Some(etcd);
    }

    /// Starts the API server, at the same address each time, and waits until it is ready.
    pub(super) fn start_api_server(&mut self) {
        let server =
            Server::start(&tool("KUBE_APISERVER"), &self.api_server_arguments(), &self.folder, "api");
        let api = self.api();
        server.until("an API server that is ready", || {
            api.ask("GET", "/readyz", None).filter(|answer| answer.status == 200)
        });
        self.api_server = Some(server);
    }

    fn api_server_arguments(&self) -> Vec<String> {
        let identity = self.authority.server("api-server");
        let port = self.address.rsplit_once(':').expect("it has a port").1;
        let path = |name: &str| self.folder.join(name).display().to_string();
        vec![
            format!("--etcd-servers=http://{}", self.etcd_address),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            format!("--tls-cert-file={}", identity.certificate.display()),
            format!("--tls-private-key-file={}", identity.key.display()),
            format!("--client-ca-file={}", self.authority.certificate.display()),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-key-file={}", path("service-accounts.key")),
            format!("--service-account-signing-key-file={}", path("service-accounts.key")),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            // Pods here never run, so nobody has to make accounts for them first.
            "--disable-admission-plugins=ServiceAccount".to_owned(),
            format!("--audit-policy-file={}", path("audit-policy.json")),
            format!("--audit-log-path={}", path("audit.log")),
        ]
    }

    /// The custom resources of cert-manager and of the Gateway API.
    pub(super) fn install_custom_resources(&self) {
        let kubectl = self.kubectl();
        for crds in ["CERT_MANAGER_CRDS", "GATEWAY_API_CRDS"] {
            let folder = tool(crds).display().to_string();
            kubectl.run(&["apply", "--server-side", "--filename", &folder]);
        }
        kubectl.until_established();
    }

    /// Creates a namespace with labels.
    pub(super) fn namespace(&self, name: &str, labels: &Value) {
        self.api().create("/api/v1/namespaces", &json!({"metadata": {"name": name, "labels": labels}}));
    }

    /// Makes etcd forget everything but the present.
    pub(super) fn compact(&self) {
        let ask = |path: &str, body: &Value| -> Value {
            let mut curl = std::process::Command::new(tool("CURL"));
            curl.args(["--silent", "--fail", "--max-time", "120", "--data", &body.to_string()]);
            curl.arg(format!("http://{}/v3/kv/{path}", self.etcd_address));
            serde_json::from_slice(&succeed(&mut curl, b"")).expect("etcd answers in JSON")
        };
        // Any question is answered with the present revision.
        let now = ask("range", &json!({"key": "AA==", "count_only": true}));
        let revision = now["header"]["revision"].clone();
        ask("compaction", &json!({"revision": revision, "physical": true}));
    }

    /// What a user has asked so far, in order: each entry of the audit log.
    pub(super) fn requests_of(&self, user: &str) -> Vec<Value> {
        let log = std::fs::read_to_string(self.folder.join("audit.log")).unwrap_or_default();
        // The last line may be in the middle of being written.
        let whole = log.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let entries =
            whole.filter(|line| line.contains(user)).filter_map(|line| serde_json::from_str(line).ok());
        entries.filter(|entry: &Value| entry["user"]["username"] == user).collect()
    }
}

/// Starts etcd, with what it had before, for clients at `clients`.
fn start_etcd(folder: &Path, clients: &str) -> Server {
    let peers = free_address();
    let arguments = [
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls=http://{clients}"),
        format!("--advertise-client-urls=http://{clients}"),
        format!("--listen-peer-urls=http://{peers}"),
        format!("--initial-advertise-peer-urls=http://{peers}"),
        format!("--initial-cluster=default=http://{peers}"),
        "--unsafe-no-fsync".to_owned(),
        "--log-level=error".to_owned(),
    ];
    let etcd = Server::start(&tool("ETCD"), &arguments, folder, "etcd");
    etcd.until("a store that is healthy", || {
        let mut curl = std::process::Command::new(tool("CURL"));
        curl.args(["--silent", "--fail", "--max-time", "5"]).arg(format!("http://{clients}/health"));
        run(&mut curl, b"").status.success().then_some(())
    });
    etcd
}

/// A folder of this test program below the target directory. Those of programs that have ended are removed.
fn folder(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for entry in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let owner = entry.file_name().to_string_lossy().strip_prefix(FOLDER).map(str::to_owned);
        if owner.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let folder = all.join(format!("{FOLDER}{}", std::process::id())).join(name);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}
