//! Unix sockets, and sockets that systemd passes.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use lookout_runtime::http::{BindError, Listen, Server, WebOptions};
use tokio::net::{TcpStream, UnixStream};

use crate::running::{PATIENT, Running, Setup};
use crate::wire::Connection;

fn unix(path: &std::path::Path) -> WebOptions {
    WebOptions::at(vec![format!("unix:{}", path.display()).parse().unwrap()])
}

#[tokio::test]
async fn a_unix_socket_is_served_with_its_mode_and_removed_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lookout.sock");
    let web = WebOptions { socket_mode: Some(0o660), limits: PATIENT, ..unix(&path) };
    let server = Setup { web, ..Setup::new(1) }.ready().await;
    assert_eq!(server.names, [format!("unix:{}", path.display())]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    let mut connection = Connection::over(UnixStream::connect(&path).await.unwrap());
    for _ in 0..2 {
        assert_eq!(connection.ask("GET", "/-/ready", "").await.text(), "ready\n");
    }
    server.trigger.advance();
    server.server.await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn what_a_dead_process_left_is_replaced_and_what_a_live_one_has_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lookout.sock");
    // Closing a socket leaves its file.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let first = Server::bind(&unix(&path)).await.unwrap();
    let error = Server::bind(&unix(&path)).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "another process listens on it");
    assert!(path.exists());
    // Its successor's file is not its own.
    fs::remove_file(&path).unwrap();
    let second = Server::bind(&unix(&path)).await.unwrap();
    drop(first);
    assert!(path.exists());
    drop(second);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data");
    fs::write(&path, "precious").unwrap();
    let error = Server::bind(&unix(&path)).await.unwrap_err();
    assert!(matches!(error, BindError::BindUnixSocket { .. }));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

/// This test starts itself again with the sockets, as systemd would.
#[tokio::test]
async fn sockets_that_systemd_passes_are_served_and_none_is_an_error() {
    const ITSELF: &str = "sockets::sockets_that_systemd_passes_are_served_and_none_is_an_error";
    let inherited = || {
        let mut setup = Setup::new(1);
        setup.web.listen = Listen::Inherited;
        setup
    };
    if std::env::var_os("LISTEN_FDS").is_some() {
        let server: Running = inherited().ready().await;
        server.server.await.unwrap();
        return;
    }
    let error = Server::bind(&inherited().web).await.unwrap_err();
    assert!(matches!(error, BindError::FindInheritedSocket), "{error}");

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lookout.sock");
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap();
    let unix = std::os::unix::net::UnixListener::bind(&path).unwrap();
    // The shell gives the sockets the numbers that the protocol asks for, and becomes the test with its own number.
    let child = Command::new("sh")
        .args(["-c", "LISTEN_FDS=2 LISTEN_PID=$$ exec \"$@\" 3<&0 4>&1 </dev/null >&2", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", ITSELF])
        .stdin(Stdio::from(OwnedFd::from(tcp)))
        .stdout(Stdio::from(OwnedFd::from(unix)))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _child = Killed(child);
    let mut over_tcp = Connection::over(TcpStream::connect(address).await.unwrap());
    assert_eq!(over_tcp.ask("GET", "/-/healthy", "").await.text(), "healthy\n");
    let mut over_unix = Connection::over(UnixStream::connect(&path).await.unwrap());
    assert_eq!(over_unix.ask("GET", "/-/healthy", "").await.text(), "healthy\n");
}

/// A process that ends with the test, however that ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
