//! How whoever reads a system says that the configuration, unchanged, has come to mean something else.
//!
//! A file that a configuration names may lead to another system tomorrow: a kubeconfig after `kubectl config use-context`. What
//! reads it notices first, but only a new set of sources has another origin, and only the driver takes back what was read of the one
//! before. So the settings in force are put into force once more.
//!
//! Invariant: asking is remembered until somebody listens; asked twice before that, it is once.
//!
//! How to get it wrong: asking because something cannot be read. That is a failure of a source, and no set of sources mends it.

use std::sync::Arc;

use tokio::sync::Notify;

/// Asks for the settings in force to be put into force once more. Cloning shares it.
///
/// That of a set which belongs to no driver is heard by nobody.
#[derive(Clone, Debug, Default)]
pub struct Renewal(Arc<Notify>);

impl Renewal {
    /// Asks, and does not wait for it.
    pub fn ask(&self) {
        self.0.notify_one();
    }

    /// Completes when somebody has asked since it last did. Cancel-safe.
    pub(super) async fn asked(&self) {
        self.0.notified().await;
    }
}
