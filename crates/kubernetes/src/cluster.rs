//! One API server, shared by all exporters of the process.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use lookout_declarations::Reason;
use lookout_kubernetes_spec::Settings;
use lookout_kubernetes_spec::config::Access;
use lookout_kubernetes_spec::metrics::WaitCause;
use lookout_runtime::{FileWatch, Sources};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, spawn_blocking};

use crate::ask::Selectors;
use crate::board::Board;
use crate::connection::{Course, Destination, in_pod};
use crate::figures::Figures;
use crate::filter::{Filter, field_selector};
use crate::follower::Follower;
use crate::intake::Intake;
use crate::need::{Need, Reviewed};
use crate::object::ObjectJson;
use crate::part::{Labels, Part, PartOf};
use crate::reader::Reader;
use crate::resource::Resource;
use crate::selection::{Namespaces, Selection};
use crate::server::Server;
use crate::shelf::ObjectShelf;
use crate::tasks::Task;

/// One API server, with the budget for it: a cell of [`Sources`].
///
/// Connections end when this and every [`Follower`] of it are gone.
pub struct Cluster {
    server: Arc<Server>,
    origin: Origin,
    /// Held by the configurations that want them.
    needs: Mutex<Vec<Weak<Need>>>,
    /// Notices at once that a kubeconfig leads elsewhere; otherwise the next request does.
    _attending: Option<Task>,
}

/// Which API server is read, and as whom: for [`Sources::add_of`]. Two cells have the same where only the budget or the way to the
/// server differs. Where a kubeconfig has come to lead elsewhere, the cells before and after it differ.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    access: Access,
    /// How often the kubeconfig has come to lead elsewhere.
    turn: u64,
}

/// Reads nothing: for objects of which the name is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Names(Resource);

/// Why the server could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AskServer {
    /// Why.
    pub reason: Reason,
    /// What was asked and what happened.
    pub message: String,
}

// === impl Cluster ===

impl Cluster {
    /// The cell for these settings, or `None` where Kubernetes is switched off or not there: not in a pod, and nothing
    /// configured.
    pub fn of(settings: &Settings, sources: &mut Sources) -> Option<Arc<Self>> {
        let access = if settings.access.names_a_server() {
            settings.access.clone()
        } else {
            Access { proxy_url: settings.access.proxy_url.clone(), ..in_pod()? }
        };
        settings.enabled.then(|| {
            let course = course(&access, sources);
            let origin = Origin::of(&access, course.as_ref().map_or(0, Course::turn));
            // Compared with the cells of the configuration before, and never shown: a proxy's address may hold a password.
            let key = format!("kubernetes {access:?} {} {:?}", origin.turn, settings.budget);
            sources.shared(key, || Self::new(settings, access, course, origin))
        })
    }

    fn new(settings: &Settings, access: Access, course: Option<Course>, origin: Origin) -> Self {
        let kubeconfig = course.is_some().then(|| PathBuf::from(&access.kubeconfig));
        let server = Arc::new(Server::new(settings, access, course));
        let attending = kubeconfig.zip(Handle::try_current().ok());
        let attending = attending.map(|(path, _)| Task::spawn(attend(path, Arc::downgrade(&server))));
        Self { server, origin, needs: Mutex::default(), _attending: attending }
    }

    /// Of which server its data are.
    pub fn origin(&self) -> Origin {
        self.origin.clone()
    }

    /// Starts to follow. Must be called within a Tokio runtime.
    #[expect(clippy::needless_pass_by_value, reason = "a reader is given away: each part has its own")]
    pub fn follow<R: Reader>(&self, reader: R, selection: &Selection) -> Follower<R::Object> {
        let resource = reader.resource();
        let namespaces: Vec<Option<String>> = match &selection.namespaces {
            Namespaces::Named(names) if resource.is_namespaced => {
                names.iter().collect::<BTreeSet<_>>().into_iter().cloned().map(Some).collect()
            }
            Namespaces::Named(_) | Namespaces::All | Namespaces::Matching(_) => vec![None],
        };
        let selectors = Selectors {
            label: selection.label_selector.clone(),
            field: field_selector(selection, resource.is_namespaced),
            metadata_only: selection.metadata_only,
        };
        let account = self.server.ledger.account(&resource);
        let board = Arc::new(Board::new(namespaces.iter().cloned()));
        let part = |(index, namespace)| {
            let intake = Intake::new(reader.clone(), Filter::of(selection), Arc::clone(&account));
            let of = PartOf {
                server: Arc::clone(&self.server),
                shelf: Box::new(ObjectShelf::new(Arc::clone(&board), index, intake)),
                account: Arc::clone(&account),
                namespace,
                selectors: selectors.clone(),
                labels: self.labels(selection, &resource),
            };
            Task::spawn(Part::new(of, resource).run())
        };
        let tasks = namespaces.into_iter().enumerate().map(part).collect();
        Follower::new(board, tasks)
    }

    /// Declares what an exporter wants to do for as long as `sources` are in force, so that a missing permission is found at
    /// start and named.
    pub fn need(&self, need: Need, sources: &mut Sources) {
        let need = Arc::new(need);
        let mut needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        needs.retain(|need| need.strong_count() > 0);
        needs.push(Arc::downgrade(&need));
        sources.keep(need);
    }

    /// What the server lets us do of every declared need, in order. What was granted within the last ten minutes is not asked about
    /// again, unless something of it has been refused since.
    pub async fn review(&self) -> Vec<Reviewed> {
        let needs = self.needs();
        self.server.rights.retain(&needs);
        if !needs.is_empty() {
            self.server.learn_user().await;
        }
        // At the same time, as far as the budget lets them: a server that is slow is then slow once.
        let mut asking = JoinSet::new();
        for need in needs {
            let server = Arc::clone(&self.server);
            asking.spawn(async move { server.review(need).await });
        }
        let mut reviewed = Vec::with_capacity(asking.len());
        while let Some(one) = asking.join_next().await {
            reviewed.extend(one);
        }
        reviewed.sort_by(|one, other| one.need.cmp(&other.need));
        reviewed
    }

    /// Completes when the server has refused what the last [`review`](Self::review) says is granted. Cancel-safe.
    pub async fn refused(&self) {
        self.server.rights.refused().await;
    }

    /// What the server says of its version: `v1.36.4`. It is asked at most every ten minutes.
    ///
    /// # Errors
    /// That it could not be asked.
    pub async fn server_version(&self) -> Result<String, AskServer> {
        self.server
            .version()
            .await
            .map_err(|failure| AskServer { reason: failure.reason, message: failure.message })
    }

    /// Who the server takes us for, once it has said so in a [`review`](Self::review) or a refusal.
    pub fn user(&self) -> Option<String> {
        self.server.user()
    }

    /// What was done, and what it cost.
    pub fn figures(&self) -> Figures {
        let gate = self.server.gate.figures();
        let (renewed_credentials, reloaded) = self.server.renewals();
        let mut figures = Figures {
            in_flight: gate.in_flight,
            in_flight_limit: gate.limit,
            waited: vec![(WaitCause::Budget, gate.waited), (WaitCause::Server, gate.held)],
            hold_left: gate.hold_left,
            renewed_credentials,
            reloaded,
            ..Figures::default()
        };
        self.server.ledger.show(&mut figures);
        figures
    }

    /// Follows the namespaces whose labels are asked for, where some are.
    fn labels(&self, selection: &Selection, resource: &Resource) -> Option<Labels> {
        let Namespaces::Matching(patterns) = &selection.namespaces else { return None };
        let label_selector = patterns.label_selector.clone();
        (resource.is_namespaced && !label_selector.is_empty()).then(|| {
            let selection = Selection { label_selector, metadata_only: true, ..Selection::default() };
            Labels(self.follow(Names(Resource::NAMESPACES), &selection))
        })
    }

    /// What is wanted now, each once.
    fn needs(&self) -> BTreeSet<Need> {
        let needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        needs.iter().filter_map(Weak::upgrade).map(|need| (*need).clone()).collect()
    }
}

impl Origin {
    fn of(access: &Access, turn: u64) -> Self {
        let Access { kubeconfig, context, server, token_file, client_certificate, .. } = access.clone();
        let access =
            Access { kubeconfig, context, server, token_file, client_certificate, ..Access::default() };
        Self { access, turn }
    }
}

/// The course of a kubeconfig, as it leads now.
fn course(access: &Access, sources: &mut Sources) -> Option<Course> {
    (!access.kubeconfig.is_empty()).then(|| {
        let key = format!("kubernetes destination\0{}\0{}", access.kubeconfig, access.context);
        let destination: Arc<Destination> = sources.shared(key, Destination::default);
        Course::new(destination, sources.renewal())
    })
}

/// Has `server` look at its kubeconfig whenever that changes.
async fn attend(kubeconfig: PathBuf, server: Weak<Server>) {
    // It reads the file, and may block.
    let Ok(mut watch) = spawn_blocking(|| FileWatch::new([kubeconfig])).await else { return };
    // The client may have been made before that, from what the file held then.
    let Some(known) = server.upgrade() else { return };
    known.look_back().await;
    drop(known);
    loop {
        watch.changed().await;
        let Some(server) = server.upgrade() else { return };
        server.look().await;
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Origin").finish_non_exhaustive()
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cluster").finish_non_exhaustive()
    }
}

impl Reader for Names {
    type Object = ();

    fn resource(&self) -> Resource {
        self.0
    }

    fn read(&self, _: &ObjectJson<'_>) -> Option<()> {
        Some(())
    }
}
