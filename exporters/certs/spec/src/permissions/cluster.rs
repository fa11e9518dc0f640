//! The rights in Kubernetes, by mode.
//!
//! Every one is to list and watch. Those of the first list are needed in the namespaces that are watched: by a ClusterRole, or,
//! where `certs.cluster.namespaces` has plain names only, by a Role in each. Those of the second concern objects without a
//! namespace, so they need a ClusterRole; without it the settings that are named switch them off.

use lookout_declarations::Permission;

const LIST_AND_WATCH: &str = "list, watch";

/// The rights within namespaces.
pub const NAMESPACED_PERMISSIONS: &[Permission] = &[
    Permission {
        verb: LIST_AND_WATCH,
        resource: "secrets",
        why: "to read the certificates in them (certs.cluster.secrets.enabled); of other keys, private ones included, nothing is decoded",
        without: "`x509_source_up` of `secrets` is 0 and their certificates are not watched; cert-manager, signing requests and \
                  endpoints still say what expires",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "configmaps",
        why: "to read the certificates in them (certs.cluster.config_maps.enabled)",
        without: "`x509_source_up` of `configmaps` is 0 and their certificates are not watched",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "certificates.cert-manager.io, certificaterequests.cert-manager.io, issuers.cert-manager.io, \
                   orders.acme.cert-manager.io, challenges.acme.cert-manager.io",
        why: "to see which certificates are not renewed, and why (certs.cluster.cert_manager)",
        without: "nothing is said of cert-manager's objects; expiry is still seen where the certificates are stored",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "ingresses.networking.k8s.io, gateways.gateway.networking.k8s.io, \
                   listenersets.gateway.networking.k8s.io, services",
        why: "to find the hosts, the Secrets that they name and the controllers' addresses (certs.cluster.hosts, \
              certs.cluster.probe_hosts)",
        without: "whether a certificate covers its host, and whether it is served, is not judged",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "deployments.apps, statefulsets.apps, daemonsets.apps, cronjobs.batch, jobs.batch",
        why: "to name the workloads that use a Secret (certs.cluster.workloads)",
        without: "`certs_secret_workload_info` has no rows",
    },
];

/// The rights over the cluster.
pub const CLUSTER_PERMISSIONS: &[Permission] = &[
    Permission {
        verb: LIST_AND_WATCH,
        resource: "namespaces",
        why: "to choose namespaces by their labels (certs.cluster.namespace_selector)",
        without: "nothing is watched while namespaces are to be chosen by labels",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "validatingwebhookconfigurations.admissionregistration.k8s.io, \
                   mutatingwebhookconfigurations.admissionregistration.k8s.io, apiservices.apiregistration.k8s.io, \
                   customresourcedefinitions.apiextensions.k8s.io",
        why: "to read their `caBundle`s (certs.cluster.ca_bundles)",
        without: "`x509_source_up` of the resource is 0 and its certificates are not watched",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "certificatesigningrequests.certificates.k8s.io",
        why: "to see requests that nobody approves or signs (certs.cluster.signing_requests)",
        without: "`certs_signing_requests` has no rows",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "ingressclasses.networking.k8s.io",
        why: "to find the controller of an Ingress, also of one that names no class (certs.cluster.hosts)",
        without: "an Ingress without a class has none, and `certs.cluster.ingress_addresses` does by class only",
    },
    Permission {
        verb: LIST_AND_WATCH,
        resource: "clusterissuers.cert-manager.io",
        why: "to see whether the issuers of the whole cluster are ready (certs.cluster.cert_manager)",
        without: "`certs_certmanager_issuer_ready` has no rows of kind ClusterIssuer",
    },
];
