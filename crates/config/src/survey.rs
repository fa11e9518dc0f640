//! The search for every fault of a tree, not only the first.
//!
//! serde stops at the first mistake. The survey notes it, cuts what is wrong, and is ready for another attempt. What
//! an attempt finds wrong only because of an earlier cut is not a fault of the file and is not noted: a missing key
//! whose misspelling was noted, a list too short by the item that was cut, a complaint about settings in which a
//! value that the file has could not be read.

use crate::{
    Renames,
    complaints::Complaint,
    fault::Finding,
    key_path::{KeyPath, Step},
    mistake::{Kind, Located, Mistake},
    nearest::nearest,
    quote::{listed, quoted},
    tree::Node,
};

/// The most faults of one file that are noted.
pub const MAX_FAULTS: usize = 50;

/// A tree under examination.
pub(crate) struct Survey {
    pub(crate) root: Node,
    pub(crate) findings: Vec<Finding>,
    renames: Renames,
}

// === impl Survey ===

impl Survey {
    pub(crate) fn new(root: Node, findings: Vec<Finding>, renames: Renames) -> Self {
        Self { root, findings, renames }
    }

    /// Notes `mistake` and cuts what is wrong; `false`: nothing is left to try.
    pub(crate) fn note(&mut self, mistake: Mistake) -> bool {
        let Located { path, on_key, kind } = mistake.located();
        match kind {
            Kind::Unfillable => self.cut(&path),
            Kind::MissingKey(key) => self.note_missing(&path, key),
            Kind::UnknownKey { key, valid } => self.note_unknown(&path, &key, valid),
            Kind::UnknownValue { found, valid } => {
                let suggestion = nearest(&found, valid);
                let message = if suggestion.is_some() {
                    format!("unknown value {}", quoted(&found))
                } else {
                    // Nothing near: it may be anything, even a secret, and is not repeated.
                    format!("unknown value; valid are {}", listed(valid, "and"))
                };
                self.note_wrong(&path, on_key, message, suggestion)
            }
            Kind::Other { message, suggestion } => self.note_wrong(&path, on_key, message, suggestion),
        }
    }

    /// Notes `complaint`, unless it may come from a cut.
    pub(crate) fn complain(&mut self, complaint: &Complaint) {
        let judged = if complaint.alone { complaint.path.clone() } else { complaint.path.parent() };
        if self.nearest_node(&judged).1.has_lost() {
            return;
        }
        let (_, node) = self.nearest_node(&complaint.path);
        let place = node.place;
        let path = self.path_in_file(&complaint.path);
        let message = match &complaint.other {
            Some(other) => format!("{} `{}`", complaint.message, self.path_in_file(other)),
            None => complaint.message.clone(),
        };
        self.findings.push(Finding::new(place, path, message));
    }

    fn note_missing(&mut self, path: &KeyPath, key: &'static str) -> bool {
        let Some(node) = self.root.at_mut(path) else { return false };
        if node.filled.contains(&key) {
            return self.cut(path);
        }
        node.filled.push(key);
        if !node.explains_lack_of(key) {
            let finding = Finding::new(node.place, path.key(key), "required, but missing");
            self.findings.push(finding);
        }
        true
    }

    fn note_unknown(&mut self, path: &KeyPath, key: &str, valid: &'static [&'static str]) -> bool {
        let renamed = self.renames.new_name(path).map(str::to_owned);
        let Some(entry) = self.root.entry_at_mut(path) else { return false };
        let suggestion = nearest(key, valid);
        let message = match (&renamed, suggestion) {
            (Some(new), _) => format!("renamed to `{new}`"),
            (None, Some(_)) => "unknown key".to_owned(),
            (None, None) if valid.is_empty() => "unknown key; no keys are valid here".to_owned(),
            (None, None) => format!("unknown key; valid are {}", listed(valid, "and")),
        };
        entry.unknown = true;
        entry.stands_for = renamed.clone().or_else(|| suggestion.map(str::to_owned));
        entry.value.cut = true;
        let mut finding = Finding::new(entry.place, path.clone(), message);
        finding.suggestion = suggestion.filter(|_| renamed.is_none()).map(str::to_owned);
        self.findings.push(finding);
        true
    }

    fn note_wrong(
        &mut self,
        path: &KeyPath,
        on_key: bool,
        message: String,
        suggestion: Option<&'static str>,
    ) -> bool {
        let Some(node) = self.root.at_mut(path) else { return false };
        if !node.has_lost() {
            let mut place = node.place;
            if on_key && let Some(entry) = self.root.entry_at_mut(path) {
                place = entry.place;
            }
            let mut finding = Finding::new(place, path.clone(), message);
            finding.suggestion = suggestion.map(str::to_owned);
            self.findings.push(finding);
        }
        self.cut(path)
    }

    fn cut(&mut self, path: &KeyPath) -> bool {
        match self.root.at_mut(path) {
            Some(node) if !path.0.is_empty() && !node.cut => {
                node.cut = true;
                true
            }
            _ => false,
        }
    }

    /// The node at `path` of the settings, or the deepest one above it that is in the file.
    fn nearest_node(&self, path: &KeyPath) -> (KeyPath, &Node) {
        let mut found = (KeyPath::default(), &self.root);
        for step in &path.0 {
            let below = match step {
                Step::Key(key) => found
                    .1
                    .entries()
                    .find(|entry| entry.key == *key)
                    .map(|entry| (Step::Key(key.clone()), &entry.value)),
                // Settings have no gap where an item was cut.
                Step::Index(index) => {
                    found.1.items().nth(*index).map(|(index, item)| (Step::Index(index), item))
                }
            };
            let Some((step, node)) = below else { break };
            found.0.0.push(step);
            found.1 = node;
        }
        found
    }

    /// The path of the settings with the indices of the file.
    fn path_in_file(&self, path: &KeyPath) -> KeyPath {
        let (mut found, _) = self.nearest_node(path);
        found.0.extend(path.0.iter().skip(found.0.len()).cloned());
        found
    }
}
