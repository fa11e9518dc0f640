//! Objects of the fixtures, read.

use lookout_exposition::Batch;
use lookout_kubernetes::{Entry, Json, ObjectJson, Reader, View};
use lookout_testkit::scrape::Scrape;

use crate::support::{fixture, scrape_of};

/// The text of a fixture.
pub(crate) fn text(name: &str) -> String {
    String::from_utf8(fixture(&format!("cluster/{name}.json"))).unwrap()
}

/// The object in `text`; nothing if the reader leaves it out.
pub(crate) fn read<R: Reader>(reader: &R, text: &str) -> Option<Entry<R::Object>> {
    let object = ObjectJson::new(Json::check(text.as_bytes()).unwrap());
    reader.read(&object).map(|read| Entry { key: object.key(), object: read })
}

/// A view of the objects in `texts`.
pub(crate) fn view<R: Reader>(reader: &R, texts: &[&str]) -> View<R::Object> {
    View::new(texts.iter().filter_map(|text| read(reader, text)))
}

/// What a batch shows.
pub(crate) fn scrape(write: impl FnOnce(&mut Batch)) -> Scrape {
    let mut batch = Batch::new();
    write(&mut batch);
    scrape_of(batch)
}

/// The label values of the rows of a family that are 1.
pub(crate) fn ones(scrape: &Scrape, family: &str, labels: &[&str]) -> Vec<String> {
    let samples = scrape.family(family).map(|family| family.samples.as_slice()).unwrap_or_default();
    let of = |sample: &lookout_testkit::scrape::Sample| {
        let values = labels.iter().map(|label| sample.label(label).unwrap_or_default());
        values.collect::<Vec<_>>().join(" ")
    };
    samples.iter().filter(|sample| sample.value > 0.5).map(of).collect()
}
