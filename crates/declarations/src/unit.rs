//! Units. Prometheus wants base units, and the unit as the name's suffix; both are linted from here.

/// The unit of a metric's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count of things; the name says which.
    Count,
    /// A state that is true (1) or false (0).
    Boolean,
    /// A duration in seconds.
    Seconds,
    /// A moment, as seconds since 1970-01-01T00:00:00Z.
    TimestampSeconds,
    /// A size in bytes.
    Bytes,
    /// A share between 0 and 1 (or above, where more than all can be used). Never percent.
    Ratio,
    /// CPU cores.
    Cores,
}

impl Unit {
    /// The suffix that the name of a gauge or histogram in this unit ends in (before `_total` for a counter).
    pub const fn suffix(self) -> Option<&'static str> {
        match self {
            Self::Count | Self::Boolean => None,
            Self::Seconds => Some("_seconds"),
            Self::TimestampSeconds => Some("_timestamp_seconds"),
            Self::Bytes => Some("_bytes"),
            Self::Ratio => Some("_ratio"),
            Self::Cores => Some("_cores"),
        }
    }

    /// The word of OpenMetrics' `# UNIT` line, where there is one.
    pub const fn open_metrics(self) -> Option<&'static str> {
        match self {
            Self::Count | Self::Boolean => None,
            Self::Seconds | Self::TimestampSeconds => Some("seconds"),
            Self::Bytes => Some("bytes"),
            Self::Ratio => Some("ratio"),
            Self::Cores => Some("cores"),
        }
    }

    /// The unit in words, for documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Boolean => "boolean (0 or 1)",
            Self::Seconds => "seconds",
            Self::TimestampSeconds => "Unix time in seconds",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio (0 to 1)",
            Self::Cores => "CPU cores",
        }
    }
}
