//! Labels of what cert-manager says.

use lookout_declarations::{label, labels};

use super::{ResourceNamespace, SecretName};

label! {
    /// The name of the Certificate.
    pub CertificateName = "certificate";
    /// The kind of the issuer that the Certificate names, such as `ClusterIssuer`.
    pub IssuerKind = "issuer_kind";
    /// The name of the issuer.
    pub IssuerName = "issuer";
    /// The API group of the issuer.
    pub IssuerGroup = "issuer_group";
    /// The kind of the issuer: `Issuer` or `ClusterIssuer`.
    pub IssuerResourceKind = "kind";
    /// The condition `Ready`.
    pub ReadinessLabel = "status" in Readiness {
        /// It is ready.
        True = "true",
        /// It is not ready.
        False = "false",
        /// cert-manager has not said.
        Unknown = "unknown",
    }
    /// Why a certificate is not renewed, told from what cert-manager and the authority say.
    pub FailureCauseLabel = "cause" in FailureCause {
        /// The challenge was answered by a login page or another page, and not by its key.
        LoginPage = "login_page",
        /// The authority asked to slow down.
        RateLimited = "rate_limited",
        /// A name does not resolve, or a DNS record could not be set or found.
        Dns = "dns",
        /// No connection could be made, or it broke.
        Connection = "connection",
        /// The challenge was answered with another status than 200.
        HttpStatus = "http_status",
        /// The request was denied, or the authority refuses the account or the name.
        Denied = "denied",
        /// The request or the Certificate itself is wrong.
        Invalid = "invalid",
        /// The issuer is not ready, or not there.
        IssuerNotReady = "issuer_not_ready",
        /// Anything else; the message is on the page.
        Other = "other",
    }
    /// What is on its way to a certificate.
    pub RequestKindLabel = "kind" in RequestKind {
        /// A request to an issuer.
        CertificateRequest = "CertificateRequest",
        /// A request to an ACME authority.
        Order = "Order",
        /// A proof for an ACME authority.
        Challenge = "Challenge",
    }
    /// How far it has come, in cert-manager's and ACME's words.
    pub RequestStateLabel = "state" in RequestState {
        /// Nothing has come of it yet.
        Pending = "pending",
        /// The authority is at work.
        Processing = "processing",
        /// Ready: a request is signed, an Order may be finalised.
        Ready = "ready",
        /// The authority is satisfied.
        Valid = "valid",
        /// The authority refused.
        Invalid = "invalid",
        /// It was denied.
        Denied = "denied",
        /// It failed.
        Failed = "failed",
        /// It was not completed in time.
        Expired = "expired",
        /// It ended by an error.
        Errored = "errored",
        /// cert-manager has not said, or says something that is not known here.
        Unknown = "unknown",
    }
}

labels! {
    /// What a Certificate names.
    pub struct CertificateInfo {
        pub resource_namespace: ResourceNamespace,
        pub certificate: CertificateName,
        pub secret_name: SecretName,
        pub issuer_kind: IssuerKind,
        pub issuer: IssuerName,
        pub issuer_group: IssuerGroup,
    }
}
