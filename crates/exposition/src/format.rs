//! The formats and encodings of an answer, and the content types that name them.
//!
//! Version and escaping scheme change the content type only: our names are ASCII, so every scheme that is offered
//! here gives the same bytes. The schemes `dots` and `values` are not offered, as they alter even ASCII names.

/// How a client wants names written that are not plain ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Escaping {
    /// The client did not say; the content type does not either.
    Unstated,
    /// `escaping=allow-utf-8`: as they are.
    AllowUtf8,
    /// `escaping=underscores`: other characters as `_`.
    Underscores,
}

/// A version of `OpenMetrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OpenMetricsVersion {
    /// The draft that Prometheus asks for beside 1.0.0; what we write is valid in both.
    V0_0_1,
    /// The standard.
    V1_0_0,
}

/// A text format with everything that its content type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Prometheus' text format 0.0.4.
    Text(Escaping),
    /// `OpenMetrics`.
    OpenMetrics(OpenMetricsVersion, Escaping),
}

impl Format {
    /// Text 0.0.4: what a browser gets, and everyone who accepts nothing that there is.
    pub const TEXT: Self = Self::Text(Escaping::Unstated);
    /// `OpenMetrics` 1.0.0.
    pub const OPEN_METRICS: Self = Self::OpenMetrics(OpenMetricsVersion::V1_0_0, Escaping::Unstated);

    /// The `Content-Type` of an answer in this format.
    pub const fn content_type(self) -> &'static str {
        use Escaping::{AllowUtf8, Underscores, Unstated};
        use OpenMetricsVersion::{V0_0_1, V1_0_0};
        match self {
            Self::Text(Unstated) => "text/plain; version=0.0.4; charset=utf-8",
            Self::Text(AllowUtf8) => "text/plain; version=0.0.4; charset=utf-8; escaping=allow-utf-8",
            Self::Text(Underscores) => "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
            Self::OpenMetrics(V0_0_1, Unstated) => {
                "application/openmetrics-text; version=0.0.1; charset=utf-8"
            }
            Self::OpenMetrics(V0_0_1, AllowUtf8) => {
                "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=allow-utf-8"
            }
            Self::OpenMetrics(V0_0_1, Underscores) => {
                "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=underscores"
            }
            Self::OpenMetrics(V1_0_0, Unstated) => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
            Self::OpenMetrics(V1_0_0, AllowUtf8) => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"
            }
            Self::OpenMetrics(V1_0_0, Underscores) => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
        }
    }

    /// The syntax, which is all that the bytes depend on.
    pub(crate) const fn syntax(self) -> Syntax {
        match self {
            Self::Text(_) => Syntax::Text,
            Self::OpenMetrics(..) => Syntax::OpenMetrics,
        }
    }
}

/// What of a format the bytes depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    Text,
    OpenMetrics,
}

/// The content encoding of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// One gzip member.
    Gzip,
}

impl Encoding {
    /// The `Content-Encoding` of an answer, if it has one.
    pub const fn content_encoding(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
        }
    }
}
