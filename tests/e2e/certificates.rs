//! Certificates for servers and clients, right ones and wrong ones, as files in a folder that ends with the test.

use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use tempfile::TempDir;

use crate::tools::{succeed, tool};

/// The name that only the right client's certificate has, one of each kind that `client_allowed_sans` knows.
pub(crate) const CLIENT_NAMES: [&str; 4] =
    ["scraper.example.org", "scraper@example.org", "192.0.2.7", "spiffe://example.org/scraper"];

/// A certificate and its key.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Identity {
    /// The certificate's PEM.
    pub(crate) fn certificate_pem(&self) -> String {
        std::fs::read_to_string(&self.certificate).expect("the certificate was written")
    }

    /// The key's PEM.
    pub(crate) fn key_pem(&self) -> String {
        std::fs::read_to_string(&self.key).expect("the key was written")
    }
}

/// An authority, and the folder in which it writes what it issues.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub(crate) certificate: PathBuf,
    folder: TempDir,
}

impl Authority {
    /// An authority of its own, with a name of its own.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut parameters = named(&format!("authority of {}", folder.path().display()));
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key can be made");
        let pem = parameters.self_signed(&key).expect("it can sign itself").pem();
        let certificate = write(&folder.path().join("authority.pem"), &pem);
        Self { issuer: Issuer::new(parameters, key), certificate, folder }
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A server's certificate for the loopback interface; `name` is that of the files.
    pub(crate) fn server(&self, name: &str) -> Identity {
        let mut parameters = named(name);
        parameters.subject_alt_names = loopback();
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(name, &parameters)
    }

    /// A server's certificate for another host than this one.
    pub(crate) fn server_named(&self, name: &str, host: &str) -> Identity {
        let mut parameters = named(name);
        parameters.subject_alt_names = vec![dns(host)];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(name, &parameters)
    }

    /// A server's certificate for the loopback interface that has expired.
    pub(crate) fn expired_server(&self, name: &str) -> Identity {
        let mut parameters = named(name);
        parameters.subject_alt_names = loopback();
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2021, 1, 1);
        self.issue(name, &parameters)
    }

    /// A client's certificate with [`CLIENT_NAMES`].
    pub(crate) fn client(&self, name: &str) -> Identity {
        self.issue(name, &client(name))
    }

    /// A client's certificate for a user of a group, as Kubernetes reads them.
    pub(crate) fn client_of(&self, name: &str, group: &str) -> Identity {
        let mut parameters = client(name);
        parameters.distinguished_name.push(DnType::OrganizationName, group);
        self.issue(name, &parameters)
    }

    /// Its own key, for servers that issue certificates themselves.
    pub(crate) fn key(&self) -> PathBuf {
        write(&self.folder.path().join("authority.key"), &self.issuer.key().serialize_pem())
    }

    /// A client's certificate that nobody should accept any more.
    pub(crate) fn expired_client(&self, name: &str) -> Identity {
        let mut parameters = client(name);
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2021, 1, 1);
        self.issue(name, &parameters)
    }

    /// A client's certificate for the given purposes only, with [`CLIENT_NAMES`].
    pub(crate) fn client_for(&self, name: &str, purposes: &[ExtendedKeyUsagePurpose]) -> Identity {
        let mut parameters = client(name);
        parameters.extended_key_usages = purposes.to_vec();
        self.issue(name, &parameters)
    }

    /// A client's certificate with one name.
    pub(crate) fn client_named(&self, name: &str, alternative: SanType) -> Identity {
        let mut parameters = client(name);
        parameters.subject_alt_names = vec![alternative];
        self.issue(name, &parameters)
    }

    /// A client's certificate under an intermediate that comes with it.
    pub(crate) fn client_under_an_intermediate(&self, name: &str) -> Identity {
        let mut parameters = named("intermediate");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key can be made");
        let intermediate = parameters.signed_by(&key, &self.issuer).expect("it can be signed");
        let issuer = Issuer::new(parameters, key);
        let leaf_key = KeyPair::generate().expect("a key can be made");
        let leaf = client(name).signed_by(&leaf_key, &issuer).expect("it can be signed");
        self.keep(name, &(leaf.pem() + &intermediate.pem()), &leaf_key.serialize_pem())
    }

    /// A client's certificate that nobody stands behind but itself.
    pub(crate) fn self_signed_client(&self, name: &str) -> Identity {
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = client(name).self_signed(&key).expect("it can sign itself");
        self.keep(name, &certificate.pem(), &key.serialize_pem())
    }

    /// A server's certificate with a key that only OpenSSL makes: its arguments for `req -newkey`.
    pub(crate) fn server_by_openssl(&self, name: &str, new_key: &[&str]) -> Identity {
        let (certificate, key) = self.places(name);
        let mut openssl = Command::new(tool("OPENSSL"));
        openssl.args(["req", "-x509", "-nodes", "-days", "3650", "-subj", "/CN=localhost"]);
        openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-newkey"]).args(new_key);
        openssl.arg("-out").arg(&certificate).arg("-keyout").arg(&key);
        succeed(&mut openssl, b"");
        Identity { certificate, key }
    }

    /// Writes the key `from` in another form as `to`: arguments for OpenSSL's `pkey`.
    pub(crate) fn convert_key(&self, from: &str, to: &str, arguments: &[&str]) {
        let mut openssl = Command::new(tool("OPENSSL"));
        openssl.arg("pkey").arg("-in").arg(self.folder().join(from));
        openssl.arg("-out").arg(self.folder().join(to)).args(arguments);
        succeed(&mut openssl, b"");
    }

    fn issue(&self, name: &str, parameters: &CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("it can be signed");
        self.keep(name, &certificate.pem(), &key.serialize_pem())
    }

    fn keep(&self, name: &str, certificate: &str, key: &str) -> Identity {
        let places = self.places(name);
        Identity { certificate: write(&places.0, certificate), key: write(&places.1, key) }
    }

    fn places(&self, name: &str) -> (PathBuf, PathBuf) {
        let place = |ending: &str| self.folder.path().join(format!("{name}.{ending}"));
        (place("pem"), place("key"))
    }
}

/// Text as an ASN.1 string of ASCII.
pub(crate) fn email(address: &str) -> SanType {
    SanType::Rfc822Name(address.try_into().expect("it is ASCII"))
}

/// A name of a host.
pub(crate) fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("it is ASCII"))
}

/// A URI.
pub(crate) fn uri(uri: &str) -> SanType {
    SanType::URI(uri.try_into().expect("it is ASCII"))
}

/// An address.
pub(crate) fn address(address: &str) -> SanType {
    SanType::IpAddress(address.parse().expect("it is an address"))
}

fn client(name: &str) -> CertificateParams {
    let [host, mail, number, identifier] = CLIENT_NAMES;
    let mut parameters = named(name);
    parameters.subject_alt_names = vec![dns(host), email(mail), address(number), uri(identifier)];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    parameters
}

fn named(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

fn loopback() -> Vec<SanType> {
    vec![dns("localhost"), address("127.0.0.1"), address("::1")]
}

fn write(path: &Path, text: &str) -> PathBuf {
    std::fs::write(path, text).expect("the file can be written");
    path.to_owned()
}
