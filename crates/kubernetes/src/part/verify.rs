//! Whether the server is still as far as we are, once connections have failed.
//!
//! A storage that was restored from a backup is behind what was read before. An API server accepts a watch from a version
//! that it has not reached, and says nothing (seen on 1.36.4): what was deleted would stay, and what is new would never be
//! seen, while everything looks well. To restore a storage, the servers are stopped; so it is asked for the version after each
//! failure.

use lookout_kubernetes_spec::metrics::ListCause;

use super::Part;
use crate::failure::Failure;

impl Part {
    /// Goes on from `position`, unless the server has fallen behind it: then everything is to be listed anew.
    pub(super) async fn resume(&mut self, position: String) -> Result<(), Failure> {
        if self.is_doubtful {
            // First: if it is the storage that is silent, all find out together.
            self.server.feel_pulse(self.place()).await?;
            if self.is_behind(&position).await? {
                self.position = None;
                self.cause = ListCause::Expired;
                return Ok(());
            }
            self.is_doubtful = false;
        }
        self.watch(position).await
    }

    async fn is_behind(&self, position: &str) -> Result<bool, Failure> {
        let newest = self.server.newest(self.place()).await?;
        // Versions are numbers that can be compared (KEP-5504). What is none cannot be told apart.
        let number = |version: &str| version.parse::<u64>().ok();
        let behind = newest.as_deref().and_then(number).zip(number(position));
        Ok(behind.is_some_and(|(server, ours)| server < ours))
    }
}
