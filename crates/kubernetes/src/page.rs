//! A page of a list, and a line of a watch, taken apart without being read.
//!
//! The syntax of each object is checked by itself, later: so one that is no JSON loses no other.
//!
//! Invariants:
//! - Total on any bytes.
//! - Of a text that was cut off at its bound, what stands before the cut is found: the version, where the list goes on, whole
//!   objects, and the name of the one that was cut.
//!
//! How to get it wrong: expecting an order. A server may write `object` before `type`, and `items` before `metadata`.

use std::borrow::Cow;

use lookout_kubernetes_spec::metrics::Event;

use crate::object::ObjectKey;
use crate::scan::{Scan, inner_text, is_name, member, member_text, members};

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<'a> {
    /// The version of the whole list.
    pub(crate) version: Option<Cow<'a, str>>,
    /// Where the list goes on; `None` at its end.
    pub(crate) next: Option<Cow<'a, str>>,
    /// The array of objects.
    items: &'a [u8],
}

/// An answer that is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadPage {
    /// Not even an object.
    #[error("the answer is no JSON object")]
    BeginObject,
    /// An object of another kind.
    #[error("the answer is JSON, and no list")]
    FindItems,
    /// It ends in the middle.
    #[error("the list ends in the middle")]
    ReachEnd,
}

/// A line of a watch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// What happened; `None` for a type of event that is not known.
    pub(crate) event: Option<LineEvent>,
    /// To what, as it was sent; as far as there is one.
    pub(crate) object: &'a [u8],
}

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEvent {
    /// Something that is counted as an event.
    Event(Event),
    /// The server ends the watch; the object is a `Status`.
    Error,
}

/// What names an object, found without checking its syntax.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Glimpse {
    /// Its name, as far as it is found.
    pub(crate) key: Option<ObjectKey>,
    /// Its version.
    pub(crate) version: Option<String>,
}

// === impl Page ===

impl<'a> Page<'a> {
    /// Takes a page apart. `is_cut` says that the text was cut off at its bound.
    pub(crate) fn read(text: &'a [u8], is_cut: bool) -> Result<Self, ReadPage> {
        let mut scan = Scan::within(text, b'{');
        if scan.rest().is_empty() {
            return Err(ReadPage::BeginObject);
        }
        let mut page = Self { version: None, next: None, items: b"" };
        let mut is_list = false;
        while let Some((name, value)) = scan.next_member() {
            if is_name(name, "metadata") {
                page.version = member_text(value, "resourceVersion").filter(|version| !version.is_empty());
                page.next = member_text(value, "continue").filter(|next| !next.is_empty());
            } else if is_name(name, "items") {
                is_list = true;
                page.items = value;
            } else if is_name(name, "kind") {
                is_list |= value.ends_with(b"List\"");
            }
        }
        let is_ended = scan.rest().trim_ascii_end() == b"}";
        match (is_list, is_cut || is_ended) {
            (true, true) => Ok(page),
            (false, true) => Err(ReadPage::FindItems),
            (_, false) => Err(ReadPage::ReachEnd),
        }
    }

    /// The objects that are there as a whole.
    pub(crate) fn items(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut scan = Scan::within(self.items, b'[');
        let items = self.items;
        std::iter::from_fn(move || items.get(scan.next_range()?))
    }

    /// The object that was cut off, as far as it came.
    pub(crate) fn cut(&self) -> Option<&'a [u8]> {
        let mut scan = Scan::within(self.items, b'[');
        while scan.next_range().is_some() {}
        Some(scan.rest()).filter(|rest| rest.starts_with(b"{"))
    }
}

// === impl Line ===

impl<'a> Line<'a> {
    /// Takes a line apart; nothing if it is no event.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        let mut kind = None;
        let mut object: &[u8] = b"";
        for (name, value) in members(text) {
            if is_name(name, "type") {
                kind = Some(value);
            } else if is_name(name, "object") {
                object = value;
            }
        }
        let event = match inner_text(std::str::from_utf8(kind?).ok()?)?.as_ref() {
            "ADDED" => Some(LineEvent::Event(Event::Added)),
            "MODIFIED" => Some(LineEvent::Event(Event::Modified)),
            "DELETED" => Some(LineEvent::Event(Event::Deleted)),
            "BOOKMARK" => Some(LineEvent::Event(Event::Bookmark)),
            "ERROR" => Some(LineEvent::Error),
            _ => None,
        };
        Some(Self { event, object })
    }
}

// === impl Glimpse ===

impl Glimpse {
    /// What of an object's name can be found.
    pub(crate) fn of(object: &[u8]) -> Self {
        let Some(metadata) = member(object, "metadata") else { return Self::default() };
        let name = member_text(metadata, "name");
        let namespace = member_text(metadata, "namespace").unwrap_or_default();
        Self {
            key: name.map(|name| ObjectKey::new(&namespace, &name)),
            version: member_text(metadata, "resourceVersion")
                .map(Cow::into_owned)
                .filter(|version| !version.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items<'a>(page: &Page<'a>) -> Vec<&'a str> {
        page.items().map(|item| std::str::from_utf8(item).unwrap()).collect()
    }

    #[test]
    fn a_page_is_taken_apart_in_any_order() {
        let first = br#"{"kind":"SecretList","metadata":{"resourceVersion":"7","continue":"x\u0041"},"items":[{"a":"]}"}, 1 ,{}]}"#;
        let second =
            br#" {"items":[{"a":"]}"},1,{}] , "metadata" : {"continue":"xA","resourceVersion":"7"}} "#;
        for text in [first.as_slice(), second.as_slice()] {
            let page = Page::read(text, false).unwrap();
            assert_eq!((page.version.as_deref(), page.next.as_deref()), (Some("7"), Some("xA")));
            assert_eq!(items(&page), [r#"{"a":"]}"}"#, "1", "{}"]);
            assert_eq!(page.cut(), None);
        }
    }

    #[test]
    fn the_last_page_of_an_empty_list_goes_on_nowhere() {
        let page = br#"{"kind":"SecretList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":""},"items":null}"#;
        let page = Page::read(page, false).unwrap();
        assert_eq!((page.next.as_deref(), items(&page).len()), (None, 0));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (text, expected) in [
            ("", ReadPage::BeginObject),
            ("<html>", ReadPage::BeginObject),
            ("[]", ReadPage::BeginObject),
            (r#"{"kind":"Secret"}"#, ReadPage::FindItems),
            (r#"{"kind":"SecretList","items":["#, ReadPage::ReachEnd),
            (r#"{"kind":"SecretList","items":[{}]"#, ReadPage::ReachEnd),
            (r#"{"kind":"SecretList","items":[{}]}}"#, ReadPage::ReachEnd),
        ] {
            assert_eq!(Page::read(text.as_bytes(), false), Err(expected), "{text}");
        }
    }

    #[test]
    fn of_a_page_that_is_cut_off_what_came_before_is_there() {
        let text = br#"{"metadata":{"resourceVersion":"7","continue":"x"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"big","namespace":"n","resourceVersion":"5"},"data":{"x":"aaa"#;
        let page = Page::read(text, true).unwrap();
        assert_eq!((page.next.as_deref(), items(&page).len()), (Some("x"), 1));
        let glimpse = Glimpse::of(page.cut().unwrap());
        assert_eq!(glimpse, Glimpse { key: Some(ObjectKey::new("n", "big")), version: Some("5".into()) });
    }

    #[test]
    fn a_line_is_taken_apart_in_any_order() {
        for text in [r#"{"type":"ADDED","object":{"a":1}}"#, r#"{"object":{"a":1}, "type":"ADDED"}"#] {
            let line = Line::read(text.as_bytes()).unwrap();
            assert_eq!(
                (line.event, line.object),
                (Some(LineEvent::Event(Event::Added)), br#"{"a":1}"#.as_slice())
            );
        }
        assert_eq!(Line::read(br#"{"type":"NEW","object":{}}"#).unwrap().event, None);
        for text in ["", "{}", "x", r#"{"object":{}}"#, r#"{"type":1,"object":{}}"#] {
            assert_eq!(Line::read(text.as_bytes()), None, "{text}");
        }
    }
}
