//! Which objects of a resource are followed.

use lookout_runtime::Shard;

/// Which objects of a resource are followed. What the server can select, the server selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// In which namespaces. Without meaning for a resource that has none.
    pub namespaces: Namespaces,
    /// Which labels the objects have, as `kubectl --selector` takes it; empty for any.
    pub label_selector: String,
    /// Which fields they have, as `kubectl --field-selector` takes it; empty for any.
    pub field_selector: String,
    /// Which of them belong to this process, by `namespace/name`.
    pub shard: Shard,
    /// Whether the metadata are enough: then nothing else is sent.
    pub metadata_only: bool,
}

/// In which namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Namespaces {
    /// In all: needs rights over the cluster.
    #[default]
    All,
    /// In these alone, each followed by itself, with a connection of its own: needs rights in each of them only.
    Named(Vec<String>),
    /// In those that match: needs rights over the cluster.
    Matching(NamespacePatterns),
}

/// Which namespaces match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamespacePatterns {
    /// Names, with `*` for any characters and `?` for one; empty for all.
    pub include: Vec<String>,
    /// Names, likewise, that are left out even if included. Exact ones are left out by the server.
    pub exclude: Vec<String>,
    /// Which labels the namespaces have, as `kubectl --selector` takes it; empty for any. Needs the right to list and watch
    /// namespaces.
    pub label_selector: String,
}
