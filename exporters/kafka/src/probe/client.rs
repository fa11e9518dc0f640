//! From the settings of a cluster to the properties of librdkafka's clients.
//!
//! Everything that a measurement depends on is said, even where it is librdkafka's default: how records wait, who must
//! acknowledge them, what is repeated. Certificates and keys are given by path; the password is read when a client is made,
//! and stays in librdkafka's memory for as long as the client lives.
//!
//! How to get it wrong: printing a [`ClientConfig`], or librdkafka's `debug` property. Both can show secrets.

use core::time::Duration;

use lookout_declarations::Reason;
use lookout_kafka_spec::config::{ClusterSettings, SaslSettings, TlsSettings};
use lookout_runtime::CollectError;
use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

/// The longest wait between two attempts to connect: a broker that is back is seen about as soon as it answers.
const RECONNECT_BACKOFF: Duration = Duration::from_secs(2);

/// How often each client looks who leads what, beside each time that a broker says that it does not lead.
const METADATA_AGE: Duration = Duration::from_secs(5);

/// The wait before a record or a fetch is repeated, librdkafka's default for records.
const RETRY_BACKOFF: Duration = Duration::from_millis(100);

/// How much a consumer may have read ahead, in KiB: hundreds of records, of which one a second is expected.
const READ_AHEAD_KIBIBYTES: u32 = 4096;

/// How long a commit waits for a coordinator. It is the session's timeout that decides; nothing else does it here, where no
/// group is joined.
const COORDINATOR_WAIT: Duration = Duration::from_secs(10);

/// How many records may wait in the producer: more than a thousand brokers give in its shortest interval.
const MAX_WAITING_RECORDS: u32 = 10_000;

/// The properties of both clients.
///
/// # Errors
/// What librdkafka cannot do, or a password that cannot be read.
pub(super) fn common(cluster: &ClusterSettings) -> Result<ClientConfig, CollectError> {
    let mut config = ClientConfig::new();
    config.set_log_level(RDKafkaLogLevel::Warning);
    set(&mut config, "bootstrap.servers", cluster.brokers.join(","));
    set(&mut config, "client.id", &cluster.client_id);
    // What librdkafka accepts for them; shorter settings are as good as these.
    set(
        &mut config,
        "socket.connection.setup.timeout.ms",
        millis(cluster.connect_timeout.get(), 1_000).to_string(),
    );
    set(&mut config, "socket.timeout.ms", millis(cluster.request_timeout.get(), 10).min(300_000).to_string());
    set(&mut config, "reconnect.backoff.ms", millis(RETRY_BACKOFF, 1).to_string());
    set(&mut config, "reconnect.backoff.max.ms", millis(RECONNECT_BACKOFF, 1).to_string());
    set(&mut config, "topic.metadata.refresh.interval.ms", millis(METADATA_AGE, 1).to_string());
    // Small requests must not wait for the acknowledgement of others.
    set(&mut config, "socket.nagle.disable", "true");
    set(&mut config, "allow.auto.create.topics", "false");
    // Brokers close idle connections; nothing is wrong then.
    set(&mut config, "log.connection.close", "false");
    let protocol = match (&cluster.tls, &cluster.sasl) {
        (None, None) => "PLAINTEXT",
        (Some(_), None) => "SSL",
        (None, Some(_)) => "SASL_PLAINTEXT",
        (Some(_), Some(_)) => "SASL_SSL",
    };
    set(&mut config, "security.protocol", protocol);
    if let Some(tls) = &cluster.tls {
        set_tls(&mut config, tls)?;
    }
    if let Some(sasl) = &cluster.sasl {
        set_sasl(&mut config, sasl)?;
    }
    Ok(config)
}

/// The properties of the producer: each record is sent at once, and acknowledged by all replicas in sync.
///
/// What a broker refuses for now (it does not lead any more, say) is repeated until `timeout`, as every client does; the
/// clock runs on, so the wait is measured and not hidden. Without idempotence, which would want a right of its own on old
/// brokers; a record that is written twice is told from others by its number.
pub(super) fn producer(common: &ClientConfig, timeout: Duration) -> ClientConfig {
    let mut config = common.clone();
    set(&mut config, "acks", "all");
    set(&mut config, "enable.idempotence", "false");
    set(&mut config, "linger.ms", "0");
    set(&mut config, "compression.type", "none");
    set(&mut config, "retry.backoff.ms", millis(RETRY_BACKOFF, 1).to_string());
    set(&mut config, "request.timeout.ms", millis(timeout, 1).min(900_000).to_string());
    set(&mut config, "message.timeout.ms", millis(timeout, 1).to_string());
    set(&mut config, "queue.buffering.max.messages", MAX_WAITING_RECORDS.to_string());
    config
}

/// The properties of the consumer: an answer as soon as there is a record, an event at each partition's end, nothing
/// committed by itself.
pub(super) fn consumer(common: &ClientConfig, group: &str) -> ClientConfig {
    let mut config = common.clone();
    set(&mut config, "group.id", group);
    set(&mut config, "enable.auto.commit", "false");
    set(&mut config, "enable.auto.offset.store", "false");
    set(&mut config, "enable.partition.eof", "true");
    // Only where records have been deleted under us: rather too many, which are told from ours, than a gap.
    set(&mut config, "auto.offset.reset", "earliest");
    set(&mut config, "fetch.min.bytes", "1");
    set(&mut config, "fetch.error.backoff.ms", millis(RETRY_BACKOFF, 1).to_string());
    set(&mut config, "queued.max.messages.kbytes", READ_AHEAD_KIBIBYTES.to_string());
    set(&mut config, "session.timeout.ms", millis(COORDINATOR_WAIT, 1).to_string());
    set(&mut config, "check.crcs", "true");
    config
}

fn set_tls(config: &mut ClientConfig, tls: &TlsSettings) -> Result<(), CollectError> {
    if !tls.server_name.is_empty() {
        let remedy = "it verifies the host that each broker advertises, so have the certificates name that, and no \
                      `tls.server_name`";
        return Err(unable("tls.server_name", remedy));
    }
    set(config, "enable.ssl.certificate.verification", "true");
    set(config, "ssl.endpoint.identification.algorithm", "https");
    // `probe` is the machine's own store, where distributions have it.
    let roots = if tls.ca_file.is_empty() { "probe" } else { tls.ca_file.as_str() };
    set(config, "ssl.ca.location", roots);
    if !tls.certificate_file.is_empty() {
        set(config, "ssl.certificate.location", &tls.certificate_file);
        set(config, "ssl.key.location", &tls.key_file);
    }
    Ok(())
}

fn set_sasl(config: &mut ClientConfig, sasl: &SaslSettings) -> Result<(), CollectError> {
    let (mechanism, login) = match sasl {
        SaslSettings::Plain(login) => ("PLAIN", Some(login)),
        SaslSettings::ScramSha256(login) => ("SCRAM-SHA-256", Some(login)),
        SaslSettings::ScramSha512(login) => ("SCRAM-SHA-512", Some(login)),
        SaslSettings::OauthBearer(login) if !login.extensions.is_empty() => {
            let remedy = "log in without, if the brokers accept that";
            return Err(unable("sasl.oauth_bearer.extensions", remedy));
        }
        SaslSettings::OauthBearer(_) => ("OAUTHBEARER", None),
    };
    set(config, "sasl.mechanism", mechanism);
    if let Some(login) = login {
        let password = login.password.resolve().map_err(|error| {
            CollectError::new(
                Reason::Unauthenticated,
                format!("cannot read the password of the probe: {error}"),
            )
        })?;
        set(config, "sasl.username", &login.username);
        set(config, "sasl.password", password.expose());
    }
    Ok(())
}

/// A setting that the read side knows, and librdkafka's safe interface does not.
fn unable(setting: &str, remedy: &str) -> CollectError {
    let message = format!(
        "the probe's client, librdkafka, does not support `{setting}`: {remedy}; or switch `probe.enabled` off"
    );
    CollectError::new(Reason::Unexpected, message)
}

/// Sets a property.
fn set(config: &mut ClientConfig, key: &str, value: impl Into<String>) {
    config.set(key, value);
}

/// Whole milliseconds, at least `least`.
fn millis(duration: Duration, least: u32) -> u32 {
    u32::try_from(duration.as_millis())
        .unwrap_or(i32::MAX.unsigned_abs())
        .clamp(least, i32::MAX.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use lookout_config::Secret;
    use lookout_kafka_spec::config::{OauthBearer, PasswordLogin};

    use super::*;

    fn cluster() -> ClusterSettings {
        ClusterSettings {
            brokers: vec!["a:1".to_owned(), "[::1]:2".to_owned()],
            ..ClusterSettings::default()
        }
    }

    fn secret(content: &str) -> (tempfile::NamedTempFile, Secret) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        let secret = format!("file:{}", file.path().display()).parse().unwrap();
        (file, secret)
    }

    #[test]
    fn librdkafka_knows_every_property_and_accepts_its_value() {
        let common = common(&cluster()).unwrap();
        for config in [&common, &producer(&common, Duration::from_secs(10)), &consumer(&common, "group")] {
            config.create_native_config().unwrap();
        }
        assert_eq!(common.get("bootstrap.servers"), Some("a:1,[::1]:2"));
        assert_eq!(common.get("security.protocol"), Some("PLAINTEXT"));
        assert_eq!(common.get("allow.auto.create.topics"), Some("false"));
    }

    #[test]
    fn brokers_are_verified_and_logins_are_those_of_the_settings() {
        let (_file, password) = secret("hunter2\n");
        let login = PasswordLogin { username: "alice".to_owned(), password };
        let tls = TlsSettings { ca_file: "/etc/ca.pem".to_owned(), ..TlsSettings::default() };
        let sasl = Some(SaslSettings::ScramSha512(login));
        let config = common(&ClusterSettings { tls: Some(tls), sasl, ..cluster() }).unwrap();
        for (key, value) in [
            ("security.protocol", "SASL_SSL"),
            ("ssl.ca.location", "/etc/ca.pem"),
            ("ssl.endpoint.identification.algorithm", "https"),
            ("enable.ssl.certificate.verification", "true"),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.username", "alice"),
            ("sasl.password", "hunter2"),
        ] {
            assert_eq!(config.get(key), Some(value), "{key}");
        }
        let machine = common(&ClusterSettings { tls: Some(TlsSettings::default()), ..cluster() }).unwrap();
        assert_eq!(machine.get("ssl.ca.location"), Some("probe"));
        machine.create_native_config().unwrap();
    }

    #[test]
    fn what_librdkafka_cannot_do_is_refused_and_never_left_out() {
        let named = TlsSettings { server_name: "kafka".to_owned(), ..TlsSettings::default() };
        let refused = common(&ClusterSettings { tls: Some(named), ..cluster() }).unwrap_err();
        assert!(refused.message.contains("tls.server_name"), "{refused}");

        assert!(refused.message.contains("switch `probe.enabled` off"), "{refused}");

        let extensions = [("a".to_owned(), "b".to_owned())].into();
        let login = OauthBearer { extensions, ..OauthBearer::default() };
        let sasl = Some(SaslSettings::OauthBearer(login));
        let refused = common(&ClusterSettings { sasl, ..cluster() }).unwrap_err();
        assert!(refused.message.contains("`sasl.oauth_bearer.extensions`"), "{refused}");

        let bearer = Some(SaslSettings::OauthBearer(OauthBearer::default()));
        common(&ClusterSettings { sasl: bearer, ..cluster() }).unwrap().create_native_config().unwrap();
    }

    #[test]
    fn a_password_that_cannot_be_read_is_told_by_its_place() {
        let password = "file:/nowhere/password".parse().unwrap();
        let login = PasswordLogin { username: "alice".to_owned(), password };
        let refused =
            common(&ClusterSettings { sasl: Some(SaslSettings::Plain(login)), ..cluster() }).unwrap_err();
        assert!(refused.message.contains("/nowhere/password"), "{refused}");
    }
}
