//! From a request to its answer: who asks, what for, whether they may, and what is wrong with the answer on purpose.

mod body;
mod change;
mod discovery;
mod disturb;
mod list;
mod review;
mod route;
mod watch;

use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use hyper::{HeaderMap, Request, Response, StatusCode};
use rustls_pki_types::CertificateDer;
use serde_json::Value;

pub(super) use body::Body;
pub(super) use change::merge;
pub(super) use list::Snapshots;

use super::access::{ANONYMOUS, Deed};
use super::api_server::Shared;
use super::requests::SeenRequest;
use super::resource::ResourceDescription;
use super::status::{About, Refusal};
use route::{Asked, Target};

/// An answer before it is disturbed.
struct Answer {
    code: StatusCode,
    content_type: &'static str,
    body: Body,
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// Answers.
pub(super) async fn answer(
    request: Request<Incoming>,
    certificate: Option<&CertificateDer<'static>>,
    shared: &Arc<Shared>,
) -> Response<Body> {
    let asked = Asked::of(&request);
    let (verb, plural, namespace) = (asked.verb, asked.subject().to_owned(), asked.namespace().to_owned());
    let disturbances = shared.desk.disturbances(verb, &plural, &namespace);
    let (user, accept) = (who(request.headers(), certificate, shared), text(request.headers(), &ACCEPT));
    let mut seen = SeenRequest {
        verb,
        plural,
        namespace,
        name: asked.name().to_owned(),
        query: asked.query.clone(),
        accept: accept.clone(),
        user_agent: text(request.headers(), &USER_AGENT),
        user: user.clone().unwrap_or_else(|| "unauthorized".to_owned()),
        status: 0,
    };
    let answered = match disturb::refusal(&disturbances) {
        Some(refusal) => Err(refusal),
        None => match &user {
            Some(user) => allowed(request, &asked, user, &accept, shared).await,
            None => Err(Refusal::unauthorized()),
        },
    };
    let answer = answered.unwrap_or_else(|refusal| Answer::refusal(&refusal));
    seen.status = answer.code.as_u16();
    shared.requests.add(seen);
    disturb::disturb(answer, &disturbances).await
}

/// The answer to somebody who is known; whether they may is found here.
async fn allowed(
    request: Request<Incoming>,
    asked: &Asked,
    user: &str,
    accept: &str,
    shared: &Arc<Shared>,
) -> Result<Answer, Refusal> {
    match &asked.target {
        Target::Path(path) => {
            // As for `system:authenticated` and `system:unauthenticated` by default: the latter see the version alone.
            let is_public = ["/version", "/healthz", "/livez", "/readyz"].contains(&path.as_str());
            if user == ANONYMOUS
                && !is_public
                && !shared.access.may(user, Deed { verb: "get", ..Deed::default() })
            {
                return Err(Refusal::forbidden_path(user, asked.verb, path));
            }
            Ok(discovery::answer(path, shared))
        }
        Target::Review(plural) => {
            if user == ANONYMOUS {
                let (group, plural) = review::group(plural);
                let resource = ResourceDescription {
                    is_namespaced: false,
                    ..ResourceDescription::custom(group, "v1", plural, "")
                };
                let about = About { resource: &resource, namespace: "", name: "" };
                return Err(Refusal::forbidden(user, "create", about));
            }
            let body = change::read(request).await?;
            review::answer(plural, &body, user, shared)
        }
        Target::Resource { group, version, plural, namespace, name, .. } => {
            let place = if plural == "namespaces" { name } else { namespace };
            let deed = Deed { verb: asked.verb, group, plural, namespace: place };
            if !shared.access.may(user, deed) {
                let unknown = ResourceDescription::custom(group, version, plural, "");
                let about = About { resource: &unknown, namespace: place, name };
                return Err(Refusal::forbidden(user, asked.verb, about));
            }
            let resource =
                shared.read().served(group, version, plural).map(|kind| Arc::clone(&kind.resource));
            let Some(resource) = resource else { return Ok(Answer::no_such_page()) };
            if name.is_empty() && !namespace.is_empty() && !resource.is_namespaced {
                return Ok(Answer::no_such_page());
            }
            let view = View { resource, version: version.clone(), metadata_only: is_metadata_only(accept) };
            match asked.verb {
                "list" => list::answer(asked, &view, shared),
                "watch" => watch::answer(asked, view, shared),
                _ => change::answer(request, asked, &view, shared).await,
            }
        }
    }
}

/// In which shape objects are answered.
#[derive(Clone)]
struct View {
    resource: Arc<ResourceDescription>,
    /// The version of the group that was asked for.
    version: String,
    metadata_only: bool,
}

fn is_metadata_only(accept: &str) -> bool {
    accept.contains("as=PartialObjectMetadata")
}

fn who(headers: &HeaderMap, certificate: Option<&CertificateDer<'_>>, shared: &Shared) -> Option<String> {
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
    shared.access.who(token.map(str::trim), certificate)
}

fn text(headers: &HeaderMap, name: &hyper::header::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

// === impl Answer ===

impl Answer {
    fn json(code: StatusCode, value: &Value) -> Self {
        Self { code, content_type: JSON, body: Body::text(value.to_string()) }
    }

    fn refusal(refusal: &Refusal) -> Self {
        Self::json(refusal.code, &refusal.status)
    }

    /// What the real server says to a path that leads nowhere, resources that it does not have among them.
    fn no_such_page() -> Self {
        Self { code: StatusCode::NOT_FOUND, content_type: TEXT, body: Body::text("404 page not found\n") }
    }

    fn response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.code;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(self.content_type));
        response
    }
}

// === impl View ===

impl View {
    /// `"kind":…,"apiVersion":…,`, as it stands before an object's metadata.
    fn head(&self) -> Bytes {
        let api_version = self.resource.api_version(&self.version);
        if self.metadata_only {
            return Bytes::from_static(
                b"\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",",
            );
        }
        format!("\"kind\":\"{}\",\"apiVersion\":\"{api_version}\",", self.resource.kind).into()
    }

    /// What of an object stands after the head, its closing brace included.
    fn body(&self, object: &super::store::Object) -> [Bytes; 2] {
        if self.metadata_only {
            [object.body.slice(object.metadata()), Bytes::from_static(b"}")]
        } else {
            [object.body.clone(), Bytes::new()]
        }
    }
}
