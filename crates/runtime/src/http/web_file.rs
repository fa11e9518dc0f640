//! The web configuration file, read at the start and again when it or a file that it names changes, or when asked.
//!
//! Invariants:
//! - The policy that is in force was read without fault. A bad new file changes nothing, and says so.
//! - Every reading goes through one task, so that what was read last is what is in force.
//!
//! How to get it wrong: reading before watching. What changes in between goes unnoticed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookout_self_metrics::metrics::Configuration;
use lookout_web_config::{LoadPolicy, Policy, load, reload};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use crate::clock::Clock;
use crate::file_watch::FileWatch;
use crate::reload::{ReloadError, ReloadHandle, ReloadRequests, Reloads, reload_channel};
use crate::text::bounded;

/// A web configuration file and what it says.
#[derive(Debug)]
pub struct WebFile {
    path: PathBuf,
    /// At rest here, or on a thread for blocking work.
    files: Option<FileWatch>,
    /// What is watched.
    named: BTreeSet<PathBuf>,
    policy: watch::Sender<Arc<Policy>>,
    handle: ReloadHandle,
    requests: ReloadRequests,
}

/// Has the web configuration read again. Cloning shares it.
#[derive(Clone, Debug)]
pub struct WebReloader(ReloadHandle);

impl WebFile {
    /// Reads the file at `path` and those that it names. Blocks for the time of small files.
    ///
    /// # Errors
    /// [`LoadPolicy`] with everything that is wrong.
    pub fn load(path: &Path) -> Result<Self, LoadPolicy> {
        // Which files to watch is known after reading; what counts is what is read after watching.
        let first = load(path)?;
        let mut named: BTreeSet<PathBuf> = first.files().iter().cloned().collect();
        named.insert(path.to_owned());
        let files = Some(FileWatch::new(named.clone()));
        let policy = reload(path, &first)?;
        tell(&policy);
        let (handle, requests) = reload_channel();
        let policy = watch::Sender::new(Arc::new(policy));
        Ok(Self { path: path.to_owned(), files, named, policy, handle, requests })
    }

    /// Has it read again, as long as it is kept.
    pub fn reloader(&self) -> WebReloader {
        WebReloader(self.handle.clone())
    }

    /// What it says now, from time to time.
    pub(super) fn policy(&self) -> watch::Receiver<Arc<Policy>> {
        self.policy.subscribe()
    }

    /// Reads it again whenever it changes or somebody asks. Does not end.
    pub async fn keep(mut self, reloads: Reloads, clock: Clock) {
        reloads.succeeded(Configuration::Web, clock.now());
        loop {
            let request = tokio::select! {
                request = self.requests.next() => Some(request),
                () = changed(self.files.as_mut()) => None,
            };
            if request.is_some() {
                self.acknowledge().await;
            }
            let result = self.read().await;
            let now = clock.now();
            let file = self.path.display();
            match &result {
                Ok(policy) => {
                    tell(policy);
                    self.policy.send_replace(Arc::clone(policy));
                    reloads.succeeded(Configuration::Web, now);
                    tracing::info!(%file, "the web configuration was read again and is in force");
                }
                Err(message) => {
                    tracing::warn!(%file, error = bounded(message), "the new web configuration is wrong, and the one before stays in force");
                    reloads.failed(Configuration::Web, now, message.clone());
                }
            }
            if let Some(request) = request {
                request.answer(result.map(drop));
            }
        }
    }

    /// Takes what the files hold now for known: a change that was the occasion for asking is not another one.
    async fn acknowledge(&mut self) {
        if let Some(mut files) = self.files.take() {
            let acknowledging = spawn_blocking(move || {
                files.acknowledge();
                files
            });
            self.files = acknowledging.await.ok();
        }
    }

    /// What it says now, or everything that is wrong, one fault a line.
    async fn read(&mut self) -> Result<Arc<Policy>, String> {
        loop {
            let (path, previous) = (self.path.clone(), self.policy.borrow().clone());
            let read = spawn_blocking(move || reload(&path, &previous)).await;
            // A defect of ours; what is in force stays.
            let read = read.map_err(|error| format!("reading it failed: {error}"))?;
            let mut named: BTreeSet<PathBuf> = match &read {
                Ok(policy) => policy.files().iter().cloned().collect(),
                // What is in force may be right again when one of its files is.
                Err(error) => error.files().iter().chain(self.policy.borrow().files()).cloned().collect(),
            };
            named.insert(self.path.clone());
            if named == self.named {
                return read.map(Arc::new).map_err(|error| chain(&error));
            }
            // Others than were watched: what they held when they were read is known only if they are read again.
            self.named = named;
            let (files, paths) = (self.files.take(), self.named.clone());
            let watching = spawn_blocking(move || match files {
                Some(mut files) => {
                    files.set(paths);
                    files
                }
                None => FileWatch::new(paths),
            });
            // A defect of ours; asking for a reload still helps.
            self.files = watching.await.ok();
        }
    }
}

impl WebReloader {
    /// Reads the web configuration again; it is in force when this is done.
    ///
    /// # Errors
    /// Everything that is wrong, one fault a line; then the configuration before stays in force.
    pub async fn reload(&self) -> Result<(), String> {
        self.0.reload().await.map_err(|error| match error {
            ReloadError::ApplyConfiguration(faults) => faults,
            other => other.to_string(),
        })
    }
}

async fn changed(files: Option<&mut FileWatch>) {
    match files {
        Some(files) => files.changed().await,
        None => core::future::pending().await,
    }
}

/// Says in the log what is accepted but should be known.
fn tell(policy: &Policy) {
    for warning in policy.warnings() {
        tracing::warn!("web configuration: {}", bounded(warning));
    }
}

/// The error and what led to it.
fn chain(error: &LoadPolicy) -> String {
    match core::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
