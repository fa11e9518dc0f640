//! The log of one test's thread, beside tests in other threads whose servers log too.

use std::sync::Once;

use tracing::Subscriber;
use tracing::subscriber::{DefaultGuard, NoSubscriber, set_default, set_global_default};

/// Has `subscriber` told what is logged in this thread, for as long as the guard is there.
///
/// Beside the only subscriber of a process, which is of a single thread, what another thread is the first to log is switched off for
/// all: only that thread is asked whether anybody wants it. So there is a second one, which wants nothing.
pub(crate) fn subscribe(subscriber: impl Subscriber + Send + Sync + 'static) -> DefaultGuard {
    static SECOND: Once = Once::new();
    SECOND.call_once(|| set_global_default(NoSubscriber::new()).unwrap());
    set_default(subscriber)
}
