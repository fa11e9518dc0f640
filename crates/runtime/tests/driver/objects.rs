//! Sources whose model is an inventory: only what changed is told again, and nothing is forgotten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::{Batch, Family};
use lookout_runtime::{Before, CollectError, Collected, DataKind, Objects, Source};

use crate::scripted::VALUE;
use crate::stage::Stage;

/// What the test and the source share.
#[derive(Default)]
struct Inventory {
    objects: Mutex<BTreeMap<String, f64>>,
    fails: Mutex<bool>,
    /// The next telling panics after the first object.
    panics: Mutex<bool>,
    /// What each telling named; a complete one begins with `all`.
    told: Mutex<Vec<Vec<String>>>,
}

impl Inventory {
    fn set(&self, objects: &[(&str, f64)]) {
        *self.objects.lock().unwrap() =
            objects.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock().unwrap()).iter().map(|named| named.join(" ")).collect()
    }
}

struct InventorySource(Arc<Inventory>);

impl Source for InventorySource {
    type Model = BTreeMap<String, f64>;

    async fn collect(&mut self) -> Result<Collected<Self::Model>, CollectError> {
        if *self.0.fails.lock().unwrap() {
            return Err(CollectError::new(Reason::Unreachable, "as the test wants"));
        }
        Ok(Collected::complete(self.0.objects.lock().unwrap().clone()))
    }

    fn assess(&self, model: &Self::Model, _now: Timestamp, batch: &mut Batch) {
        let mut family = Family::new(&VALUE);
        family.set(("all",), model.values().sum());
        batch.add(family);
    }

    fn assess_objects(
        &self,
        model: &Self::Model,
        before: Option<Before<'_, Self::Model>>,
        _now: Timestamp,
        objects: &mut Objects<'_>,
    ) {
        let mut named = Vec::new();
        if before.is_none() {
            named.push("all".to_owned());
        }
        let earlier = before.map(|before| before.model);
        for (name, value) in model {
            if earlier.is_some_and(|earlier| earlier.get(name) == Some(value)) {
                continue;
            }
            let mut family = Family::new(&VALUE);
            family.set((name.as_str(),), *value);
            let mut batch = Batch::new();
            batch.add(family);
            objects.replace(name, batch);
            named.push(name.clone());
            let panics = std::mem::take(&mut *self.0.panics.lock().unwrap());
            assert!(!panics, "telling panics, as the test wants");
        }
        for name in earlier.into_iter().flat_map(BTreeMap::keys).filter(|name| !model.contains_key(*name)) {
            objects.remove(name);
            named.push(format!("-{name}"));
        }
        self.0.told.lock().unwrap().push(named);
    }
}

/// A stage on which the objects a = 1 and b = 2 are served.
async fn with_inventory() -> (Stage, Arc<Inventory>) {
    let mut stage = Stage::new();
    let inventory = Arc::new(Inventory::default());
    inventory.set(&[("a", 1.0), ("b", 2.0)]);
    let mut sources = stage.control.sources();
    let source = InventorySource(Arc::clone(&inventory));
    Stage::want_this(&mut sources, "objects", DataKind::Facts, 1, source);
    stage.begin_with(sources);
    stage.after(5).await;
    assert_eq!(stage.values(), [("a", 1.0), ("all", 3.0), ("b", 2.0)].map(own));
    assert_eq!(inventory.told(), ["all a b"]);
    (stage, inventory)
}

fn own((name, value): (&str, f64)) -> (String, f64) {
    (name.to_owned(), value)
}

#[tokio::test(start_paused = true)]
async fn only_the_objects_that_changed_are_told_and_the_sum_follows() {
    let (stage, inventory) = with_inventory().await;
    inventory.set(&[("b", 5.0), ("c", 3.0)]);
    stage.after(10).await;
    assert_eq!(stage.values(), [("all", 8.0), ("b", 5.0), ("c", 3.0)].map(own));
    assert_eq!(inventory.told(), ["b c -a"]);
    stage.after(10).await;
    assert_eq!(inventory.told(), [""]);
    assert_eq!(stage.values().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn while_the_source_fails_objects_stay_and_what_changed_is_told_after() {
    let (stage, inventory) = with_inventory().await;
    *inventory.fails.lock().unwrap() = true;
    inventory.set(&[("a", 7.0)]);
    stage.after(30).await;
    assert_eq!(stage.values(), [("a", 1.0), ("all", 3.0), ("b", 2.0)].map(own));
    *inventory.fails.lock().unwrap() = false;
    stage.after(30).await;
    assert_eq!(stage.values(), [("a", 7.0), ("all", 7.0)].map(own));
}

#[tokio::test(start_paused = true)]
async fn after_a_panic_in_the_middle_everything_is_told_again() {
    let (stage, inventory) = with_inventory().await;
    *inventory.panics.lock().unwrap() = true;
    inventory.set(&[("b", 5.0), ("c", 3.0)]);
    stage.after(10).await;
    assert_eq!(stage.errors("objects", Reason::Panicked), 1);
    // Nobody knew what stood there: what was learnt before is told as a whole, at once.
    assert_eq!(inventory.told()[0], "all a b");
    assert_eq!(stage.values(), [("a", 1.0), ("all", 3.0), ("b", 2.0)].map(own));
    stage.after(30).await;
    assert_eq!(stage.values(), [("all", 8.0), ("b", 5.0), ("c", 3.0)].map(own));
}

#[tokio::test(start_paused = true)]
async fn a_successor_tells_everything_and_drops_what_it_does_not_have() {
    let (stage, _former) = with_inventory().await;
    let inventory = Arc::new(Inventory::default());
    inventory.set(&[("b", 2.0), ("d", 4.0)]);
    *inventory.fails.lock().unwrap() = true;
    let mut sources = stage.control.sources();
    Stage::want_this(&mut sources, "objects", DataKind::Facts, 2, InventorySource(Arc::clone(&inventory)));
    stage.control.apply(sources).await.unwrap();
    stage.after(5).await;
    // It judges what its predecessor has learnt.
    assert_eq!(stage.values(), [("a", 1.0), ("all", 3.0), ("b", 2.0)].map(own));
    *inventory.fails.lock().unwrap() = false;
    stage.after(30).await;
    assert_eq!(stage.values(), [("all", 6.0), ("b", 2.0), ("d", 4.0)].map(own));
}

#[tokio::test(start_paused = true)]
async fn measurements_that_are_withdrawn_are_told_as_a_whole_when_they_come_back() {
    let mut stage = Stage::new();
    let inventory = Arc::new(Inventory::default());
    inventory.set(&[("a", 1.0)]);
    let mut sources = stage.control.sources();
    let source = InventorySource(Arc::clone(&inventory));
    Stage::want_this(&mut sources, "objects", DataKind::Measurements, 1, source);
    stage.begin_with(sources);
    stage.after(5).await;
    *inventory.fails.lock().unwrap() = true;
    stage.after(200).await;
    assert_eq!(stage.values(), []);
    *inventory.fails.lock().unwrap() = false;
    stage.after(60).await;
    assert_eq!(stage.values(), [("a", 1.0), ("all", 1.0)].map(own));
}
