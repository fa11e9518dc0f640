//! A kubeconfig that comes to lead elsewhere while it is in use: what was read there is taken back, and reading begins anew.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::{Gauge, Reason, label, metrics};
use lookout_exposition::{Batch, Encoding, ExporterFamilies, Exposition, Family, Format};
use lookout_kubernetes::{Cluster, Follower, PartState, Selection, Settings, View};
use lookout_runtime::{
    Clock, CollectError, Collected, DataKind, Driver, DriverControl, Source, SourceDescription, Sources,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::secrets::{SECRETS, Values, list, object, script, shown};
use crate::stage::{Asked, Reply, Stage, eventually, until};

label! {
    /// An object, with what is in it.
    Object = "object";
}

metrics! {
    /// What is shown of the cluster.
    SHOWN: Gauge<(Object,)> = Gauge::new("example_shown", "What is shown of the cluster.");
}

/// Facts: what is in a cluster.
struct Shown {
    cluster: Arc<Cluster>,
    follower: Option<Follower<String>>,
}

/// A driver at work, whose settings are put into force anew when somebody asks for it.
struct World {
    exposition: Exposition,
    renewals: Arc<AtomicUsize>,
    cluster: Arc<Mutex<Arc<Cluster>>>,
    _tasks: JoinSet<()>,
}

impl Source for Shown {
    type Model = View<String>;

    async fn collect(&mut self) -> Result<Collected<View<String>>, CollectError> {
        let follow = || self.cluster.follow(Values(SECRETS), &Selection::default());
        let follower = self.follower.get_or_insert_with(follow);
        follower.settled().await;
        let latest = follower.latest();
        match latest.parts.into_iter().next().map(|part| part.state) {
            Some(PartState::Failing { reason, message, .. }) => Err(CollectError::new(reason, message)),
            _ => Ok(Collected::complete(latest.view)),
        }
    }

    async fn changed(&mut self) {
        match &mut self.follower {
            Some(follower) => follower.changed().await,
            None => std::future::pending().await,
        }
    }

    fn assess(&self, view: &View<String>, _now: Timestamp, batch: &mut Batch) {
        let mut family = Family::new(&SHOWN);
        for object in shown(view) {
            family.set((object.as_str(),), 1.0);
        }
        batch.add(family);
    }
}

fn configure(settings: &Settings, sources: &mut Sources) -> Arc<Cluster> {
    let cluster = Cluster::of(settings, sources).unwrap();
    let description = SourceDescription {
        exporter: "example",
        name: "secrets".to_owned(),
        data: DataKind::Facts,
        period: Duration::from_secs(1),
        deadline: Duration::from_hours(1),
        reasons: &[Reason::Unexpected],
    };
    let identity = Arc::as_ptr(&cluster) as usize;
    let own = Arc::clone(&cluster);
    sources.add_of(cluster.origin(), description, identity, || Shown { cluster: own, follower: None });
    cluster
}

async fn renew(
    settings: Settings,
    control: DriverControl,
    renewals: Arc<AtomicUsize>,
    cluster: Arc<Mutex<Arc<Cluster>>>,
) {
    loop {
        control.renewal_asked().await;
        renewals.fetch_add(1, Ordering::SeqCst);
        let mut sources = control.sources();
        let successor = configure(&settings, &mut sources);
        control.apply(sources).await.unwrap();
        *cluster.lock().unwrap() = successor;
    }
}

// === impl World ===

impl World {
    fn start(kubeconfig: &Path) -> Self {
        // By the default times: a change from before the file is watched is noticed by the request that follows on one of them.
        let mut settings = Settings::default();
        settings.access.kubeconfig = kubeconfig.to_string_lossy().into_owned();
        let families = ExporterFamilies { exporter: "example", families: METRICS, series_budget: 1000 };
        let exposition = Exposition::new([families]);
        let mut driver =
            Driver::new(exposition.clone(), Clock::starting_at("2026-03-01T00:00:00Z".parse().unwrap()));
        let mut sources = driver.sources();
        let cluster = Arc::new(Mutex::new(configure(&settings, &mut sources)));
        driver.set(sources).unwrap();
        let (control, renewals) = (driver.control(), Arc::<AtomicUsize>::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            driver.run().await;
        });
        tasks.spawn(renew(settings, control, Arc::clone(&renewals), Arc::clone(&cluster)));
        Self { exposition, renewals, cluster, _tasks: tasks }
    }

    /// The objects that are served.
    fn served(&self) -> Vec<String> {
        let snapshot = self.exposition.snapshot();
        let answer =
            snapshot.answer(lookout_exposition::Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let text = String::from_utf8(answer.buffers.concat()).unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("example_shown{object=\""));
        rows.filter_map(|row| Some(row.split_once('"')?.0.to_owned())).collect()
    }

    /// Waits until the client has been made anew so often because its files had changed.
    async fn until_reloaded(&self, count: u64) {
        eventually("another client", || self.cluster.lock().unwrap().figures().reloaded == count).await;
    }

    /// Waits until the client is there that is being made: whoever asks has to.
    async fn until_made(&self) {
        let cluster = Arc::clone(&self.cluster.lock().unwrap());
        let follower = cluster.follow(Values(SECRETS), &Selection::default());
        until(&follower, "a list by the new client", |followed| followed.is_complete).await;
    }

    async fn until_served(&self, expected: &[&str]) {
        eventually("what is expected", || self.served() == expected).await;
    }
}

/// A cluster with one object.
async fn cluster_with(name: &'static str) -> Stage {
    let lists = move |_: &Asked| Reply::json(&list(7, "", &[object("a", name, 3, "1")]));
    Stage::start(script(lists, |_| Reply::quiet())).await
}

/// A kubeconfig with two contexts, of the servers at these ports.
fn kubeconfig(current: &str, ports: [u16; 2], token: &str) -> Value {
    let [one, two] = ports.map(|port| json!({"server": format!("http://127.0.0.1:{port}")}));
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": current,
        "contexts": [
            {"name": "one", "context": {"cluster": "one", "user": "lookout"}},
            {"name": "two", "context": {"cluster": "two", "user": "lookout"}},
        ],
        "clusters": [{"name": "one", "cluster": one}, {"name": "two", "cluster": two}],
        "users": [{"name": "lookout", "user": {"token": token}}],
    })
}

#[tokio::test]
async fn a_kubeconfig_that_leads_elsewhere_is_followed_there() {
    let (one, two) = (cluster_with("one").await, cluster_with("two").await);
    let directory = tempfile::tempdir().unwrap();
    let [first, second, link] = ["first", "second", "link"].map(|name| directory.path().join(name));
    let write = |path: &Path, current: &str, ports| {
        std::fs::write(path, kubeconfig(current, ports, "t").to_string()).unwrap();
    };
    let ports = [one.port, two.port];
    write(&first, "one", ports);
    write(&second, "one", [two.port, one.port]);
    symlink(&first, &link).unwrap();
    let world = World::start(&link);
    world.until_served(&["a/one=1"]).await;
    // As `kubectl config use-context`.
    write(&first, "two", ports);
    world.until_served(&["a/two=1"]).await;
    // As an edit of the address.
    write(&first, "two", [two.port, one.port]);
    world.until_served(&["a/one=1"]).await;
    // As a volume of a Secret is exchanged.
    let new = directory.path().join("new");
    symlink(&second, &new).unwrap();
    std::fs::rename(&new, &link).unwrap();
    world.until_served(&["a/two=1"]).await;
    assert_eq!(world.renewals.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_was_read_is_taken_back_although_nothing_can_be_read_where_it_leads_now() {
    let one = cluster_with("one").await;
    let silent = Stage::start(|_, _| Reply::Silence).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let ports = [one.port, silent.port];
    std::fs::write(file.path(), kubeconfig("one", ports, "t").to_string()).unwrap();
    let world = World::start(file.path());
    world.until_served(&["a/one=1"]).await;
    std::fs::write(file.path(), kubeconfig("two", ports, "t").to_string()).unwrap();
    world.until_served(&[]).await;
    std::fs::write(file.path(), kubeconfig("one", ports, "t").to_string()).unwrap();
    world.until_served(&["a/one=1"]).await;
    assert_eq!(world.renewals.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn another_token_or_a_file_that_is_none_leads_nowhere_else() {
    let (one, two) = (cluster_with("one").await, cluster_with("two").await);
    let file = tempfile::NamedTempFile::new().unwrap();
    let write = |current: &str, token: &str| {
        let text = kubeconfig(current, [one.port, two.port], token).to_string();
        std::fs::write(file.path(), text).unwrap();
    };
    write("one", "t");
    let world = World::start(file.path());
    world.until_served(&["a/one=1"]).await;
    write("one", "t-rotated");
    world.until_reloaded(1).await;
    // Else what is written next is what it reads, and that is no other change.
    world.until_made().await;
    std::fs::write(file.path(), "no kubeconfig").unwrap();
    world.until_reloaded(2).await;
    assert_eq!(world.served(), ["a/one=1"]);
    write("two", "t");
    world.until_served(&["a/two=1"]).await;
    assert_eq!(world.renewals.load(Ordering::SeqCst), 1, "only where it led elsewhere");
}
