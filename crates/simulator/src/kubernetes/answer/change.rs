//! One object: read, created, replaced, merged into, deleted.

use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use super::route::Asked;
use super::{Answer, Body, JSON, View, text};
use crate::kubernetes::api_server::Shared;
use crate::kubernetes::status::{About, Refusal};
use crate::kubernetes::store::{self, Object};

/// The largest body that is read, as of the real server.
const MAX_BODY: usize = 3 * 1024 * 1024;

/// Answers a request about one object.
pub(super) async fn answer(
    request: Request<Incoming>,
    asked: &Asked,
    view: &View,
    shared: &Shared,
) -> Result<Answer, Refusal> {
    let about = About { resource: &view.resource, namespace: asked.namespace(), name: asked.name() };
    let content_type = text(request.headers(), &CONTENT_TYPE);
    match asked.verb {
        "get" => {
            let store = shared.read();
            let kind = store.kind(&view.resource.qualified());
            let found = kind.and_then(|kind| kind.objects.get(&*key(about)));
            found.map(|object| written(view, object, StatusCode::OK)).ok_or_else(|| Refusal::not_found(about))
        }
        "create" => {
            let mut object = read_json(request).await?;
            place(&mut object, asked);
            create(object, view, about, shared)
        }
        "update" => {
            let mut object = read_json(request).await?;
            place(&mut object, asked);
            update(object, view, about, shared)
        }
        "patch" if content_type.contains("json-patch+json") || content_type.contains("apply-patch") => {
            Err(Refusal::unsupported_media_type(&content_type))
        }
        "patch" => {
            let patch = read_json(request).await?;
            change(view, about, shared, |object| merge(object, &patch))
        }
        "delete" => {
            let deleted = shared
                .change(|store, _, history| store.delete(&view.resource.qualified(), &key(about), history));
            deleted
                .map(|object| written(view, &object, StatusCode::OK))
                .ok_or_else(|| Refusal::not_found(about))
        }
        _ => Err(Refusal::method_not_allowed()),
    }
}

/// A body as JSON.
pub(super) async fn read_json(request: Request<Incoming>) -> Result<Value, Refusal> {
    let content_type = text(request.headers(), &CONTENT_TYPE);
    if content_type.contains("protobuf") {
        return Err(Refusal::unsupported_media_type(&content_type));
    }
    let bytes = read(request).await?;
    serde_json::from_slice(&bytes).map_err(|why| Refusal::bad_request(&format!("the body is no JSON: {why}")))
}

/// A body, bounded.
pub(super) async fn read(request: Request<Incoming>) -> Result<Vec<u8>, Refusal> {
    let mut body = request.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = core::future::poll_fn(|context| {
        hyper::body::Body::poll_frame(core::pin::Pin::new(&mut body), context)
    })
    .await
    {
        let frame = frame.map_err(|_| Refusal::bad_request("the body ended early"))?;
        bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| &data[..]));
        if bytes.len() > MAX_BODY {
            let message = format!("Request entity too large: limit is {MAX_BODY}");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message));
        }
    }
    Ok(bytes)
}

/// Merges a JSON merge patch into a value (RFC 7396).
pub(in crate::kubernetes) fn merge(into: &mut Value, patch: &Value) {
    let Some(fields) = patch.as_object() else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    let Some(target) = into.as_object_mut() else { return };
    // The directives of a strategic merge patch (`$setElementOrder/…`) are no fields; lists are replaced whole.
    for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with('$')) {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// The namespace and the name are those of the path, where it says them.
fn place(object: &mut Value, asked: &Asked) {
    for (field, value) in [("namespace", asked.namespace()), ("name", asked.name())] {
        if let (Some(metadata), false) =
            (object.get_mut("metadata").and_then(Value::as_object_mut), value.is_empty())
        {
            metadata.insert(field.to_owned(), value.into());
        }
    }
}

fn create(object: Value, view: &View, about: About<'_>, shared: &Shared) -> Result<Answer, Refusal> {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Refusal::bad_request("name or generateName is required"));
    }
    let about = About { name: &name, ..about };
    let resource = view.resource.qualified();
    let written_object = shared.change(|store, now, history| {
        if store.kind(&resource).is_some_and(|kind| kind.objects.contains_key(&*key(about))) {
            return Err(Refusal::already_exists(about));
        }
        store.write(&resource, object, now, history).ok_or_else(|| Refusal::not_found(about))
    })?;
    Ok(written(view, &written_object, StatusCode::CREATED))
}

fn update(new: Value, view: &View, about: About<'_>, shared: &Shared) -> Result<Answer, Refusal> {
    let base =
        new.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default().to_owned();
    let resource = view.resource.qualified();
    let written_object = shared.change(|store, now, history| {
        let kind = store.kind(&resource).ok_or_else(|| Refusal::not_found(about))?;
        let old = kind.objects.get(&*key(about)).ok_or_else(|| Refusal::not_found(about))?;
        if !base.is_empty() && base != old.version.to_string() {
            return Err(Refusal::conflict(about));
        }
        store.write(&resource, new, now, history).ok_or_else(|| Refusal::not_found(about))
    })?;
    Ok(written(view, &written_object, StatusCode::OK))
}

fn change(
    view: &View,
    about: About<'_>,
    shared: &Shared,
    change: impl FnOnce(&mut Value),
) -> Result<Answer, Refusal> {
    let resource = view.resource.qualified();
    let changed = shared.change(|store, now, history| {
        let kind = store.kind(&resource)?;
        let mut object = kind.objects.get(&*key(about))?.value(&kind.resource);
        change(&mut object);
        store.write(&resource, object, now, history)
    });
    changed.map(|object| written(view, &object, StatusCode::OK)).ok_or_else(|| Refusal::not_found(about))
}

fn key(about: About<'_>) -> Box<str> {
    store::key(about.namespace, about.name)
}

fn written(view: &View, object: &Object, code: StatusCode) -> Answer {
    let body = [&b"{"[..], &view.head(), &view.body(object).concat(), b"\n"].concat();
    Answer { code, content_type: JSON, body: Body::text(body) }
}
