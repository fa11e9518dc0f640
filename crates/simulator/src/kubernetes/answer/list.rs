//! Lists, whole and in pages.
//!
//! The pages of one list are of one version of the cluster: what is left after a page is kept, by reference to the objects, and
//! the token names it. The token can be used again, as a client does whose page was cut off.

mod pages;

use core::num::NonZeroUsize;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};

pub(in crate::kubernetes) use pages::Snapshots;
use pages::{Snapshot, Token};

use super::route::Asked;
use super::{Answer, Body, JSON, View};
use crate::kubernetes::Disturbance;
use crate::kubernetes::api_server::Shared;
use crate::kubernetes::selector::Selector;
use crate::kubernetes::status::Refusal;
use crate::kubernetes::store::{Kind, Object};

/// Answers a list.
pub(super) fn answer(asked: &Asked, view: &View, shared: &Shared) -> Result<Answer, Refusal> {
    let selector = selector(asked, view)?;
    let limit = asked.parameter("limit").parse().ok().and_then(NonZeroUsize::new).map(NonZeroUsize::get);
    let token = asked.parameter("continue");
    check_versions(asked, token)?;
    let (snapshot, from) = if token.is_empty() {
        (begin(asked, view, &selector, shared)?, 0)
    } else {
        resume(token, view, &selector, shared)?
    };
    let ignores_limit =
        asked.parameter("resourceVersion") == "0" && shared.behaviour().lists_from_cache_ignore_limit;
    let limit = limit.filter(|_| !ignores_limit).unwrap_or(usize::MAX);
    let page: Vec<_> = snapshot.objects.iter().skip(from).take(limit).cloned().collect();
    let next = from.saturating_add(page.len());
    let mut metadata = json!({ "resourceVersion": snapshot.version.to_string() });
    if let (Some(last), true) = (page.last(), next < snapshot.objects.len()) {
        let remaining = snapshot.objects.len() - next;
        let mut snapshots = shared.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        metadata["continue"] = snapshots.keep(&snapshot, next, &last.key).into();
        // As the real server: with a selector nobody knows how many will match.
        if !selector.is_restricting() {
            metadata["remainingItemCount"] = remaining.into();
        }
    }
    let disturbances = shared.desk.disturbances("list", asked.subject(), asked.namespace());
    let body = written(view, &metadata, &page, &disturbances);
    Ok(Answer { code: StatusCode::OK, content_type: JSON, body: Body::of(body) })
}

/// What a list or watch selects.
pub(super) fn selector(asked: &Asked, view: &View) -> Result<Selector, Refusal> {
    let (labels, fields) = (asked.parameter("labelSelector"), asked.parameter("fieldSelector"));
    Selector::parse(&view.resource, asked.namespace(), labels, fields).map_err(|why| {
        Refusal::bad_request(&format!(
            "Unable to find \"{}, Resource={}\" that match label selector \"{labels}\", field selector \"{fields}\": {why}",
            view.resource.api_version(&view.version), view.resource.plural,
        ))
    })
}

/// What the real server refuses of a list's parameters (`ValidateListOptions`).
fn check_versions(asked: &Asked, token: &str) -> Result<(), Refusal> {
    let (version, rule) = (asked.parameter("resourceVersion"), asked.parameter("resourceVersionMatch"));
    let forbidden = |why: &str| {
        let what = "resourceVersionMatch: Forbidden: resourceVersionMatch";
        Err(Refusal::invalid_options(&format!("{what} {why}")))
    };
    match (rule, version) {
        ("", "" | "0") => Ok(()),
        ("", _) if !token.is_empty() => {
            Err(Refusal::bad_request("specifying resource version is not allowed when using continue"))
        }
        ("", _) => Ok(()),
        _ if !token.is_empty() => forbidden("is forbidden when continue is provided"),
        (_, "") => forbidden("is forbidden unless resourceVersion is provided"),
        ("Exact", "0") => forbidden("\"Exact\" is forbidden for resourceVersion \"0\""),
        ("Exact" | "NotOlderThan", _) => Ok(()),
        (other, _) => Err(Refusal::invalid_options(&format!(
            "resourceVersionMatch: Unsupported value: \"{other}\": supported values: \"Exact\", \"NotOlderThan\""
        ))),
    }
}

fn begin(asked: &Asked, view: &View, selector: &Selector, shared: &Shared) -> Result<Arc<Snapshot>, Refusal> {
    let store = shared.read();
    let Some(kind) = store.kind(&view.resource.qualified()) else {
        return Ok(Arc::new(Snapshot::default()));
    };
    let (asked_version, rule) = (asked.parameter("resourceVersion"), asked.parameter("resourceVersionMatch"));
    let at: u64 = if asked_version.is_empty() { 0 } else { version(asked_version)? };
    if at > store.version {
        return Err(Refusal::too_large(at, store.version));
    }
    // Without a rule, an exact version is meant only where pages are asked for.
    let is_exact = rule == "Exact" || (rule.is_empty() && at > 0 && !asked.parameter("limit").is_empty());
    if is_exact {
        let old = kind
            .at(at)
            .ok_or_else(|| Refusal::expired("The resourceVersion for the provided list is too old."))?;
        return Ok(Arc::new(Snapshot::of(old.values(), selector, at)));
    }
    Ok(Arc::new(snapshot(kind, selector, store.version)))
}

fn snapshot(kind: &Kind, selector: &Selector, version: u64) -> Snapshot {
    if selector.namespace.is_empty() {
        return Snapshot::of(kind.objects.values(), selector, version);
    }
    let start: Box<str> = format!("{}/", selector.namespace).into();
    let end: Box<str> = format!("{}0", selector.namespace).into(); // what follows `/` in ASCII
    Snapshot::of(kind.objects.range(start..end).map(|(_, object)| object), selector, version)
}

/// The list that a token belongs to, and where it goes on.
fn resume(
    token: &str,
    view: &View,
    selector: &Selector,
    shared: &Shared,
) -> Result<(Arc<Snapshot>, usize), Refusal> {
    let token = Token::parse(token)
        .ok_or_else(|| Refusal::bad_request("continue key is not valid: illegal base64 data"))?;
    let kept = shared.snapshots.lock().unwrap_or_else(PoisonError::into_inner).find(&token);
    if let Some(kept) = kept {
        return Ok(kept);
    }
    if !token.is_inconsistent() {
        return Err(Refusal::expired_page(&token.inconsistent().text()));
    }
    let store = shared.read();
    let rest = store.kind(&view.resource.qualified()).map(|kind| snapshot(kind, selector, store.version));
    let rest = rest.unwrap_or_default();
    let from = rest.objects.partition_point(|object| *object.key <= *token.after);
    Ok((Arc::new(rest), from))
}

/// A version as a client writes it.
pub(super) fn version(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::bad_request(&format!("Invalid value: \"{text}\": must be a number")))
}

fn written(
    view: &View,
    metadata: &Value,
    page: &[Arc<Object>],
    disturbances: &[Disturbance],
) -> VecDeque<Bytes> {
    let resource = &view.resource;
    let (kind, api_version) = if view.metadata_only {
        ("PartialObjectMetadata".to_owned(), "meta.k8s.io/v1".to_owned())
    } else {
        (resource.kind.clone(), resource.api_version(&view.version))
    };
    let head = format!(
        "{{\"kind\":\"{kind}List\",\"apiVersion\":\"{api_version}\",\"metadata\":{metadata},\"items\":["
    );
    let bare = resource.is_built_in && !view.metadata_only;
    let item: Bytes = if bare { Bytes::from_static(b"{") } else { [b"{", &view.head()[..]].concat().into() };
    let next: Bytes = [b",", &item[..]].concat().into();
    let mut pieces = VecDeque::from([Bytes::from(head)]);
    for (number, object) in page.iter().enumerate() {
        pieces.push_back(if number == 0 { item.clone() } else { next.clone() });
        match disturbed(object, disturbances).filter(|_| number == 0) {
            Some(disturbed) => pieces.push_back(disturbed),
            None => pieces.extend(view.body(object).into_iter().filter(|piece| !piece.is_empty())),
        }
    }
    pieces.push_back(Bytes::from_static(b"]}\n"));
    pieces
}

/// The first object of a list, if something is wrong with it.
fn disturbed(object: &Object, disturbances: &[Disturbance]) -> Option<Bytes> {
    disturbances.iter().find_map(|disturbance| match disturbance {
        Disturbance::BadObject => Some(bad(object)),
        Disturbance::HugeObject { bytes } => {
            let (namespace, name) = object.place();
            let padding = "x".repeat(*bytes);
            let metadata = json!({
                "annotations": { "padding": padding }, "name": name, "namespace": namespace,
                "resourceVersion": object.version.to_string(),
            });
            let rest = object.body.get(object.metadata().end..).unwrap_or_default();
            Some([format!("\"metadata\":{metadata}").as_bytes(), rest].concat().into())
        }
        _ => None,
    })
}

/// An object whose fields have types that no reader expects; name and namespace are as they were.
pub(super) fn bad(object: &Object) -> Bytes {
    let (namespace, name) = object.place();
    let metadata = json!({
        "name": name, "namespace": namespace, "resourceVersion": object.version.to_string(),
        "labels": ["not", "a", "map"], "annotations": 7, "creationTimestamp": { "when": "yesterday" },
    });
    format!(
        "\"metadata\":{metadata},\"type\":42,\"data\":[\"tls.crt\"],\"spec\":\"none\",\"status\":[false]}}"
    )
    .into()
}
