//! Certificates as they are met in the wild: wrong ones, and right ones that break careless readers.
//!
//! `ALL` is in the order of documentation, and tests go through it: a reader is not done before it has seen each.

use core::fmt;

use jiff::Timestamp;

use super::authorities::organization;
use super::{Authorities, CertificateAuthority, CertificateRequest, IssuedCertificate, Subject, Validity};
use crate::SimulatorError;

/// How many names the certificate of [`UnusualCertificate::ManyNames`] is for, apart from the server's own.
const MANY_NAMES: usize = 100;
/// The length of the common name of [`UnusualCertificate::VeryLongSubject`], in characters; X.520 allows 64.
const VERY_LONG: usize = 4000;

/// One kind of certificate that differs from an ordinary one in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnusualCertificate {
    /// Four of its 90 days are left.
    ExpiresSoon,
    /// Ran out three days ago.
    Expired,
    /// Begins in seven days.
    NotYetValid,
    /// For another name than the server's.
    WrongName,
    /// By an authority that nobody trusts.
    Untrusted,
    /// Signed with its own key.
    SelfSigned,
    /// The intermediate is left out of what the server presents.
    IntermediateMissing,
    /// The leaf is valid; the intermediate above it ran out.
    IntermediateExpired,
    /// The issuing authority has an organisation and no common name.
    IssuerWithoutCommonName,
    /// The subject holds both kinds of quotes, backslashes and a comma.
    SubjectWithQuotes,
    /// The subject holds line breaks.
    SubjectWithNewlines,
    /// The subject is not ASCII.
    SubjectBeyondAscii,
    /// The common name is thousands of characters long.
    VeryLongSubject,
    /// A hundred more names.
    ManyNames,
    /// A common name and no subject alternative name, which browsers and rustls no longer accept.
    WithoutNames,
    /// A serial number of 20 bytes, the most that RFC 5280 (section 4.1.2.2) allows.
    LongSerial,
}

impl UnusualCertificate {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ExpiresSoon,
        Self::Expired,
        Self::NotYetValid,
        Self::WrongName,
        Self::Untrusted,
        Self::SelfSigned,
        Self::IntermediateMissing,
        Self::IntermediateExpired,
        Self::IssuerWithoutCommonName,
        Self::SubjectWithQuotes,
        Self::SubjectWithNewlines,
        Self::SubjectBeyondAscii,
        Self::VeryLongSubject,
        Self::ManyNames,
        Self::WithoutNames,
        Self::LongSerial,
    ];

    /// Makes one for this server.
    pub fn issue(
        self,
        authorities: &Authorities,
        server_name: &str,
        now: Timestamp,
    ) -> Result<IssuedCertificate, SimulatorError> {
        let ordinary = CertificateRequest::for_server(server_name, Validity::current(now));
        match self {
            Self::Untrusted => authorities.stranger.issue(&ordinary),
            Self::SelfSigned => CertificateAuthority::self_signed(&ordinary),
            Self::IntermediateMissing => {
                Ok(authorities.intermediate.issue(&ordinary)?.without_intermediates())
            }
            Self::IntermediateExpired => authorities
                .root
                .intermediate(&organization("Expired Intermediate"), Validity::expired(now))?
                .issue(&ordinary),
            Self::IssuerWithoutCommonName => {
                let subject = Subject { common_name: None, ..organization("") };
                authorities.root.intermediate(&subject, Validity::of_authority(now))?.issue(&ordinary)
            }
            other => authorities.intermediate.issue(&other.changed(ordinary, now)),
        }
    }

    /// The request, changed in this one way; the other kinds differ by who signs.
    fn changed(self, mut request: CertificateRequest, now: Timestamp) -> CertificateRequest {
        match self {
            Self::ExpiresSoon => request.validity = Validity::expires_soon(now),
            Self::Expired => request.validity = Validity::expired(now),
            Self::NotYetValid => request.validity = Validity::not_yet(now),
            Self::WrongName => {
                return CertificateRequest::for_server("somewhere-else.example", request.validity);
            }
            Self::SubjectWithQuotes => {
                request.subject = organization(r#"the "quoted" \ O'Neill, Ltd"#);
            }
            Self::SubjectWithNewlines => request.subject = organization("first line\nsecond line\r\nthird"),
            Self::SubjectBeyondAscii => request.subject = organization("Käsekuchen – 証明書 – 🔒"),
            Self::VeryLongSubject => request.subject = organization(&"long ".repeat(VERY_LONG / 5)),
            Self::ManyNames => {
                request.dns_names.extend((0..MANY_NAMES).map(|n| format!("name-{n}.example")));
            }
            Self::WithoutNames => request.dns_names.clear(),
            Self::LongSerial => request.serial = Some((0x60..0x74).collect()),
            Self::Untrusted
            | Self::SelfSigned
            | Self::IntermediateMissing
            | Self::IntermediateExpired
            | Self::IssuerWithoutCommonName => {}
        }
        request
    }
}

impl fmt::Display for UnusualCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ExpiresSoon => "expires soon",
            Self::Expired => "expired",
            Self::NotYetValid => "not yet valid",
            Self::WrongName => "for another name",
            Self::Untrusted => "by an untrusted issuer",
            Self::SelfSigned => "self-signed",
            Self::IntermediateMissing => "intermediate missing",
            Self::IntermediateExpired => "intermediate expired",
            Self::IssuerWithoutCommonName => "issuer without common name",
            Self::SubjectWithQuotes => "subject with quotes",
            Self::SubjectWithNewlines => "subject with line breaks",
            Self::SubjectBeyondAscii => "subject beyond ASCII",
            Self::VeryLongSubject => "very long subject",
            Self::ManyNames => "very many names",
            Self::WithoutNames => "without subject alternative name",
            Self::LongSerial => "long serial number",
        })
    }
}
