//! From a request to its answer. Pure but for reading the snapshot and the status.
//!
//! Only GET and HEAD: nothing can be changed here. A path that does not exist is 404 whatever the method.

use std::sync::Arc;

use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use lookout_exposition::{Answer, Selection, negotiate};
use lookout_self_metrics::metrics::{Code, Path};
use tokio::time::Instant;

use super::body::{Observation, SharedBody};
use super::figures::HttpMetrics;
use super::{Site, page};

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
/// The methods that every page allows.
const ALLOWED: &str = "GET, HEAD";
/// A page shows text from monitored systems: no scripts, no foreign content, whatever got through.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What is answered, before it is known whether the body is wanted.
struct Reply {
    code: Code,
    headers: Vec<(HeaderName, &'static str)>,
    buffers: Arc<[Bytes]>,
    length: u64,
}

/// Answers one request whose head has just arrived.
pub(super) fn respond(
    site: &Site,
    metrics: &HttpMetrics,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Response<SharedBody> {
    let since = Instant::now();
    let kind = classify(path);
    let reply = match kind {
        Path::Other => not_found(site),
        _ if method != Method::GET && method != Method::HEAD => not_allowed(),
        Path::Metrics => exposed(site, Selection::All, headers),
        Path::ExporterMetrics => exposed(site, Selection::Exporter(exporter(path)), headers),
        Path::Healthy => text(Code::Ok, "healthy\n".to_owned()),
        Path::Ready => ready(site),
        Path::Root => html(Code::Ok, page::overview(site)),
    };
    metrics.answered(kind, reply.code);
    let observation = Observation { metrics: metrics.clone(), path: kind, since };
    reply.into_response(method == Method::HEAD, observation)
}

/// The prefix of the paths that select one exporter.
const OF_EXPORTER: &str = "/metrics/";

fn classify(path: &str) -> Path {
    match path {
        "/" => Path::Root,
        "/metrics" => Path::Metrics,
        "/-/healthy" => Path::Healthy,
        "/-/ready" => Path::Ready,
        _ if path.starts_with(OF_EXPORTER) => Path::ExporterMetrics,
        _ => Path::Other,
    }
}

fn exporter(path: &str) -> &str {
    path.strip_prefix(OF_EXPORTER).unwrap_or_default()
}

/// The exporters that there are, in documentation order.
pub(super) fn exporters(site: &Site) -> Vec<&'static str> {
    site.exposition.statistics().into_iter().map(|statistics| statistics.exporter).collect()
}

fn exposed(site: &Site, selection: Selection<'_>, headers: &HeaderMap) -> Reply {
    let negotiated = negotiate(
        joined(headers, &header::ACCEPT).as_deref(),
        joined(headers, &header::ACCEPT_ENCODING).as_deref(),
    );
    let snapshot = site.exposition.snapshot();
    let Some(answer) = snapshot.answer(selection, negotiated.format, negotiated.encoding) else {
        let known = exporters(site).into_iter().map(|name| format!("{OF_EXPORTER}{name}"));
        return text(Code::NotFound, list("there is no such exporter; there are", known));
    };
    let Answer { content_type, content_encoding, content_length, buffers } = answer;
    let mut headers = vec![(header::CONTENT_TYPE, content_type), (header::VARY, "Accept, Accept-Encoding")];
    headers.extend(content_encoding.map(|encoding| (header::CONTENT_ENCODING, encoding)));
    Reply { code: Code::Ok, headers, buffers, length: content_length }
}

/// A heading and one line for each item.
fn list(heading: &str, items: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{heading}\n");
    for item in items {
        text.push_str("  ");
        text.push_str(&item);
        text.push('\n');
    }
    text
}

/// All values of a header that may be given several times, as one list.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn ready(site: &Site) -> Reply {
    let pending = site.readiness.pending();
    if pending.is_empty() {
        return text(Code::Ok, "ready\n".to_owned());
    }
    text(Code::ServiceUnavailable, list("not ready: the first cycle has not ended of", pending))
}

fn not_allowed() -> Reply {
    let mut reply = text(Code::MethodNotAllowed, format!("this page is only for reading: use {ALLOWED}\n"));
    reply.headers.push((header::ALLOW, ALLOWED));
    reply
}

fn not_found(site: &Site) -> Reply {
    html(Code::NotFound, page::not_found(site))
}

fn text(code: Code, body: String) -> Reply {
    Reply::new(code, vec![(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], body)
}

fn html(code: Code, body: String) -> Reply {
    let headers = vec![
        (header::CONTENT_TYPE, HTML),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Reply::new(code, headers, body)
}

impl Reply {
    fn new(code: Code, headers: Vec<(HeaderName, &'static str)>, body: String) -> Self {
        let body = Bytes::from(body);
        let length = body.len() as u64;
        Self { code, headers, buffers: Arc::new([body]), length }
    }

    /// The response; to a HEAD request with all headers of a GET, and no body.
    fn into_response(self, head: bool, observation: Observation) -> Response<SharedBody> {
        let body = if head {
            SharedBody::new(Arc::new([]), 0, observation)
        } else {
            SharedBody::new(self.buffers, self.length, observation)
        };
        let mut response = Response::new(body);
        *response.status_mut() = status(self.code);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(self.length));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in self.headers {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

const fn status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_the_number_that_its_label_says() {
        for code in Code::ALL {
            assert_eq!(status(*code).as_str(), code.as_str());
        }
    }

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
            ("/metricsx", Path::Other),
            ("*", Path::Other),
            ("", Path::Other),
        ] {
            assert_eq!(classify(path), expected, "{path}");
        }
    }

    #[test]
    fn a_header_given_twice_is_one_list() {
        let mut headers = HeaderMap::new();
        assert_eq!(joined(&headers, &header::ACCEPT), None);
        headers.append(header::ACCEPT, HeaderValue::from_static("text/plain;q=0.5"));
        headers.append(header::ACCEPT, HeaderValue::from_static("*/*;q=0.1"));
        assert_eq!(joined(&headers, &header::ACCEPT).as_deref(), Some("text/plain;q=0.5, */*;q=0.1"));
    }
}
