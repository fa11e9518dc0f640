//! Which page a path asks for.

use lookout_self_metrics::metrics::Path;

/// What stands before the name of one exporter.
pub(super) const OF_EXPORTER: &str = "/metrics/";
/// What stands before the name of a runbook, and the list of all.
pub(super) const OF_RUNBOOK: &str = "/runbooks/";
/// The same as people type it.
const RUNBOOKS: &str = "/runbooks";

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// To this page; what is left of the path without the prefix.
    Page(Path, &'a str),
    /// To the root of the pages, which the path means but does not say.
    Redirect,
}

/// Where a request for `path` goes, if the pages are below `prefix`.
pub(super) fn route<'a>(prefix: &str, path: &'a str) -> Route<'a> {
    match path.strip_prefix(prefix) {
        Some(rest) if prefix.is_empty() || rest.starts_with('/') => Route::Page(classify(rest), rest),
        Some("") => Route::Redirect,
        _ if path == "/" => Route::Redirect,
        _ => Route::Page(Path::Other, path),
    }
}

/// The name in a path of [`Path::ExporterMetrics`].
pub(super) fn exporter(path: &str) -> &str {
    path.strip_prefix(OF_EXPORTER).unwrap_or_default()
}

fn classify(path: &str) -> Path {
    match path {
        "/" => Path::Root,
        "/metrics" => Path::Metrics,
        "/-/healthy" => Path::Healthy,
        "/-/ready" => Path::Ready,
        "/-/reload" => Path::Reload,
        "/probe" => Path::Probe,
        RUNBOOKS => Path::Runbooks,
        _ if path.starts_with(OF_EXPORTER) => Path::ExporterMetrics,
        _ if path.starts_with(OF_RUNBOOK) => Path::Runbooks,
        _ => Path::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_classified_into_the_closed_list() {
        for (path, expected) in [
            ("/", Path::Root),
            ("/metrics", Path::Metrics),
            ("/metrics/certs", Path::ExporterMetrics),
            ("/metrics/", Path::ExporterMetrics),
            ("/metrics/a/b", Path::ExporterMetrics),
            ("/-/healthy", Path::Healthy),
            ("/-/ready", Path::Ready),
            ("/-/reload", Path::Reload),
            ("/probe", Path::Probe),
            ("/runbooks", Path::Runbooks),
            ("/runbooks/", Path::Runbooks),
            ("/runbooks/LookoutDown.md", Path::Runbooks),
            ("/runbooksx", Path::Other),
            ("/metricsx", Path::Other),
            ("*", Path::Other),
            ("", Path::Other),
        ] {
            assert_eq!(route("", path), Route::Page(expected, path), "{path}");
        }
    }

    #[test]
    fn below_a_prefix_there_is_everything_and_outside_of_it_nothing() {
        for (path, expected) in [
            ("/lookout/", Route::Page(Path::Root, "/")),
            ("/lookout/metrics/certs", Route::Page(Path::ExporterMetrics, "/metrics/certs")),
            ("/lookout", Route::Redirect),
            ("/", Route::Redirect),
            ("/metrics", Route::Page(Path::Other, "/metrics")),
            ("/lookoutmetrics", Route::Page(Path::Other, "/lookoutmetrics")),
            ("", Route::Page(Path::Other, "")),
        ] {
            assert_eq!(route("/lookout", path), expected, "{path}");
        }
    }
}
