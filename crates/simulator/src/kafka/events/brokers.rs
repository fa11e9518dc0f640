//! Brokers and their disks: dying, coming back, being out of reach.

use crate::SimulatorError;
use crate::kafka::Cluster;

impl Cluster {
    /// A broker dies: its port closes, its partitions are led by others, its groups are coordinated by others.
    pub async fn kill_broker(&self, id: i32) -> Result<(), SimulatorError> {
        self.close_port(id).await?;
        self.shared.write().bury(id, self.now_millis());
        Ok(())
    }

    /// A broker comes back and catches up at once. It leads again what nobody else could; the rest after
    /// [`Cluster::elect_preferred`].
    pub async fn revive_broker(&self, id: i32) -> Result<(), SimulatorError> {
        self.shared.write().revive(id, self.now_millis());
        self.open_port(id).await
    }

    /// A broker's port closes, and nobody in the cluster has noticed: it leads and coordinates as before.
    pub async fn close_port(&self, id: i32) -> Result<(), SimulatorError> {
        self.switch(id, false).await
    }

    /// Undoes [`Cluster::close_port`].
    pub async fn open_port(&self, id: i32) -> Result<(), SimulatorError> {
        self.switch(id, true).await
    }

    async fn switch(&self, id: i32, open: bool) -> Result<(), SimulatorError> {
        let place = id.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        match place.and_then(|place| self.servers.get(place)) {
            Some(server) => server.switch(open).await,
            None => Ok(()),
        }
    }

    /// Every partition is led by its preferred leader, where that one lives and is in sync.
    pub fn elect_preferred(&self) {
        self.shared.write().elect_preferred();
    }

    /// A log directory of a broker is offline, or online again.
    pub fn set_directory_offline(&self, broker: i32, directory: u16, is_offline: bool) {
        let mut world = self.shared.write();
        let directories = &mut world.troubles.offline_directories;
        if is_offline {
            directories.insert((broker, directory))
        } else {
            directories.remove(&(broker, directory))
        };
    }

    /// The controller of a broker is so many records behind.
    pub fn set_quorum_lag(&self, broker: i32, records: i64) {
        self.shared.write().troubles.quorum_lags.insert(broker, records);
    }
}
