//! Tasks that end with what holds them.

use std::future::Future;

use tokio::task::JoinHandle;

/// A task that is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Task<T = ()>(JoinHandle<T>);

// === impl Task ===

impl<T: Send + 'static> Task<T> {
    /// Starts it.
    pub(crate) fn spawn(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }

    /// Whether it has ended by itself.
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_finished()
    }

    /// What has come of it, once; nothing if it panicked. Cancel-safe.
    pub(crate) async fn end(&mut self) -> Option<T> {
        (&mut self.0).await.ok()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
