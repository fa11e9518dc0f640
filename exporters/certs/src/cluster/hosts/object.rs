//! What Ingresses, Gateways, ListenerSets and Services have in common: hosts, and the Secrets that they are served with.

use lookout_kubernetes::ObjectKey;

/// The most hosts that are taken from one object. A Gateway has at most 64 listeners.
pub(super) const MAX_HOSTS: usize = 1000;

/// The most addresses that are taken from one object: whether they serve the same is seen from a few.
pub(super) const MAX_ADDRESSES: usize = 3;

/// The kinds of objects that name hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostObjectKind {
    /// An Ingress (`networking.k8s.io`).
    Ingress,
    /// A Gateway (`gateway.networking.k8s.io`).
    Gateway,
    /// A ListenerSet, which adds listeners to a Gateway (`gateway.networking.k8s.io`).
    ListenerSet,
    /// A Service whose annotations name a Secret.
    Service,
}

impl HostObjectKind {
    /// The name of the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Gateway => "Gateway",
            Self::ListenerSet => "ListenerSet",
            Self::Service => "Service",
        }
    }
}

/// What of an object that names hosts is kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct HostObject {
    /// Its class, by which its controller is found; empty if it names none.
    pub class: Box<str>,
    /// The Gateway that it adds to; only a ListenerSet has one, and only if the Gateway takes it.
    pub parent: Option<ObjectKey>,
    /// What it has served, in its order.
    pub listeners: Vec<Listener>,
    /// Where its controller is reached, as its status says: addresses and names.
    pub addresses: Vec<Box<str>>,
    /// Whether it has more hosts than were taken.
    pub is_cut: bool,
}

/// Hosts that are served alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The hosts, normalised; an empty one stands for every host.
    pub hosts: Vec<Box<str>>,
    /// The Secrets, of which one must cover each host; none if the controller's default is used.
    pub secrets: Vec<ObjectKey>,
    /// The port of the controller.
    pub port: u16,
    /// Whether the controller passes the connection on unopened, so that somebody behind it chooses the certificate.
    pub is_passed_through: bool,
    /// Whether the object may use the Secrets.
    pub is_permitted: bool,
}

impl HostObject {
    /// Leaves out the hosts beyond the limit.
    pub(super) fn cut(mut self) -> Self {
        let mut left = MAX_HOSTS;
        for listener in &mut self.listeners {
            self.is_cut |= listener.hosts.len() > left;
            listener.hosts.truncate(left);
            left -= listener.hosts.len();
        }
        self.listeners.retain(|listener| !listener.hosts.is_empty());
        self
    }
}
