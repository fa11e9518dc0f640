//! Where certificates of a kind of object lie, as labels say it.

use lookout_certs_spec::labels::{SourceKind, StoredCertificate};
use lookout_kubernetes::ObjectKey;

use super::object::Held;

/// A kind of object that holds certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Secrets.
    Secret,
    /// ConfigMaps.
    ConfigMap,
    /// `caBundle`s of objects of this kind.
    CaBundle(
        /// The kind, such as `APIService`.
        &'static str,
    ),
}

impl Place {
    /// The kind of source, as x509-certificate-exporter names it.
    pub fn source_kind(self) -> SourceKind {
        match self {
            Self::Secret => SourceKind::KubeSecret,
            Self::ConfigMap => SourceKind::KubeConfigMap,
            Self::CaBundle(_) => SourceKind::KubeCaBundle,
        }
    }

    /// The kind of object, as the API names it.
    pub fn object_kind(self) -> &'static str {
        match self {
            Self::Secret => "Secret",
            Self::ConfigMap => "ConfigMap",
            Self::CaBundle(kind) => kind,
        }
    }

    /// The labels of a place inside an object.
    pub fn labels<'a>(self, key: &'a ObjectKey, entry: &'a str) -> StoredCertificate<'a> {
        let (namespace, name) = (&*key.namespace, &*key.name);
        let none = StoredCertificate::default();
        match self {
            Self::Secret => StoredCertificate {
                secret_namespace: namespace,
                secret_name: name,
                secret_key: entry,
                ..none
            },
            Self::ConfigMap => StoredCertificate {
                configmap_namespace: namespace,
                configmap_name: name,
                configmap_key: entry,
                ..none
            },
            Self::CaBundle(kind) => StoredCertificate {
                cabundle_resource_kind: kind,
                cabundle_resource_name: name,
                cabundle_entry: entry,
                ..none
            },
        }
    }

    /// The labels of a certificate of an object.
    pub fn certificate_labels<'a>(
        self,
        key: &'a ObjectKey,
        held: &'a Held,
        discriminator: &'a str,
    ) -> StoredCertificate<'a> {
        let (certificate, place) = (&held.certificate, self.labels(key, &held.entry));
        let (subject, issuer) = (&certificate.subject, &certificate.issuer);
        StoredCertificate {
            serial_number: &certificate.serial_number,
            subject_country: subject.country(),
            subject_state: subject.state(),
            subject_locality: subject.locality(),
            subject_organization: subject.organization(),
            subject_unit: subject.unit(),
            subject_common_name: subject.common_name(),
            issuer_country: issuer.country(),
            issuer_state: issuer.state(),
            issuer_locality: issuer.locality(),
            issuer_organization: issuer.organization(),
            issuer_unit: issuer.unit(),
            issuer_common_name: issuer.common_name(),
            discriminator,
            ..place
        }
    }
}
