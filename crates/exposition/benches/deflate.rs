//! Compression levels on real bodies: what `LEVEL` in `src/deflate.rs` was chosen by.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code, unreachable_pub)]
mod data;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use data::{Rows, exposition};
use flate2::{Compress, Compression, FlushCompress};
use lookout_exposition::{Encoding, Exposition, Format, Publisher, Selection};

/// Compresses a piece as `src/deflate.rs` does, at any level.
fn deflate(state: &mut Compress, body: &[u8], output: &mut Vec<u8>) -> usize {
    state.reset();
    output.clear();
    output.reserve(body.len() + body.len() / 8 + 256);
    state.compress_vec(body, output, FlushCompress::Full).unwrap();
    output.len()
}

fn published(rows: &Rows, keyed: bool) -> (Exposition, Publisher) {
    let exposition = exposition();
    let mut publisher = exposition.publisher("bench", "source");
    if keyed {
        publisher.update(rows.objects());
    } else {
        let mut batch = rows.batch(None);
        batch.add(rows.certificates());
        publisher.publish(batch);
    }
    (exposition, publisher)
}

fn levels(criterion: &mut Criterion) {
    let rows = Rows::new(200_000);
    for (name, keyed) in [("published", false), ("keyed", true)] {
        let (exposition, _publisher) = published(&rows, keyed);
        let answer = exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let mut group = criterion.benchmark_group(format!("deflate {name}"));
        group.throughput(Throughput::Bytes(answer.content_length));
        for level in 1..=6 {
            let (mut state, mut output) = (Compress::new(Compression::new(level), false), Vec::new());
            let size: usize = answer.buffers.iter().map(|body| deflate(&mut state, body, &mut output)).sum();
            let share = size as f64 / answer.content_length as f64;
            group.bench_function(format!("level {level}, {:.2} % of the size", share * 100.0), |bencher| {
                bencher.iter(|| {
                    for body in &*answer.buffers {
                        black_box(deflate(&mut state, body, &mut output));
                    }
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = data::short();
    targets = levels
}
criterion_main!(benches);
