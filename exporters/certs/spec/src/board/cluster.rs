//! The panels of what is in a cluster: hosts, cert-manager, requests, and how well the Kubernetes API is read.

use lookout_declarations::{Panel, PanelKind, Row};

use super::panel;
use crate::labels::{
    CertificateName, FailureCauseLabel, FingerprintSha256, HostResult, HostResultLabel, Issuer, KubeResource,
    Readiness, ReadinessLabel, RequestKindLabel, RequestStateLabel, ResourceNamespace, SecretName,
    SecretNamespace, ServedResult, ServedResultLabel, Signer, SigningStateLabel,
};
use crate::metrics::{
    CERTIFICATE_FAILED_ATTEMPTS, CERTIFICATE_FAILING_SINCE, CERTIFICATE_FAILURE, CERTIFICATE_INFO,
    CERTIFICATE_NEVER_ISSUED, CERTIFICATE_NOT_AFTER, CERTIFICATE_READY, CERTIFICATE_RENEWAL,
    CERTIFICATE_REVISION, EDGE_INFO, EDGE_NOT_AFTER, HOST_CERTIFICATE, HOST_SERVED, HOST_SERVED_NOT_AFTER,
    ISSUER_READY, NOT_AFTER, OBJECT_FAULTS, REQUESTS, SECRET_WORKLOAD, SIGNING_REQUEST_OLDEST_PENDING,
    SIGNING_REQUESTS, TRANSPORT_ERRORS, WATCH_RESYNCS,
};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row { title: "Hosts of the cluster", panels: hosts() },
        Row { title: "cert-manager", panels: certmanager() },
        Row { title: "The Kubernetes API", panels: api() },
    ]
}

fn hosts() -> Vec<Panel> {
    use PanelKind::{Stat, Table};
    let wrong = HOST_CERTIFICATE
        .not_at(HostResultLabel, HostResult::Covered)
        .not_at(HostResultLabel, HostResult::Unknown)
        .not_at(SecretName, "");
    let not_same = HOST_SERVED
        .not_at(ServedResultLabel, ServedResult::Same)
        .not_at(ServedResultLabel, ServedResult::NotProbed);
    vec![
        panel(
            "Hosts without a good certificate",
            "Hosts whose Secret is missing, empty, expired or made out to another name.",
            Stat,
            format!("sum({wrong})"),
            "hosts",
        ),
        panel(
            "Hosts served with another certificate than the stored one",
            "The controller's own address shows another certificate: not reloaded, or its default.",
            Stat,
            format!("sum({})", HOST_SERVED.at(ServedResultLabel, ServedResult::Differs)),
            "hosts",
        ),
        panel(
            "What is wrong with hosts",
            "The host, the object that names it, and its Secret.",
            Table,
            format!("{wrong} == 1"),
            "",
        ),
        panel(
            "What controllers serve",
            "Hosts where the stored certificate is not known to be the served one.",
            Table,
            format!("{not_same} == 1"),
            "",
        ),
        panel(
            "Served by controllers, first to end",
            "Time left to what the controllers' own addresses serve, shortest first; negative means expired.",
            Table,
            format!("sort(bottomk(20, {HOST_SERVED_NOT_AFTER} - time()))"),
            "",
        ),
        panel(
            "Served by the edge, first to end",
            "Time left to the own certificates of CDNs and tunnels in front of the cluster.",
            Table,
            format!("sort({EDGE_NOT_AFTER} - time())"),
            "",
        ),
        panel(
            "Certificates of the edge by issuer",
            "How many public names show a certificate of an edge, by who issued it.",
            Table,
            format!("count by ({Issuer}) (count by ({Issuer}, {FingerprintSha256}) ({EDGE_INFO}))"),
            "",
        ),
        panel(
            "Whom the next Secrets concern",
            "The workloads that use Secrets with a certificate of which less than 28 days are left.",
            Table,
            format!(
                "{SECRET_WORKLOAD} and on ({SecretNamespace}, {SecretName}) \
                 ({} - time() < 2419200)",
                NOT_AFTER.not_at(SecretName, "")
            ),
            "",
        ),
    ]
}

fn certmanager() -> Vec<Panel> {
    use PanelKind::{Stat, Table, TimeSeries};
    let by = format!("on ({ResourceNamespace}, {CertificateName})");
    vec![
        panel(
            "Certificates that are not renewed",
            "Certificates whose issue or renewal fails.",
            Stat,
            format!("count({CERTIFICATE_FAILURE} == 1)"),
            "failing",
        ),
        panel(
            "Certificates that were never issued",
            "There is no certificate yet; no dates either.",
            Stat,
            format!("sum({CERTIFICATE_NEVER_ISSUED})"),
            "never issued",
        ),
        panel(
            "Why renewals fail",
            "The cause, as told from what the authority and cert-manager say.",
            Table,
            format!("{CERTIFICATE_FAILURE} == 1"),
            "",
        ),
        panel(
            "How long they have failed",
            "Time since the first failure that is known.",
            Table,
            format!("time() - {CERTIFICATE_FAILING_SINCE}"),
            "",
        ),
        panel(
            "Failures by cause",
            "How many Certificates fail for each cause.",
            TimeSeries,
            format!("sum by ({FailureCauseLabel}) ({CERTIFICATE_FAILURE})"),
            "{{cause}}",
        ),
        panel(
            "Next renewals",
            "Time until cert-manager is to renew, shortest first; negative means overdue.",
            Table,
            format!("sort(bottomk(20, {CERTIFICATE_RENEWAL} - time()))"),
            "",
        ),
        panel(
            "First to end",
            "Time left as cert-manager has it: also where no Secret may be read.",
            Table,
            format!("sort(bottomk(20, {CERTIFICATE_NOT_AFTER} - time()))"),
            "",
        ),
        panel(
            "Certificates by issuer",
            "How many Certificates name each issuer, and how many of them are ready.",
            Table,
            format!(
                "count by (issuer_kind, issuer) ({CERTIFICATE_INFO} and {by} ({} == 1))",
                CERTIFICATE_READY.at(ReadinessLabel, Readiness::True)
            ),
            "",
        ),
        panel(
            "Issuers that are not ready",
            "Nothing that names them is issued or renewed.",
            Table,
            format!("{} == 0", ISSUER_READY.at(ReadinessLabel, Readiness::True)),
            "",
        ),
        panel(
            "Issues in a day",
            "How often certificates were issued; a burst uses up an authority's limit.",
            TimeSeries,
            format!("sum by ({ResourceNamespace}) (delta({CERTIFICATE_REVISION}[1d])) > 0"),
            "{{resource_namespace}}",
        ),
        panel(
            "Attempts that failed in a row",
            "cert-manager waits longer after each.",
            Table,
            format!("{CERTIFICATE_FAILED_ATTEMPTS} > 0"),
            "",
        ),
        panel(
            "Requests, Orders and Challenges",
            "How many there are of each kind and state.",
            TimeSeries,
            format!("sum by ({RequestKindLabel}, {RequestStateLabel}) ({REQUESTS})"),
            "{{kind}} {{state}}",
        ),
    ]
}

fn api() -> Vec<Panel> {
    use PanelKind::{Table, TimeSeries};
    vec![
        panel(
            "Objects with items that cannot be used",
            "Values of Secrets, ConfigMaps and `caBundle`s that should hold a certificate and do not.",
            Table,
            format!("{OBJECT_FAULTS} > 0"),
            "",
        ),
        panel(
            "CertificateSigningRequests",
            "By signer and state.",
            TimeSeries,
            format!("sum by ({Signer}, {SigningStateLabel}) ({SIGNING_REQUESTS}) > 0"),
            "{{signer}} {{state}}",
        ),
        panel(
            "Requests that wait for an approval",
            "How long the oldest has waited, by signer.",
            Table,
            format!("time() - {SIGNING_REQUEST_OLDEST_PENDING}"),
            "",
        ),
        panel(
            "Cycles in which the API could not be read",
            "By resource and reason.",
            TimeSeries,
            format!("increase({TRANSPORT_ERRORS}[$__rate_interval]) > 0"),
            "{{resource}} {{reason}}",
        ),
        panel(
            "Lists that were made again",
            "The server no longer had the changes since the last list; often means that it is overloaded.",
            TimeSeries,
            format!("sum by ({KubeResource}) (increase({WATCH_RESYNCS}[$__rate_interval]))"),
            "{{resource}}",
        ),
    ]
}
