//! A running server: its start, its addresses, its objects, its end.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::access::Access;
use super::answer::{Snapshots, merge};
use super::disturbance::Desk;
use super::requests::Requests;
use super::server::{NAME, Server, tls};
use super::store::{self, Store};
use super::{Behaviour, Disturbance, Port, Principal, ResourceDescription, Scope, SeenRequest};
use crate::kafka::clock::Clock;
use crate::tls_endpoint::port::ReservedPort;
use crate::{ServerIdentity, SimulatorError};

/// How to start a server.
pub struct ApiServerOptions {
    /// Speaks TLS as this; without it plain HTTP.
    pub tls: Option<ServerIdentity>,
    /// Who may do what. Somebody without a token is `system:anonymous`, who may do nothing unless named here.
    pub principals: Vec<Principal>,
    /// What kinds of objects there are.
    pub resources: Vec<ResourceDescription>,
    /// How it behaves.
    pub behaviour: Behaviour,
}

impl Default for ApiServerOptions {
    /// Plain HTTP, the usual resources, and nobody who may do anything.
    fn default() -> Self {
        Self {
            tls: None,
            principals: Vec::new(),
            resources: ResourceDescription::usual(),
            behaviour: Behaviour::default(),
        }
    }
}

/// A running server. Dropping it stops everything.
pub struct ApiServer {
    shared: Arc<Shared>,
    server: Server,
    address: SocketAddr,
    authority_pem: Option<String>,
}

/// What connections share.
pub(super) struct Shared {
    store: RwLock<Store>,
    behaviour: RwLock<Behaviour>,
    pub(super) clock: Clock,
    pub(super) access: Access,
    pub(super) desk: Desk,
    pub(super) requests: Requests,
    pub(super) snapshots: Mutex<Snapshots>,
    /// Says the version of the cluster to watches, whenever something has happened.
    pub(super) news: watch::Sender<u64>,
    pub(super) connections: AtomicU64,
    pub(super) watches: AtomicUsize,
}

// === impl Shared ===

impl Shared {
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the store, and says so to the watches.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Store, Timestamp, usize) -> T) -> T {
        let (now, history) = (self.now(), self.behaviour().history);
        let mut store = self.write();
        let changed = change(&mut store, now, history);
        let version = store.version;
        drop(store);
        self.news.send_replace(version);
        changed
    }

    pub(super) fn behaviour(&self) -> Behaviour {
        self.behaviour.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn now(&self) -> Timestamp {
        // Outside jiff's years only after a leap of thousands of them.
        Timestamp::from_millisecond(self.clock.millis()).unwrap_or(Timestamp::MAX)
    }
}

impl ApiServer {
    /// Starts on a port of its own on 127.0.0.1. The cluster is empty, and its time begins at `now`.
    pub fn start(options: ApiServerOptions, now: Timestamp) -> Result<Self, SimulatorError> {
        let runtime = Handle::try_current()
            .map_err(|source| SimulatorError::EnterRuntime { server_name: NAME.to_owned(), source })?;
        let acceptor = options.tls.as_ref().map(|identity| tls::acceptor(identity, now)).transpose()?;
        let port = ReservedPort::reserve((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = port.address();
        let store = Store::new(options.resources);
        let shared = Arc::new(Shared {
            news: watch::Sender::new(store.version),
            store: RwLock::new(store),
            behaviour: RwLock::new(options.behaviour),
            clock: Clock::running(now),
            access: Access::new(options.principals),
            desk: Desk::default(),
            requests: Requests::default(),
            snapshots: Mutex::default(),
            connections: AtomicU64::new(0),
            watches: AtomicUsize::new(0),
        });
        let server = Server::start(&runtime, port, acceptor, Arc::clone(&shared))?;
        let authority_pem = options.tls.map(|identity| identity.authorities.trusted_bundle_pem());
        Ok(Self { shared, server, address, authority_pem })
    }

    /// Where it listens, or would if its port were not closed.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as clients are told it.
    pub fn url(&self) -> String {
        let scheme = if self.authority_pem.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// What clients are to trust; none where it speaks plain HTTP.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// A configuration with which kubectl and others reach it as this principal, by its first token. JSON, which is YAML.
    pub fn kubeconfig(&self, principal: &str) -> String {
        let found = self.shared.access.find(principal);
        let token = found.as_ref().and_then(|found| found.tokens.first()).map(super::access::Token::reveal);
        let mut cluster = json!({ "server": self.url() });
        if let (Some(pem), Some(cluster)) = (&self.authority_pem, cluster.as_object_mut()) {
            let encoded = data_encoding::BASE64.encode(pem.as_bytes());
            cluster.insert("certificate-authority-data".to_owned(), encoded.into());
        }
        let user = token.map_or_else(|| json!({}), |token| json!({ "token": token }));
        let configuration = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "simulated",
            "clusters": [{ "name": "simulated", "cluster": cluster }],
            "users": [{ "name": "simulated", "user": user }],
            "contexts": [{ "name": "simulated", "context": { "cluster": "simulated", "user": "simulated" } }],
        });
        format!("{configuration:#}\n")
    }

    /// Creates an object, or replaces it whole: by its `apiVersion`, `kind`, namespace and name.
    pub fn apply(&self, object: Value) -> Result<(), SimulatorError> {
        let described = || format!("{} {}", object["apiVersion"], object["kind"]);
        let unknown = SimulatorError::FindObject { what: described() };
        let applied = self.shared.change(|store, now, history| {
            let name = store.kind_of(&object)?.resource.qualified();
            store.write(&name, object, now, history)
        });
        applied.map(drop).ok_or(unknown)
    }

    /// Merges into an object, as a JSON merge patch (RFC 7396): what is null is removed.
    pub fn patch(
        &self,
        resource: &str,
        namespace: &str,
        name: &str,
        patch: &Value,
    ) -> Result<(), SimulatorError> {
        let patched = self.shared.change(|store, now, history| {
            let kind = store.kind(resource)?;
            let mut object = kind.objects.get(&*store::key(namespace, name))?.value(&kind.resource);
            merge(&mut object, patch);
            store.write(resource, object, now, history)
        });
        patched.map(drop).ok_or_else(|| cannot_find(resource, namespace, name))
    }

    /// Deletes an object.
    pub fn delete(&self, resource: &str, namespace: &str, name: &str) -> Result<(), SimulatorError> {
        let key = store::key(namespace, name);
        let deleted = self.shared.change(|store, _, history| store.delete(resource, &key, history));
        deleted.map(drop).ok_or_else(|| cannot_find(resource, namespace, name))
    }

    /// An object as it is now.
    pub fn object(&self, resource: &str, namespace: &str, name: &str) -> Option<Value> {
        let store = self.shared.read();
        let kind = store.kind(resource)?;
        Some(kind.objects.get(&*store::key(namespace, name))?.value(&kind.resource))
    }

    /// How many objects of a resource there are.
    pub fn count(&self, resource: &str) -> usize {
        self.shared.read().kind(resource).map_or(0, |kind| kind.objects.len())
    }

    /// The version of the cluster.
    pub fn version(&self) -> u64 {
        self.shared.read().version
    }

    /// Serves one more resource, as a custom resource definition does; without objects if it was there before.
    pub fn install(&self, resource: ResourceDescription) {
        self.shared.change(|store, _, _| store.install(resource));
    }

    /// No longer serves a resource. Its objects are gone; watches of it end.
    pub fn uninstall(&self, resource: &str) {
        self.shared.change(|store, _, _| store.uninstall(resource));
    }

    /// Forgets all changes so far: watches from before are told 410, and pages from before have expired.
    pub fn compact(&self) {
        self.shared.change(|store, _, _| store.compact());
        self.expire_pages();
    }

    /// Lists that have begun cannot be continued: 410 for the next page.
    pub fn expire_pages(&self) {
        self.shared.snapshots.lock().unwrap_or_else(PoisonError::into_inner).forget();
    }

    /// Adds a principal, or replaces the one of this name: other tokens, other rules.
    pub fn set_principal(&self, principal: Principal) {
        self.shared.access.set(principal);
    }

    /// A principal as it is now.
    pub fn principal(&self, name: &str) -> Option<Principal> {
        self.shared.access.find(name)
    }

    /// Behaves otherwise from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        *self.shared.behaviour.write().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// How it behaves.
    pub fn behaviour(&self) -> Behaviour {
        self.shared.behaviour()
    }

    /// Opens, closes or silences the port. When this returns it has happened, and every connection of before is closed.
    pub async fn switch(&self, port: Port) -> Result<(), SimulatorError> {
        self.server.switch(port).await
    }

    /// Closes all connections, as a restart does that nobody notices otherwise.
    pub async fn restart(&self) -> Result<(), SimulatorError> {
        self.switch(Port::Closed).await?;
        self.switch(Port::Open).await
    }

    /// Disturbs answers from now on, in addition to what is disturbed already; of open watches only those that fall silent.
    pub fn disturb(&self, scope: Scope, disturbance: Disturbance) {
        self.shared.desk.disturb(scope, disturbance);
        self.shared.news.send_modify(|_| {});
    }

    /// No answer is disturbed any more.
    pub fn undisturb(&self) {
        self.shared.desk.undisturb();
    }

    /// How many requests of this verb and about this resource (or path) have come. `*` is any.
    pub fn requests(&self, verb: &str, plural: &str) -> u64 {
        let fits = |asked: &str, is: &str| asked == "*" || asked == is;
        self.shared.requests.counted(|is_verb, is_plural| fits(verb, is_verb) && fits(plural, is_plural))
    }

    /// The last requests, the oldest first; up to 10,000.
    pub fn seen(&self) -> Vec<SeenRequest> {
        self.shared.requests.last()
    }

    /// Counts requests from 0 again, and forgets which they were.
    pub fn forget_requests(&self) {
        self.shared.requests.forget();
    }

    /// How many connections have been taken since the start.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// How many watches are open at this moment.
    pub fn watches(&self) -> usize {
        self.shared.watches.load(Ordering::Relaxed)
    }

    /// Stops, and returns when every task, connection and port is gone.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

fn cannot_find(resource: &str, namespace: &str, name: &str) -> SimulatorError {
    SimulatorError::FindObject { what: format!("{resource} {}", store::key(namespace, name)) }
}
