//! Scraping: the first answer of a snapshot, which lists the buffers, and every further one.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code, unreachable_pub)]
mod data;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use data::{Rows, exposition};
use lookout_exposition::{Encoding, Format, Selection};

fn scraping(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("answer");
    for count in [10_000, 100_000, 1_000_000] {
        let rows = Rows::new(count);
        let exposition = exposition();
        let mut publisher = exposition.publisher("bench", "source");
        publisher.publish(rows.batch(None));
        for encoding in [Encoding::Identity, Encoding::Gzip] {
            let name = if encoding == Encoding::Gzip { "gzip" } else { "plain" };
            let answer = || exposition.snapshot().answer(Selection::All, Format::TEXT, encoding).unwrap();
            group.bench_function(format!("{count} series {name}"), |bencher| {
                bencher.iter(|| black_box(answer()));
            });
            // Each publish makes a new snapshot, whose buffers have not been listed.
            let mut changed = 0;
            group.bench_function(format!("{count} series {name}, first after a change"), |bencher| {
                bencher.iter_batched(
                    || {
                        changed = (changed + 1) % count;
                        publisher.publish(rows.batch(Some(changed)));
                    },
                    |()| black_box(answer()),
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = data::short();
    targets = scraping
}
criterion_main!(benches);
