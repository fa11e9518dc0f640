//! From the text of an object to what is kept of it.
//!
//! Invariants:
//! - Whatever an object is, it ends as an entry, as not wanted, or as a fault; a reader that panics makes a fault.
//! - An object that reads as it did before is the same entry.
//! - A fault's message holds nothing of the object.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lookout_declarations::Reason;

use crate::filter::Filter;
use crate::json::Json;
use crate::ledger::Account;
use crate::object::{ObjectJson, ObjectKey};
use crate::page::Glimpse;
use crate::reader::Reader;
use crate::view::{Entry, compare};

/// What comes of an object.
pub(crate) enum Taken<T> {
    /// What the reader took.
    Entry(Arc<Entry<T>>),
    /// It is not wanted, or gone.
    Out(ObjectKey),
    /// It could not be read.
    Fault(ObjectKey, Reason, String),
}

/// What makes entries of objects.
#[derive(Clone)]
pub(crate) struct Intake<R: Reader> {
    reader: R,
    pub(crate) filter: Filter,
    account: Arc<Account>,
}

// === impl Intake ===

impl<R: Reader> Intake<R> {
    pub(crate) fn new(reader: R, filter: Filter, account: Arc<Account>) -> Self {
        Self { reader, filter, account }
    }

    /// Reads an object. `known` are the entries that there were, in order.
    pub(crate) fn take(&self, text: &[u8], known: &[Arc<Entry<R::Object>>]) -> Taken<R::Object> {
        let object = match Json::check(text) {
            Ok(json) => ObjectJson::new(json),
            Err(error) => return self.fault(text, Reason::Malformed, error.to_string()),
        };
        let key = object.key();
        if key.name.is_empty() {
            return self.fault(text, Reason::Malformed, "it has no name".to_owned());
        }
        if !self.filter.takes(&key) {
            return Taken::Out(key);
        }
        match catch_unwind(AssertUnwindSafe(|| self.reader.read(&object))) {
            Ok(Some(object)) => Taken::Entry(same(known, key, object)),
            Ok(None) => Taken::Out(key),
            Err(_) => self.fault(
                text,
                Reason::Panicked,
                "its reader failed, which is a defect in Lookout".to_owned(),
            ),
        }
    }

    /// Notes an object that cannot be read, or as much of one as there is.
    pub(crate) fn fault(&self, text: &[u8], reason: Reason, message: String) -> Taken<R::Object> {
        let key = Glimpse::of(text).key.unwrap_or_else(|| ObjectKey::new("", "(unknown)"));
        if key.name.as_ref() != "(unknown)" && !self.filter.takes(&key) {
            return Taken::Out(key);
        }
        self.account.unreadable();
        Taken::Fault(key, reason, message)
    }
}

/// The entry that there was, if it says the same.
fn same<T: PartialEq>(known: &[Arc<Entry<T>>], key: ObjectKey, object: T) -> Arc<Entry<T>> {
    let found = known.binary_search_by(|entry| compare(&entry.key, &key.namespace, &key.name));
    match found.ok().and_then(|index| known.get(index)) {
        Some(entry) if entry.object == object => Arc::clone(entry),
        _ => Arc::new(Entry { key, object }),
    }
}
