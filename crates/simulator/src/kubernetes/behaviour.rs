//! What differs from server to server, by version and settings; may be changed while it runs.

use core::time::Duration;

/// How a server behaves, apart from what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// What it does about `sendInitialEvents`.
    pub streaming_lists: StreamingLists,
    /// How a watch from a version that is forgotten is told so.
    pub gone: Gone,
    /// How often a watch that asked for bookmarks gets one.
    pub bookmark_period: Duration,
    /// How long a watch lives that names no time-out.
    pub watch_life: Duration,
    /// How many changes of a resource are remembered.
    pub history: usize,
    /// Whether a list of version `0` comes whole, whatever its `limit`, as it does from the cache of a server.
    pub lists_from_cache_ignore_limit: bool,
    /// What `/version` says, as `v1.36.4`.
    pub version: String,
}

/// What a server does about `sendInitialEvents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamingLists {
    /// Streams the list and ends it by a bookmark (from 1.32 on by itself).
    Served,
    /// Answers 422, as a server does that knows the feature and has it switched off.
    Forbidden,
    /// Does not know the parameter, and starts an ordinary watch.
    Ignored,
}

/// How a watch from a version that is forgotten is told so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// 200, and an event of type ERROR.
    Event,
    /// 410.
    Status,
}

impl Default for Behaviour {
    /// As a server of 1.36.
    fn default() -> Self {
        Self {
            streaming_lists: StreamingLists::Served,
            gone: Gone::Event,
            bookmark_period: Duration::from_mins(1),
            watch_life: Duration::from_mins(30),
            history: 10_000,
            lists_from_cache_ignore_limit: true,
            version: "v1.36.4".to_owned(),
        }
    }
}
