//! Who may do what: tokens, client certificates, and rules as RBAC has them.

use std::sync::{PoisonError, RwLock};

use rustls_pki_types::CertificateDer;

/// Somebody who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// As `system:serviceaccount:monitoring:lookout`.
    pub name: String,
    /// The bearer tokens that are theirs. An anonymous client is the principal `system:anonymous`.
    pub tokens: Vec<Token>,
    /// The client certificate that is theirs, if any.
    pub certificate: Option<CertificateDer<'static>>,
    /// What they may do.
    pub rules: Vec<Rule>,
}

/// A bearer token; its debug output is not its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What one rule allows: each of these verbs on each of these resources. `*` is all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
    pub verbs: Vec<String>,
    /// The group; empty for the core.
    pub group: String,
    /// The resources by plural.
    pub resources: Vec<String>,
    /// In which namespaces. None: in the whole cluster, as by a binding for the cluster.
    pub namespaces: Option<Vec<String>>,
}

/// Who asks without a token and without a certificate.
pub(super) const ANONYMOUS: &str = "system:anonymous";

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deed<'a> {
    pub(super) verb: &'a str,
    pub(super) group: &'a str,
    pub(super) plural: &'a str,
    /// Empty: in the whole cluster.
    pub(super) namespace: &'a str,
}

// === impl Token ===

impl Token {
    /// A token.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What is sent.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

// === impl Principal ===

impl Principal {
    /// Somebody with one token, who may do nothing yet.
    pub fn with_token(name: &str, token: &str) -> Self {
        Self { name: name.to_owned(), tokens: vec![Token::new(token)], certificate: None, rules: Vec::new() }
    }

    /// Somebody with one token, who may do everything.
    pub fn administrator(name: &str, token: &str) -> Self {
        Self::with_token(name, token).allowed(Rule::everything())
    }

    /// By this rule too.
    #[must_use]
    pub fn allowed(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    fn may(&self, deed: Deed<'_>) -> bool {
        self.rules.iter().any(|rule| rule.allows(deed))
    }
}

// === impl Rule ===

impl Rule {
    /// Everything, everywhere.
    pub fn everything() -> Self {
        Self { verbs: vec!["*".into()], group: "*".into(), resources: vec!["*".into()], namespaces: None }
    }

    /// To get, list and watch these resources of a group in the whole cluster.
    pub fn reads(group: &str, resources: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            verbs: owned(&["get", "list", "watch"]),
            group: group.to_owned(),
            resources: owned(resources),
            namespaces: None,
        }
    }

    /// The same, in these namespaces only.
    #[must_use]
    pub fn within(self, namespaces: &[&str]) -> Self {
        Self { namespaces: Some(namespaces.iter().map(|name| (*name).to_owned()).collect()), ..self }
    }

    fn allows(&self, deed: Deed<'_>) -> bool {
        let holds = |allowed: &[String], is: &str| allowed.iter().any(|each| each == "*" || each == is);
        let is_place = self.namespaces.as_ref().is_none_or(|namespaces| holds(namespaces, deed.namespace));
        let is_group = self.group == "*" || self.group == deed.group;
        is_place && is_group && holds(&self.verbs, deed.verb) && holds(&self.resources, deed.plural)
    }
}

/// Everybody who is known.
pub(super) struct Access(RwLock<Vec<Principal>>);

// === impl Access ===

impl Access {
    pub(super) fn new(principals: Vec<Principal>) -> Self {
        Self(RwLock::new(principals))
    }

    /// Replaces whoever has this name, or adds them.
    pub(super) fn set(&self, principal: Principal) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|each| each.name != principal.name);
        all.push(principal);
    }

    pub(super) fn find(&self, name: &str) -> Option<Principal> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().find(|each| each.name == name).cloned()
    }

    /// Who presents this. None: the token is nobody's, or no longer.
    pub(super) fn who(
        &self,
        token: Option<&str>,
        certificate: Option<&CertificateDer<'_>>,
    ) -> Option<String> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = match (token, certificate) {
            (Some(token), _) => all.iter().find(|each| each.tokens.iter().any(|own| own.0 == token))?,
            (None, Some(certificate)) => all.iter().find(|each| {
                each.certificate.as_ref().is_some_and(|own| own.as_ref() == certificate.as_ref())
            })?,
            (None, None) => return Some(ANONYMOUS.to_owned()),
        };
        Some(found.name.clone())
    }

    pub(super) fn may(&self, name: &str, deed: Deed<'_>) -> bool {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|each| each.name == name && each.may(deed))
    }
}
