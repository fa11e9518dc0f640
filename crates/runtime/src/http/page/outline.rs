//! Reads a page as strictly as a test wants: elements that nest, attributes that are quoted, nothing left over.

/// A tag as it stands in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

/// Elements that have no end tag.
const VOID: &[&str] = &["meta", "link", "circle", "path", "hr", "br", "wbr"];

impl Tag {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Every start tag of `page`, in order. Fails if elements do not nest, or anything is not plain HTML.
pub(super) fn tags(page: &str) -> Vec<Tag> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("the page has its type");
    let (mut tags, mut open) = (Vec::new(), Vec::new());
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "a bracket in a text: {text}");
        let (inside, after) = rest[start + 1..].split_once('>').expect("the tag ends");
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "elements nest");
            continue;
        }
        let tag = tag(inside.trim_end_matches('/'));
        if tag.name == "style" {
            rest = rest.split_once("</style>").expect("the style ends").1;
        } else if !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    tags
}

fn tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    assert!(plain(name), "the name of a tag: {inside}");
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        assert!(
            key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:".contains(&byte)),
            "an attribute: {inside}"
        );
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inner, after) = quoted.split_once('"').expect("the value ends");
            inner.clone_into(&mut value);
            rest = after;
        }
        rest = rest.trim_start();
        attributes.push((key, value));
    }
    Tag { name: name.to_owned(), attributes }
}
