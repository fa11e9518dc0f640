//! What to look at, and how to judge it, from the settings: all that the file source is made from.

use lookout_certs_spec::Settings;
use lookout_certs_spec::config::ExpiryThreshold;
use lookout_certs_spec::labels::SourceKind;
use lookout_certs_spec::pattern::{Pattern, PatternError};

use super::host_root::HostRoot;

/// The paths to look at, the bounds to keep, and what is to be said.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The configured paths, in order.
    pub places: Vec<Place>,
    /// Where the file system of the node is mounted.
    pub host_root: HostRoot,
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

/// One configured path, or one preset.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// As it was configured: the label `source_name`.
    pub name: String,
    /// Whether its files hold certificates, or are kubeconfigs.
    pub kind: SourceKind,
    /// What it stands for.
    pub patterns: Vec<Pattern>,
    /// Whether it is no fault if something is not there.
    pub is_optional: bool,
}

impl Plan {
    /// The plan of `settings`; fails only on settings that were not validated.
    pub fn new(settings: &Settings) -> Result<Self, PatternError> {
        let host_root = HostRoot::new(&settings.host_root);
        let mut places = Vec::new();
        for file in &settings.files {
            places.push(Place::configured(file, SourceKind::File, file)?);
        }
        for directory in &settings.directories {
            let pattern = format!("{}/{CERTIFICATE_FILES}", directory.trim_end_matches('/'));
            places.push(Place::configured(directory, SourceKind::File, &pattern)?);
        }
        for kubeconfig in &settings.kubeconfigs {
            places.push(Place::configured(kubeconfig, SourceKind::Kubeconfig, kubeconfig)?);
        }
        for preset in &settings.presets {
            let kinds = [(SourceKind::File, preset.files()), (SourceKind::Kubeconfig, preset.kubeconfigs())];
            for (kind, paths) in kinds {
                let patterns = paths.iter().map(|path| Pattern::parse(&host_root.below(path)));
                let patterns = patterns.collect::<Result<_, _>>()?;
                places.push(Place { name: preset.name().to_owned(), kind, patterns, is_optional: true });
            }
        }
        Ok(Self {
            places,
            host_root,
            max_file_bytes: settings.limits.max_file_size.as_usize(),
            max_files: settings.limits.max_files,
            max_certificates: settings.limits.max_certificates_per_file,
            trim_path_components: settings.trim_path_components,
            exposes_relative: settings.relative_metrics,
            about_to_expire: settings.alerts.critical.clone(),
        })
    }

    /// The label `filepath` of a path: as it is called on the node, without its first components as configured. What has no
    /// more is left out entirely, as in x509-certificate-exporter.
    pub(super) fn shown(&self, path: &str) -> String {
        let (path, count) = (self.host_root.on_node(path), self.trim_path_components);
        if count == 0 {
            return path.to_owned();
        }
        let root = if path.starts_with('/') { "/" } else { "" };
        let components: Vec<_> =
            path.split('/').filter(|component| !component.is_empty()).skip(count).collect();
        if components.is_empty() { String::new() } else { format!("{root}{}", components.join("/")) }
    }
}

impl Place {
    fn configured(name: &str, kind: SourceKind, pattern: &str) -> Result<Self, PatternError> {
        let patterns = vec![Pattern::parse(pattern)?];
        Ok(Self { name: name.to_owned(), kind, patterns, is_optional: false })
    }

    /// Whether it names one path, without any wildcard.
    pub(super) fn is_literal(&self) -> bool {
        self.patterns.iter().all(Pattern::is_literal)
    }
}

/// The files of a directory that are meant to be certificates.
const CERTIFICATE_FILES: &str = "*.{pem,crt,cer,cert,PEM,CRT,CER,CERT}";
