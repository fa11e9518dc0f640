//! Publishing: a million rows unchanged, one of them changed, and one object of a million.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code, unreachable_pub)]
mod data;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use data::{Rows, exposition};
use lookout_exposition::Changes;

const COUNT: usize = 1_000_000;

fn publishing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("publish");
    let rows = Rows::new(COUNT);

    group.bench_function("1000000 rows for the first time", |bencher| {
        let exposition = exposition();
        bencher.iter_batched(
            || (rows.batch(None), exposition.publisher("bench", "source")),
            |(batch, mut publisher)| {
                black_box(publisher.publish(batch));
                publisher
            },
            BatchSize::PerIteration,
        );
    });

    let exposition = exposition();
    let mut publisher = exposition.publisher("bench", "source");
    publisher.publish(rows.batch(None));
    group.bench_function("1000000 unchanged rows, encoded before", |bencher| {
        bencher.iter_batched(|| rows.batch(None), |batch| publisher.publish(batch), BatchSize::PerIteration);
    });
    group.bench_function("1000000 unchanged rows, with encoding", |bencher| {
        bencher.iter(|| publisher.publish(rows.batch(None)));
    });
    let mut changed = 0;
    group.bench_function("one changed row among 1000000, with encoding", |bencher| {
        bencher.iter(|| {
            changed = (changed + 7_919) % COUNT;
            publisher.publish(rows.batch(Some(changed)))
        });
    });
    group.finish();
}

fn updating(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("update");
    let rows = Rows::new(COUNT);
    let exposition = exposition();
    let mut publisher = exposition.publisher("bench", "source");
    publisher.update(rows.objects());
    let mut round = 0_usize;
    for count in [1, 100] {
        group.bench_function(format!("{count} changed among 1000000 objects"), |bencher| {
            bencher.iter(|| {
                round += 1;
                let changes = (0..count).fold(Changes::new(), |changes, number| {
                    let object = (round * 7_919 + number * 104_729) % COUNT;
                    changes.replace(&object.to_string(), rows.object(object, round as f64))
                });
                publisher.update(changes)
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = data::short();
    targets = publishing, updating
}
criterion_main!(benches);
