//! Label selectors and object names, as far as a mistake can be found before the API server is asked.
//!
//! The grammar is that of Kubernetes' documentation, "Labels and Selectors": requirements joined by commas, each `key`, `!key`,
//! `key=value`, `key==value`, `key!=value`, `key in (a,b)` or `key notin (a,b)`.

use lookout_config::Complaints;

/// The longest name of a label, without its prefix; and the longest value.
const MAX_LABEL_NAME: usize = 63;

/// The longest prefix of a label, and the longest name of an object: a DNS subdomain.
const MAX_SUBDOMAIN: usize = 253;

/// Complains about a text that is no label selector. The empty one selects everything.
pub(super) fn label_selector(complaints: &mut Complaints, path: &str, text: &str) {
    if text.trim().is_empty() {
        complaints.require(path, text.is_empty(), "must not be blank; leave it empty to select everything");
        return;
    }
    for requirement in requirements(text) {
        let requirement = requirement.trim();
        if !is_requirement(requirement) {
            let message = "must be a label selector, such as `team=data,tier in (web,api),!sandbox`";
            complaints.add(path, message);
            return;
        }
    }
}

/// Complains about texts that are no label names.
pub(super) fn label_names(complaints: &mut Complaints, path: &str, names: &[String]) {
    complaints.unique(path, "", names);
    for (index, name) in names.iter().enumerate() {
        let message = "must be the name of a label, such as `team` or `app.kubernetes.io/name`";
        complaints.require(&format!("{path}[{index}]"), is_label_name(name), message);
    }
}

/// Whether an object can have this name.
pub(super) fn is_object_name(name: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':');
    !name.is_empty() && name.len() <= MAX_SUBDOMAIN && name.bytes().all(is_allowed)
}

/// The requirements of a selector: parted by the commas that are outside of brackets.
fn requirements(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        character == ',' && depth == 0
    })
}

fn is_requirement(text: &str) -> bool {
    if let Some(name) = text.strip_prefix('!') {
        return is_label_name(name.trim());
    }
    if let Some((left, right)) = text.split_once('(') {
        let Some((name, operator)) = left.trim().rsplit_once(char::is_whitespace) else { return false };
        let Some(values) = right.trim_end().strip_suffix(')') else { return false };
        return matches!(operator, "in" | "notin")
            && is_label_name(name.trim())
            && values.split(',').all(|value| is_label_value(value.trim()));
    }
    match text.split_once('=') {
        None => is_label_name(text),
        Some((left, right)) => {
            let left = left.strip_suffix('!').unwrap_or(left);
            let right = right.strip_prefix('=').unwrap_or(right);
            is_label_name(left.trim()) && is_label_value(right.trim())
        }
    }
}

fn is_label_name(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    !name.is_empty() && is_label_value(name) && prefix.is_none_or(is_object_name)
}

fn is_label_value(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_edge = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    text.len() <= MAX_LABEL_NAME
        && text.bytes().all(is_allowed)
        && is_edge(text.bytes().next())
        && is_edge(text.bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_selector(text: &str) -> bool {
        requirements(text).all(|requirement| is_requirement(requirement.trim()))
    }

    #[test]
    fn selectors_of_kubernetes_are_understood() {
        for right in [
            "team=data",
            "team==data, tier!=web",
            "app.kubernetes.io/name",
            "!sandbox",
            "environment in (production, qa),tier notin (frontend)",
            "partition,environment notin (qa)",
            "empty=",
        ] {
            assert!(is_selector(right), "{right}");
        }
    }

    #[test]
    fn what_the_server_would_refuse_is_refused() {
        for wrong in [
            "team data",
            "=data",
            "team=a=b",
            "team in data",
            "team in (a",
            "te am=data",
            "team=-a",
            "a,,b",
            "UP/x=1",
        ] {
            assert!(!is_selector(wrong), "{wrong}");
        }
    }
}
