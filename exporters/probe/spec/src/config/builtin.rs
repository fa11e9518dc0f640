//! The modules that are there without being written, under the names that blackbox_exporter's example file has.

use std::collections::BTreeMap;

use super::{DEFAULT_MODULE, ModuleSettings, ProberKind};

/// The built-in modules by name.
pub fn builtin_modules() -> BTreeMap<String, ModuleSettings> {
    [(DEFAULT_MODULE, ProberKind::Http), ("tcp_connect", ProberKind::Tcp), ("tls_connect", ProberKind::Tls)]
        .map(|(name, prober)| (name.to_owned(), ModuleSettings::of(prober)))
        .into()
}
