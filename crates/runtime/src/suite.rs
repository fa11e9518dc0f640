//! Every exporter of the suite and where it stands, for people: also those that watch nothing, and why.
//!
//! The runtime knows no exporter, so whoever starts them says it here. It changes when the configuration does.
//!
//! How to get it wrong: leaving out what is switched off. A page that is silent about it looks like "all is well".

use std::sync::Arc;

use tokio::sync::watch;

/// One exporter of the suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExporterNote {
    /// Its name, as in `/metrics/NAME`.
    pub name: &'static str,
    /// The question that it answers.
    pub question: &'static str,
    /// Where it stands.
    pub standing: Standing,
}

/// Why an exporter does or does not watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It watches, or answers on demand.
    Active,
    /// Nothing is configured for it; what to write to change that.
    Unconfigured(String),
    /// The configuration switches it off, by this key.
    Disabled(String),
    /// This build does not have it.
    NotBuilt,
}

/// Whoever starts exporters tells here.
#[derive(Clone, Debug)]
pub struct Suite(Arc<watch::Sender<Arc<[ExporterNote]>>>);

impl Default for Suite {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Arc::from([]))))
    }
}

impl Suite {
    /// Replaces what is known of the suite.
    pub fn set(&self, notes: Vec<ExporterNote>) {
        self.0.send_replace(notes.into());
    }

    /// What is known of the suite, in documentation order.
    pub fn notes(&self) -> Arc<[ExporterNote]> {
        Arc::clone(&self.0.borrow())
    }
}
