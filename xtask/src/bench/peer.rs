//! A program that is measured: how it is started, and what it is asked.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// A start that has not become a service by then never will.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two questions of whoever waits for a start; far below what is measured.
const PAUSE: Duration = Duration::from_micros(250);

/// A program that is measured.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    /// Arguments, without the one that says where to listen.
    pub(super) arguments: Vec<String>,
    /// Answers 200 as soon as the process serves.
    pub(super) healthy: &'static str,
    /// Answers 200 as soon as what is served is complete.
    pub(super) ready: &'static str,
}

/// A running peer, killed and awaited when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    address: SocketAddr,
}

impl Peer {
    /// Starts it; returns it with the times until it was healthy and until it was ready.
    pub(super) fn start(&self) -> Result<(Running, [Duration; 2]), Error> {
        let failed = |source| Error::StartProgram { program: self.name.to_owned(), source };
        let address = free_address().map_err(failed)?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(format!("--web.listen-address={address}"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let running = Running { child: command.spawn().map_err(failed)?, address };
        let mut times = [Duration::ZERO; 2];
        for (time, path) in times.iter_mut().zip([self.healthy, self.ready]) {
            while running.get(path).is_none() {
                if start.elapsed() > PATIENCE {
                    let why = format!("it did not answer 200 at {path} within {PATIENCE:?}");
                    return Err(Error::ProvideTool { tool: self.name, why });
                }
                thread::sleep(PAUSE);
            }
            *time = start.elapsed();
        }
        Ok((running, times))
    }
}

impl Running {
    /// The process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The size of the answer at `path`, head included, if it is 200.
    pub(super) fn get(&self, path: &str) -> Option<usize> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        answer.starts_with(b"HTTP/1.1 200 ").then_some(answer.len())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago: not every peer says which one it has chosen.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
