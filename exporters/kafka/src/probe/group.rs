//! The name of the consumer group.

/// Where Linux says what the machine, or the pod, is called.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// The longest host name that is taken over; the label of a domain name is no longer.
const MAX_HOST: usize = 63;

/// The configured group; else one of this instance's own. A host has one Lookout; should it have two, they commit to one
/// group, which does no harm.
pub(super) fn group_name(configured: &str) -> String {
    if configured.is_empty() {
        of_host(&std::fs::read_to_string(HOST_NAME).unwrap_or_default())
    } else {
        configured.to_owned()
    }
}

fn of_host(host: &str) -> String {
    let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let host: String = host.trim().chars().filter(kept).take(MAX_HOST).collect();
    if host.is_empty() { "lookout-probe".to_owned() } else { format!("lookout-probe-{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_after_its_host() {
        assert_eq!(of_host("lookout-7f9c\n"), "lookout-probe-lookout-7f9c");
        assert_eq!(of_host("a b/ü"), "lookout-probe-ab");
        assert_eq!(of_host(""), "lookout-probe");
        assert_eq!(of_host(&"x".repeat(500)).len(), 14 + MAX_HOST);
        assert_eq!(group_name("mine"), "mine");
    }
}
