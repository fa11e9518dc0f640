//! The story of the oldest Kafka that is read, with its `ZooKeeper`.

use std::process::Stdio;

use serde_json::json;
use tempfile::TempDir;

use super::cluster::Cluster;
use super::compare::hold_against_truth;
use super::driving::Kind;
use super::java;
use super::lookout::Lookout;
use super::steps::Steps;
use crate::ports;
use crate::running::Running;

#[test]
fn the_oldest_kafka_is_read_as_its_admin_client_reads_it() {
    let mut steps = Steps::default();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (servers, address) = start(&folder);
    let mut cluster = Cluster::of_servers(servers, &address, folder);
    steps.take("groups_and_topics_are_as_they_are", || {
        cluster.create("orders", 3);
        cluster.produce("orders", 0, 100);
        cluster.produce("orders", 1, 50);
        cluster.commit("empty", "orders", 0, 60);
        cluster.consume("classic", "orders", Kind::Classic, 1, 150);
        let mut lookout = Lookout::watching(&json!({"brokers": [address]}));
        hold_against_truth(&mut cluster, &mut lookout);
    });
    steps.end();
}

/// `ZooKeeper` and a broker, and the broker's address.
fn start(folder: &TempDir) -> (Vec<Running>, String) {
    let [keeper, broker] = [(); 2].map(|()| ports::free());
    let place = |name: &str| folder.path().join(name).display().to_string();
    let written = |name: &str, text: String| {
        std::fs::write(place(name), text).expect("the configuration can be written");
        place(name)
    };
    let keeper_file = written(
        "zookeeper.properties",
        format!(
            "dataDir={}\nclientPort={keeper}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n",
            place("zookeeper")
        ),
    );
    let broker_file = written(
        "server.properties",
        format!(
            "broker.id=7\nlisteners=PLAINTEXT://127.0.0.1:{broker}\nzookeeper.connect=127.0.0.1:{keeper}\n\
             log.dirs={}\noffsets.topic.replication.factor=1\noffsets.topic.num.partitions=3\n\
             transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
             group.initial.rebalance.delay.ms=0\nlog.index.size.max.bytes=65536\n\
             auto.create.topics.enable=false\nzookeeper.connection.timeout.ms=30000\n",
            place("data")
        ),
    );
    let logging = written("log4j.properties", LOGGING.to_owned());
    let servers = [
        ("org.apache.zookeeper.server.ZooKeeperServerMain", keeper_file, "zookeeper.log"),
        ("kafka.Kafka", broker_file, "server.log"),
    ]
    .map(|(main, file, log)| {
        let mut command = java::command("KAFKA_OLD", 256);
        command.arg(format!("-Dlog4j.configuration=file:{logging}")).args(["UntilInputEnds", main, &file]);
        Running::start_reading(&mut command, Stdio::piped(), &folder.path().join(log))
    });
    (servers.into(), format!("127.0.0.1:{broker}"))
}

const LOGGING: &str = "log4j.rootLogger=WARN, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d %p %c{1} %m%n
";
