//! One Kafka cluster: where it is, how to log in, how long to wait, and whether it is probed.

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ProbeSettings, SaslSettings, TlsSettings};
use crate::address::parse_address;

/// One Kafka cluster.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClusterSettings {
    /// The value of the label `kafka_cluster`. One cluster may go without a name, and then without the label.
    pub name: String,
    /// Some of its brokers, as `host:port`; the others are learnt from them.
    pub brokers: Vec<String>,
    /// The name by which brokers know Lookout in their logs and quotas.
    pub client_id: String,
    /// TLS; left out, connections are in the clear.
    pub tls: Option<TlsSettings>,
    /// The login; left out, there is none, or the client certificate is it. Kerberos and the logins of clouds are not
    /// supported.
    pub sasl: Option<SaslSettings>,
    /// The time for opening a connection: name, TCP, TLS, versions and login together.
    pub connect_timeout: HumanDuration,
    /// The time for each answer of a broker; at most a third of `deadline`, whatever is said here, so that one slow answer
    /// does not cost the cycle.
    pub request_timeout: HumanDuration,
    /// The probe: records that Lookout itself produces and consumes.
    pub probe: ProbeSettings,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            brokers: Vec::new(),
            client_id: "lookout".to_owned(),
            tls: None,
            sasl: None,
            connect_timeout: HumanDuration::from_secs(5),
            request_timeout: HumanDuration::from_secs(10),
            probe: ProbeSettings::default(),
        }
    }
}

impl ClusterSettings {
    /// What the sources of the cluster are called: its name, else its first broker.
    pub fn source_name(&self) -> &str {
        if self.name.is_empty() { self.brokers.first().map_or("kafka", String::as_str) } else { &self.name }
    }
}

impl Validate for ClusterSettings {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.require("name", self.name.chars().count() <= 200, "must have at most 200 characters");
        complaints.require(
            "brokers",
            !self.brokers.is_empty(),
            "must name at least one broker, as `host:port`",
        );
        complaints.unique("brokers", "", &self.brokers);
        for (index, broker) in self.brokers.iter().enumerate() {
            if let Err(error) = parse_address(broker) {
                complaints.add(&format!("brokers[{index}]"), error.to_string());
            }
        }
        complaints.require(
            "client_id",
            !self.client_id.is_empty() && self.client_id.len() <= 249,
            "must have 1 to 249 bytes",
        );
        if let Some(tls) = &self.tls {
            complaints.section("tls", tls);
        }
        if let Some(sasl) = &self.sasl {
            complaints.section("sasl", sasl);
            let needs_tls = matches!(sasl, SaslSettings::OauthBearer(_));
            let message = "sends a token that anybody on the way could use: configure `tls` beside it";
            complaints.require("sasl", !needs_tls || self.tls.is_some(), message);
        }
        for (name, timeout) in
            [("connect_timeout", self.connect_timeout), ("request_timeout", self.request_timeout)]
        {
            let shortest = HumanDuration::from_millis(100);
            complaints.require(name, timeout >= shortest, format!("must be at least `{shortest}`"));
        }
        complaints.section("probe", &self.probe);
    }
}
