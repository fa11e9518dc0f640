//! The labels of the certs exporter.
//!
//! Stored certificates carry the label set of x509-certificate-exporter v4, name for name, so that dashboards and
//! rules written for it go on working; a label that does not apply to a kind of place is empty. Served certificates
//! have a set of our own: an endpoint, the name asked for, and the position in the chain, which stay the same when
//! a certificate is renewed, so that an alert ends by its value and not by the death of its series.
//!
//! `endpoint` is the one label that the operators' monitors have too: without `honorLabels` ours becomes `exported_endpoint`. So
//! expressions never name it, and texts take whichever is there.
//!
//! How to get it wrong: giving the served series a serial number. Each renewal would start new series, and "expired"
//! would resolve because the old one vanished.

use lookout_declarations::{label, labels};

mod certmanager;
mod hosts;
mod objects;

pub use certmanager::{
    CertificateInfo, CertificateName, FailureCause, FailureCauseLabel, IssuerGroup, IssuerKind, IssuerName,
    IssuerResourceKind, Readiness, ReadinessLabel, RequestKind, RequestKindLabel, RequestState,
    RequestStateLabel,
};
pub use hosts::{
    EdgeCertificate, Host, HostCertificate, HostEndpoint, HostKind, HostObject, HostResult, HostResultLabel,
    HostServed, ResourceNamespace, ServedResult, ServedResultLabel, Workload, WorkloadKind,
};
pub use objects::{
    KubeResource, ObjectEntry, ObjectFault, ObjectKind, ObjectName, Signer, SigningState, SigningStateLabel,
};

label! {
    /// The serial number in decimal.
    pub SerialNumber = "serial_number";
    /// The subject's country (C).
    pub SubjectCountry = "subject_C";
    /// The subject's state or province (ST).
    pub SubjectState = "subject_ST";
    /// The subject's locality (L).
    pub SubjectLocality = "subject_L";
    /// The subject's organization (O).
    pub SubjectOrganization = "subject_O";
    /// The subject's organizational unit (OU).
    pub SubjectUnit = "subject_OU";
    /// The subject's common name (CN).
    pub SubjectCommonName = "subject_CN";
    /// The issuer's country (C).
    pub IssuerCountry = "issuer_C";
    /// The issuer's state or province (ST).
    pub IssuerState = "issuer_ST";
    /// The issuer's locality (L).
    pub IssuerLocality = "issuer_L";
    /// The issuer's organization (O).
    pub IssuerOrganization = "issuer_O";
    /// The issuer's organizational unit (OU).
    pub IssuerUnit = "issuer_OU";
    /// The issuer's common name (CN).
    pub IssuerCommonName = "issuer_CN";
    /// The last component of the file's path.
    pub Filename = "filename";
    /// The file's path, without the leading components that `trim_path_components` removes.
    pub Filepath = "filepath";
    /// Which block of a kubeconfig holds it: `cluster` or `user`.
    pub EmbeddedKind = "embedded_kind";
    /// The name of that block.
    pub EmbeddedKey = "embedded_key";
    /// The namespace of the Secret.
    pub SecretNamespace = "secret_namespace";
    /// The name of the Secret.
    pub SecretName = "secret_name";
    /// The key inside the Secret.
    pub SecretKey = "secret_key";
    /// The namespace of the ConfigMap.
    pub ConfigMapNamespace = "configmap_namespace";
    /// The name of the ConfigMap.
    pub ConfigMapName = "configmap_name";
    /// The key inside the ConfigMap.
    pub ConfigMapKey = "configmap_key";
    /// The kind of the resource whose `caBundle` holds it.
    pub CaBundleResourceKind = "cabundle_resource_kind";
    /// The name of the resource whose `caBundle` holds it.
    pub CaBundleResourceName = "cabundle_resource_name";
    /// The entry of that resource, such as the webhook's name.
    pub CaBundleEntry = "cabundle_entry";
    /// Eight hexadecimal digits that tell certificates apart whose other labels are all equal; else empty.
    pub Discriminator = "discriminator";
    /// The SHA-256 of the DER encoding, lower-case hexadecimal; joins a served with a stored certificate.
    pub FingerprintSha256 = "fingerprint_sha256";
    /// What a certificate is for, told from what is written in it; the first of a served chain is always a leaf.
    pub RoleLabel = "role" in Role {
        /// An authority that issued itself and names no server: a trust anchor.
        Root = "root",
        /// An authority that another one issued.
        Intermediate = "intermediate",
        /// Identifies a server, a client or a person, or does not say.
        Leaf = "leaf",
    }
    /// The algorithm of the public key.
    pub KeyAlgorithmLabel = "key_algorithm" in KeyAlgorithm {
        /// RSA, PSS keys included.
        Rsa = "rsa",
        /// Elliptic curves, NIST or Brainpool.
        Ecdsa = "ecdsa",
        /// Ed25519.
        Ed25519 = "ed25519",
        /// Ed448.
        Ed448 = "ed448",
        /// DSA.
        Dsa = "dsa",
        /// Any other, such as a post-quantum one.
        Other = "other",
    }
    /// The size of the public key in bits; 0 where the algorithm is not known.
    pub KeyBits: u32 = "key_bits";
    /// The kind of place that is watched.
    pub SourceKindLabel = "source_kind" in SourceKind {
        /// Files, directories and globs.
        File = "file",
        /// Certificates that a kubeconfig embeds or refers to.
        Kubeconfig = "kubeconfig",
        /// Kubernetes Secrets.
        KubeSecret = "kube-secret",
        /// Kubernetes ConfigMaps.
        KubeConfigMap = "kube-configmap",
        /// The `caBundle` of webhooks, APIServices and CustomResourceDefinitions.
        KubeCaBundle = "kube-cabundle",
    }
    /// The configured path, directory or glob; in a cluster, the plural name of what is read.
    pub SourceName = "source_name";
    /// Why an item could not be used, in x509-certificate-exporter's words; the last two are ours.
    pub StoredReasonLabel = "reason" in StoredReason {
        /// A PEM block, or the certificate in it, is malformed.
        BadPem = "bad_pem",
        /// The file or value holds no certificate.
        NoCertificateFound = "no_certificate_found",
        /// The operating system failed to read it.
        ReadFailed = "read_failed",
        /// The right to read it is missing.
        PermissionDenied = "permission_denied",
        /// The configured path is not there.
        NotFound = "not_found",
        /// A symbolic link leads nowhere, or in a circle.
        BrokenSymlink = "broken_symlink",
        /// A directory could not be listed.
        WalkError = "walk_error",
        /// A value that should be base64 is not, or a kubeconfig is no YAML.
        DecodeFailed = "decode_failed",
        /// The file or value is larger than the limit.
        TooLarge = "too_large",
        /// More files, values or certificates than the limit; the rest was not read.
        TooMany = "too_many",
    }
    /// The endpoint, `host:port`.
    pub Endpoint = "endpoint";
    /// The name asked for by SNI.
    pub ServerName = "server_name";
    /// The place in the chain as served; 0 is the server's own certificate.
    pub Position: u32 = "position";
    /// The subject as one text, most significant attribute last (RFC 4514).
    pub Subject = "subject";
    /// The issuer as one text, most significant attribute last (RFC 4514).
    pub Issuer = "issuer";
    /// What verification of the served chain said.
    pub VerificationLabel = "result" in Verification {
        /// A path to a trusted root exists, every certificate of it is valid now, and the name matches.
        Trusted = "trusted",
        /// All is well but that a certificate of the path has expired.
        Expired = "expired",
        /// All is well but that a certificate of the path is not valid yet.
        NotYetValid = "not_yet_valid",
        /// The path ends at an authority that is not trusted.
        Untrusted = "untrusted",
        /// The server does not send the intermediate certificate that issued its own.
        IncompleteChain = "incomplete_chain",
        /// The chain is trusted, but not for the expected name.
        NameMismatch = "name_mismatch",
        /// The chain breaks another rule (usage, name constraint, signature, an encoding that cannot be read), or the server does not hold the key of its certificate.
        Invalid = "invalid",
        /// The configured trusted roots cannot be read, so nothing can be said.
        Unknown = "unknown",
    }
    /// The version of the TLS protocol that was agreed on.
    pub TlsVersion = "version";
    /// The cipher suite that was agreed on, with its IANA name.
    pub TlsCipher = "cipher";
}

/// The label set that every stored certificate has, followed by extra labels.
macro_rules! stored {
    ($(#[$meta:meta])* $Set:ident { $($extra:ident: $Extra:ty),* }) => {
        labels! {
            $(#[$meta])*
            pub struct $Set {
                pub serial_number: SerialNumber,
                pub subject_country: SubjectCountry,
                pub subject_state: SubjectState,
                pub subject_locality: SubjectLocality,
                pub subject_organization: SubjectOrganization,
                pub subject_unit: SubjectUnit,
                pub subject_common_name: SubjectCommonName,
                pub issuer_country: IssuerCountry,
                pub issuer_state: IssuerState,
                pub issuer_locality: IssuerLocality,
                pub issuer_organization: IssuerOrganization,
                pub issuer_unit: IssuerUnit,
                pub issuer_common_name: IssuerCommonName,
                pub filename: Filename,
                pub filepath: Filepath,
                pub embedded_kind: EmbeddedKind,
                pub embedded_key: EmbeddedKey,
                pub secret_namespace: SecretNamespace,
                pub secret_name: SecretName,
                pub secret_key: SecretKey,
                pub configmap_namespace: ConfigMapNamespace,
                pub configmap_name: ConfigMapName,
                pub configmap_key: ConfigMapKey,
                pub cabundle_resource_kind: CaBundleResourceKind,
                pub cabundle_resource_name: CaBundleResourceName,
                pub cabundle_entry: CaBundleEntry,
                pub discriminator: Discriminator,
                $(pub $extra: $Extra),*
            }
        }
    };
}

stored! {
    /// A stored certificate: whose it is, and where it lies.
    #[derive(Default)]
    StoredCertificate {}
}

stored! {
    /// A stored certificate with what does not identify it.
    StoredCertificateInfo {
        fingerprint_sha256: FingerprintSha256, role: RoleLabel, key_algorithm: KeyAlgorithmLabel, key_bits: KeyBits
    }
}

labels! {
    /// A certificate of a served chain with what does not identify it.
    pub struct ServedCertificateInfo {
        pub endpoint: Endpoint,
        pub server_name: ServerName,
        pub position: Position,
        pub role: RoleLabel,
        pub fingerprint_sha256: FingerprintSha256,
        pub serial_number: SerialNumber,
        pub subject: Subject,
        pub issuer: Issuer,
        pub key_algorithm: KeyAlgorithmLabel,
        pub key_bits: KeyBits,
    }
}

impl<'a> StoredCertificate<'a> {
    /// The labels of the same certificate in `certs_stored_info`.
    #[must_use]
    pub fn with_info<'b>(
        self,
        fingerprint_sha256: &'b str,
        role: Role,
        key_algorithm: KeyAlgorithm,
        key_bits: u32,
    ) -> StoredCertificateInfo<'b>
    where
        'a: 'b,
    {
        // Exhaustive on purpose: a label that is added to one set and not to the other does not compile.
        let Self {
            serial_number,
            subject_country,
            subject_state,
            subject_locality,
            subject_organization,
            subject_unit,
            subject_common_name,
            issuer_country,
            issuer_state,
            issuer_locality,
            issuer_organization,
            issuer_unit,
            issuer_common_name,
            filename,
            filepath,
            embedded_kind,
            embedded_key,
            secret_namespace,
            secret_name,
            secret_key,
            configmap_namespace,
            configmap_name,
            configmap_key,
            cabundle_resource_kind,
            cabundle_resource_name,
            cabundle_entry,
            discriminator,
        } = self;
        StoredCertificateInfo {
            serial_number,
            subject_country,
            subject_state,
            subject_locality,
            subject_organization,
            subject_unit,
            subject_common_name,
            issuer_country,
            issuer_state,
            issuer_locality,
            issuer_organization,
            issuer_unit,
            issuer_common_name,
            filename,
            filepath,
            embedded_kind,
            embedded_key,
            secret_namespace,
            secret_name,
            secret_key,
            configmap_namespace,
            configmap_name,
            configmap_key,
            cabundle_resource_kind,
            cabundle_resource_name,
            cabundle_entry,
            discriminator,
            fingerprint_sha256,
            role,
            key_algorithm,
            key_bits,
        }
    }
}
