//! Reading configurations again: who asks, and what became of it.
//!
//! A process has two configurations: what is watched, and how it is served. Both are read again while it runs, and
//! both follow the same rule: a bad new one changes nothing, and says so in the log, in a series and on the page.
//!
//! Invariant: what is in force is what was last read without fault. `Reloads` says when that was, and what is wrong
//! with what came after it.
//!
//! How to get it wrong: reporting the success of reading before the result is in force. Report it after.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use lookout_self_metrics::metrics::{Configuration, ReloadResult};
use tokio::sync::{mpsc, oneshot};

/// The most people that wait for a reload at the same time; further ones are told that one is under way.
const MAX_WAITING: usize = 16;

/// Asks for the configuration to be read again. Cloning shares it.
#[derive(Clone, Debug)]
pub struct ReloadHandle(mpsc::Sender<ReloadRequest>);

/// The asking side's counterpart: whoever reloads takes requests from it.
#[derive(Debug)]
pub struct ReloadRequests(mpsc::Receiver<ReloadRequest>);

/// Somebody waits for the configuration to be read again.
#[derive(Debug)]
pub struct ReloadRequest(oneshot::Sender<Result<(), String>>);

/// Why a reload that was asked for did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// The new configuration is wrong; the old one stays in force.
    #[error("the new configuration is not in force: {0}")]
    ApplyConfiguration(String),
    /// Too many wait already.
    #[error("reloads are under way and others wait; ask again later")]
    QueueRequest,
    /// Nobody takes requests any more: the process is ending.
    #[error("the process is ending")]
    ReachReloader,
}

/// A handle to ask with, and the requests for whoever does the work.
pub fn reload_channel() -> (ReloadHandle, ReloadRequests) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING);
    (ReloadHandle(sender), ReloadRequests(receiver))
}

impl ReloadHandle {
    /// Asks, and waits for what became of it.
    ///
    /// # Errors
    /// [`ReloadError`] if the configuration is wrong or was not read at all.
    pub async fn reload(&self) -> Result<(), ReloadError> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(ReloadRequest(answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ReloadError::QueueRequest,
            mpsc::error::TrySendError::Closed(_) => ReloadError::ReachReloader,
        })?;
        answered.await.map_err(|_| ReloadError::ReachReloader)?.map_err(ReloadError::ApplyConfiguration)
    }
}

impl ReloadRequests {
    /// The next request; none ever comes when no handle is left.
    pub async fn next(&mut self) -> ReloadRequest {
        match self.0.recv().await {
            Some(request) => request,
            None => core::future::pending().await,
        }
    }

    /// Those that wait besides the one that [`ReloadRequests::next`] gave: one reading answers them all.
    pub fn waiting(&mut self) -> Vec<ReloadRequest> {
        core::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }
}

impl ReloadRequest {
    /// Tells whoever asked.
    pub fn answer(self, result: Result<(), String>) {
        // Whoever asked may have gone.
        let _ = self.0.send(result);
    }
}

/// What became of each reading of each configuration. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Reloads(Arc<Mutex<BTreeMap<Configuration, ConfigurationFigures>>>);

/// What became of one configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationFigures {
    /// When what is in force was put into force.
    pub last_success: Option<Timestamp>,
    /// Why the last reading did not succeed, and when it was; none if it did.
    pub rejected: Option<Rejected>,
    /// Readings by result, the one at the start included.
    pub readings: BTreeMap<ReloadResult, u64>,
}

/// A configuration that is not in force because something is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Every fault, one per line, with its place. It repeats no secrets.
    pub message: String,
    /// When it was read.
    pub at: Timestamp,
}

impl Reloads {
    /// What was read is in force.
    pub fn succeeded(&self, configuration: Configuration, at: Timestamp) {
        self.with(configuration, |figures| {
            figures.last_success = Some(at);
            figures.rejected = None;
            *figures.readings.entry(ReloadResult::Success).or_default() += 1;
        });
    }

    /// What was read is wrong, and what was in force stays.
    pub fn failed(&self, configuration: Configuration, at: Timestamp, message: String) {
        self.with(configuration, |figures| {
            figures.rejected = Some(Rejected { message, at });
            *figures.readings.entry(ReloadResult::Failure).or_default() += 1;
        });
    }

    /// What became of the configurations that were read at all.
    pub fn figures(&self) -> BTreeMap<Configuration, ConfigurationFigures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn with(&self, configuration: Configuration, change: impl FnOnce(&mut ConfigurationFigures)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let figures = all.entry(configuration).or_insert_with(|| ConfigurationFigures {
            readings: ReloadResult::ALL.iter().map(|result| (*result, 0)).collect(),
            ..ConfigurationFigures::default()
        });
        change(figures);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_rejected_configuration_does_not_change_when_the_one_in_force_was_read() {
        let reloads = Reloads::default();
        reloads.succeeded(Configuration::Main, MOMENT);
        let later = MOMENT + core::time::Duration::from_mins(1);
        reloads.failed(Configuration::Main, later, "line 3".to_owned());
        let figures = reloads.figures().remove(&Configuration::Main).unwrap();
        assert_eq!(figures.last_success, Some(MOMENT));
        assert_eq!(figures.rejected, Some(Rejected { message: "line 3".to_owned(), at: later }));
        reloads.succeeded(Configuration::Main, later);
        assert_eq!(reloads.figures()[&Configuration::Main].rejected, None);
        assert!(!reloads.figures().contains_key(&Configuration::Web));
    }

    #[tokio::test]
    async fn whoever_asks_is_told_what_became_of_it() {
        let (handle, mut requests) = reload_channel();
        let asking = tokio::spawn(async move { (handle.reload().await, handle.reload().await) });
        requests.next().await.answer(Err("line 3".to_owned()));
        requests.next().await.answer(Ok(()));
        let (first, second) = asking.await.unwrap();
        assert_eq!(first, Err(ReloadError::ApplyConfiguration("line 3".to_owned())));
        assert_eq!(second, Ok(()));
    }

    #[tokio::test]
    async fn those_who_wait_are_answered_together() {
        let (handle, mut requests) = reload_channel();
        let asking: Vec<_> = (0..5)
            .map(|_| {
                let handle = handle.clone();
                tokio::spawn(async move { handle.reload().await })
            })
            .collect();
        let first = requests.next().await;
        tokio::task::yield_now().await;
        let mut waiting = requests.waiting();
        waiting.push(first);
        assert_eq!(waiting.len(), 5);
        for request in waiting {
            request.answer(Ok(()));
        }
        for asked in asking {
            assert_eq!(asked.await.unwrap(), Ok(()));
        }
        assert!(requests.waiting().is_empty());
    }

    #[tokio::test]
    async fn asking_a_process_that_ends_is_answered() {
        let (handle, requests) = reload_channel();
        drop(requests);
        assert_eq!(handle.reload().await, Err(ReloadError::ReachReloader));
    }
}
