//! Of which API server the rows of each source are.
//!
//! A source that is replaced leaves its rows to its successor until that one has read something, so that a changed setting makes no
//! hole. If the successor asks another server, or asks as somebody else, and cannot read it, they would be shown as that one's
//! for as long as it fails. So the successor takes them back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lookout_kubernetes::Cluster;

/// By source, the API server whose objects it last showed: shared by the sources of all configurations.
#[derive(Debug, Default)]
pub struct Shown(Mutex<BTreeMap<&'static str, usize>>);

impl Shown {
    /// Notes that the rows of `source` are now those of `cluster`.
    pub(super) fn set(&self, source: &'static str, cluster: &Arc<Cluster>) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(source, Arc::as_ptr(cluster) as usize);
    }

    /// Whether the rows of `source` are those of another than `cluster`.
    pub(super) fn is_of_another(&self, source: &'static str, cluster: &Arc<Cluster>) -> bool {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get(source).is_some_and(|before| *before != Arc::as_ptr(cluster) as usize)
    }
}
