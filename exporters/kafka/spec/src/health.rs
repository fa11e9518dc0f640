//! The health of Kafka: clusters that can be read and written everywhere, and brokers that answer.
//!
//! Consumer groups are no parts. Parts are what is there by intent, for what vanished counts as broken for a while, and groups come
//! and go by themselves: a consumer at a console, a nightly batch, each run of a Spark job. Whoever is late is told by an alert.

use lookout_declarations::{Given, Health, HealthCase, Layer};

use crate::across::{across, added_up};
use crate::metrics::{BROKER_REACHABLE, CLUSTER_OFFLINE_PARTITIONS, CONTROLLER};

/// What is healthy or not.
pub fn health() -> Vec<Health> {
    let whole = format!("({} == bool 0)", added_up(CLUSTER_OFFLINE_PARTITIONS));
    let led = format!("({} > bool -1)", across(CONTROLLER));
    let part = |parts, expression, case| Health {
        system: "kafka",
        layer: Layer::Data,
        parts,
        expression,
        cases: vec![case],
    };
    vec![
        // Where the controller is not known, the partitions alone decide.
        part("clusters", format!("({whole} * {led}) or {whole}"), clusters()),
        part("brokers", across(BROKER_REACHABLE), brokers()),
    ]
}

/// The same series as two replicas of Lookout serve them.
fn replicated(given: &[Given]) -> Vec<Given> {
    let of = |replica: &str, given: &Given| {
        let open = given.series.trim_end_matches('}');
        Given::raw(format!("{open},instance=\"{replica}:9000\",pod=\"{replica}\"}}"), given.values.clone())
    };
    given.iter().flat_map(|given| ["lookout-0", "lookout-1"].map(|replica| of(replica, given))).collect()
}

fn clusters() -> HealthCase {
    let offline = |cluster, shard, partitions: u32| {
        Given::series(&CLUSTER_OFFLINE_PARTITIONS, (cluster, shard), format!("{partitions}x20"))
    };
    let controller = |cluster, node: i32| Given::series(&CONTROLLER, (cluster,), format!("{node}x20"));
    HealthCase {
        name: "a cluster is whole and led, whichever shard sees what; where its controller is not known, it is whole",
        given: replicated(&[
            // Node 0 is a controller like any other.
            offline("whole", "", 0),
            controller("whole", 0),
            offline("broken", "", 2),
            controller("broken", 1),
            offline("headless", "", 0),
            controller("headless", -1),
            offline("unknown", "", 0),
            offline("broken-in-a-shard", "0", 1),
            offline("broken-in-a-shard", "1", 0),
            controller("broken-in-a-shard", 1),
        ]),
        n_parts: 5,
        n_healthy: 2,
    }
}

fn brokers() -> HealthCase {
    let broker = |id, value: u8| Given::series(&BROKER_REACHABLE, ("main", id), format!("{value}x20"));
    let given = replicated(&[broker(1, 1), broker(2, 0), broker(3, 1)]);
    HealthCase {
        name: "two of three answer, and two replicas of Lookout say so",
        given,
        n_parts: 3,
        n_healthy: 2,
    }
}
