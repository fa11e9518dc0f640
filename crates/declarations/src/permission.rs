//! What an exporter must be allowed to do. Roles, documentation and `lookout check` are derived from it.

/// One right that an exporter uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// What is done: `get`, `list`, `watch`, `DESCRIBE`, `read`.
    pub verb: &'static str,
    /// On what: `secrets`, `cluster`, `the files of certs.files`.
    pub resource: &'static str,
    /// Why it is needed.
    pub why: &'static str,
    /// What is lost without it.
    pub without: &'static str,
}
