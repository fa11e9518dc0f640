//! What is followed to find hosts, and the claims that follow from it.

use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kubernetes::{Cluster, Followed, Follower, Namespaces, Reader, Selection};
use lookout_runtime::Fault;

use super::claim::{Claim, attached_claims, claims};
use super::gateway::GatewayReader;
use super::ingress::IngressReader;
use super::ingress_class::{IngressClass, IngressClassReader, classify};
use super::listener_set::ListenerSetReader;
use super::object::{HostObject, HostObjectKind, MAX_HOSTS};
use super::service::ServiceReader;
use crate::cluster::following::Standing;

/// The objects that name hosts, and what is said of their controllers.
pub(super) struct Follows {
    ingresses: Follower<HostObject>,
    /// Nothing where only some namespaces may be read.
    classes: Option<Follower<IngressClass>>,
    gateways: Follower<HostObject>,
    listener_sets: Follower<HostObject>,
    services: Follower<HostObject>,
}

impl Follows {
    pub(super) fn start(cluster: &Arc<Cluster>, selection: &Selection) -> Self {
        let is_whole = !matches!(selection.namespaces, Namespaces::Named(_));
        Self {
            ingresses: cluster.follow(IngressReader, selection),
            classes: is_whole.then(|| cluster.follow(IngressClassReader, selection)),
            gateways: cluster.follow(GatewayReader, selection),
            listener_sets: cluster.follow(ListenerSetReader, selection),
            services: cluster.follow(ServiceReader, selection),
        }
    }

    /// Completes when each has been read or has failed.
    pub(super) async fn settled(&self) {
        let classes = async {
            if let Some(classes) = &self.classes {
                classes.settled().await;
            }
        };
        let of_gateways = async { tokio::join!(self.gateways.settled(), self.listener_sets.settled()) };
        tokio::join!(self.ingresses.settled(), classes, of_gateways, self.services.settled());
    }

    /// Completes when one of them has changed. Cancel-safe.
    pub(super) async fn changed(&mut self) {
        let classes = async {
            match &mut self.classes {
                Some(classes) => classes.changed().await,
                None => core::future::pending().await,
            }
        };
        tokio::select! {
            () = self.ingresses.changed() => {}
            () = classes => {}
            () = self.gateways.changed() => {}
            () = self.listener_sets.changed() => {}
            () = self.services.changed() => {}
        }
    }

    /// The claims, how each follow stands, and what of the objects is left out.
    pub(super) fn read(&self) -> (Vec<Claim>, Vec<Standing>, Vec<Fault>) {
        let (ingresses, gateways) = (self.ingresses.latest(), self.gateways.latest());
        let (sets, services) = (self.listener_sets.latest(), self.services.latest());
        let mut all: Vec<_> = claims(HostObjectKind::Ingress, &ingresses.view).collect();
        all.extend(claims(HostObjectKind::Gateway, &gateways.view));
        all.extend(attached_claims(&sets.view, &gateways.view));
        all.extend(claims(HostObjectKind::Service, &services.view));
        let kinds = [
            (HostObjectKind::Ingress, IngressReader.resource(), ingresses),
            (HostObjectKind::Gateway, GatewayReader.resource(), gateways),
            (HostObjectKind::ListenerSet, ListenerSetReader.resource(), sets),
            (HostObjectKind::Service, ServiceReader.resource(), services),
        ];
        let standings = kinds.iter().map(|(_, resource, followed)| Standing::of(*resource, followed));
        let mut standings: Vec<_> = standings.collect();
        if let Some(classes) = self.classes.as_ref().map(Follower::latest) {
            standings.push(Standing::of(IngressClassReader.resource(), &classes));
            classify(&classes.view, &mut all);
        }
        let faults = kinds.iter().flat_map(|(kind, _, followed)| too_many(*kind, followed)).collect();
        (all, standings, faults)
    }
}

fn too_many(kind: HostObjectKind, followed: &Followed<HostObject>) -> Vec<Fault> {
    let cut = followed.view.iter().filter(|entry| entry.object.is_cut);
    let fault = |key| Fault {
        reason: Reason::TooMany,
        subject: format!("{} {key}", kind.as_str()),
        message: format!("it names more hosts than the {MAX_HOSTS} that are watched of one object"),
    };
    cut.map(|entry| fault(&entry.key)).collect()
}
