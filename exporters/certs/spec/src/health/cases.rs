//! The proof of what counts as healthy: one of each kind that is, one that is not, and one that is no part.
//!
//! How to get it wrong: samples of one replica only. Two of Lookout see each thing twice, and it is one.

use lookout_declarations::{Given, HealthCase};

use crate::labels::{
    HostCertificate, HostResult, KeyAlgorithm, Readiness, Role, StoredCertificate, Verification,
};
use crate::metrics::{
    CERTIFICATE_READY, ENDPOINT_UP, ENDPOINT_VERIFIED, HOST_CERTIFICATE, ISSUER_READY, NOT_AFTER, STORED_INFO,
};

/// One value for as long as a case looks.
fn steady(value: i64) -> String {
    format!("{value}x20")
}

/// The same series as two replicas of Lookout serve them.
fn replicated(given: &[Given]) -> Vec<Given> {
    let of = |replica: &str, given: &Given| {
        let open = given.series.trim_end_matches('}');
        let series = format!("{open},instance=\"{replica}:9000\",pod=\"{replica}\"}}");
        Given::raw(series, given.values.clone())
    };
    given.iter().flat_map(|given| ["lookout-0", "lookout-1"].map(|replica| of(replica, given))).collect()
}

fn case(name: &'static str, given: &[Given], [n_healthy, n_parts]: [u32; 2]) -> HealthCase {
    HealthCase { name, given: replicated(given), n_parts, n_healthy }
}

pub(super) fn hosts() -> HealthCase {
    let host = |host, secret_name, result, value| {
        let (resource_namespace, kind, name) = ("shop", "Ingress", "shop");
        let secret_namespace = "shop";
        let labels =
            HostCertificate { resource_namespace, kind, name, host, secret_namespace, secret_name, result };
        Given::series(&HOST_CERTIFICATE, labels, steady(value))
    };
    let given = [
        host("shop.example", "shop-tls", HostResult::Covered, 1),
        host("shop.example", "shop-tls", HostResult::Unknown, 0),
        host("docs.example", "docs-tls", HostResult::Covered, 0),
        host("docs.example", "docs-tls", HostResult::Expired, 1),
        host("hidden.example", "hidden-tls", HostResult::Covered, 0),
        host("hidden.example", "hidden-tls", HostResult::Unknown, 1),
        host("default.example", "", HostResult::Covered, 0),
    ];
    case(
        "one is covered, one is not, one may not be known, and one has the controller's default",
        &given,
        [1, 2],
    )
}

pub(super) fn stored() -> HealthCase {
    let certificate = |serial_number, role, left| {
        let labels = StoredCertificate {
            serial_number,
            filename: "tls.pem",
            filepath: "/etc/shop/tls.pem",
            ..StoredCertificate::default()
        };
        let info = labels.with_info("ab01", role, KeyAlgorithm::Ecdsa, 256);
        [Given::series(&NOT_AFTER, labels, steady(left)), Given::series(&STORED_INFO, info, steady(1))]
    };
    let given = [
        certificate("1", Role::Leaf, 3600),
        certificate("2", Role::Leaf, -3600),
        certificate("3", Role::Root, 3600),
    ];
    case("one has an hour left, one has expired, and one is a root", &given.concat(), [1, 2])
}

pub(super) fn servers() -> HealthCase {
    let up = |endpoint, value| Given::series(&ENDPOINT_UP, (endpoint, "shop.example"), steady(value));
    let trusted = |endpoint, value| {
        let labels = (endpoint, "shop.example", Verification::Trusted);
        Given::series(&ENDPOINT_VERIFIED, labels, steady(value))
    };
    let given = [
        up("a.example:443", 1),
        trusted("a.example:443", 1),
        up("b.example:443", 1),
        trusted("b.example:443", 0),
        up("c.example:443", 0),
        up("d.example:443", 0),
        trusted("d.example:443", 1),
    ];
    case("one is trusted, one is not, one is down, and one was trusted when it was last seen", &given, [1, 4])
}

pub(super) fn certificates() -> HealthCase {
    let ready =
        |name, status, value| Given::series(&CERTIFICATE_READY, ("shop", name, status), steady(value));
    let given = [
        ready("shop-tls", Readiness::True, 1),
        ready("shop-tls", Readiness::False, 0),
        ready("docs-tls", Readiness::True, 0),
        ready("docs-tls", Readiness::False, 1),
    ];
    case("one is ready and one is not", &given, [1, 2])
}

pub(super) fn issuers() -> HealthCase {
    let ready = |name, status, value| {
        Given::series(&ISSUER_READY, ("", "ClusterIssuer", name, status), steady(value))
    };
    let given = [
        ready("letsencrypt", Readiness::True, 1),
        ready("letsencrypt", Readiness::False, 0),
        ready("internal", Readiness::True, 0),
        ready("internal", Readiness::False, 1),
    ];
    case("one is ready and one is not", &given, [1, 2])
}
