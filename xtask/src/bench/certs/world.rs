//! The cluster that is watched: a real API server with its store, filled by our own program.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::bench::process::{Process, command};
use crate::error::Error;
use crate::program::Program;
use crate::workspace::{self, Workspace};
use crate::{e2e, go};

/// A control plane without controllers: nothing moves but what the bench moves.
#[derive(Debug)]
pub(super) struct World {
    api_server: Option<Process>,
    _etcd: Process,
    program: PathBuf,
    arguments: Vec<String>,
    seed: PathBuf,
    folder: PathBuf,
    /// Where the API server listens, `host:port`.
    pub(super) address: String,
    /// For who would ask it as everybody's superior.
    pub(super) kubeconfig: PathBuf,
}

/// How long a server may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(50);
/// How long certificates of the bench are valid, days.
const DAYS: &str = "30";

impl World {
    /// Starts an empty one in `folder`; the API server listens at `port`, or anywhere if that is 0.
    pub(super) fn start(workspace: &Workspace, port: u16, folder: &Path) -> Result<Self, Error> {
        let [etcd, program, _] = e2e::kubernetes(workspace)?;
        let seed = go::build(&workspace.root.join("tests/e2e/kubernetes/seed"), ".", "seed")?;
        certificates(folder)?;
        let [clients, peers] = [free_address()?, free_address()?];
        let address = if port == 0 { free_address()? } else { format!("127.0.0.1:{port}") };
        let mut store = command(&etcd);
        store.arg(format!("--data-dir={}", folder.join("etcd").display()));
        store.args([
            format!("--listen-client-urls=http://{clients}"),
            format!("--advertise-client-urls=http://{clients}"),
            format!("--listen-peer-urls=http://{peers}"),
            format!("--initial-advertise-peer-urls=http://{peers}"),
            format!("--initial-cluster=default=http://{peers}"),
        ]);
        store.args(["--unsafe-no-fsync", "--log-level=error"]);
        let etcd = Process::start("etcd", &mut store, &folder.join("etcd.log"))?;
        let kubeconfig = kubeconfig(folder, &address)?;
        let arguments = arguments(folder, &clients, &address);
        let folder = folder.to_owned();
        let mut world =
            Self { api_server: None, _etcd: etcd, program, arguments, seed, folder, address, kubeconfig };
        world.start_again()?;
        Ok(world)
    }

    /// Starts the API server; returns when it is ready.
    pub(super) fn start_again(&mut self) -> Result<(), Error> {
        let mut server = command(&self.program);
        server.args(&self.arguments);
        let log = self.folder.join("api-server.log");
        let mut process = Process::start("kube-apiserver", &mut server, &log)?;
        let begun = Instant::now();
        while !self.is_ready() {
            if begun.elapsed() > PATIENCE || !process.is_running() {
                let why = format!("it is not ready at {}; see `{}`", self.address, log.display());
                return Err(Error::MeasureProgram { program: "kube-apiserver".to_owned(), why });
            }
            thread::sleep(PAUSE);
        }
        self.api_server = Some(process);
        Ok(())
    }

    fn is_ready(&self) -> bool {
        let curl = Program::new("curl").args(["--silent", "--fail", "--max-time", "5", "--cacert"]);
        let curl = curl.arg(self.path("authority.pem")).arg("--cert").arg(self.path("admin.pem"));
        let url = format!("https://{}/readyz", self.address);
        curl.arg("--key").arg(self.path("admin.key")).arg(url).read().is_ok()
    }

    /// Ends the API server at once, as a machine does that loses its power.
    pub(super) fn kill(&mut self) {
        self.api_server = None;
    }

    /// Creates everything.
    pub(super) fn fill(&self, secrets: u32, namespaces: u32, releases: u32, bytes: u32) -> Result<(), Error> {
        let begun = Instant::now();
        let numbers = [secrets, namespaces, releases, bytes].map(|number| number.to_string());
        self.seed("fill", &numbers.each_ref().map(String::as_str))?;
        println!("filled with {secrets} Secrets after {:.0} s", begun.elapsed().as_secs_f32());
        Ok(())
    }

    /// Adds, replaces or deletes the Secret `name`; what is to be looked for in a scrape. The server has answered then.
    pub(super) fn change(&self, verb: &str, name: &str) -> Result<String, Error> {
        self.seed(verb, &[name]).map(|said| said.trim().to_owned())
    }

    fn seed(&self, verb: &str, arguments: &[&str]) -> Result<String, Error> {
        let server = format!("https://{}", self.address);
        Program::new(&self.seed).arg(&self.folder).arg(server).arg(verb).args(arguments).read()
    }

    /// A file of the world.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn arguments(folder: &Path, etcd: &str, address: &str) -> Vec<String> {
    let path = |name: &str| folder.join(name).display().to_string();
    let port = address.rsplit_once(':').map_or("0", |(_, port)| port);
    vec![
        format!("--etcd-servers=http://{etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--tls-cert-file={}", path("server.pem")),
        format!("--tls-private-key-file={}", path("server.key")),
        format!("--client-ca-file={}", path("authority.pem")),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--service-account-key-file={}", path("service-accounts.key")),
        format!("--service-account-signing-key-file={}", path("service-accounts.key")),
        "--authorization-mode=Node,RBAC".to_owned(),
        "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
    ]
}

/// The server's authority, its own certificate, an administrator's, and the key of service accounts.
fn certificates(folder: &Path) -> Result<(), Error> {
    let path = |name: &str| folder.join(name);
    let request = |name: &str, subject: &str, extension: &str| {
        let openssl = Program::new("openssl").args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt"]);
        let openssl =
            openssl.args(["ec_paramgen_curve:P-256", "-days", DAYS, "-subj", subject, "-addext", extension]);
        openssl.arg("-out").arg(path(&format!("{name}.pem"))).arg("-keyout").arg(path(&format!("{name}.key")))
    };
    request("authority", "/CN=bench", "keyUsage=critical,keyCertSign").read_all()?;
    for (name, subject, extension) in [
        ("server", "/CN=server", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
        ("admin", "/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth"),
    ] {
        let openssl =
            request(name, subject, extension).args(["-addext", "basicConstraints=critical,CA:false"]);
        openssl.arg("-CA").arg(path("authority.pem")).arg("-CAkey").arg(path("authority.key")).read_all()?;
    }
    let key = path("service-accounts.key");
    Program::new("openssl").args(["genrsa", "-out"]).arg(key).arg("2048").read_all().map(drop)
}

/// A kubeconfig for the administrator.
fn kubeconfig(folder: &Path, address: &str) -> Result<PathBuf, Error> {
    let path = |name: &str| folder.join(name).display().to_string();
    let text = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Config\",\"current-context\":\"it\",\
         \"clusters\":[{{\"name\":\"it\",\"cluster\":{{\"server\":\"https://{address}\",\"certificate-authority\":\"{}\"}}}}],\
         \"users\":[{{\"name\":\"it\",\"user\":{{\"client-certificate\":\"{}\",\"client-key\":\"{}\"}}}}],\
         \"contexts\":[{{\"name\":\"it\",\"context\":{{\"cluster\":\"it\",\"user\":\"it\"}}}}]}}",
        path("authority.pem"),
        path("admin.pem"),
        path("admin.key"),
    );
    let file = folder.join("kubeconfig");
    workspace::write(&file, text.as_bytes())?;
    Ok(fs::canonicalize(&file).unwrap_or(file))
}

/// An address that was free a moment ago.
pub(super) fn free_address() -> Result<String, Error> {
    let failed = |source| Error::StartProgram { program: "kube-apiserver".to_owned(), source };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    listener.local_addr().map(|address| address.to_string()).map_err(failed)
}
