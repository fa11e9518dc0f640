//! What a person does about a missing right.

use lookout_kubernetes_spec::metrics::Verb;

/// What begins the name of a service account.
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// The sentence for the person who can grant a right, with a line that checks it.
pub(crate) fn remedy(verb: Verb, resource: &str, namespace: Option<&str>, user: Option<&str>) -> String {
    let place = match namespace {
        Some(namespace) => format!("in namespace `{namespace}`"),
        None => "in the whole cluster".to_owned(),
    };
    let whom = match user {
        Some(user) => match user.strip_prefix(SERVICE_ACCOUNT).and_then(|account| account.split_once(':')) {
            Some((of, account)) => format!("the service account `{account}` of namespace `{of}`"),
            None => format!("the user `{user}`"),
        },
        None => "the service account of Lookout".to_owned(),
    };
    let within = namespace
        .map_or_else(|| "--all-namespaces".to_owned(), |namespace| format!("--namespace={namespace}"));
    let who = user.map(|user| format!(" --as={user}")).unwrap_or_default();
    format!(
        "grant `{verb}` on `{resource}` {place} to {whom}, and check it with `kubectl auth can-i {verb} {resource} {within}{who}`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_names_the_right_the_account_and_the_check() {
        assert_eq!(
            remedy(Verb::List, "secrets", Some("x"), Some("system:serviceaccount:monitoring:lookout")),
            "grant `list` on `secrets` in namespace `x` to the service account `lookout` of namespace `monitoring`, and check it \
             with `kubectl auth can-i list secrets --namespace=x --as=system:serviceaccount:monitoring:lookout`"
        );
        assert_eq!(
            remedy(Verb::Watch, "issuers.cert-manager.io", None, None),
            "grant `watch` on `issuers.cert-manager.io` in the whole cluster to the service account of Lookout, and check it with \
             `kubectl auth can-i watch issuers.cert-manager.io --all-namespaces`"
        );
    }
}
