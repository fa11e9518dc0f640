//! What can be wrong with an item of a file, and how it is counted.

use core::fmt;

use lookout_certs_spec::labels::StoredReason;
use lookout_declarations::Reason;

use super::certificate::ParseCertificate;
use super::pem::Mistake;

/// One item of a file that could not be used.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The line at which the item begins, from 1.
    pub line: usize,
}

/// What is wrong with an item.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// A block has no proper beginning or end.
    Block(
        /// In what way, for people.
        &'static str,
    ),
    /// The contents of a block are not a certificate.
    Certificate(ParseCertificate),
    /// The whole begins as a certificate in DER form does, and is none.
    Der(ParseCertificate),
    /// The file has more certificates than the limit.
    TooManyCertificates,
    /// Every block is of another kind, such as a private key.
    OnlyOtherBlocks,
    /// There is something in the file, but no PEM block.
    NoBlock,
    /// There is nothing in the file.
    EmptyFile,
}

impl ItemFault {
    pub(super) fn new(kind: FaultKind, line: usize) -> Self {
        Self { kind, line }
    }

    /// The suite's reason.
    pub fn reason(&self) -> Reason {
        match self.kind {
            FaultKind::Block(_) | FaultKind::Certificate(_) | FaultKind::Der(_) | FaultKind::NoBlock => {
                Reason::Malformed
            }
            FaultKind::TooManyCertificates => Reason::TooMany,
            FaultKind::OnlyOtherBlocks | FaultKind::EmptyFile => Reason::Empty,
        }
    }

    /// The reason in the words of x509-certificate-exporter.
    pub fn stored_reason(&self) -> StoredReason {
        match self.kind {
            FaultKind::Block(_) | FaultKind::Certificate(_) | FaultKind::Der(_) => StoredReason::BadPem,
            FaultKind::TooManyCertificates => StoredReason::TooMany,
            FaultKind::OnlyOtherBlocks | FaultKind::EmptyFile | FaultKind::NoBlock => {
                StoredReason::NoCertificateFound
            }
        }
    }
}

impl From<Mistake> for FaultKind {
    fn from(mistake: Mistake) -> Self {
        Self::Block(match mistake {
            Mistake::NoEnd => "the block does not end; the file may have been cut off",
            Mistake::NoBegin => "the block has no beginning; the file may have been cut off",
            Mistake::OtherEnd => "the block ends with the marker of another kind",
            Mistake::NoBeginHyphens => {
                "the BEGIN line does not end in five hyphens; it must stand on a line of its own"
            }
        })
    }
}

/// Without a final full stop and without any text of the file, which may be a private key.
impl fmt::Display for ItemFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match &self.kind {
            FaultKind::Block(mistake) => write!(formatter, "line {line}: {mistake}"),
            FaultKind::Certificate(error) => write!(formatter, "line {line}: {error}"),
            FaultKind::Der(error) => write!(formatter, "{error}"),
            FaultKind::TooManyCertificates => {
                write!(formatter, "line {line}: more certificates than the limit; from here on none was read")
            }
            FaultKind::OnlyOtherBlocks => {
                formatter.write_str("no certificate, only PEM blocks of other kinds")
            }
            FaultKind::NoBlock => formatter.write_str("no PEM block in it"),
            FaultKind::EmptyFile => formatter.write_str("nothing in it"),
        }
    }
}
