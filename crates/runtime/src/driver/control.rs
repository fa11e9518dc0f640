//! How another configuration reaches a driver that runs.

use tokio::sync::{mpsc, oneshot};

use super::renewal::Renewal;
use crate::shard::Shard;
use crate::sources::{Cells, Sources};

/// Hands sets of sources to a driver. Cloning shares it.
#[derive(Clone)]
pub struct DriverControl {
    requests: mpsc::Sender<ApplyRequest>,
    cells: Cells,
    shard: Shard,
    renewal: Renewal,
}

/// Somebody has another set of sources.
pub(super) struct ApplyRequest {
    pub(super) sources: Sources,
    pub(super) answer: oneshot::Sender<Result<Applied, ApplySources>>,
}

/// What became of the sources of two sets, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// In both, and equal: not touched.
    pub kept: usize,
    /// In both, and changed.
    pub replaced: usize,
    /// In the new set only.
    pub added: usize,
    /// In the former set only.
    pub removed: usize,
}

/// Why a set of sources is not in force; the one before it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplySources {
    /// Making a source panicked.
    #[error("the source `{exporter}/{source_name}` cannot be made: {message}; this is a defect in Lookout")]
    MakeSource {
        /// Its exporter.
        exporter: &'static str,
        /// Its name.
        source_name: String,
        /// What the panic said.
        message: String,
    },
    /// Nobody drives any more.
    #[error("the driver has ended; the process is ending")]
    ReachDriver,
}

impl DriverControl {
    /// A control, and where the driver takes what is asked of it.
    pub(super) fn new(cells: Cells, shard: Shard) -> (Self, mpsc::Receiver<ApplyRequest>) {
        // Whoever applies waits for what becomes of it, so there is no use in a queue.
        let (requests, receiver) = mpsc::channel(1);
        (Self { requests, cells, shard, renewal: Renewal::default() }, receiver)
    }

    /// An empty set that shares its cells with the sources in force.
    pub fn sources(&self) -> Sources {
        Sources::sharing(self.cells.clone(), self.shard).renewed_by(self.renewal.clone())
    }

    /// Completes when a source of a set has asked by its [`Renewal`] for the settings in force to be put into force once more, since
    /// this last completed. Cancel-safe.
    pub async fn renewal_asked(&self) {
        self.renewal.asked().await;
    }

    /// Puts `sources` into force in the place of those that are, and completes when it is done: what is unchanged goes
    /// on untouched; what has changed is replaced, and what it has published stays until its successor's first success;
    /// what is gone is taken back; what is new begins as at the start of the process.
    ///
    /// Dropping the future does not undo it.
    ///
    /// # Errors
    /// [`ApplySources`]; then nothing has changed.
    pub async fn apply(&self, sources: Sources) -> Result<Applied, ApplySources> {
        let (answer, answered) = oneshot::channel();
        let request = ApplyRequest { sources, answer };
        self.requests.send(request).await.map_err(|_| ApplySources::ReachDriver)?;
        answered.await.map_err(|_| ApplySources::ReachDriver)?
    }
}
