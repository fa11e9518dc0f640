//! Watches: what has happened since a version, then what happens, until the time is up.
//!
//! Each watch has a task that reads the history of its resource whenever there is news, and writes into a channel of few
//! places: a client that does not read holds up its own watch and nothing else.
//!
//! Invariant: a list and the last bookmark come before the end, also where a machine that stalled finds all of them due at once.

use core::ops::ControlFlow;
use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval_at, sleep_until};

use super::list;
use super::route::Asked;
use super::{Answer, Body, JSON, View};
use crate::kubernetes::api_server::Shared;
use crate::kubernetes::selector::Selector;
use crate::kubernetes::status::Refusal;
use crate::kubernetes::store::{Change, Object};
use crate::kubernetes::{Disturbance, Gone, StreamingLists};

/// How many events wait for a client to read them, beside what the kernel buffers.
const WAITING: usize = 16;
/// The last bookmark comes so long before the time is up.
const BEFORE_END: Duration = Duration::from_secs(2);

/// How a watch begins.
enum Start {
    /// With what there is, each as ADDED; ended by a bookmark if it is a streaming list.
    WithList { bookmark: bool },
    /// After this version.
    After(u64),
}

/// An open watch.
struct Watch {
    view: View,
    selector: Selector,
    namespace: String,
    after: u64,
    bookmarks: bool,
    shared: Arc<Shared>,
    events: mpsc::Sender<Bytes>,
}

/// Counts an open watch for as long as it lives.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.watches.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers a watch.
pub(super) fn answer(asked: &Asked, view: View, shared: &Arc<Shared>) -> Result<Answer, Refusal> {
    let selector = list::selector(asked, &view)?;
    let start = start(asked, shared)?;
    let behaviour = shared.behaviour();
    let after = match start {
        Start::After(version) => version,
        Start::WithList { .. } => 0,
    };
    if let Start::After(version) = start {
        let (current, compacted) = {
            let store = shared.read();
            let kind = store.kind(&view.resource.qualified());
            (store.version, kind.map_or(0, |kind| kind.compacted))
        };
        if version > current {
            return Err(Refusal::too_large(version, current));
        }
        if version < compacted && behaviour.gone == Gone::Status {
            return Err(too_old(version, compacted));
        }
    }
    let seconds = asked.parameter("timeoutSeconds").parse().ok().filter(|seconds| *seconds > 0);
    let life = seconds.map_or(behaviour.watch_life, Duration::from_secs);
    let (events, pieces) = mpsc::channel(WAITING);
    shared.watches.fetch_add(1, Ordering::Relaxed);
    let (open, news) = (Open(Arc::clone(shared)), shared.news.subscribe());
    let watch = Watch {
        view,
        selector,
        namespace: asked.namespace().to_owned(),
        after,
        bookmarks: asked.is_set("allowWatchBookmarks"),
        shared: Arc::clone(shared),
        events,
    };
    let task = tokio::spawn(async move {
        let _open = open;
        let _ended = watch.run(start, life, behaviour.bookmark_period, news).await;
    });
    Ok(Answer { code: StatusCode::OK, content_type: JSON, body: Body::coming(pieces, task) })
}

fn start(asked: &Asked, shared: &Shared) -> Result<Start, Refusal> {
    let (version, rule) = (asked.parameter("resourceVersion"), asked.parameter("resourceVersionMatch"));
    let streaming = shared.behaviour().streaming_lists;
    if asked.query.contains_key("sendInitialEvents") && streaming != StreamingLists::Ignored {
        if streaming == StreamingLists::Forbidden {
            return Err(Refusal::invalid_options(
                "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature \
                 gate is enabled",
            ));
        }
        if rule != "NotOlderThan" {
            return Err(Refusal::invalid_options(
                "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to \
                 NotOlderThan",
            ));
        }
        if asked.is_set("sendInitialEvents") {
            return Ok(Start::WithList { bookmark: asked.is_set("allowWatchBookmarks") });
        }
    } else if !rule.is_empty() {
        return Err(Refusal::invalid_options(
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is \
             provided",
        ));
    }
    match version {
        "" | "0" => Ok(Start::WithList { bookmark: false }),
        version => list::version(version).map(Start::After),
    }
}

fn too_old(version: u64, compacted: u64) -> Refusal {
    Refusal::expired(&format!("too old resource version: {version} ({compacted})"))
}

// === impl Watch ===

impl Watch {
    async fn run(
        mut self,
        start: Start,
        life: Duration,
        bookmark_period: Duration,
        mut news: watch::Receiver<u64>,
    ) -> ControlFlow<()> {
        let end = sleep_until(Instant::now() + life);
        let last_bookmark = sleep_until(Instant::now() + life.saturating_sub(BEFORE_END));
        let period = bookmark_period.max(Duration::from_millis(1));
        let mut bookmarks = interval_at(Instant::now() + period, period);
        tokio::pin!(end, last_bookmark);
        if let Start::WithList { bookmark } = start {
            tokio::select! {
                biased;
                listed = self.list(bookmark) => listed?,
                () = &mut end => return self.end().await,
            }
        }
        let mut has_ended_well = false;
        loop {
            news.mark_unchanged();
            self.fall_silent().await;
            tokio::select! {
                biased;
                caught_up = self.catch_up() => caught_up?,
                () = &mut end => return self.end().await,
            }
            tokio::select! {
                biased;
                () = &mut last_bookmark, if self.bookmarks && !has_ended_well => {
                    has_ended_well = true;
                    self.bookmark(false).await?;
                }
                () = &mut end => return self.end().await,
                _ = bookmarks.tick(), if self.bookmarks => self.bookmark(false).await?,
                changed = news.changed() => if changed.is_err() { return ControlFlow::Break(()) },
            }
        }
    }

    /// Sends what there is.
    async fn list(&mut self, bookmark: bool) -> ControlFlow<()> {
        let (objects, version) = {
            let store = self.shared.read();
            let kind = store.kind(&self.view.resource.qualified());
            let objects = kind.into_iter().flat_map(|kind| kind.objects.values());
            let objects: Vec<_> = objects.filter(|object| self.selector.matches(object)).cloned().collect();
            (objects, store.version)
        };
        for object in objects {
            self.send("ADDED", &object).await?;
        }
        self.after = version;
        if bookmark { self.bookmark(true).await } else { ControlFlow::Continue(()) }
    }

    /// Sends what has happened since the last event.
    async fn catch_up(&mut self) -> ControlFlow<()> {
        let changes: Option<(Vec<Change>, u64)> = {
            let store = self.shared.read();
            let Some(kind) = store.kind(&self.view.resource.qualified()) else {
                return ControlFlow::Break(());
            };
            kind.since(self.after).map(|changes| (changes.cloned().collect(), store.version))
        };
        let Some((changes, version)) = changes else {
            let compacted = self.shared.read().version;
            let status = too_old(self.after, compacted).status;
            let event = json!({ "type": "ERROR", "object": status });
            let _client_may_have_gone = self.events.send(format!("{event}\n").into()).await;
            return ControlFlow::Break(());
        };
        for change in changes {
            if let Some((kind, object)) = self.seen(&change) {
                self.send(kind, &object).await?;
            }
            self.after = change.version;
        }
        self.after = version;
        ControlFlow::Continue(())
    }

    /// What a change is to those who watch by this selector.
    fn seen(&self, change: &Change) -> Option<(&'static str, Arc<Object>)> {
        let was = change.before.as_ref().is_some_and(|before| self.selector.matches(before));
        let is = !change.is_deletion && self.selector.matches(&change.object);
        match (was, is, &change.before) {
            (false, true, _) => Some(("ADDED", Arc::clone(&change.object))),
            (true, true, _) => Some(("MODIFIED", Arc::clone(&change.object))),
            (true, false, _) if change.is_deletion => Some(("DELETED", Arc::clone(&change.object))),
            // It no longer matches: the last that did is sent, with the version of this change.
            (true, false, Some(before)) => Some(("DELETED", Arc::new(before.at(change.version)))),
            _ => None,
        }
    }

    async fn send(&self, kind: &str, object: &Object) -> ControlFlow<()> {
        let disturbances = self.disturbances();
        let has = |wanted: Disturbance| disturbances.contains(&wanted);
        let body = if has(Disturbance::BadObject) {
            list::bad(object)
        } else {
            self.view.body(object).concat().into()
        };
        let object = [&b"{"[..], &self.view.head(), &body].concat();
        let event: Bytes = if has(Disturbance::ObjectBeforeType) {
            [&b"{\"object\":"[..], &object, b",\"type\":\"", kind.as_bytes(), b"\"}\n"].concat().into()
        } else {
            [&b"{\"type\":\""[..], kind.as_bytes(), b"\",\"object\":", &object, b"}\n"].concat().into()
        };
        if has(Disturbance::Duplicated) {
            self.write(event.clone()).await?;
        }
        self.write(event).await
    }

    /// Everything up to here has been sent.
    async fn bookmark(&self, ends_list: bool) -> ControlFlow<()> {
        self.fall_silent().await;
        let mut metadata = json!({ "resourceVersion": self.after.to_string(), "creationTimestamp": null });
        if ends_list {
            metadata["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
        }
        let mut object = json!({ "metadata": metadata });
        if self.view.metadata_only {
            object["kind"] = "PartialObjectMetadata".into();
            object["apiVersion"] = "meta.k8s.io/v1".into();
        } else {
            object["kind"] = self.view.resource.kind.clone().into();
            object["apiVersion"] = self.view.resource.api_version(&self.view.version).into();
        }
        self.write(format!("{}\n", json!({ "type": "BOOKMARK", "object": object })).into()).await
    }

    /// Breaks where the client has gone.
    async fn write(&self, event: Bytes) -> ControlFlow<()> {
        match self.events.send(event).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// The time is up.
    async fn end(&self) -> ControlFlow<()> {
        self.fall_silent().await;
        ControlFlow::Break(())
    }

    /// For good, if that is the disturbance.
    async fn fall_silent(&self) {
        if self.disturbances().contains(&Disturbance::Silent) {
            core::future::pending::<()>().await;
        }
    }

    fn disturbances(&self) -> Vec<Disturbance> {
        self.shared.desk.disturbances("watch", &self.view.resource.plural, &self.namespace)
    }
}
