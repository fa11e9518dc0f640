//! Which host has a certificate, which one is served there, and whom a Secret concerns.
//!
//! Rows of a host belong to the shard that owns the Secret which the host's object names, else to the one that owns the object.

use lookout_declarations::{Detail, Gauge, Info, Unit, metrics};

use crate::labels::{
    EdgeCertificate, Host, HostCertificate, HostEndpoint, HostKind, HostObject, HostServed,
    ResourceNamespace, SecretName, SecretNamespace, Workload, WorkloadKind,
};

metrics! {
    /// Whether a host has a certificate.
    pub HOST_CERTIFICATE: Gauge<HostCertificate<'static>> = Gauge::new(
        "certs_host_certificate",
        "1 for what holds of the certificate that an Ingress or Gateway names for the host, 0 for every other result.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// Whether the stored certificate is the one that is served.
    pub HOST_SERVED: Gauge<HostServed<'static>> = Gauge::new(
        "certs_host_served",
        "1 for what holds of the certificate that the controller's own address serves for the host, 0 for every other \
         result.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// When the certificate ends that a controller serves.
    pub HOST_SERVED_NOT_AFTER: Gauge<HostEndpoint<'static>> = Gauge::new(
        "certs_host_served_not_after_timestamp_seconds",
        "When the certificate ceases to be valid that the controller's own address serves for the host; no row if it \
         shows none.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// When the edge's certificate ends.
    pub EDGE_NOT_AFTER: Gauge<(ResourceNamespace, HostKind, HostObject, Host)> = Gauge::new(
        "certs_edge_not_after_timestamp_seconds",
        "When the certificate ceases to be valid that is served at the host's public name, where that is neither the stored \
         one nor the controller's but a CDN's or a tunnel's; no row if the name leads to the cluster itself.",
    ).unit(Unit::TimestampSeconds);

    /// What the edge's certificate is.
    pub EDGE_INFO: Info<EdgeCertificate<'static>> = Info::new(
        "certs_edge_info",
        "What is served at the host's public name by a CDN or tunnel in front of the cluster; never the stored \
         certificate, and no fault.",
    );

    /// Whom a Secret concerns.
    pub SECRET_WORKLOAD: Info<(SecretNamespace, SecretName, WorkloadKind, Workload)> = Info::new(
        "certs_secret_workload_info",
        "A workload that uses a Secret with certificates, as a volume or in its environment.",
    ).detail(Detail::Essential);
}
