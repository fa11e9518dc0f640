//! A name that comes to stand for other brokers, by another configuration.

use core::time::Duration;

use lookout_exposition::{Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_kafka_spec::{SPEC, Settings};
use lookout_runtime::{Applied, Clock, Driver, DriverControl};
use lookout_simulator::kafka::{Cluster, ClusterDescription, TopicDescription};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::stage;

/// How long anything is waited for before a test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Nobody listens there.
const NOBODY: &str = "127.0.0.1:1";

/// A driver at work.
struct World {
    exposition: Exposition,
    control: DriverControl,
    running: JoinHandle<()>,
}

impl World {
    fn start() -> Self {
        let families =
            ExporterFamilies { exporter: SPEC.name, families: SPEC.metrics, series_budget: 10_000 };
        let exposition = Exposition::new([families]);
        let driver = Driver::new(exposition.clone(), Clock::starting_at(stage::START.parse().unwrap()));
        let control = driver.control();
        Self { exposition, control, running: tokio::spawn(driver.run()) }
    }

    /// Puts a configuration into force in which `market` has these brokers.
    async fn configure(&self, brokers: &[String]) -> Applied {
        let mut settings = Settings::default();
        settings.clusters.push(lookout_kafka_spec::config::ClusterSettings {
            name: "market".to_owned(),
            brokers: brokers.to_vec(),
            ..Default::default()
        });
        let mut sources = self.control.sources();
        lookout_kafka::start(&settings, &mut sources);
        self.control.apply(sources).await.unwrap()
    }

    /// Whether a topic is in what is served.
    fn shows(&self, topic: &str) -> bool {
        let snapshot = self.exposition.snapshot();
        let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let text = String::from_utf8(answer.buffers.concat()).unwrap();
        text.contains(&format!("topic=\"{topic}\""))
    }

    async fn until_shown(&self, topic: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.shows(topic) {
            assert!(Instant::now() < end, "{topic} never came");
            sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn cluster_with(topic: &str) -> (Cluster, Vec<String>) {
    let cluster =
        stage::start(&ClusterDescription::of_brokers(1).topic(TopicDescription::new(topic, 3).rate(1.0)));
    let brokers = cluster.bootstrap().iter().map(ToString::to_string).collect();
    (cluster, brokers)
}

#[tokio::test]
async fn what_was_read_of_other_brokers_is_taken_back_at_once() {
    let ((_one, of_one), (_two, of_two)) = (cluster_with("first"), cluster_with("second"));
    let world = World::start();
    world.configure(&of_one).await;
    world.until_shown("first").await;
    world.configure(&[NOBODY.to_owned()]).await;
    assert!(!world.shows("first"), "nobody has said yet that it is gone, and nobody can");
    world.configure(&of_two).await;
    world.until_shown("second").await;
    assert!(!world.shows("first"));
    world.configure(&of_one).await;
    assert!(!world.shows("second"));
    world.until_shown("first").await;
}

#[tokio::test]
async fn a_broker_more_in_the_configuration_makes_no_hole() {
    let (_one, of_one) = cluster_with("first");
    let world = World::start();
    world.configure(&of_one).await;
    world.until_shown("first").await;
    let with_another = [vec![NOBODY.to_owned()], of_one.clone()].concat();
    assert!(world.configure(&with_another).await.replaced > 0);
    assert!(world.shows("first"));
    assert!(world.configure(&[NOBODY.to_owned()]).await.replaced > 0);
    assert!(world.shows("first"), "step by step it is still the same cluster");
}
