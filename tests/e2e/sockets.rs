//! What can be listened on besides a port of IPv4: IPv6, Unix sockets, and sockets that systemd passes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::running::Running;
use crate::serve::{self, Serve};
use crate::tools::{run, succeed, tool, words};

/// A launcher as systemd is one: it opens a socket and becomes the program that inherits it.
const LAUNCHER: &str = r#"
import os, socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(128)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="web")
print("inherited %s:%d" % listener.getsockname(), flush=True)
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[test]
fn a_scrape_comes_through_a_unix_socket() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let socket = folder.path().join("lookout.sock");
    let mut server = serve_at(&[&format!("unix:{}", socket.display())], &folder.path().join("log"));
    server.until("a scrape", || scrape_through(&socket));
    // A second one must not take the socket away from the first.
    let second = run(serve::command().arg(format!("--web.listen-address=unix:{}", socket.display())), b"");
    assert_eq!(second.status.code(), Some(4), "{}", words(&second));
    assert!(scrape_through(&socket).is_some());
    // It goes with its server; and what a killed one leaves is no obstacle.
    succeed(Command::new("kill").args(["-TERM", &server.id().to_string()]), b"");
    assert!(server.until_ended().success());
    assert!(!socket.exists());
    let mut killed = serve_at(&[&format!("unix:{}", socket.display())], &folder.path().join("log"));
    killed.until("a scrape", || scrape_through(&socket));
    drop(killed);
    assert!(socket.exists());
    let mut next = serve_at(&[&format!("unix:{}", socket.display())], &folder.path().join("log"));
    next.until("a scrape", || scrape_through(&socket));
}

#[test]
fn a_scrape_comes_by_ipv6_and_by_several_addresses() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let socket = folder.path().join("lookout.sock");
    let unix = format!("unix:{}", socket.display());
    let mut server = serve_at(&["[::1]:0", "127.0.0.1:0", &unix], &folder.path().join("log"));
    for family in ["[::1]:", "127.0.0.1:"] {
        let address = server.until_log("an address", |line| {
            let (_, rest) = line.split_once(" msg=listening ")?;
            let address = rest.split(' ').find_map(|pair| pair.strip_prefix("address="))?.trim_matches('"');
            address.starts_with(family).then(|| address.to_owned())
        });
        assert_eq!(crate::scrape::status(&format!("http://{address}/metrics")), Some(200), "{address}");
    }
    assert!(scrape_through(&socket).is_some());
}

#[test]
fn a_socket_that_a_launcher_passes_is_served() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut launcher = Command::new(tool("PYTHON"));
    launcher.args(["-c", LAUNCHER]).arg(tool("LOOKOUT")).args(["serve", "--web.systemd-socket"]);
    let mut server = Running::start(&mut launcher, &folder.path().join("log"));
    let address = server.until_log("its socket", |line| Some(line.strip_prefix("inherited ")?.to_owned()));
    server.until("a scrape", || {
        crate::scrape::status(&format!("http://{address}/metrics")).filter(|s| *s == 200)
    });
}

#[test]
fn systemd_starts_it_at_the_first_scrape() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let socket = folder.path().join("activated.sock");
    let mut activate = Command::new(tool("SOCKET_ACTIVATE"));
    activate.arg("--listen").arg(&socket).arg(tool("LOOKOUT")).args(["serve", "--web.systemd-socket"]);
    let mut server = Running::start(&mut activate, &folder.path().join("log"));
    server.until("the socket", || socket.exists().then_some(()));
    assert!(!server.log().contains("msg=listening"));
    server.until("a scrape", || scrape_through(&socket));
    // The file is systemd's and stays.
    succeed(Command::new("kill").args(["-TERM", &server.id().to_string()]), b"");
    assert!(server.until_ended().success(), "{}", server.log());
    assert!(socket.exists());
}

#[test]
fn without_a_passed_socket_it_says_so() {
    let output = run(serve::command().arg("--web.systemd-socket"), b"");
    assert_eq!(output.status.code(), Some(4), "{}", words(&output));
    assert!(words(&output).contains("systemd"), "{}", words(&output));
}

#[test]
fn behind_a_proxy_every_page_is_below_its_prefix() {
    let serve = Serve::start(["--web.external-url=https://example.org/tools/lookout/"]);
    let status = |path: &str| crate::scrape::status(&format!("http://{}{path}", serve.address));
    let paths = ["/tools/lookout/metrics", "/tools/lookout/-/healthy", "/tools/lookout/"];
    assert_eq!(paths.map(status), [Some(200); 3]);
    assert_eq!(["/metrics", "/-/healthy", "/tools/lookoutmetrics"].map(status), [Some(404); 3]);
    assert!(matches!(status("/"), Some(301 | 302 | 307 | 308)));
    // A proxy that strips the prefix.
    let stripped =
        Serve::start(["--web.external-url=https://example.org/tools/lookout/", "--web.route-prefix=/"]);
    assert_eq!(crate::scrape::status(&format!("http://{}/metrics", stripped.address)), Some(200));
}

fn serve_at(addresses: &[&str], log: &Path) -> Running {
    let mut command = serve::command();
    command.args(addresses.iter().map(|address| format!("--web.listen-address={address}")));
    Running::start(&mut command, log)
}

/// A scrape through a Unix socket, if it is answered.
fn scrape_through(socket: &PathBuf) -> Option<String> {
    let mut curl = Command::new(tool("CURL"));
    curl.args(["--silent", "--fail", "--max-time", "60", "--unix-socket"]).arg(socket);
    let output = run(curl.arg("http://lookout/metrics"), b"");
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && text.contains("lookout_build_info")).then_some(text)
}
