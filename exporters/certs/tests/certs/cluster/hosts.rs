//! Hosts of Ingresses, Gateways and Services: read, joined with what is stored, judged.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs::cluster::hosts::{
    Claim, GatewayReader, HostObjectKind, Hosts, IngressReader, Judged, Leaf, LeafReader, ServiceReader,
    Stored, assess, claims, findings, judge,
};
use lookout_certs::parse::parse;
use lookout_certs_spec::labels::HostResult;
use lookout_kubernetes::Reader;
use lookout_runtime::Shard;
use lookout_simulator::{Authorities, Validity};

use super::objects::{ones, read, scrape, text, view};
use crate::support::fixed_now;

/// Claims as `object host <- secrets`.
pub(super) fn told(claims: &[Claim]) -> Vec<String> {
    let tell = |claim: &Claim| {
        let secrets: Vec<_> = claim.secrets.iter().map(ToString::to_string).collect();
        format!("{} {} <- {}", claim.key, claim.host, secrets.join(", "))
    };
    claims.iter().map(tell).collect()
}

pub(super) fn claims_of<R>(reader: &R, kind: HostObjectKind, texts: &[&str]) -> Vec<Claim>
where
    R: Reader<Object = lookout_certs::cluster::hosts::HostObject>,
{
    claims(kind, &view(reader, texts)).collect()
}

/// What a server would show that has a certificate for this name.
fn leaf(name: &str, validity: Validity) -> Stored {
    let issued = Authorities::create(fixed_now()).unwrap().issue(name, validity).unwrap();
    let parsed = parse(&issued.chain_pem().into_bytes(), 1);
    Stored::Leaf(Arc::new(Leaf::new(&parsed.certificates[0])))
}

fn good(name: &str) -> Stored {
    leaf(name, Validity::current(fixed_now()))
}

fn judged(host: &str, stored: Vec<Stored>) -> Judged {
    let ingress = text("ingress").replace("shop.example", host);
    let mut claim = claims_of(&IngressReader, HostObjectKind::Ingress, &[&ingress]).remove(0);
    claim.host = host.into();
    let secret = claim.secrets[0].clone();
    claim.secrets = vec![secret; stored.len()];
    Judged { claim, stored }
}

fn result(host: &str, stored: Vec<Stored>) -> HostResult {
    judge(&judged(host, stored), fixed_now().as_second()).0
}

#[test]
fn an_ingress_claims_its_hosts_and_an_entry_without_hosts_the_rest() {
    let claims = claims_of(&IngressReader, HostObjectKind::Ingress, &[&text("ingress")]);
    assert_eq!(
        told(&claims),
        [
            "shop/shop shop.example <- shop/shop-tls",
            "shop/shop www.shop.example <- shop/shop-tls",
            "shop/shop admin.shop.example <- shop/admin-tls",
        ]
    );
    assert_eq!((&*claims[0].class, claims[0].port), ("nginx", 443));
    assert_eq!(claims[0].addresses, ["192.0.2.10".into(), "lb-1.elb.example.com".into()]);
}

#[test]
fn odd_ingresses_are_read_for_what_they_say() {
    let ingress = |spec: &str, annotations: &str| {
        let text = format!(
            r#"{{"metadata":{{"name":"i","namespace":"n","annotations":{annotations}}},"spec":{spec}}}"#
        );
        claims_of(&IngressReader, HostObjectKind::Ingress, &[&text])
    };
    assert_eq!(told(&ingress(r#"{"rules":[{"host":"a.example"}]}"#, "{}")), Vec::<String>::new());
    // The controller's default certificate.
    assert_eq!(told(&ingress(r#"{"tls":[{"hosts":["a.example"]}]}"#, "{}")), ["n/i a.example <- "]);
    // Neither hosts nor rules: every host.
    let every = ingress(r#"{"tls":[{"secretName":"s"}]}"#, "{}");
    assert_eq!(told(&every), ["n/i  <- n/s"]);
    assert!(!every[0].names_one_host());
    // One host twice: one of the Secrets must cover it.
    let twice =
        r#"{"tls":[{"hosts":["a.example"],"secretName":"one"},{"hosts":["A.example"],"secretName":"two"}]}"#;
    assert_eq!(told(&ingress(twice, "{}")), ["n/i a.example <- n/one, n/two"]);
    let annotated =
        r#"{"kubernetes.io/ingress.class":"old","nginx.ingress.kubernetes.io/ssl-passthrough":"true"}"#;
    let old = ingress(r#"{"tls":[{"hosts":["a.example"],"secretName":"s"}]}"#, annotated);
    assert_eq!((&*old[0].class, old[0].is_passed_through), ("old", true));
    assert_eq!(told(&ingress(r#"{"tls":{"hosts":3}}"#, "7")), Vec::<String>::new());
}

#[test]
fn an_object_of_too_many_hosts_is_cut_and_says_so() {
    let hosts: Vec<_> = (0..1500).map(|index| format!(r#""h{index}.example""#)).collect();
    let text = format!(
        r#"{{"metadata":{{"name":"i"}},"spec":{{"tls":[{{"hosts":[{}],"secretName":"s"}},{{"hosts":["z.example"]}}]}}}}"#,
        hosts.join(",")
    );
    let object = read(&IngressReader, &text).unwrap().object;
    assert!(object.is_cut);
    assert_eq!(object.listeners.iter().map(|listener| listener.hosts.len()).sum::<usize>(), 1000);
    assert!(!read(&IngressReader, &self::text("ingress")).unwrap().object.is_cut);
}

#[test]
fn a_gateway_claims_the_hosts_of_its_tls_listeners() {
    let claims = claims_of(&GatewayReader, HostObjectKind::Gateway, &[&text("gateway")]);
    assert_eq!(
        told(&claims),
        [
            "gateways/edge shop.example <- gateways/shop-rsa, gateways/shop-ecdsa",
            "gateways/edge *.apps.example <- apps/apps-tls",
            "gateways/edge db.example <- ",
            "gateways/edge  <- gateways/any-tls",
        ]
    );
    let facts: Vec<_> =
        claims.iter().map(|claim| (claim.port, claim.is_permitted, claim.is_passed_through)).collect();
    assert_eq!(facts, [(8443, true, false), (443, false, false), (5432, true, true), (9443, true, false)]);
    assert_eq!((&*claims[0].class, claims[0].addresses.len()), ("envoy", 1));
}

/// The claims of a Gateway with a listener for each port and Secret.
pub(super) fn gateway_of(hostname: &str, listeners: &[(u16, &str)]) -> Vec<Claim> {
    let listener = |(port, secret): &(u16, &str)| {
        format!(
            r#"{{"name":"{secret}","hostname":"{hostname}","port":{port},"protocol":"HTTPS","tls":{{"certificateRefs":[{{"name":"{secret}"}}]}}}}"#
        )
    };
    let listeners: Vec<_> = listeners.iter().map(listener).collect();
    let text = format!(
        r#"{{"metadata":{{"name":"g","namespace":"n"}},"spec":{{"gatewayClassName":"envoy","listeners":[{}]}}}}"#,
        listeners.join(",")
    );
    claims_of(&GatewayReader, HostObjectKind::Gateway, &[&text])
}

#[test]
fn a_host_at_two_ports_is_two_claims_each_as_good_as_its_own_secret() {
    for hostname in ["a.example", ""] {
        let claims = gateway_of(hostname, &[(443, "one"), (8443, "two")]);
        let expected = ["one", "two"].map(|secret| format!("n/g {hostname} <- n/{secret}"));
        assert_eq!(told(&claims), expected);
        let stored = [good("a.example"), Stored::Missing];
        let judged =
            claims.into_iter().zip(stored).map(|(claim, stored)| Judged { claim, stored: vec![stored] });
        let hosts = Hosts::new(judged.collect());
        let shown = scrape(|batch| assess(&hosts, Shard::WHOLE, fixed_now(), batch));
        assert_eq!(
            ones(&shown, "certs_host_certificate", &["secret_name", "result"]),
            ["one covered", "two secret_missing"]
        );
        let found = findings(&hosts, Shard::WHOLE, fixed_now());
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[test]
fn a_host_at_two_ports_with_one_secret_is_told_of_once_and_with_two_is_no_conflict() {
    let hosts = |secrets: [&str; 2], stored: [Stored; 2]| {
        let claims = gateway_of("a.example", &[(443, secrets[0]), (8443, secrets[1])]);
        let judged =
            claims.into_iter().zip(stored).map(|(claim, stored)| Judged { claim, stored: vec![stored] });
        Hosts::new(judged.collect())
    };
    let one = hosts(["one", "one"], [Stored::Missing, Stored::Missing]);
    assert_eq!(one.judged.len(), 2);
    let shown = scrape(|batch| assess(&one, Shard::WHOLE, fixed_now(), batch));
    assert_eq!(ones(&shown, "certs_host_certificate", &["secret_name", "result"]), ["one secret_missing"]);
    assert_eq!(findings(&one, Shard::WHOLE, fixed_now()).len(), 1);
    let two = hosts(["one", "two"], [good("a.example"), good("a.example")]);
    assert_eq!(findings(&two, Shard::WHOLE, fixed_now()), []);
}

#[test]
fn a_secret_that_is_missing_beside_a_good_one_is_a_finding() {
    let mut judged = judged("shop.example", vec![good("shop.example"), Stored::Missing]);
    judged.claim.secrets[1].name = "second".into();
    let found = findings(&Hosts::new(vec![judged]), Shard::WHOLE, fixed_now());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.starts_with("the Secret shop/second, one of several"), "{found:?}");
}

#[test]
fn a_service_claims_what_its_annotations_name() {
    let service = |annotations: &str, spec: &str| {
        let text = format!(
            r#"{{"metadata":{{"name":"web","namespace":"shop","annotations":{annotations}}},"spec":{spec}}}"#
        );
        claims_of(&ServiceReader, HostObjectKind::Service, &[&text])
    };
    let one_port = r#"{"clusterIP":"10.0.0.9","ports":[{"port":8443}]}"#;
    let openshift = service(r#"{"service.beta.openshift.io/serving-cert-secret-name":"web-tls"}"#, one_port);
    assert_eq!(told(&openshift), ["shop/web web.shop.svc <- shop/web-tls"]);
    assert_eq!((openshift[0].port, &*openshift[0].addresses[0]), (8443, "10.0.0.9"));
    let own = r#"{"lookout/tls-secret":"s","lookout/tls-host":"Web.example","lookout/tls-port":"636"}"#;
    let own = service(own, r#"{"clusterIP":"None","ports":[]}"#);
    assert_eq!(told(&own), ["shop/web web.example <- shop/s"]);
    assert_eq!((own[0].port, &*own[0].addresses[0]), (636, "web.shop.svc"));
    let several =
        r#"{"clusterIP":"10.0.0.9","ports":[{"port":80,"name":"http"},{"port":8443,"name":"https"}]}"#;
    let named = service(r#"{"lookout/tls-secret":"s"}"#, several);
    assert_eq!(named[0].port, 8443);
    let unclear = service(r#"{"lookout/tls-secret":"s"}"#, r#"{"ports":[{"port":1},{"port":2}]}"#);
    assert!(unclear[0].is_passed_through, "without a port nothing can be asked");
    assert_eq!(told(&service("{}", one_port)), Vec::<String>::new());
}

#[test]
fn a_claim_is_as_good_as_what_is_stored() {
    let over = Validity::days(fixed_now(), -90, -1);
    let not_yet = Validity::days(fixed_now(), 1, 90);
    for (stored, expected) in [
        (good("shop.example"), HostResult::Covered),
        (good("*.example"), HostResult::Covered),
        (good("other.example"), HostResult::NotCovered),
        (leaf("shop.example", over), HostResult::Expired),
        (leaf("shop.example", not_yet), HostResult::Expired),
        (leaf("other.example", over), HostResult::NotCovered),
        (Stored::WithoutCertificate, HostResult::NoCertificate),
        (Stored::Missing, HostResult::SecretMissing),
        (Stored::Unknown, HostResult::Unknown),
    ] {
        assert_eq!(result("shop.example", vec![stored.clone()]), expected, "{stored:?}");
    }
    assert_eq!(result("", vec![good("other.example")]), HostResult::Covered, "every host asks for no name");
    assert_eq!(result("*.example", vec![good("*.example")]), HostResult::Covered);
    assert_eq!(result("*.example", vec![good("shop.example")]), HostResult::NotCovered);
    assert_eq!(result("shop.example", Vec::new()), HostResult::NoCertificate);
}

#[test]
fn one_good_secret_of_several_is_enough_and_an_unseen_one_might_be_it() {
    let (good, other) = (good("shop.example"), good("other.example"));
    assert_eq!(result("shop.example", vec![other.clone(), good]), HostResult::Covered);
    assert_eq!(result("shop.example", vec![other.clone(), Stored::Unknown]), HostResult::Unknown);
    assert_eq!(result("shop.example", vec![Stored::Missing, other]), HostResult::NotCovered);
}

#[test]
fn a_gateway_without_a_grant_is_not_permitted() {
    let claim = claims_of(&GatewayReader, HostObjectKind::Gateway, &[&text("gateway")]).remove(1);
    let judged = Judged { claim, stored: vec![good("*.apps.example")] };
    let (result, secret) = judge(&judged, fixed_now().as_second());
    assert_eq!((result, secret.unwrap().to_string()), (HostResult::NotPermitted, "apps/apps-tls".to_owned()));
    let found = findings(&Hosts::new(vec![judged]), Shard::WHOLE, fixed_now());
    assert!(found[0].remedy.contains("ReferenceGrant in the namespace apps"), "{found:?}");
}

#[test]
fn a_row_for_each_result_says_which_one_holds() {
    let hosts = Hosts::new(vec![judged("shop.example", vec![good("other.example")])]);
    let shown = scrape(|batch| assess(&hosts, Shard::WHOLE, fixed_now(), batch));
    assert_eq!(shown.family("certs_host_certificate").unwrap().samples.len(), HostResult::ALL.len());
    let labels = ["resource_namespace", "kind", "name", "host", "secret_namespace", "secret_name", "result"];
    assert_eq!(
        ones(&shown, "certs_host_certificate", &labels),
        ["shop Ingress shop shop.example shop shop-tls not_covered"]
    );
}

#[test]
fn findings_tell_what_is_wrong_and_two_objects_that_are_at_odds() {
    let of =
        |stored| findings(&Hosts::new(vec![judged("shop.example", vec![stored])]), Shard::WHOLE, fixed_now());
    assert_eq!(of(good("shop.example")), []);
    assert_eq!(of(Stored::Unknown), []);
    for (stored, message) in [
        (good("other.example"), "is not made out to `shop.example`"),
        (Stored::Missing, "is not there"),
        (Stored::WithoutCertificate, "holds no certificate"),
        (leaf("shop.example", Validity::days(fixed_now(), -90, -1)), "is not valid now"),
    ] {
        let found = of(stored);
        assert_eq!(found.len(), 1, "{message}");
        assert!(found[0].message.contains(message) && found[0].subject == "Ingress shop/shop", "{found:?}");
    }
    let mut other = judged("shop.example", vec![good("shop.example")]);
    other.claim.key.name = "second".into();
    let same = other.clone();
    let first = judged("shop.example", vec![good("shop.example")]);
    let found = findings(&Hosts::new(vec![first, other]), Shard::WHOLE, fixed_now());
    assert!(found[0].message.contains("the controller takes one of them"), "{found:?}");
    assert_eq!(findings(&Hosts::new(vec![same.clone(), same]), Shard::WHOLE, fixed_now()), []);
}

#[test]
fn two_gateways_or_services_may_serve_one_host_differently() {
    for kind in [HostObjectKind::Gateway, HostObjectKind::Service] {
        let of = |name: &str| {
            let mut judged = judged("shop.example", vec![good("shop.example")]);
            (judged.claim.kind, judged.claim.key.name) = (kind, name.into());
            judged
        };
        let hosts = Hosts::new(vec![of("inner"), of("outer")]);
        assert_eq!(findings(&hosts, Shard::WHOLE, fixed_now()), [], "each is a server of its own");
    }
}

#[test]
fn shards_divide_the_hosts_by_their_secrets() {
    let claims = claims_of(&IngressReader, HostObjectKind::Ingress, &[&text("ingress")]);
    let judge = |claim| Judged { claim, stored: vec![Stored::Missing] };
    let hosts = Hosts::new(claims.into_iter().map(judge).collect());
    let of_shard = |index| {
        let shown = scrape(|batch| assess(&hosts, Shard::new(index, 4).unwrap(), fixed_now(), batch));
        ones(&shown, "certs_host_certificate", &["host"])
    };
    let mut all: Vec<_> = (0..4).flat_map(of_shard).collect();
    all.sort();
    assert_eq!(all, ["admin.shop.example", "shop.example", "www.shop.example"]);
}

#[test]
fn a_secret_is_read_for_its_certificate_whatever_its_type() {
    let issued = Authorities::create(fixed_now())
        .unwrap()
        .issue("shop.example", Validity::current(fixed_now()))
        .unwrap();
    let secret = |data: &str| {
        let text =
            format!(r#"{{"metadata":{{"name":"s","namespace":"n"}},"type":"Opaque","data":{{{data}}}}}"#);
        read(&LeafReader, &text).unwrap().object
    };
    let encoded = data_encoding::BASE64.encode(issued.chain_pem().as_bytes());
    let leaf = secret(&format!(r#""tls.key":"AAAA","tls.crt":"{encoded}""#)).unwrap();
    assert!(leaf.covers("shop.example") && leaf.is_valid(fixed_now().as_second()));
    assert_eq!(secret(""), None);
    assert_eq!(secret(r#""tls.crt":"no base64!""#), None);
    assert_eq!(secret(r#""tls.crt":"bm90IFBFTQ==""#), None);
    let later: Timestamp = "2036-01-01T00:00:00Z".parse().unwrap();
    assert!(!leaf.is_valid(later.as_second()));
}
