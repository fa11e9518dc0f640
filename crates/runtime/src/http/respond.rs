//! From a request to its answer: first whether it is let in, then what it asks for.
//!
//! A scrape reads the snapshot and the status and waits for nothing but a slot. What may take long (a password's hash,
//! a probe, a reload) is awaited, and ends when the client has gone.
//!
//! How to get it wrong: answering before the web configuration was asked. Each path is protected, as in Prometheus'
//! exporters, also `/-/healthy`.

use core::time::Duration;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, Version};
use lookout_exposition::{Selection, negotiate};
use lookout_self_metrics::metrics::{Authentication, CloseReason, Code, Path};
use lookout_web_config::{Policy, Verdict};
use tokio::time::{Instant, timeout};

use super::body::SharedBody;
use super::conversation::Conversation;
use super::exchange::Exchange;
use super::listener::Peer;
use super::reply::Reply;
use super::routes::{OF_EXPORTER, Route, exporter, route};
use super::server::Serving;
use super::{Site, page, probe, runbooks};
use crate::plain_text;
use crate::reload::ReloadError;

/// The methods that every page for reading allows.
const READING: &str = "GET, HEAD";
/// The methods that ask for a reload.
const RELOADING: &str = "POST, PUT";
/// When to come back after a refusal for want of room, seconds: the next scrape is soon enough.
pub(super) const RETRY_AFTER: &str = "5";
/// How long a reload is waited for: it reads files, and begins sources. It goes on after that.
const RELOAD_WAIT: Duration = Duration::from_mins(1);

/// The connection that a request came on.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) conversation: Arc<Conversation>,
    pub(super) peer: Peer,
    /// What held when it was let in.
    pub(super) policy: Arc<Policy>,
}

/// Answers one request whose head has just arrived.
pub(super) async fn respond(
    serving: Arc<Serving>,
    origin: Origin,
    request: Request<Incoming>,
) -> Response<SharedBody> {
    let (parts, _body) = request.into_parts();
    let route = route(&serving.site.route_prefix, parts.uri.path());
    let path = match route {
        Route::Page(path, _) => path,
        Route::Redirect => Path::Other,
    };
    let mut exchange = Exchange::begin(serving.metrics.clone(), path, origin.conversation.begin());
    if serving.log_requests {
        exchange.log(&parts, &origin.peer);
    }
    let policy = serving.policy.borrow().clone();
    let reply = match refusal(&serving, &policy, &origin, &parts, &mut exchange).await {
        Some(reply) => reply,
        None => answer(&serving, route, &parts, &mut exchange).await,
    };
    reply.into_response(parts.method == Method::HEAD, policy.headers(), exchange)
}

/// What is answered to who is not let in.
async fn refusal(
    serving: &Serving,
    policy: &Policy,
    origin: &Origin,
    parts: &Parts,
    exchange: &mut Exchange,
) -> Option<Reply> {
    if !policy.has_same_clients(&origin.policy) {
        // The web configuration has changed since the client connected, and it might not be let in any more.
        let reply =
            Reply::text(Code::BadRequest, "what this server asks of its clients has changed: connect anew\n");
        origin.conversation.dismiss(CloseReason::PolicyChanged);
        return Some(last(reply, parts.version));
    }
    if policy.rate_limit().is_some_and(|limit| !limit.take(Instant::now())) {
        return Some(Reply::text(Code::TooManyRequests, "too many requests: the rate limit is spent\n"));
    }
    let authenticator = policy.authenticator();
    if !authenticator.has_users() {
        return None;
    }
    let verdict = authenticator.verdict(parts.headers.get(header::AUTHORIZATION)).await;
    let (result, reply) = match verdict {
        Verdict::Granted { user } => {
            exchange.user(user);
            (Authentication::Granted, None)
        }
        Verdict::Refused => {
            let reply = Reply::text(Code::Unauthorized, "a user and a password are needed\n");
            let challenge = "Basic realm=\"Lookout\", charset=\"UTF-8\"";
            (Authentication::Refused, Some(reply.header(header::WWW_AUTHENTICATE, challenge)))
        }
        Verdict::Overloaded => {
            (Authentication::Overloaded, Some(busy("too many passwords wait to be checked\n")))
        }
    };
    serving.metrics.authenticated(result);
    reply
}

/// What is answered to who is let in.
async fn answer(serving: &Serving, route: Route<'_>, parts: &Parts, exchange: &mut Exchange) -> Reply {
    let site = &serving.site;
    let reading = parts.method == Method::GET || parts.method == Method::HEAD;
    match route {
        Route::Page(Path::Other, _) => not_found(site),
        Route::Page(Path::Reload, _) => reload(site, &parts.method, &parts.headers).await,
        _ if !reading => not_allowed("this page is only for reading", READING),
        Route::Redirect => {
            // Who asks for the bare root comes to the server itself; who knows the prefix may come through a proxy.
            let prefix = if parts.uri.path() == "/" { &site.route_prefix } else { &site.prefix };
            let root = format!("{prefix}/");
            Reply::text(Code::Found, format!("the pages are below {root}\n")).header(header::LOCATION, root)
        }
        Route::Page(Path::Metrics, _) => exposed(serving, Selection::All, parts, exchange).await,
        Route::Page(Path::ExporterMetrics, path) => {
            exposed(serving, Selection::Exporter(exporter(path)), parts, exchange).await
        }
        Route::Page(Path::Healthy, _) => Reply::text(Code::Ok, "healthy\n"),
        Route::Page(Path::Ready, _) => ready(site),
        Route::Page(Path::Root, _) => {
            Reply::html(Code::Ok, serving.page.get(|| page::overview(site, &serving.metrics.figures())))
        }
        Route::Page(Path::Runbooks, path) => runbooks::answer(site, path, &parts.headers),
        Route::Page(Path::Probe, _) => probe::probe(site, parts).await,
    }
}

/// The exporters that there are, in documentation order.
pub(super) fn exporters(site: &Site) -> Vec<&'static str> {
    site.exposition.statistics().into_iter().map(|statistics| statistics.exporter).collect()
}

async fn exposed(
    serving: &Serving,
    selection: Selection<'_>,
    parts: &Parts,
    exchange: &mut Exchange,
) -> Reply {
    let Some(slot) = serving.slots.take(exchange.conversation()).await else {
        // Who asks again at once, or has asked already, would be the newest of those that wait, each time.
        exchange.conversation().dismiss(CloseReason::Evicted);
        return last(
            busy("as many scrapes as are allowed are under way; see --web.max-requests\n"),
            parts.version,
        );
    };
    exchange.keep(slot);
    let negotiated = negotiate(
        joined(&parts.headers, &header::ACCEPT).as_deref(),
        joined(&parts.headers, &header::ACCEPT_ENCODING).as_deref(),
    );
    let site = &serving.site;
    let snapshot = site.exposition.snapshot();
    if let Some(answer) = plain_text::answer(snapshot, selection, negotiated).await {
        return Reply::exposed(answer);
    }
    let known = exporters(site).into_iter().map(|name| format!("{}{OF_EXPORTER}{name}", site.prefix));
    Reply::text(Code::NotFound, list("there is no such exporter; there are", known))
}

/// All values of a header that may be given several times, as one list.
pub(super) fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

async fn reload(site: &Site, method: &Method, headers: &HeaderMap) -> Reply {
    if method != Method::POST && method != Method::PUT {
        return not_allowed("this page asks for a reload", RELOADING);
    }
    if is_of_another_site(headers) {
        return Reply::text(Code::Forbidden, "a page of another site may not ask for a reload\n");
    }
    let Some(handle) = &site.reload else {
        return Reply::text(
            Code::Forbidden,
            "reloading over HTTP is switched off; start Lookout with --web.enable-lifecycle to allow it\n",
        );
    };
    match timeout(RELOAD_WAIT, handle.reload()).await {
        Ok(Ok(())) => Reply::text(Code::Ok, "the configuration was read again and is in force\n"),
        Ok(Err(ReloadError::ApplyConfiguration(faults))) => Reply::text(
            Code::InternalServerError,
            format!("the new configuration is wrong, and the one before stays in force:\n{faults}\n"),
        ),
        Ok(Err(error @ (ReloadError::QueueRequest | ReloadError::ReachReloader))) => {
            busy(&format!("{error}\n"))
        }
        Err(_) => busy("the reload takes long and goes on; the log will say what became of it\n"),
    }
}

/// Whether a browser sends this for somebody else's page, perhaps with the user's password: browsers say so in these
/// headers, and programs do not send them.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let fetched = text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let authority = |origin: &str| origin.split_once("://").map(|(_, authority)| authority.to_owned());
    let foreign = text("origin").is_some_and(|origin| authority(origin).as_deref() != text("host"));
    fetched || foreign
}

fn ready(site: &Site) -> Reply {
    let pending = site.readiness.pending();
    if pending.is_empty() {
        return Reply::text(Code::Ok, "ready\n");
    }
    Reply::text(Code::ServiceUnavailable, list("not ready: the first cycle has not ended of", pending))
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

/// The last answer on its connection. HTTP/2 has no such header; there the client is told to go in its own way.
fn last(reply: Reply, version: Version) -> Reply {
    if version < Version::HTTP_2 { reply.header(header::CONNECTION, "close") } else { reply }
}

/// There is no room now.
pub(super) fn busy(body: &str) -> Reply {
    Reply::text(Code::ServiceUnavailable, body).header(header::RETRY_AFTER, RETRY_AFTER)
}

fn not_allowed(what: &str, methods: &'static str) -> Reply {
    Reply::text(Code::MethodNotAllowed, format!("{what}: use {methods}\n")).header(header::ALLOW, methods)
}

fn not_found(site: &Site) -> Reply {
    Reply::html(Code::NotFound, page::not_found(site))
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn a_request_that_a_browser_sends_for_another_site_is_known_as_such() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter();
            let headers =
                pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            is_of_another_site(&headers.collect())
        };
        assert!(!of(&[("host", "lookout:10940")]), "curl");
        assert!(!of(&[("host", "lookout:10940"), ("origin", "http://lookout:10940")]));
        assert!(!of(&[("sec-fetch-site", "same-origin")]));
        assert!(of(&[("host", "lookout:10940"), ("origin", "https://evil.example")]));
        assert!(of(&[("host", "lookout:10940"), ("origin", "null")]));
        assert!(of(&[("sec-fetch-site", "cross-site")]));
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
