//! A source's place in the exposition, which goes from a source to the one that replaces it.
//!
//! Invariant: whoever has handed a place over, or lost it, publishes nothing there any more, however late its last
//! cycle comes back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lookout_exposition::{Batch, Publisher, Revision};

/// The right to publish at a place, until it is handed over. The last one that is dropped takes back what stands there.
#[derive(Clone, Debug)]
pub(super) struct Tenancy {
    place: Arc<Mutex<Place>>,
    number: u64,
}

#[derive(Debug)]
struct Place {
    publisher: Publisher,
    tenant: u64,
}

impl Tenancy {
    /// The first one.
    pub(super) fn new(publisher: Publisher) -> Self {
        Self { place: Arc::new(Mutex::new(Place { publisher, tenant: 0 })), number: 0 }
    }

    /// Replaces what stands there by `batch`, lets `tell` change its objects (with `complete`, those that it does not name are dropped),
    /// and then lets `enter` say so. Does nothing if the place belongs to somebody else by now.
    ///
    /// Whoever is handed the place finds all of it done, or nothing.
    pub(super) fn publish(
        &self,
        batch: Batch,
        complete: bool,
        tell: impl FnOnce(&mut Revision<'_>),
        enter: impl FnOnce(),
    ) {
        let Some(mut place) = self.own() else { return };
        place.publisher.publish(batch);
        let mut revision = place.publisher.revise(complete);
        tell(&mut revision);
        // Most sources have no objects, and most cycles change none.
        if !revision.is_idle() {
            revision.finish();
        }
        enter();
    }

    /// Takes back what stands there, unless the place belongs to somebody else by now.
    pub(super) fn withdraw(&self) {
        if let Some(mut place) = self.own() {
            place.publisher.withdraw();
        }
    }

    /// Ends this tenancy and all its clones, and gives the place with what stands there to the next one. Blocks while
    /// something is being published.
    pub(super) fn hand_over(&self) -> Self {
        let mut place = self.lock();
        place.tenant += 1;
        Self { place: Arc::clone(&self.place), number: place.tenant }
    }

    fn own(&self) -> Option<MutexGuard<'_, Place>> {
        let place = self.lock();
        (place.tenant == self.number).then_some(place)
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering};

    use lookout_declarations::{Gauge, metrics};
    use lookout_exposition::{Encoding, ExporterFamilies, Exposition, Family, Format, Selection};

    use super::*;

    metrics! {
        /// A value.
        pub VALUE: Gauge<()> = Gauge::new("example_value", "A value.");
    }

    fn batch(value: f64) -> Batch {
        let mut family = Family::new(&VALUE);
        family.set((), value);
        let mut batch = Batch::new();
        batch.add(family);
        batch
    }

    #[test]
    fn a_former_tenant_changes_nothing() {
        let exposition =
            Exposition::new([ExporterFamilies { exporter: "example", families: METRICS, series_budget: 10 }]);
        let served = || {
            let snapshot = exposition.snapshot();
            let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
            let text = String::from_utf8(answer.buffers.concat()).unwrap();
            text.lines().find(|line| line.starts_with("example_value")).map(str::to_owned)
        };
        let entered = AtomicUsize::new(0);
        let publish = |tenancy: &Tenancy, value| {
            tenancy.publish(
                batch(value),
                true,
                |_| {},
                || {
                    entered.fetch_add(1, Ordering::Relaxed);
                },
            );
        };
        let first = Tenancy::new(exposition.publisher("example", "source"));
        let clone = first.clone();
        publish(&first, 1.0);
        let second = first.hand_over();
        publish(&first, 2.0);
        publish(&clone, 3.0);
        clone.withdraw();
        assert_eq!(served().as_deref(), Some("example_value 1"));
        drop((first, clone));
        publish(&second, 4.0);
        assert_eq!(entered.load(Ordering::Relaxed), 2, "who publishes nothing says nothing");
        assert_eq!(served().as_deref(), Some("example_value 4"));
        drop(second);
        assert_eq!(served(), None);
    }
}
