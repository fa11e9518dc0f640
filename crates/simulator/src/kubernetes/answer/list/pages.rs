//! Lists that have begun, and the tokens by which they are continued.

use std::collections::VecDeque;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::kubernetes::selector::Selector;
use crate::kubernetes::store::Object;

/// How many lists can be under way; of more the oldest expires.
const KEPT: usize = 128;

/// What a list is of.
#[derive(Default)]
pub(super) struct Snapshot {
    pub(super) objects: Vec<Arc<Object>>,
    pub(super) version: u64,
}

/// The lists that have begun and may be continued.
#[derive(Default)]
pub(in crate::kubernetes) struct Snapshots {
    kept: VecDeque<(u64, Arc<Snapshot>)>,
    next: u64,
}

/// Where a list goes on.
pub(super) struct Token {
    /// The list. None: whatever there is after the key.
    list: Option<u64>,
    from: usize,
    /// The last key so far.
    pub(super) after: String,
}

// === impl Snapshot ===

impl Snapshot {
    pub(super) fn of<'a>(
        objects: impl Iterator<Item = &'a Arc<Object>>,
        selector: &Selector,
        version: u64,
    ) -> Self {
        Self { objects: objects.filter(|object| selector.matches(object)).cloned().collect(), version }
    }
}

// === impl Snapshots ===

impl Snapshots {
    /// Keeps a list, and gives the token that continues it.
    pub(super) fn keep(&mut self, snapshot: &Arc<Snapshot>, from: usize, after: &str) -> String {
        let known = self.kept.iter().find(|(_, kept)| Arc::ptr_eq(kept, snapshot)).map(|(list, _)| *list);
        let list = known.unwrap_or_else(|| {
            self.next += 1;
            self.kept.push_back((self.next, Arc::clone(snapshot)));
            if self.kept.len() > KEPT {
                self.kept.pop_front();
            }
            self.next
        });
        Token { list: Some(list), from, after: after.to_owned() }.text()
    }

    pub(super) fn find(&self, token: &Token) -> Option<(Arc<Snapshot>, usize)> {
        let kept = self.kept.iter().find(|(list, _)| Some(*list) == token.list)?;
        Some((Arc::clone(&kept.1), token.from))
    }

    /// No list can be continued any more.
    pub(in crate::kubernetes) fn forget(&mut self) {
        self.kept.clear();
    }
}

// === impl Token ===

impl Token {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let from = number("from").and_then(|from| usize::try_from(from).ok()).unwrap_or_default();
        let after = value.get("start").and_then(Value::as_str)?.to_owned();
        Some(Self { list: number("list"), from, after })
    }

    pub(super) fn text(&self) -> String {
        let Self { list, from, after } = self;
        let value = json!({ "v": "meta.k8s.io/v1", "list": list, "from": from, "start": after });
        BASE64URL_NOPAD.encode(value.to_string().as_bytes())
    }

    pub(super) fn is_inconsistent(&self) -> bool {
        self.list.is_none()
    }

    /// The token that goes on after the same key in whatever there is then.
    pub(super) fn inconsistent(&self) -> Self {
        Self { list: None, from: 0, after: self.after.clone() }
    }
}
