//! The labels that an object carries itself, such as a Secret's, under the prefix that a metric declares.
//!
//! Their names are nobody's promise: they are made valid (`app.kubernetes.io/name` becomes `app_kubernetes_io_name`),
//! ordered by name so that the same object gives the same bytes, and bounded in number. Two names that become one,
//! or become a declared one, cannot be told apart by a reader: such a row is invalid and is counted as dropped.
//!
//! How to get it wrong: making them anew for each row. One value serves all rows of its object; the text is made once.

use crate::label_value::push_label_value;

/// The labels of one object, ready to be written into any number of rows.
#[derive(Clone, Debug, Default)]
pub struct ObjectLabels {
    /// Ordered by name; no two names are equal.
    labels: Vec<ObjectLabel>,
    fault: Option<String>,
    clipped: u64,
}

#[derive(Clone, Debug)]
struct ObjectLabel {
    name_length: usize,
    /// `name="value"`, escaped, without the metric's prefix.
    text: Vec<u8>,
}

impl ObjectLabel {
    fn name(&self) -> &[u8] {
        &self.text[..self.name_length]
    }
}

impl ObjectLabels {
    /// The most labels that one object may add to a row; further ones are left out and counted.
    pub const LIMIT: usize = 64;
    /// The longest name, bytes: Kubernetes allows 253 + 1 + 63.
    pub const NAME_LIMIT: usize = 317;

    /// No labels.
    pub const fn new() -> Self {
        Self { labels: Vec::new(), fault: None, clipped: 0 }
    }

    /// Adds one label. Characters that a label name must not have become `_`; an empty value is not written.
    pub fn add(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        if name.is_empty() || name.len() > Self::NAME_LIMIT {
            let shown = &name[..name.floor_char_boundary(32)];
            self.fail(format!("the object label name `{shown}` is {} bytes long", name.len()));
            return;
        }
        let sanitised: Vec<u8> =
            name.bytes().map(|byte| if byte.is_ascii_alphanumeric() { byte } else { b'_' }).collect();
        match self.labels.binary_search_by(|label| label.name().cmp(&sanitised)) {
            Ok(_) => {
                self.fail(format!("two object labels become the one name `{}`", sanitised.escape_ascii()));
            }
            Err(_) if self.labels.len() == Self::LIMIT => self.clipped += 1,
            Err(index) => {
                let name_length = sanitised.len();
                let mut text = sanitised;
                text.extend_from_slice(b"=\"");
                self.clipped += u64::from(push_label_value(&mut text, value));
                text.push(b'"');
                self.labels.insert(index, ObjectLabel { name_length, text });
            }
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Why rows with these labels are invalid, if they are.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Label values that were shortened, and labels that were left out.
    pub(crate) fn clipped(&self) -> u64 {
        self.clipped
    }

    /// Each label as `name="value"`, in order of name.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.labels.iter().map(|label| label.text.as_slice())
    }

    /// Whether there is a label of this name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.labels.binary_search_by(|label| label.name().cmp(name.as_bytes())).is_ok()
    }

    fn fail(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for ObjectLabels {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(labels: I) -> Self {
        let mut object = Self::new();
        for (name, value) in labels {
            object.add(name.as_ref(), value.as_ref());
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectLabels;

    fn texts(labels: &ObjectLabels) -> Vec<String> {
        labels.texts().map(|text| String::from_utf8(text.to_vec()).unwrap()).collect()
    }

    #[test]
    fn names_are_made_valid_and_ordered() {
        let labels: ObjectLabels =
            [("team", "data"), ("app.kubernetes.io/name", "a\"b"), ("größe", "1"), ("none", "")]
                .into_iter()
                .collect();
        assert_eq!(texts(&labels), ["app_kubernetes_io_name=\"a\\\"b\"", "gr____e=\"1\"", "team=\"data\""]);
        assert_eq!(labels.fault(), None);
    }

    #[test]
    fn names_that_become_one_are_a_fault() {
        let labels: ObjectLabels = [("a.b", "1"), ("a/b", "2")].into_iter().collect();
        assert!(labels.fault().unwrap().contains("`a_b`"));
    }

    #[test]
    fn an_empty_or_endless_name_is_a_fault() {
        for name in [String::new(), "x".repeat(318)] {
            let labels: ObjectLabels = [(name, "1")].into_iter().collect();
            assert!(labels.fault().is_some());
        }
    }

    #[test]
    fn labels_beyond_the_limit_are_left_out_and_counted() {
        let labels: ObjectLabels = (0..70).map(|number| (format!("n{number:02}"), "1")).collect();
        assert_eq!(labels.texts().count(), ObjectLabels::LIMIT);
        assert_eq!(labels.clipped(), 6);
    }
}
