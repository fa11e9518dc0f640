//! `/probe`: from the request to what a prober is asked, and from its rows to an answer.
//!
//! A query is bounded by the head that it came in, and in its parameters here. The time limit of the scraper is taken
//! from `X-Prometheus-Scrape-Timeout-Seconds`; one that is no time is refused, because probing without the limit that
//! was meant would look like a target that is down.

use core::time::Duration;

use hyper::header::{self, HeaderMap};
use hyper::http::request::Parts;
use lookout_exposition::{Exposition, Selection, negotiate};
use lookout_self_metrics::metrics::Code;

use super::Site;
use super::reply::Reply;
use super::respond::{busy, joined};
use crate::prober::{ProbeRequest, Refusal};

/// The most parameters of a query: a target, a module, and some to spare.
const MAX_PARAMETERS: usize = 32;
/// The longest query, bytes: one long URL as the target.
const MAX_QUERY: usize = 8 * 1024;
/// How long the scraper waits.
const SCRAPE_TIMEOUT: &str = "x-prometheus-scrape-timeout-seconds";

/// Probes once.
pub(super) async fn probe(site: &Site, parts: &Parts) -> Reply {
    let prober = site.prober.borrow().clone();
    let Some(prober) = prober else {
        return Reply::text(
            Code::NotFound,
            "nothing may be probed: there is no section `probe` in the configuration, or it is switched off\n",
        );
    };
    let request = match request(parts) {
        Ok(request) => request,
        Err(message) => return Reply::text(Code::BadRequest, message),
    };
    let batch = match prober.probe(request).await {
        Ok(batch) => batch,
        Err(refusal) => {
            let body = format!("{refusal}\n");
            return match refusal {
                Refusal::UnderstandRequest(_) => Reply::text(Code::BadRequest, body),
                Refusal::AllowTarget(_) => Reply::text(Code::Forbidden, body),
                Refusal::FindPlace(_) => busy(&body),
            };
        }
    };
    let families = prober.families();
    let exporter = families.exporter;
    let exposition = Exposition::new([families]);
    // What is published is there as long as its publisher.
    let mut publisher = exposition.publisher(exporter, "probe");
    publisher.publish(batch);
    let negotiated = negotiate(
        joined(&parts.headers, &header::ACCEPT).as_deref(),
        joined(&parts.headers, &header::ACCEPT_ENCODING).as_deref(),
    );
    match exposition.snapshot().answer(Selection::All, negotiated.format, negotiated.encoding) {
        Some(answer) => Reply::exposed(answer),
        // All of an exposition is always there.
        None => Reply::text(Code::InternalServerError, "the answer could not be written\n"),
    }
}

fn request(parts: &Parts) -> Result<ProbeRequest, String> {
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > MAX_QUERY {
        return Err(format!("the query is longer than {MAX_QUERY} bytes\n"));
    }
    let mut parsed = form_urlencoded::parse(query.as_bytes()).into_owned();
    let parameters: Vec<_> = parsed.by_ref().take(MAX_PARAMETERS).collect();
    if parsed.next().is_some() {
        return Err(format!("the query has more than {MAX_PARAMETERS} parameters\n"));
    }
    Ok(ProbeRequest { parameters, scrape_timeout: scrape_timeout(&parts.headers)? })
}

/// What the scraper's header says. Zero means no limit, as `blackbox_exporter` takes it.
fn scrape_timeout(headers: &HeaderMap) -> Result<Option<Duration>, String> {
    let Some(value) = headers.get(SCRAPE_TIMEOUT) else { return Ok(None) };
    let seconds = value.to_str().ok().and_then(|text| text.parse::<f64>().ok());
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    match duration {
        Some(Duration::ZERO) => Ok(None),
        Some(duration) => Ok(Some(duration)),
        None => Err("the header X-Prometheus-Scrape-Timeout-Seconds is no number of seconds\n".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn parts(uri: &str, timeout: Option<&str>) -> Parts {
        let mut request = Request::builder().uri(uri);
        if let Some(timeout) = timeout {
            request = request.header(SCRAPE_TIMEOUT, timeout);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_query_is_decoded_in_order() {
        let uri = "/probe?target=https%3A%2F%2Fexample.org%2F%3Fa%3Db&module=a+b&target=&x";
        let request = request(&parts(uri, None)).unwrap();
        let expected = [("target", "https://example.org/?a=b"), ("module", "a b"), ("target", ""), ("x", "")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(request.parameters, expected);
        assert_eq!(request.scrape_timeout, None);
    }

    #[test]
    fn a_query_is_bounded() {
        let many = |count: usize| format!("/probe?{}", "a=b&".repeat(count));
        assert_eq!(request(&parts(&many(32), None)).unwrap().parameters.len(), 32);
        assert_eq!(request(&parts(&many(33), None)).unwrap_err(), "the query has more than 32 parameters\n");
        let long = format!("/probe?target={}", "x".repeat(MAX_QUERY));
        assert_eq!(request(&parts(&long, None)).unwrap_err(), "the query is longer than 8192 bytes\n");
    }

    #[test]
    fn the_scrapers_time_limit_is_taken_and_nonsense_is_refused() {
        let limit = |text| scrape_timeout(&parts("/probe", Some(text)).headers);
        assert_eq!(limit("9.5"), Ok(Some(Duration::from_millis(9500))));
        assert_eq!(limit("1e1"), Ok(Some(Duration::from_secs(10))));
        assert_eq!(limit("0"), Ok(None));
        for text in ["", "-1", "NaN", "inf", "1e300", "10s"] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
