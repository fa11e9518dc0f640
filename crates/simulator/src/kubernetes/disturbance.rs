//! What can be wrong with an answer.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

/// What is wrong with an answer. Those that end or hold an answer count the bytes of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// It comes so much later.
    Delayed(Duration),
    /// So much time passes between its pieces (objects of a list, events of a watch).
    Slow(Duration),
    /// Nothing is answered any more; the connection stays open. Watches that are open fall silent too, for good.
    Silent,
    /// After so many bytes nothing comes any more; the connection stays open.
    Stalled {
        /// The bytes that do come.
        after_bytes: usize,
    },
    /// After so many bytes the connection is closed.
    CutOff {
        /// The bytes that do come.
        after_bytes: usize,
    },
    /// 200, JSON by its header, and noise.
    Garbage,
    /// 200 and the HTML of a login page, as a proxy answers that nobody has logged in to.
    LoginPage,
    /// 429 with `Retry-After`, in whole seconds.
    Throttled {
        /// The header's number.
        retry_after_seconds: u64,
    },
    /// This status, 500 or 503 say, with the words that the real server has for it.
    Refused(u16),
    /// 401: the token has expired.
    Unauthorized,
    /// 410: what was asked for is too old.
    Gone,
    /// In each event of a watch, `object` stands before `type`.
    ObjectBeforeType,
    /// The first object of a list, and each of a watch, has fields of wrong types.
    BadObject,
    /// The first object of a list has an annotation of so many bytes more.
    HugeObject {
        /// The bytes more.
        bytes: usize,
    },
    /// Each event of a watch comes twice.
    Duplicated,
}

/// Which answers are disturbed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Those to one verb: `list`, `watch`, `get`, `create`, `update`, `patch`, `delete`. None: to all.
    pub verb: Option<&'static str>,
    /// Those about one resource, by plural. None: about all, discovery and reviews too.
    pub plural: Option<String>,
    /// Those about one namespace. None: about all, and the whole cluster.
    pub namespace: Option<String>,
}

// === impl Scope ===

impl Scope {
    /// All answers to one verb.
    pub fn verb(verb: &'static str) -> Self {
        Self { verb: Some(verb), ..Self::default() }
    }

    /// All answers about one resource.
    pub fn resource(plural: &str) -> Self {
        Self { plural: Some(plural.to_owned()), ..Self::default() }
    }

    /// The answers to one verb about one resource.
    pub fn of(verb: &'static str, plural: &str) -> Self {
        Self { verb: Some(verb), ..Self::resource(plural) }
    }

    fn covers(&self, verb: &str, plural: &str, namespace: &str) -> bool {
        let fits = |only: Option<&str>, is: &str| only.is_none_or(|only| only == is);
        fits(self.verb, verb)
            && fits(self.plural.as_deref(), plural)
            && fits(self.namespace.as_deref(), namespace)
    }
}

/// What is disturbed.
#[derive(Default)]
pub(super) struct Desk(Mutex<Vec<(Scope, Disturbance)>>);

// === impl Desk ===

impl Desk {
    pub(super) fn disturb(&self, scope: Scope, disturbance: Disturbance) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((scope, disturbance));
    }

    pub(super) fn undisturb(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn disturbances(&self, verb: &str, plural: &str, namespace: &str) -> Vec<Disturbance> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|(scope, _)| scope.covers(verb, plural, namespace)).map(|(_, each)| *each).collect()
    }
}
