//! What several sources share: the same for one that goes on and for one that is made later.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_runtime::{CollectError, Collected, DataKind, Source, SourceDescription, Sources};

use crate::scripted::{EXPORTER, REASONS};
use crate::stage::Stage;

/// Counts its cycles in a cell.
struct Counting(Arc<AtomicUsize>);

impl Source for Counting {
    type Model = ();

    async fn collect(&mut self) -> Result<Collected<()>, CollectError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Collected::complete(()))
    }

    fn assess(&self, _model: &(), _now: Timestamp, _batch: &mut Batch) {}
}

/// Adds sources that share the cell `key`, and returns it.
fn counting(sources: &mut Sources, key: &str, names: &[&str]) -> Weak<AtomicUsize> {
    let cell = sources.shared(key, || AtomicUsize::new(0));
    for name in names {
        let description = SourceDescription {
            exporter: EXPORTER,
            name: (*name).to_owned(),
            data: DataKind::Facts,
            period: Duration::from_secs(10),
            deadline: Duration::from_secs(5),
            reasons: REASONS,
        };
        let own = Arc::clone(&cell);
        sources.add(description, key.to_owned(), move || Counting(own));
    }
    Arc::downgrade(&cell)
}

#[tokio::test(start_paused = true)]
async fn a_source_that_goes_on_and_a_new_one_share_a_cell() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let cell = counting(&mut sources, "roots", &["first"]);
    stage.begin_with(sources);
    stage.after(5).await;
    let mut sources = stage.control.sources();
    let again = counting(&mut sources, "roots", &["first", "second"]);
    assert_eq!(stage.control.apply(sources).await.unwrap().kept, 1);
    assert!(Weak::ptr_eq(&cell, &again));
    stage.after(4).await;
    // One cycle of each.
    assert_eq!(cell.upgrade().unwrap().load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cell_that_nobody_asks_for_any_more_is_dropped() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let (first, other) = (counting(&mut sources, "roots", &["first"]), counting(&mut sources, "other", &[]));
    stage.begin_with(sources);
    stage.after(5).await;
    let mut sources = stage.control.sources();
    counting(&mut sources, "another", &["first"]);
    assert_eq!(stage.control.apply(sources).await.unwrap().replaced, 1);
    stage.after(5).await;
    assert!(first.upgrade().is_none() && other.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_cell_that_no_source_holds_lives_as_long_as_the_configuration_that_asked_for_it() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let cell = counting(&mut sources, "roots", &[]);
    stage.begin_with(sources);
    let mut sources = stage.control.sources();
    assert!(Weak::ptr_eq(&cell, &counting(&mut sources, "roots", &[])));
    stage.control.apply(sources).await.unwrap();
    // A set that is never put into force changes nothing.
    drop(stage.control.sources());
    assert!(cell.upgrade().is_some());
    stage.control.apply(stage.control.sources()).await.unwrap();
    assert!(cell.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_a_renewal_is_heard_once_also_by_who_listens_later() {
    let stage = Stage::new();
    let asks = |sources: &Sources| sources.renewal().ask();
    let is_heard = async || tokio::time::timeout(Duration::ZERO, stage.control.renewal_asked()).await.is_ok();
    assert!(!is_heard().await);
    let (first, second) = (stage.control.sources(), stage.control.sources());
    asks(&first);
    asks(&second);
    assert!(is_heard().await);
    assert!(!is_heard().await, "both at once");
    asks(&Sources::default());
    assert!(!is_heard().await, "a set beside any driver");
}
