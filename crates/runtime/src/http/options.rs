//! How to serve: what the flags of the command line say.

use std::sync::Arc;

use lookout_web_config::Policy;
use tokio::sync::watch;

use super::address::ListenAddress;
use super::limits::Limits;
use super::listener::Listen;
use super::prefix::Prefixes;
use super::web_file::WebFile;

/// How to serve.
#[derive(Debug)]
pub struct WebOptions {
    /// What to listen on.
    pub listen: Listen,
    /// The mode bits of the files of Unix sockets; without it those that the process's umask leaves.
    pub socket_mode: Option<u32>,
    /// What stands before the paths.
    pub prefixes: Prefixes,
    /// The bounds.
    pub limits: Limits,
    /// The web configuration file, if there is one.
    pub file: Option<WebFile>,
    /// Whether each request has a line in the log.
    pub log_requests: bool,
}

impl WebOptions {
    /// Plain HTTP for everybody at these addresses, with the default limits.
    pub fn at(addresses: Vec<ListenAddress>) -> Self {
        Self {
            listen: Listen::Addresses(addresses),
            socket_mode: None,
            prefixes: Prefixes::default(),
            limits: Limits::default(),
            file: None,
            log_requests: false,
        }
    }

    /// What the web configuration says now, from time to time.
    pub(super) fn policy(&self) -> watch::Receiver<Arc<Policy>> {
        match &self.file {
            Some(file) => file.policy(),
            // It never changes.
            None => watch::channel(Arc::new(Policy::open())).1,
        }
    }
}
