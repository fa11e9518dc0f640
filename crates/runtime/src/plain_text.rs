//! Plain text: made for who asks for it, and let go when nobody does.
//!
//! How to get it wrong: making it on a worker of the server. A hundred thousand series take a tenth of a second, in which that worker
//! serves nobody else.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use lookout_exposition::{Answer, Exposition, Negotiated, Selection, Snapshot};
use tokio::task::spawn_blocking;

/// Longer than two scrapes are usually apart, so that who scrapes plainly finds the text at hand.
const KEPT: Duration = Duration::from_mins(10);

/// Lets go of the plain text that nobody has asked for, for ever.
pub(crate) async fn forget(exposition: Exposition) {
    loop {
        tokio::time::sleep(KEPT).await;
        exposition.forget_plain_text();
    }
}

/// The answer to a scrape; `None` if there is no such exporter.
pub(crate) async fn answer(
    snapshot: Arc<Snapshot>,
    selection: Selection<'_>,
    Negotiated { format, encoding }: Negotiated,
) -> Option<Answer> {
    if snapshot.is_at_hand(encoding) {
        return snapshot.answer(selection, format, encoding);
    }
    let exporter = match selection {
        Selection::All => None,
        Selection::Exporter(name) => Some(name.to_owned()),
    };
    let making = spawn_blocking(move || {
        let selection = exporter.as_deref().map_or(Selection::All, Selection::Exporter);
        snapshot.answer(selection, format, encoding)
    });
    match making.await {
        Ok(answer) => answer,
        // Not if the process ends.
        Err(error) => error.try_into_panic().map_or(None, |panic| resume_unwind(panic)),
    }
}
