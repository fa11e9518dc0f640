//! The exposition: every exporter, its publishers, and the snapshot that is served.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashSet;
use lookout_declarations::Declaration;

use crate::exporter::Exporter;
use crate::piece::Piece;
use crate::view::{ExporterView, Frame};
use crate::{ExporterStatistics, Publisher, Snapshot};

/// One exporter as the exposition must know it.
#[derive(Clone, Copy, Debug)]
pub struct ExporterFamilies {
    /// The exporter's name, as in `/metrics/NAME`.
    pub exporter: &'static str,
    /// Its families, in the order in which they are to appear.
    pub families: &'static [&'static Declaration],
    /// The most series it may serve, to begin with; see [`Exposition::set_series_budget`]. Above it whole families are
    /// withheld.
    pub series_budget: usize,
}

/// Everything that is served. Cloning it shares it.
#[derive(Clone)]
pub struct Exposition {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) exporters: Vec<Exporter>,
    pub(crate) frame: Arc<Frame>,
    snapshot: Mutex<Arc<Snapshot>>,
    next_source: AtomicU32,
}

impl Exposition {
    /// An exposition of these exporters, in this order, without rows.
    ///
    /// A family that an earlier exporter declares too is ignored, with an error in the log.
    pub fn new(exporters: impl IntoIterator<Item = ExporterFamilies>) -> Self {
        let frame = Arc::new(Frame::new());
        let mut taken = HashSet::new();
        let exporters: Vec<Exporter> =
            exporters.into_iter().map(|exporter| Exporter::new(exporter, &mut taken, &frame)).collect();
        let views =
            exporters.iter().map(|exporter| Arc::new(ExporterView::new(exporter.name, 0, Vec::new())));
        let snapshot = Mutex::new(Arc::new(Snapshot::new(views.collect(), Arc::clone(&frame))));
        Self { shared: Arc::new(Shared { exporters, frame, snapshot, next_source: AtomicU32::new(0) }) }
    }

    /// A publisher for one source of `exporter`. The order of these calls is the order of rows within a family.
    ///
    /// For an exporter that there is not, the publisher drops everything, with an error in the log.
    pub fn publisher(&self, exporter: &'static str, source: &str) -> Publisher {
        let place = self.shared.exporters.iter().position(|candidate| candidate.name == exporter);
        if place.is_none() {
            tracing::error!(exporter, source, "register source: no such exporter, its rows will be dropped");
        }
        let number = self.shared.next_source.fetch_add(1, Ordering::Relaxed);
        Publisher::new(Arc::clone(&self.shared), place, number, source)
    }

    /// Changes the most series that `exporter` may serve, at once: families are withheld, or served again. Whether there
    /// is such an exporter.
    pub fn set_series_budget(&self, exporter: &str, series_budget: usize) -> bool {
        let Some(place) = self.shared.exporters.iter().position(|candidate| candidate.name == exporter)
        else {
            return false;
        };
        if let Some(view) = self.shared.exporters[place].set_budget(series_budget) {
            self.shared.install(place, view);
        }
        true
    }

    /// What is served now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.shared.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets go of the plain texts if nobody has asked for one since the last call; their compressed forms stay. To be called every
    /// few minutes.
    ///
    /// The texts are most of what an exposition takes, and scrapers ask for gzip. A plain answer still comes, and then they are at hand
    /// again.
    pub fn forget_plain_text(&self) {
        if self.shared.frame.plain.has_ended() {
            self.shared.forget_answers();
            for part in self.shared.exporters.iter().flat_map(Exporter::parts) {
                part.each_piece(&mut Piece::let_go);
            }
        }
    }

    /// Series, budget and drops by exporter, in order of registration.
    pub fn statistics(&self) -> Vec<ExporterStatistics> {
        self.shared.exporters.iter().map(Exporter::statistics).collect()
    }
}

impl Shared {
    /// Puts a view of the exporter at `place` into the snapshot, unless a newer one is there already.
    pub(crate) fn install(&self, place: usize, view: ExporterView) {
        let mut snapshot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(newer) = snapshot.with_exporter(place, Arc::new(view)) {
            let older = std::mem::replace(&mut *snapshot, Arc::new(newer));
            drop(snapshot);
            // The last holder of an old snapshot frees its pieces: outside of the lock.
            drop(older);
        }
    }

    /// Puts the same views into the snapshot without the lists of buffers that were made of them.
    fn forget_answers(&self) {
        let mut snapshot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        let unasked = Arc::new(snapshot.unasked());
        let asked = std::mem::replace(&mut *snapshot, unasked);
        drop(snapshot);
        drop(asked);
    }
}

impl fmt::Debug for Exposition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Exposition").field(&self.snapshot()).finish()
    }
}
