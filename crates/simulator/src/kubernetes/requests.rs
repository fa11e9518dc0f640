//! What was asked: for tests, to count and to look at.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// The last so many requests are kept one by one.
const KEPT: usize = 10_000;

/// One request, as the server understood it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// `list`, `watch`, `get`, `create`, `update`, `patch`, `delete`; for what is no resource `get` or `post`.
    pub verb: &'static str,
    /// The resource by its plural, or the path of what is none.
    pub plural: String,
    /// Empty for the whole cluster.
    pub namespace: String,
    /// The object's name, if one was named.
    pub name: String,
    /// The parameters, decoded.
    pub query: BTreeMap<String, String>,
    /// The header `Accept`.
    pub accept: String,
    /// The header `User-Agent`.
    pub user_agent: String,
    /// Who asked, or `unauthorized`.
    pub user: String,
    /// The status of the answer, before disturbances.
    pub status: u16,
}

/// The requests so far.
#[derive(Default)]
pub(super) struct Requests(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    last: VecDeque<SeenRequest>,
    counts: BTreeMap<(&'static str, String), u64>,
}

// === impl Requests ===

impl Requests {
    pub(super) fn add(&self, seen: SeenRequest) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept.counts.entry((seen.verb, seen.plural.clone())).or_default() += 1;
        if kept.last.len() == KEPT {
            kept.last.pop_front();
        }
        kept.last.push_back(seen);
    }

    pub(super) fn last(&self) -> Vec<SeenRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last.iter().cloned().collect()
    }

    pub(super) fn counted(&self, matches: impl Fn(&str, &str) -> bool) -> u64 {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = kept.counts.iter().filter(|((verb, plural), _)| matches(verb, plural));
        counts.map(|(_, count)| *count).sum()
    }

    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }
}
