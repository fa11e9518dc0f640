//! One broker and the connection to it.

use std::sync::Arc;

use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use crate::{Address, Connection, Failure, Options, Traffic};

/// A broker of the cluster: made by [`crate::Cluster::refresh`], and replaced when it moves.
///
/// It is shared, so that a task per broker can ask its own at the same time as the others.
#[derive(Debug)]
pub struct Broker {
    id: i32,
    address: Address,
    rack: Option<String>,
    options: Arc<Options>,
    traffic: Arc<Traffic>,
    connection: Mutex<Option<Connection>>,
}

/// The use of a broker's one connection, for as long as it is held. Others wait: a broker works on one request of a
/// connection at a time anyway.
pub type Lease<'a> = MappedMutexGuard<'a, Connection>;

// === impl Broker ===

impl Broker {
    pub(crate) fn new(
        (id, address, rack): (i32, Address, Option<String>),
        options: Arc<Options>,
        traffic: Arc<Traffic>,
    ) -> Self {
        Self { id, address, rack, options, traffic, connection: Mutex::new(None) }
    }

    /// Its node identifier.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Its rack, if it has one.
    pub fn rack(&self) -> Option<&str> {
        self.rack.as_deref()
    }

    /// The connection, opened if there is none that can be used. One attempt: when to try again is for the caller to
    /// decide.
    pub async fn connection(&self) -> Result<Lease<'_>, Failure> {
        let mut slot = self.connection.lock().await;
        let usable = match &mut *slot {
            Some(connection) => connection.is_usable().await,
            None => false,
        };
        if !usable {
            *slot = None; // closed before the next is opened
            let (options, traffic) = (Arc::clone(&self.options), Arc::clone(&self.traffic));
            *slot = Some(Connection::open(self.address.clone(), options, traffic).await?);
        }
        // It has just been seen or put there.
        MutexGuard::try_map(slot, Option::as_mut)
            .map_err(|_| Failure::UseConnection { broker: self.address.clone() })
    }

    /// Takes over a connection that was opened before it was known to be this broker's, if there is no other.
    pub(crate) fn adopt(&self, connection: Connection) {
        if let Ok(mut slot) = self.connection.try_lock() {
            slot.get_or_insert(connection);
        }
    }
}
