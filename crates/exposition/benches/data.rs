//! Bodies like those of a real platform: lags of consumer groups, three labels each, and certificates with long texts.

use lookout_declarations::{Gauge, label, metrics};
use lookout_exposition::{Batch, Changes, ExporterFamilies, Exposition, Family};

label! {
    /// The consumer group.
    pub Group = "consumergroup";
    /// The topic.
    pub Topic = "topic";
    /// The partition's number.
    pub Partition: i32 = "partition";
    /// The subject.
    pub Subject = "subject_CN";
    /// The issuer.
    pub Issuer = "issuer_CN";
    /// The file.
    pub File = "filepath";
}
metrics! {
    /// Three labels, one of them a number.
    pub LAG: Gauge<(Group, Topic, Partition)> = Gauge::new("kafka_consumergroup_lag", "Records behind.");
    /// Three labels, all of them texts.
    pub NOT_AFTER: Gauge<(Subject, Issuer, File)> = Gauge::new("x509_cert_not_after", "When it ends.");
}

/// Rows of one size, with their texts made beforehand.
pub struct Rows {
    groups: Vec<String>,
    topics: Vec<String>,
    files: Vec<String>,
    count: usize,
}

const PARTITIONS: usize = 20;
const DOMAINS: [&str; 8] =
    ["orders", "billing", "inventory", "shipping", "customers", "search", "pricing", "audit"];

impl Rows {
    pub fn new(count: usize) -> Self {
        let topics = count.div_ceil(PARTITIONS);
        let name = |number: usize| format!("{}.{}-events-v{}", DOMAINS[number % 8], number / 8, number % 3);
        Self {
            groups: (0..topics)
                .map(|number| format!("{}-consumer-{:03}", DOMAINS[number % 7], number % 900))
                .collect(),
            topics: (0..topics).map(name).collect(),
            files: (0..count)
                .map(|number| format!("/etc/pki/{}/tls-{number:06x}.pem", DOMAINS[number % 5]))
                .collect(),
            count,
        }
    }

    fn row(&self, number: usize) -> (&str, &str, i32) {
        let topic = number / PARTITIONS;
        (&self.groups[topic], &self.topics[topic], i32::try_from(number % PARTITIONS).unwrap_or(0))
    }

    /// The value of a row, as uneven as lags are.
    fn value(number: usize) -> f64 {
        let mixed = number.wrapping_mul(0x9e37_79b9) >> 7;
        if mixed.is_multiple_of(3) { 0.0 } else { (mixed % 50_000) as f64 }
    }

    /// All rows, encoded; the row `changed` with another value.
    pub fn lags(
        &self,
        changed: Option<usize>,
    ) -> Family<lookout_declarations::IsGauge, (Group, Topic, Partition)> {
        let mut family = Family::new(&LAG);
        for number in 0..self.count {
            let value = Self::value(number) + if changed == Some(number) { 0.5 } else { 0.0 };
            family.set(self.row(number), value);
        }
        family
    }

    pub fn batch(&self, changed: Option<usize>) -> Batch {
        let mut batch = Batch::new();
        batch.add(self.lags(changed));
        batch
    }

    /// One object per row.
    pub fn objects(&self) -> Changes {
        (0..self.count).fold(Changes::new(), |changes, number| {
            changes.replace(&number.to_string(), self.object(number, 0.0))
        })
    }

    /// The row of one object.
    pub fn object(&self, number: usize, more: f64) -> Batch {
        let mut family = Family::new(&LAG);
        family.set(self.row(number), Self::value(number) + more);
        let mut batch = Batch::new();
        batch.add(family);
        batch
    }

    /// As many certificates, with texts that have to be looked through.
    pub fn certificates(&self) -> Family<lookout_declarations::IsGauge, (Subject, Issuer, File)> {
        let mut family = Family::new(&NOT_AFTER);
        for number in 0..self.count {
            let (_, topic, _) = self.row(number);
            let ends = 1_790_000_000.0 + (number.wrapping_mul(7_919) % 7_776_000) as f64;
            family.set((topic, "Platform Issuing CA 3", &self.files[number]), ends);
        }
        family
    }
}

/// Short runs of few samples: the large benches take a tenth of a second a turn.
pub fn short() -> criterion::Criterion {
    let seconds = std::time::Duration::from_secs;
    criterion::Criterion::default().sample_size(10).warm_up_time(seconds(1)).measurement_time(seconds(3))
}

pub fn exposition() -> Exposition {
    Exposition::new([ExporterFamilies { exporter: "bench", families: METRICS, series_budget: usize::MAX }])
}
