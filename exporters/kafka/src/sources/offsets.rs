//! Waiting for the first cycle: other sources ask about the topics that it has found.

use core::time::Duration;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_runtime::CollectError;
use tokio::time::timeout;

use crate::cell::{ClusterCell, Offsets};

/// How long the first cycle is waited for: longer than one that is cut off.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where partitions are, as the cycle last saw it.
pub(super) async fn seen(cell: &ClusterCell) -> Result<Arc<Offsets>, CollectError> {
    let mut offsets = cell.offsets();
    let seen = timeout(PATIENCE, offsets.wait_for(Option::is_some)).await;
    let seen = seen.ok().and_then(Result::ok).and_then(|offsets| offsets.clone());
    seen.ok_or_else(|| {
        let message = "the topics are not known yet: the cluster's main source has not read them; see there";
        CollectError::new(Reason::Empty, message)
    })
}
