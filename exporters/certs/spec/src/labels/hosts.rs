//! Labels of hosts that a cluster serves, and of those whom a Secret concerns.

use lookout_declarations::{label, labels};

use super::{Endpoint, FingerprintSha256, Issuer, SecretName, SecretNamespace};

label! {
    /// The namespace of the object. Not called `namespace`, because Prometheus gives that one to the target.
    pub ResourceNamespace = "resource_namespace";
    /// The kind of the object that names the host, such as `Ingress`.
    pub HostKind = "kind";
    /// The name of the object that names the host.
    pub HostObject = "name";
    /// The host, in its ASCII form; `*.` in front stands for any one label.
    pub Host = "host";
    /// Whether the Secret that the object names has a certificate for the host.
    pub HostResultLabel = "result" in HostResult {
        /// A certificate that is valid now is made out to the host.
        Covered = "covered",
        /// There is a certificate, and it is not made out to the host.
        NotCovered = "not_covered",
        /// The certificate that is made out to the host is not valid now.
        Expired = "expired",
        /// The Secret is there and holds no certificate that can be read, or the object names no Secret.
        NoCertificate = "no_certificate",
        /// The object names a Secret that is not there.
        SecretMissing = "secret_missing",
        /// The Gateway may not use a Secret of that namespace: a ReferenceGrant is missing there.
        NotPermitted = "not_permitted",
        /// Secrets cannot be read, or this one is not among those that are watched.
        Unknown = "unknown",
    }
    /// Whether the controller serves the certificate that is stored.
    pub ServedResultLabel = "result" in ServedResult {
        /// The certificate that is served is the one that is stored.
        Same = "same",
        /// Another one is served: not reloaded, a default certificate, or another controller's.
        Differs = "differs",
        /// The controller's address did not show a certificate.
        Unreachable = "unreachable",
        /// A certificate is served, and which one is stored is not known.
        Unknown = "unknown",
        /// Nothing was asked: no address of the controller is known, the host is a wildcard, the connection is passed on, or there are too many hosts.
        NotProbed = "not_probed",
    }
    /// The kind of the workload, such as `Deployment`.
    pub WorkloadKind = "workload_kind";
    /// The name of the workload.
    pub Workload = "workload";
}

labels! {
    /// A host, and the Secret that should hold its certificate.
    pub struct HostCertificate {
        pub resource_namespace: ResourceNamespace,
        pub kind: HostKind,
        pub name: HostObject,
        pub host: Host,
        pub secret_namespace: SecretNamespace,
        pub secret_name: SecretName,
        pub result: HostResultLabel,
    }
}

labels! {
    /// A host, and where it was asked for.
    pub struct HostServed {
        pub resource_namespace: ResourceNamespace,
        pub kind: HostKind,
        pub name: HostObject,
        pub host: Host,
        pub endpoint: Endpoint,
        pub result: ServedResultLabel,
    }
}

labels! {
    /// A host, and where it was asked for, whatever was shown.
    pub struct HostEndpoint {
        pub resource_namespace: ResourceNamespace,
        pub kind: HostKind,
        pub name: HostObject,
        pub host: Host,
        pub endpoint: Endpoint,
    }
}

labels! {
    /// A host, and what its public name shows.
    pub struct EdgeCertificate {
        pub resource_namespace: ResourceNamespace,
        pub kind: HostKind,
        pub name: HostObject,
        pub host: Host,
        pub fingerprint_sha256: FingerprintSha256,
        pub issuer: Issuer,
    }
}
