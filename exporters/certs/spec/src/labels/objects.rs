//! Labels of objects that hold certificates, of requests that are to be signed, and of the API that gives them.

use lookout_declarations::{ReasonLabel, label, labels};

use super::ResourceNamespace;

label! {
    /// The kind of the object, such as `Secret`.
    pub ObjectKind = "kind";
    /// The name of the object.
    pub ObjectName = "name";
    /// The key or entry inside the object; empty where the object has only one.
    pub ObjectEntry = "key";
    /// What is read through the API, by the plural name of its kind.
    pub KubeResource = "resource";
    /// The name of the signer that a CertificateSigningRequest is addressed to.
    pub Signer = "signer";
    /// How far a CertificateSigningRequest has come.
    pub SigningStateLabel = "state" in SigningState {
        /// Neither approved nor denied.
        Pending = "pending",
        /// Approved, and not signed yet.
        Approved = "approved",
        /// Denied.
        Denied = "denied",
        /// The signer failed.
        Failed = "failed",
        /// Signed.
        Issued = "issued",
    }
}

labels! {
    /// What of an object cannot be used, and why.
    pub struct ObjectFault {
        pub resource_namespace: ResourceNamespace,
        pub kind: ObjectKind,
        pub name: ObjectName,
        pub key: ObjectEntry,
        pub reason: ReasonLabel,
    }
}
