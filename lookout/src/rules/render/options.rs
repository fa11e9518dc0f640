//! What people type for `lookout rules render`, held to what those who load the files will hold it to.
//!
//! How to get it wrong: leaving it to the API server. Its refusal comes when everything is deployed, and names no option.

/// The longest name of a namespace, a label, or a label's value.
const LONGEST: usize = 63;

/// The address before the names of alerts.
pub(super) fn address(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        None | Some("") => Err("it must begin with `http://` or `https://` and a host".to_owned()),
        Some(_) if text.contains(char::is_whitespace) => Err("it holds a blank".to_owned()),
        // It becomes part of an annotation, where these begin a template.
        Some(_) if text.contains("{{") => Err("it holds `{{`, which would begin a template".to_owned()),
        Some(_) => Ok(text.to_owned()),
    }
}

/// The name of a namespace.
pub(super) fn namespace(text: &str) -> Result<String, String> {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if is_word(text, is_inner) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "Kubernetes takes at most {LONGEST} lower-case letters, digits and `-`, neither beginning nor ending with `-`"
        ))
    }
}

/// A label of an object, as `NAME=VALUE`.
pub(super) fn label(text: &str) -> Result<(String, String), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("it is no label; write it as in `release=kube-prometheus-stack`".to_owned());
    };
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_domain = |prefix: &str| prefix.split('.').all(|part| namespace(part).is_ok());
    let is_name = match name.split_once('/') {
        Some((prefix, name)) => is_domain(prefix) && is_word(name, is_inner),
        None => is_word(name, is_inner),
    };
    if is_name && (value.is_empty() || is_word(value, is_inner)) {
        Ok((name.to_owned(), value.to_owned()))
    } else {
        Err(format!(
            "Kubernetes takes at most {LONGEST} letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, \
             before the `=` and behind it"
        ))
    }
}

/// Whether `text` has a length that is allowed and is of such bytes, and begins and ends with a letter or digit.
fn is_word(text: &str, is_inner: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    (1..=LONGEST).contains(&bytes.len())
        && bytes.iter().all(|byte| is_inner(*byte))
        && ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_be_one_and_no_template() {
        assert!(address("https://runbooks.example.org/lookout/").is_ok());
        for text in ["", "runbooks", "https://", "https://a b", "https://x/{{ $labels.a }}"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn namespaces_and_labels_are_those_of_kubernetes() {
        for text in ["monitoring", "a", "team-1"] {
            assert!(namespace(text).is_ok(), "{text}");
        }
        for text in ["", "-a", "a-", "A", "a.b", "a b", &"a".repeat(64)] {
            assert!(namespace(text).is_err(), "{text}");
        }
        for text in ["release=kube-prometheus-stack", "a=", "app.kubernetes.io/part-of=A_b.c"] {
            assert!(label(text).is_ok(), "{text}");
        }
        for text in ["release", "=a", "a=b c", "a=-b", "a/=b", "A.b/c=d", "a b=c", "/a=b"] {
            assert!(label(text).is_err(), "{text}");
        }
    }
}
