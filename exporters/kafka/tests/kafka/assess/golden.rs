//! The whole exposition of a cluster that has everything, at a known time, as it was reviewed.

use core::time::Duration;
use std::path::{Path, PathBuf};

use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_kafka::assess::granularity::Effective;
use lookout_kafka::assess::{self, View};
use lookout_kafka::model::{Commits, Cycle, Group, LagSeconds, Lookups, Produced, Totals};
use lookout_kafka_spec::config::{Baseline, GroupGranularity, TopicGranularity};
use lookout_kafka_spec::labels::{GroupState, GroupType, LagMethod, Stage};
use lookout_kafka_wire::TrafficFigures;
use lookout_testkit::golden;

use super::world::{FINEST, World, fixed_now, group, partition, text_of, view};

fn golden_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn check(name: &str, view: &View) {
    let mut batch = Batch::new();
    assess::cycle(&everything(), view, fixed_now(), &mut batch);
    golden::check(golden_file(name), &text_of(batch));
}

fn since(seconds_ago: i64, method: LagMethod) -> LagSeconds {
    LagSeconds::Since { timestamp: (fixed_now().as_second() - seconds_ago) * 1000, method }
}

/// Broker 2 does not answer, broker 3 is gone.
fn topics() -> World {
    let produced = Produced {
        records: 1_200,
        bytes: Some(614_400.5),
        record_size: Some(512.0),
        hot_partition: Some(1.5),
    };
    World::new()
        .broker(2, Some("b"))
        .foreign_topic("elsewhere", &[partition(0, 500)])
        .topic(
            "orders",
            &[
                partition(100, 1_100).on(&[1, 2, 3]).in_sync(2),
                partition(0, 10).on(&[3]).offline(),
                partition(0, 900).on(&[2, 1]).unread(),
                partition(0, 0).on(&[2, 1]).led_by(1),
            ],
        )
        .produced(produced)
        .topic("payments", &[partition(50, 250).on(&[1, 2]), partition(0, 200).on(&[1, 2]).in_sync(1)])
        .produced(Produced { records: 400, ..Produced::default() })
        .min_in_sync(&[("orders", 1), ("payments", 2)])
        .unreachable(2, Reason::Timeout)
}

fn groups(world: World) -> World {
    let audit = Group {
        group_type: GroupType::Consumer,
        state: Some(GroupState::Reconciling),
        assignor: "uniform".into(),
        members: Some(3),
        ..group("audit")
    };
    let connect =
        Group { protocol_type: "connect".into(), assignor: "sessioned".into(), ..group("connect-sink") };
    let idle = Group { state: Some(GroupState::Empty), members: Some(0), is_idle: true, ..group("idle") };
    let nobody = Group {
        state: Some(GroupState::Empty),
        members: Some(0),
        protocol_type: "".into(),
        assignor: "".into(),
        ..group("nobody")
    };
    let shared = Group {
        group_type: GroupType::Share,
        assignor: "simple".into(),
        members: Some(2),
        ..group("shared")
    };
    let unread =
        Group { state: None, members: None, commits: Commits::Unread(Reason::Timeout), ..group("unread") };
    world
        .group(audit, &[("payments", 0, 250), ("payments", 1, 80)])
        .since(&[LagSeconds::CaughtUp, since(90, LagMethod::Timestamp)])
        .progress(330, Some(-4.0))
        // Of `orders` partition 0 is known, 2 is not, and nothing is committed in the others.
        .group(group("billing"), &[("orders", 0, 600), ("orders", 2, 890), ("payments", 0, 240)])
        .since(&[since(30, LagMethod::Interpolated), LagSeconds::Unknown, since(5, LagMethod::Interpolated)])
        .progress(12, Some(2.5))
        .group(connect, &[("elsewhere", 0, 480)])
        .since(&[since(-3, LagMethod::Timestamp)])
        .group(idle, &[("payments", 0, 60)])
        .group(nobody, &[])
        // Behind the low watermark in one partition, beyond the end in the other.
        .group(group("reset"), &[("payments", 0, 20), ("payments", 1, 280)])
        .since(&[since(7_200, LagMethod::FirstRetained), LagSeconds::CaughtUp])
        // One of the records behind the first that is not settled is.
        .group(shared, &[("payments", 0, 220), ("payments", 1, 180)])
        .told(&[Some(0), Some(19)])
        .since(&[LagSeconds::CaughtUp, LagSeconds::Unknown])
        .progress(0, Some(1.5))
        .group(unread, &[])
}

fn everything() -> Cycle {
    let mut cycle = groups(topics()).build();
    cycle.totals =
        Totals { produced_records: 2_000, produced_bytes: Some(700_000.25), consumed_records: 342 };
    cycle.rebalances[0] = 4;
    cycle.unread_partitions.insert(Reason::Timeout, 1);
    cycle.unread_partitions.insert(Reason::Unreachable, 1);
    cycle.unread_groups.insert(Reason::Timeout, 1);
    cycle.lookups = Lookups { asked: 21, deferred: 1, unread: [(Reason::Unexpected, 2)].into() };
    cycle.stages =
        [(Stage::Metadata, Duration::from_millis(4)), (Stage::Offsets, Duration::from_micros(2_500))].into();
    cycle.traffic =
        TrafficFigures { connections: 2, requests: 40, sent_bytes: 9_000, received_bytes: 120_000 };
    cycle
}

#[test]
fn a_cluster_with_a_name_at_the_finest_granularity() {
    let baseline = Baseline {
        records_per_second: Some(7_153.0),
        bytes_per_second: Some(7_324_672.0),
        produce_latency: "3ms".parse().ok(),
    };
    check("cycle.txt", &View { baseline, ..view("shop", FINEST) });
}

#[test]
fn a_cluster_without_a_name_made_coarser_by_one_step() {
    let granularity = Effective { topics: TopicGranularity::Topic, groups: GroupGranularity::Topic };
    check("cycle-topic.txt", &View { granularity, ..view("", FINEST) });
}

#[test]
fn a_cluster_of_which_only_totals_are_shown_without_lag_in_seconds() {
    let granularity = Effective { topics: TopicGranularity::Cluster, groups: GroupGranularity::Group };
    check("cycle-whole.txt", &View { has_lag_seconds: false, ..view("", granularity) });
}
