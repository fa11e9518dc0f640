//! What bounds the reading of files.

use lookout_config::{Complaints, HumanSize, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bounds on what is read. What lies beyond one is reported with the reason `too_large` or `too_many`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest file that is read.
    pub max_file_size: HumanSize,
    /// The most files that are read, over all paths.
    pub max_files: usize,
    /// The most certificates that are taken from one file.
    pub max_certificates_per_file: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_size: HumanSize::from_mebibytes(1),
            max_files: 10_000,
            max_certificates_per_file: 1000,
        }
    }
}

impl Validate for Limits {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.in_range(
            "max_file_size",
            &self.max_file_size,
            &(HumanSize::from_kibibytes(1)..=HumanSize::from_mebibytes(64)),
        );
        complaints.in_range("max_files", &self.max_files, &(1..=1_000_000));
        complaints.in_range("max_certificates_per_file", &self.max_certificates_per_file, &(1..=100_000));
    }
}
