//! What to look at, and how to judge it, from the settings: all that the file source is made from.

use lookout_certs_spec::Settings;
use lookout_certs_spec::config::ExpiryThreshold;
use lookout_certs_spec::pattern::{Pattern, PatternError};

/// The paths to look at, the bounds to keep, and what is to be said.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The configured paths, in order.
    pub places: Vec<Place>,
    /// The largest file that is read, in bytes.
    pub max_file_bytes: usize,
    /// The most files over all places.
    pub max_files: usize,
    /// The most certificates of one file.
    pub max_certificates: usize,
    /// The leading components that are left out of labels.
    pub trim_path_components: usize,
    /// Whether the families are exposed that change in every cycle.
    pub exposes_relative: bool,
    /// When a certificate is about to expire.
    pub about_to_expire: ExpiryThreshold,
}

/// One configured path.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// As it was configured: the label `source_name`.
    pub name: String,
    /// What it stands for.
    pub pattern: Pattern,
}

impl Plan {
    /// The plan of `settings`; fails only on settings that were not validated.
    pub fn new(settings: &Settings) -> Result<Self, PatternError> {
        let mut places = Vec::new();
        for file in &settings.files {
            places.push(Place { name: file.clone(), pattern: Pattern::parse(file)? });
        }
        for directory in &settings.directories {
            let pattern =
                Pattern::parse(&format!("{}/{CERTIFICATE_FILES}", directory.trim_end_matches('/')))?;
            places.push(Place { name: directory.clone(), pattern });
        }
        Ok(Self {
            places,
            max_file_bytes: settings.limits.max_file_size.as_usize(),
            max_files: settings.limits.max_files,
            max_certificates: settings.limits.max_certificates_per_file,
            trim_path_components: settings.trim_path_components,
            exposes_relative: settings.relative_metrics,
            about_to_expire: settings.alerts.critical.clone(),
        })
    }
}

/// The files of a directory that are meant to be certificates.
const CERTIFICATE_FILES: &str = "*.{pem,crt,cer,cert,PEM,CRT,CER,CERT}";
