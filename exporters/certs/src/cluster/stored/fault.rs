//! What can be wrong with a value that should hold a certificate.

use core::fmt;
use std::sync::Arc;

use lookout_certs_spec::labels::StoredReason;
use lookout_declarations::Reason;

use crate::parse::ItemFault;

/// What cannot be used of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueFault {
    /// The key, or the entry of a `caBundle`; empty where the object has only one.
    pub entry: Arc<str>,
    /// What is wrong; of several with one reason, with the first.
    pub kind: ValueFaultKind,
    /// How many items of the value are wrong for this reason.
    pub count: u32,
}

/// What is wrong with a value, or an item of it.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueFaultKind {
    /// One item of it.
    Item(ItemFault),
    /// It is no text.
    NotText,
    /// It is no base64.
    NotBase64,
    /// It is larger than the limit.
    TooLarge {
        /// How large, in bytes.
        bytes: usize,
        /// How large it may be, in bytes.
        limit: usize,
    },
    /// The object has more wanted values than the limit; this is the first that was not read.
    TooManyValues {
        /// How many are read.
        limit: usize,
    },
}

impl ValueFaultKind {
    /// The suite's reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Item(item) => item.reason(),
            Self::NotText | Self::NotBase64 => Reason::Malformed,
            Self::TooLarge { .. } => Reason::TooLarge,
            Self::TooManyValues { .. } => Reason::TooMany,
        }
    }

    /// The reason in the words of x509-certificate-exporter.
    pub fn stored_reason(&self) -> StoredReason {
        match self {
            Self::Item(item) => item.stored_reason(),
            Self::NotText | Self::NotBase64 => StoredReason::DecodeFailed,
            Self::TooLarge { .. } => StoredReason::TooLarge,
            Self::TooManyValues { .. } => StoredReason::TooMany,
        }
    }
}

/// Without any text of the value, which may be a private key.
impl fmt::Display for ValueFaultKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(item) => item.fmt(formatter),
            Self::NotText => formatter.write_str("the value is no text"),
            Self::NotBase64 => formatter.write_str("the value is not base64"),
            Self::TooLarge { bytes, limit } => {
                write!(formatter, "{bytes} bytes, more than the limit of {limit}; it was not read")
            }
            Self::TooManyValues { limit } => {
                write!(
                    formatter,
                    "more than {limit} values of the object are wanted; from here on none was read"
                )
            }
        }
    }
}
