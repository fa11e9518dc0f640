//! cert-manager's controller, and the authority that it asks: Pebble, which Let's Encrypt tests clients with, and its name server.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::web::Web;
use crate::kubernetes::access::base64;
use crate::kubernetes::control_plane::ControlPlane;
use crate::kubernetes::server::Server;
use crate::ports::free_address;
use crate::running::until;
use crate::tools::{run, tool};

/// Everybody who is asked by cert-manager, and itself; ended with the story.
pub(super) struct Servers {
    _cert_manager: Server,
    _authority: Server,
    _names: Server,
    /// Where the authority's directory is.
    pub(super) directory: String,
    /// Whom cert-manager trusts when it asks the authority.
    pub(super) bundle: String,
    _folder: TempDir,
}

impl Servers {
    /// Starts them. Only the names in `resolved` have an address; the web answers for every other but `unproxied`. The authority refuses
    /// the `blocked` ones.
    pub(super) fn start(
        control_plane: &ControlPlane,
        web: &Web,
        [resolved, unproxied, blocked]: [&[&str]; 3],
    ) -> Self {
        let of_logs = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = of_logs.path();
        let (name_server, names) = names(folder, resolved);
        let (authority, directory) = authority(control_plane, web, &name_server, blocked, folder);
        let arguments = [
            format!("HTTP_PROXY=http://{}", web.address()),
            format!("NO_PROXY={}", unproxied.join(",")),
            tool("CERT_MANAGER").display().to_string(),
            format!("--kubeconfig={}", control_plane.kubectl().kubeconfig.display()),
            format!("--nameserver={name_server}"),
        ];
        let cert_manager = Server::start(Path::new("env"), &arguments, folder, "cert-manager");
        let bundle = std::fs::read(&control_plane.authority.certificate).expect("it can be read");
        Self {
            _cert_manager: cert_manager,
            _authority: authority,
            _names: names,
            directory,
            bundle: base64(&bundle),
            _folder: of_logs,
        }
    }
}

/// A name server that knows these names, and says of all others that they have no address.
fn names(folder: &Path, resolved: &[&str]) -> (String, Server) {
    let [address, management] = [(); 2].map(|()| free_address());
    let arguments = [
        format!("-dnsserver={address}"),
        format!("-management={management}"),
        "-http01=".to_owned(),
        "-https01=".to_owned(),
        "-tlsalpn01=".to_owned(),
        "-doh=".to_owned(),
        "-defaultIPv4=".to_owned(),
        "-defaultIPv6=".to_owned(),
    ];
    let server = Server::start(&tool("PEBBLE_NAMES"), &arguments, folder, "names");
    for name in resolved {
        let body = json!({"host": name, "addresses": ["127.0.0.1"]}).to_string();
        until("a name server that takes names", || {
            let mut curl = Command::new(tool("CURL"));
            curl.args(["--silent", "--fail", "--data", &body, &format!("http://{management}/add-a")]);
            run(&mut curl, b"").status.success().then_some(())
        });
    }
    (address, server)
}

/// The authority, and where its directory is.
fn authority(
    control_plane: &ControlPlane,
    web: &Web,
    name_server: &str,
    blocked: &[&str],
    folder: &Path,
) -> (Server, String) {
    let identity = control_plane.authority.server("pebble");
    let address = free_address();
    let configuration: Value = json!({"pebble": {
        "listenAddress": address, "certificate": identity.certificate, "privateKey": identity.key,
        "httpPort": web.address().port(), "tlsPort": 1, "domainBlocklist": blocked,
    }});
    let file = folder.join("pebble.json");
    std::fs::write(&file, configuration.to_string()).expect("it can be written");
    let arguments = [
        // It waits before it looks, and refuses some requests at random, to teach clients patience.
        "PEBBLE_VA_NOSLEEP=1".to_owned(),
        "PEBBLE_WFE_NONCEREJECT=0".to_owned(),
        tool("PEBBLE").display().to_string(),
        format!("-config={}", file.display()),
        format!("-dnsserver={name_server}"),
    ];
    let server = Server::start(Path::new("env"), &arguments, folder, "pebble");
    let directory = format!("https://{address}/dir");
    server.until("an authority that answers", || {
        let mut curl = Command::new(tool("CURL"));
        curl.args(["--silent", "--fail", "--cacert"]).arg(&control_plane.authority.certificate);
        run(curl.arg(&directory), b"").status.success().then_some(())
    });
    (server, directory)
}
