//! One node of a cluster: broker and controller in one process, with a listener of every kind that is tested.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::java;
use crate::certificates::{Authority, Identity};
use crate::ports;
use crate::running::Running;
use crate::tools::succeed;

/// Who may only describe, by SASL, and the password.
pub(super) const READER: (&str, &str) = ("lookout", "describe-only-8f2c");
/// A super user by SASL PLAIN, and the password.
pub(super) const ADMIN: (&str, &str) = ("admin", "may-do-all-51d0");
/// Heap of a node, mebibytes.
const HEAP: u32 = 384;
const CLUSTER: &str = "MkU3OEVBNTcwNTJENDM2Qg";

/// The ports of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) clear: u16,
    pub(super) sasl: u16,
    pub(super) sasl_tls: u16,
    pub(super) client_certificate: u16,
    controller: u16,
}

impl Ports {
    /// The ports of that many nodes. They stay free while a node is away.
    pub(super) fn free(nodes: usize) -> Vec<Self> {
        let of_one = || Self {
            clear: ports::free(),
            sasl: ports::free(),
            sasl_tls: ports::free(),
            client_certificate: ports::free(),
            controller: ports::free(),
        };
        std::iter::repeat_with(of_one).take(nodes).collect()
    }
}

/// A node, running or not; nodes count from 1.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) ports: Ports,
    folder: PathBuf,
    process: Option<Running>,
}

impl Broker {
    /// Writes its configuration in a folder of its own below `folder`, formats its directories, and starts it.
    pub(super) fn start(node: usize, all: &[Ports], folder: &Path, authority: &Authority) -> Self {
        let folder = folder.join(format!("node-{node}"));
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let identity = authority.server(&format!("broker-{node}"));
        std::fs::write(
            folder.join("server.properties"),
            properties(node, all, &folder, authority, &identity),
        )
        .expect("the configuration can be written");
        std::fs::write(folder.join("log4j2.properties"), LOGGING).expect("it can be written");
        let mut broker = Self { ports: all[node - 1], folder, process: None };
        broker.format();
        broker.run();
        broker
    }

    fn format(&self) {
        let mut format = self.java();
        let (user, password) = READER;
        format.args(["kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER, "--config"]);
        format.arg(self.folder.join("server.properties"));
        format.arg("--add-scram").arg(format!("SCRAM-SHA-512=[name={user},password={password}]"));
        succeed(&mut format, b"");
    }

    /// Starts the process; it is not ready when this returns.
    pub(super) fn run(&mut self) {
        let mut command = self.java();
        command.args(["UntilInputEnds", "kafka.Kafka"]).arg(self.folder.join("server.properties"));
        let log = self.folder.join("server.log");
        self.process = Some(Running::start_reading(&mut command, Stdio::piped(), &log));
    }

    /// Ends the process at once, as a machine does that loses its power.
    pub(super) fn kill(&mut self) {
        self.process = None;
    }

    /// What it has logged since its last start.
    pub(super) fn log(&self) -> String {
        self.process.as_ref().map(Running::log).unwrap_or_default()
    }

    fn java(&self) -> Command {
        let mut command = java::command("KAFKA", HEAP);
        let logging = self.folder.join("log4j2.properties");
        command.arg(format!("-Dlog4j2.configurationFile={}", logging.display()));
        command
    }
}

const LOGGING: &str = "rootLogger.level=WARN
rootLogger.appenderRefs=console
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c{1} %m%n
";

fn properties(
    node: usize,
    all: &[Ports],
    folder: &Path,
    authority: &Authority,
    identity: &Identity,
) -> String {
    let Ports { clear, sasl, sasl_tls, client_certificate, controller } = all[node - 1];
    let voters: Vec<String> =
        (1..).zip(all).map(|(node, ports)| format!("{node}@127.0.0.1:{}", ports.controller)).collect();
    let voters = voters.join(",");
    let listeners = format!(
        "CLEAR://127.0.0.1:{clear},SASL://127.0.0.1:{sasl},SASLTLS://127.0.0.1:{sasl_tls},\
         TLS://127.0.0.1:{client_certificate}"
    );
    let key_store = folder.join("identity.pem");
    std::fs::write(&key_store, identity.key_pem() + &identity.certificate_pem()).expect("it can be written");
    let (key_store, trust_store) = (key_store.display(), authority.certificate.display());
    let [data_1, data_2] = ["data-1", "data-2"].map(|name| folder.join(name).display().to_string());
    let replication = all.len().min(3);
    let ((admin, admin_password), (reader, reader_password)) = (ADMIN, READER);
    let module = "org.apache.kafka.common.security";
    let jaas: String = ["sasl", "sasltls"]
        .map(|listener| {
            format!(
                "listener.name.{listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER
listener.name.{listener}.plain.sasl.jaas.config={module}.plain.PlainLoginModule required \
user_{admin}=\"{admin_password}\" user_{reader}=\"{reader_password}\";
listener.name.{listener}.scram-sha-512.sasl.jaas.config={module}.scram.ScramLoginModule required;
listener.name.{listener}.oauthbearer.sasl.jaas.config={module}.oauthbearer.OAuthBearerLoginModule required \
unsecuredLoginStringClaim_sub=\"broker\";
"
            )
        })
        .concat();
    format!(
        "process.roles=broker,controller
node.id={node}
broker.rack=rack-{node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners={listeners},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={listeners}
listener.security.protocol.map=CLEAR:PLAINTEXT,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL,TLS:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLEAR
{jaas}ssl.keystore.type=PEM
ssl.keystore.location={key_store}
ssl.truststore.type=PEM
ssl.truststore.location={trust_store}
listener.name.tls.ssl.client.auth=required
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{admin}
log.dirs={data_1},{data_2}
auto.create.topics.enable=false
auto.leader.rebalance.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
group.consumer.min.heartbeat.interval.ms=500
group.consumer.heartbeat.interval.ms=500
group.share.min.heartbeat.interval.ms=500
group.share.heartbeat.interval.ms=500
log.index.size.max.bytes=65536
offsets.topic.num.partitions=4
offsets.topic.replication.factor={replication}
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor={replication}
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=2
share.coordinator.state.topic.replication.factor={replication}
share.coordinator.state.topic.min.isr=1
"
    )
}
