//! Where objects are served that do not say so themselves: ListenerSets by their Gateways, Ingresses by their classes.

use lookout_certs::cluster::hosts::{
    Claim, GatewayReader, HostObjectKind, IngressClassReader, IngressReader, ListenerSetReader,
    attached_claims, claims, classify,
};

use super::hosts::{claims_of, gateway_of, told};
use super::objects::{text, view};

/// The Gateway of the fixture, and what it says of a ListenerSet that it takes.
const EDGE: &str = r#"{"name": "edge", "namespace": "gateways"}"#;
const ACCEPTED: &str = r#"[{"lastTransitionTime": "2026-01-10T08:00:05Z", "message": "", "reason": "Accepted", "status": "True", "type": "Accepted"}]"#;

/// What the ListenerSet of the fixture claims with this `parentRef` and these conditions.
fn listener_set(parent: &str, conditions: &str) -> Vec<Claim> {
    let set = text("listener-set");
    assert!(set.contains(EDGE) && set.contains(ACCEPTED), "the fixture is another one");
    let set = set.replace(EDGE, parent).replace(ACCEPTED, conditions);
    attached_claims(&view(&ListenerSetReader, &[&set]), &view(&GatewayReader, &[&text("gateway")])).collect()
}

#[test]
fn a_listener_set_is_served_where_its_gateway_is() {
    let accepted = listener_set(EDGE, ACCEPTED);
    let hosts = ["team/shop team.example <- team/team-tls", "team/shop old.example <- vault/old-tls"];
    assert_eq!(told(&accepted), hosts);
    let [first, second] = &accepted[..] else { panic!("{accepted:?}") };
    assert_eq!((&*first.class, first.port, &first.addresses[..]), ("envoy", 443, &["192.0.2.20".into()][..]));
    assert_eq!((first.is_permitted, second.is_permitted), (true, false));
    let gateway = claims_of(&GatewayReader, HostObjectKind::Gateway, &[&text("gateway")]).remove(0);
    assert_eq!(first.server(), gateway.server(), "one of them is served, if both name a host");
}

#[test]
fn what_a_gateway_does_not_take_is_asked_for_nowhere() {
    let refused = r#"[{"reason": "NotAllowed", "status": "False", "type": "Accepted"}]"#;
    for claims in [
        listener_set(EDGE, refused),
        // Nobody has said anything, as a controller that does not know of ListenerSets.
        listener_set(EDGE, "[]"),
        listener_set(r#"{"name": "another"}"#, ACCEPTED),
        listener_set(
            r#"{"group": "example.com", "kind": "Edge", "name": "edge", "namespace": "gateways"}"#,
            ACCEPTED,
        ),
    ] {
        assert_eq!(claims.len(), 2, "what is stored is judged all the same");
        assert!(
            claims.iter().all(|claim| claim.class.is_empty() && claim.addresses.is_empty()),
            "{claims:?}"
        );
    }
}

#[test]
fn a_listener_set_may_add_to_a_gateway_that_has_no_tls() {
    let plain = r#"{"metadata":{"name":"edge","namespace":"gateways"},"spec":{"gatewayClassName":"envoy","listeners":[
        {"name":"http","port":80,"protocol":"HTTP"}]},"status":{"addresses":[{"value":"192.0.2.9"}]}}"#;
    let gateways = view(&GatewayReader, &[plain]);
    assert_eq!(claims(HostObjectKind::Gateway, &gateways).count(), 0);
    let sets = view(&ListenerSetReader, &[&text("listener-set")]);
    assert!(attached_claims(&sets, &gateways).all(|claim| claim.addresses == ["192.0.2.9".into()]));
}

#[test]
fn an_ingress_is_of_the_only_default_class_and_its_controller_is_known() {
    let class = |name: &str, controller: &str, default: &str| {
        format!(
            r#"{{"metadata":{{"name":"{name}","annotations":{{"ingressclass.kubernetes.io/is-default-class":"{default}"}}}},"spec":{{"controller":"{controller}"}}}}"#
        )
    };
    let ingress = |name: &str, class: &str| {
        format!(
            r#"{{"metadata":{{"name":"{name}","namespace":"n"}},"spec":{{{class}"tls":[{{"hosts":["a.example"],"secretName":"s"}}]}}}}"#
        )
    };
    let classified = |classes: &[String]| {
        let classes: Vec<_> = classes.iter().map(String::as_str).collect();
        let texts = [ingress("a", ""), ingress("b", r#""ingressClassName":"inner","#)];
        let mut found =
            claims_of(&IngressReader, HostObjectKind::Ingress, &texts.each_ref().map(String::as_str));
        found.extend(gateway_of("a.example", &[(443, "one")]));
        classify(&view(&IngressClassReader, &classes), &mut found);
        found.iter().map(|claim| format!("{} {}", claim.class, claim.controller)).collect::<Vec<_>>()
    };
    let (inner, outer) =
        (class("inner", "k8s.io/ingress-nginx", ""), class("outer", "example.com/other", "true"));
    assert_eq!(
        classified(&[inner.clone(), outer.clone()]),
        ["outer example.com/other", "inner k8s.io/ingress-nginx", "envoy "]
    );
    let second = class("second", "example.com/other", "true");
    assert_eq!(classified(&[inner, outer, second]), [" ", "inner k8s.io/ingress-nginx", "envoy "]);
    assert_eq!(classified(&[]), [" ", "inner ", "envoy "]);
}
