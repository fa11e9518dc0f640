//! A storage that dies behind a server that lives: watches go on from the server's memory, and say nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_kubernetes::{PartState, Resource, Selection};

use crate::secrets::{SECRETS, Values, event, list, object, script, shown};
use crate::stage::{Asked, Reply, Stage, cluster, eventually, until};
use crate::watches::{lists, watch_versions};

const CONFIG_MAPS: Resource = Resource { plural: "configmaps", kind: "ConfigMap", ..SECRETS };

/// How long a watch lasts here.
const WATCH: Duration = Duration::from_secs(1);

/// A watch that brings these lines, and ends when it should.
fn watch(lines: &[serde_json::Value]) -> Reply {
    let (feed, reply) = Reply::feed();
    for line in lines {
        feed.line(line);
    }
    tokio::spawn(async move {
        tokio::time::sleep(WATCH).await;
        drop(feed);
    });
    reply
}

fn settings(stage: &Stage) -> lookout_kubernetes::Settings {
    let mut settings = stage.settings();
    settings.budget.watch_timeout = HumanDuration::from_secs(1);
    settings
}

/// Requests for one object, by which the storage is asked.
fn pulses(stage: &Stage) -> usize {
    stage.asked().iter().filter(|asked| !asked.is_watch() && asked.get("limit") == "1").count()
}

#[tokio::test]
async fn a_storage_that_falls_silent_is_told_and_what_was_read_stays_and_goes_on_without_a_list() {
    let is_dead: Arc<AtomicBool> = Arc::default();
    let (of_lists, of_watches) = (Arc::clone(&is_dead), Arc::new(AtomicBool::new(false)));
    let has_news = Arc::clone(&of_watches);
    let stage = Stage::start(script(
        move |_| {
            if of_lists.load(Ordering::SeqCst) {
                return Reply::Silence;
            }
            Reply::json(&list(7, "", &[object("a", "one", 3, "1")]))
        },
        move |_| {
            let news = event("MODIFIED", &object("a", "one", 8, "2"));
            if of_watches.load(Ordering::SeqCst) { watch(&[news]) } else { watch(&[]) }
        },
    ))
    .await;
    let mut settings = settings(&stage);
    // An answer may take longer than a watch.
    settings.budget.request_timeout = HumanDuration::from_secs(2);
    let cluster = cluster(&settings);
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    until(&follower, "the list", |followed| followed.is_complete).await;
    // A machine that stalls for two seconds is taken for such a storage too, and only for a moment.
    until(&follower, "a quiet watch that is confirmed", |followed| {
        pulses(&stage) > 0 && followed.parts[0].state == PartState::Following
    })
    .await;
    is_dead.store(true, Ordering::SeqCst);
    let failing = until(&follower, "the failure", |followed| {
        matches!(&followed.parts[0].state, PartState::Failing { reason: Reason::Timeout, message, .. }
            if message.contains("does not answer from its storage") && message.contains("list `secrets`"))
    })
    .await;
    assert_eq!(shown(&failing.view), ["a/one=1"]);
    let watches = watch_versions(&stage).len();
    has_news.store(true, Ordering::SeqCst);
    let asked = stage.asked().len();
    stage.await_asked(asked + 2).await;
    assert_eq!(watch_versions(&stage).len(), watches, "no watch is begun that would say nothing");
    is_dead.store(false, Ordering::SeqCst);
    until(&follower, "what happened meanwhile", |followed| {
        shown(&followed.view) == ["a/one=2"] && followed.parts[0].state == PartState::Following
    })
    .await;
    assert_eq!(lists(&stage), 1);
}

#[tokio::test]
async fn watches_that_end_within_a_short_time_ask_the_storage_once_for_all() {
    let stage = Stage::start(script(
        |_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])),
        |_| Reply::lines(&[event("MODIFIED", &object("a", "one", 8, "2"))]),
    ))
    .await;
    let cluster = stage.cluster();
    let follow = |resource| cluster.follow(Values(resource), &Selection::default());
    let followers = [follow(SECRETS), follow(SECRETS), follow(CONFIG_MAPS)];
    let are_complete = || followers.iter().all(|follower| follower.latest().is_complete);
    eventually("many watches", || are_complete() && watch_versions(&stage).len() > 30).await;
    assert_eq!(pulses(&stage), 0, "the lists have shown that it answers");
}

#[tokio::test]
async fn a_right_that_one_resource_lacks_says_nothing_of_the_others() {
    let is_revoked: Arc<AtomicBool> = Arc::default();
    let theirs = Arc::clone(&is_revoked);
    let stage = Stage::start(script(
        move |asked: &Asked| {
            if theirs.load(Ordering::SeqCst) && asked.path.ends_with("/secrets") {
                return Reply::status(403, "Forbidden", "secrets is forbidden: User \"u\" cannot list");
            }
            Reply::json(&list(7, "", &[object("a", "one", 3, "1")]))
        },
        |_| watch(&[]),
    ))
    .await;
    let cluster = cluster(&settings(&stage));
    let secrets = cluster.follow(Values(SECRETS), &Selection::default());
    until(&secrets, "the list", |followed| followed.is_complete).await;
    is_revoked.store(true, Ordering::SeqCst);
    let is_denied = |state: &PartState| matches!(state, PartState::Failing { reason: Reason::Denied, .. });
    until(&secrets, "the refusal", |followed| is_denied(&followed.parts[0].state)).await;
    let config_maps = cluster.follow(Values(CONFIG_MAPS), &Selection::default());
    let known = pulses(&stage);
    eventually("many questions", || pulses(&stage) > known + 6).await;
    assert_eq!(config_maps.latest().parts[0].state, PartState::Following);
    assert!(is_denied(&secrets.latest().parts[0].state), "what others may read does not hide it");
}
