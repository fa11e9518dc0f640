//! The kinds of objects that a server knows.

/// One kind of object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceDescription {
    /// Its group; empty for the core.
    pub group: String,
    /// The versions in which it is served, the preferred one first. The objects are the same in each.
    pub versions: Vec<String>,
    /// As it stands in paths.
    pub plural: String,
    /// As it stands in objects.
    pub kind: String,
    /// What kubectl takes for it too.
    pub short_names: Vec<String>,
    /// Whether its objects stand in namespaces.
    pub is_namespaced: bool,
    /// Whether it is built in: the items of a list then lack `kind` and `apiVersion`.
    pub is_built_in: bool,
    /// What can be selected by field beside name and namespace, as JSON pointers with dots.
    pub selectable_fields: Vec<String>,
}

impl ResourceDescription {
    /// A resource in namespaces, as a custom resource definition makes it.
    pub fn custom(group: &str, version: &str, plural: &str, kind: &str) -> Self {
        Self {
            group: group.to_owned(),
            versions: vec![version.to_owned()],
            plural: plural.to_owned(),
            kind: kind.to_owned(),
            short_names: Vec::new(),
            is_namespaced: true,
            is_built_in: false,
            selectable_fields: Vec::new(),
        }
    }

    fn built_in(group: &str, plural: &str, kind: &str, short_names: &[&str]) -> Self {
        Self {
            short_names: short_names.iter().map(|name| (*name).to_owned()).collect(),
            is_built_in: true,
            ..Self::custom(group, "v1", plural, kind)
        }
    }

    fn cluster_wide(self) -> Self {
        Self { is_namespaced: false, ..self }
    }

    fn selectable(self, fields: &[&str]) -> Self {
        Self { selectable_fields: fields.iter().map(|field| (*field).to_owned()).collect(), ..self }
    }

    /// What a server has that runs cert-manager and the Gateway API: the kinds that Lookout may ever ask for.
    pub fn usual() -> Vec<Self> {
        const ADMISSION: &str = "admissionregistration.k8s.io";
        let issuer = Self::custom("cert-manager.io", "v1", "clusterissuers", "ClusterIssuer");
        let gateway = Self::custom("gateway.networking.k8s.io", "v1", "gateways", "Gateway");
        let mut all = vec![
            Self::built_in("", "namespaces", "Namespace", &["ns"])
                .cluster_wide()
                .selectable(&["status.phase"]),
            Self::built_in("", "secrets", "Secret", &[]).selectable(&["type"]),
            Self::built_in("", "configmaps", "ConfigMap", &["cm"]),
            Self::built_in("", "services", "Service", &["svc"]),
            Self::built_in("", "pods", "Pod", &["po"]).selectable(&["status.phase", "spec.nodeName"]),
            Self::built_in("", "nodes", "Node", &["no"]).cluster_wide(),
            Self::built_in("", "serviceaccounts", "ServiceAccount", &["sa"]),
            Self::built_in("apps", "deployments", "Deployment", &["deploy"]),
            Self::built_in("apps", "statefulsets", "StatefulSet", &["sts"]),
            Self::built_in("apps", "daemonsets", "DaemonSet", &["ds"]),
            Self::built_in("apps", "replicasets", "ReplicaSet", &["rs"]),
            Self::built_in("batch", "jobs", "Job", &[]),
            Self::built_in("batch", "cronjobs", "CronJob", &["cj"]),
            Self::built_in("networking.k8s.io", "ingresses", "Ingress", &["ing"]),
            Self::built_in("networking.k8s.io", "ingressclasses", "IngressClass", &[]).cluster_wide(),
            Self::built_in(
                ADMISSION,
                "validatingwebhookconfigurations",
                "ValidatingWebhookConfiguration",
                &[],
            )
            .cluster_wide(),
            Self::built_in(ADMISSION, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", &[])
                .cluster_wide(),
            Self::built_in("apiregistration.k8s.io", "apiservices", "APIService", &[]).cluster_wide(),
            Self::built_in(
                "apiextensions.k8s.io",
                "customresourcedefinitions",
                "CustomResourceDefinition",
                &["crd", "crds"],
            )
            .cluster_wide(),
            Self::built_in(
                "certificates.k8s.io",
                "certificatesigningrequests",
                "CertificateSigningRequest",
                &["csr"],
            )
            .cluster_wide()
            .selectable(&["spec.signerName"]),
        ];
        all.extend(Self::cert_manager());
        all.extend([
            issuer.cluster_wide(),
            Self { versions: vec!["v1".into(), "v1beta1".into()], ..gateway },
        ]);
        all.push(Self::custom("gateway.networking.k8s.io", "v1", "listenersets", "ListenerSet"));
        all.push(Self::custom("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"));
        all
    }

    fn cert_manager() -> Vec<Self> {
        const ACME: &str = "acme.cert-manager.io";
        let named = |names: &[&str], resource: Self| Self {
            short_names: names.iter().map(|name| (*name).to_owned()).collect(),
            ..resource
        };
        vec![
            named(&["cert", "certs"], Self::custom("cert-manager.io", "v1", "certificates", "Certificate")),
            named(
                &["cr", "crs"],
                Self::custom("cert-manager.io", "v1", "certificaterequests", "CertificateRequest"),
            ),
            Self::custom("cert-manager.io", "v1", "issuers", "Issuer"),
            Self::custom(ACME, "v1", "orders", "Order"),
            Self::custom(ACME, "v1", "challenges", "Challenge"),
        ]
    }

    /// The name by which refusals call it: `secrets`, or `ingresses.networking.k8s.io`.
    pub(super) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    pub(super) fn preferred(&self) -> &str {
        self.versions.first().map_or("v1", String::as_str)
    }

    /// `v1`, or `networking.k8s.io/v1`.
    pub(super) fn api_version(&self, version: &str) -> String {
        if self.group.is_empty() { version.to_owned() } else { format!("{}/{version}", self.group) }
    }
}
