//! Rows to bytes: series and bytes per second, before any compression.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code, unreachable_pub)]
mod data;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use data::{Rows, exposition};
use lookout_declarations::{Kinded, Labels};
use lookout_exposition::{Batch, Encoding, Family, Format, Selection};

/// The bytes that the rows of a family take.
fn bytes<K: Kinded, L: Labels>(family: Family<K, L>) -> u64 {
    let exposition = exposition();
    let mut publisher = exposition.publisher("bench", "source");
    let mut batch = Batch::new();
    batch.add(family);
    publisher.publish(batch);
    let answer = exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    // Without the header, the first buffer.
    answer.buffers[1..].iter().map(|buffer| buffer.len() as u64).sum()
}

fn encoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for count in [10_000, 1_000_000] {
        let rows = Rows::new(count);
        let elements = count as u64;
        group.throughput(Throughput::ElementsAndBytes { elements, bytes: bytes(rows.lags(None)) });
        group.bench_function(format!("{count} lags"), |bencher| bencher.iter(|| black_box(rows.lags(None))));
        group.throughput(Throughput::ElementsAndBytes { elements, bytes: bytes(rows.certificates()) });
        group.bench_function(format!("{count} certificates"), |bencher| {
            bencher.iter(|| black_box(rows.certificates()));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = data::short();
    targets = encoding
}
criterion_main!(benches);
