//! One API server, as everybody asks it: the connection, the budget and the books.
//!
//! Invariants:
//! - Every answer other than success becomes a [`Failure`] with what was asked, and with the remedy where a person has one.
//! - 401 makes a new client and asks once more, at once: a token that has rotated is not an error.
//! - An answer that is no JSON is not read.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use http::{Response, StatusCode};
use jiff::Timestamp;
use kube_client::client::Body;
use lookout_declarations::Reason;
use lookout_kubernetes_spec::Settings;
use lookout_kubernetes_spec::config::Access;
use tokio::time::{Instant, timeout};

use crate::answer::Answer;
use crate::ask::Ask;
use crate::connection::{Connection, Course, Lent, Unfit};
use crate::failure::{Failure, Kind};
use crate::gate::Gate;
use crate::json::Json;
use crate::ledger::Ledger;
use crate::pulse::Pulses;
use crate::remedy::remedy;
use crate::resource::Resource;
use crate::rights::{Renewals, Rights};
use crate::status::Status;
use crate::text::bounded;

/// The longest body of a failure that is read: a `Status` has a sentence, not a page.
const STATUS_BOUND: usize = 64 * 1024;

/// How long a server's version is believed: an upgrade brings streaming lists.
const VERSION_AGE: Duration = Duration::from_mins(10);

/// The first minor version of 1.x that is asked for streaming lists: there they are on by default, or refused with a word.
const STREAMING_SINCE: u64 = 32;

/// One API server.
pub(crate) struct Server {
    connection: Connection,
    pub(crate) gate: Gate,
    pub(crate) ledger: Ledger,
    pub(crate) limits: Limits,
    pub(crate) rights: Rights,
    pub(crate) pulses: Pulses,
    inner: Mutex<Inner>,
}

/// What an answer may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Until an answer begins, and from one piece of it to the next.
    pub(crate) request_timeout: Duration,
    /// After how long the server ends a watch.
    pub(crate) watch_timeout: Duration,
    /// What a page should have, in bytes.
    pub(crate) page_size: usize,
    /// What a page or an event may have.
    pub(crate) max_page_size: usize,
}

#[derive(Default)]
struct Inner {
    version: Option<(ServerVersion, Instant)>,
    /// Resources for which the server refused a streaming list.
    unstreamed: BTreeSet<String>,
    /// Who the server takes us for, and with which credentials: others may be somebody else's.
    user: Option<(String, Renewals)>,
}

/// What the server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ServerVersion {
    text: String,
    minor: u64,
}

// === impl Server ===

impl Server {
    /// `course` is that of a kubeconfig.
    pub(crate) fn new(settings: &Settings, access: Access, course: Option<Course>) -> Self {
        let budget = &settings.budget;
        let limits = Limits {
            request_timeout: budget.request_timeout.into(),
            watch_timeout: budget.watch_timeout.into(),
            page_size: budget.page_size.as_usize(),
            max_page_size: budget.max_page_size.as_usize(),
        };
        Self {
            connection: Connection::new(access, course, limits.request_timeout),
            gate: Gate::new(budget.requests_per_second, budget.burst, budget.concurrent_requests),
            ledger: Ledger::default(),
            limits,
            rights: Rights::default(),
            pulses: Pulses::default(),
            inner: Mutex::default(),
        }
    }

    /// Asks, and takes the beginning of the answer. Leave to ask must have been given.
    pub(crate) async fn ask(&self, ask: &Ask) -> Result<Answer, Failure> {
        let mut is_again = false;
        loop {
            let lent = self.connection.lend().await.map_err(|failure| self.note(ask, failure))?;
            let number = lent.number;
            match self.ask_once(ask, lent).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => {
                    let is_refused = failure.kind == Kind::Unauthenticated;
                    if is_refused {
                        let is_better = self.connection.give_up(number, Unfit::Refused).await;
                        if is_better && !std::mem::replace(&mut is_again, true) {
                            continue;
                        }
                    }
                    return Err(self.note(ask, failure));
                }
            }
        }
    }

    /// Asks for something small, and reads the whole of it.
    pub(crate) async fn ask_small(&self, ask: &Ask) -> Result<crate::answer::Whole, Failure> {
        let _permit = self.gate.request().await;
        let start = Instant::now();
        let whole = self.ask(ask).await?.whole(STATUS_BOUND).await;
        let whole = whole.map_err(|failure| self.note(ask, failure))?;
        self.ledger.duration(ask.verb, start.elapsed());
        Ok(whole)
    }

    /// A file that the connection is made from has changed. Whatever is wrong with it is told by the next request.
    pub(crate) async fn look(&self) {
        drop(self.connection.look().await);
    }

    /// A file that the connection is made from may have changed before anybody watched it.
    pub(crate) async fn look_back(&self) {
        drop(self.connection.look_back().await);
    }

    /// The idle connections are not to be trusted any more.
    pub(crate) async fn give_up(&self, client: u64) {
        self.connection.give_up(client, Unfit::Stale).await;
    }

    /// Notes a failure of what was asked, and puts it into words.
    pub(crate) fn note(&self, ask: &Ask, failure: Failure) -> Failure {
        if !(ask.is_trial && failure.kind == Kind::Refused) {
            self.ledger.failure(ask.verb, &ask.resource, failure.reason);
        }
        let mut failure = failure.while_doing(&ask.words());
        if failure.reason == Reason::Denied {
            self.rights.refuse(ask);
            if self.user().is_none()
                && let Some(user) = user_of(&failure.message)
            {
                self.set_user(&user);
            }
            let user = self.user();
            let remedy = remedy(ask.verb, &ask.resource, ask.namespace.as_deref(), user.as_deref());
            failure.message = format!("{}; {remedy}", failure.message);
        }
        failure
    }

    /// Who the server takes us for, as far as it said.
    pub(crate) fn user(&self) -> Option<String> {
        let renewals = self.renewals();
        self.inner().user.as_ref().filter(|(_, of)| *of == renewals).map(|(user, _)| user.clone())
    }

    /// The server said who we are.
    pub(crate) fn set_user(&self, user: &str) {
        let renewals = self.renewals();
        self.inner().user = Some((bounded(user), renewals));
    }

    /// How often the client was made anew: because the credentials were refused, and because files had changed.
    pub(crate) fn renewals(&self) -> Renewals {
        self.connection.figures()
    }

    /// The server's version, asked for at most every ten minutes: `v1.36.4`.
    pub(crate) async fn version(&self) -> Result<String, Failure> {
        Ok(self.server_version().await?.text)
    }

    /// Whether a streaming list of this resource is worth asking for.
    pub(crate) async fn streams(&self, resource: &Resource) -> bool {
        if self.inner().unstreamed.contains(&resource.to_string()) {
            return false;
        }
        self.server_version().await.is_ok_and(|version| version.minor >= STREAMING_SINCE)
    }

    /// The server refused a streaming list of this resource.
    pub(crate) fn does_not_stream(&self, resource: &Resource) {
        self.inner().unstreamed.insert(resource.to_string());
    }

    async fn server_version(&self) -> Result<ServerVersion, Failure> {
        if let Some((version, when)) = &self.inner().version
            && when.elapsed() < VERSION_AGE
        {
            return Ok(version.clone());
        }
        let ask = Ask::get("/version");
        let whole = self.ask_small(&ask).await?;
        let unexpected = || self.note(&ask, Failure::new(Reason::Unexpected, "the answer is no version"));
        let json = Json::check(whole.buffer.bytes()).map_err(|_| unexpected())?;
        let text = json.get("gitVersion").text().ok_or_else(unexpected)?;
        // Some servers write `32+`.
        let minor = json.get("minor").text().unwrap_or_default();
        let minor =
            minor.trim_end_matches(|character: char| !character.is_ascii_digit()).parse().unwrap_or_default();
        let version = ServerVersion { text: bounded(&text), minor };
        let mut inner = self.inner();
        if inner.version.as_ref().is_some_and(|(before, _)| *before != version) {
            inner.unstreamed.clear();
        }
        inner.version = Some((version.clone(), Instant::now()));
        Ok(version)
    }

    async fn ask_once(&self, ask: &Ask, lent: Lent) -> Result<Answer, Failure> {
        let request =
            ask.request().map_err(|_| Failure::new(Reason::Unexpected, "the request cannot be written"))?;
        let limit = self.limits.request_timeout;
        let sent = timeout(limit, lent.client.send(request)).await;
        let silent = |failure| {
            self.ledger.silence(ask.verb, &ask.resource);
            failure
        };
        let response = match sent {
            Err(_) => {
                self.give_up(lent.number).await;
                return Err(silent(Failure::new(
                    Reason::Timeout,
                    format!("`{}`: no answer within {limit:?}", lent.server),
                )));
            }
            Ok(Err(error)) => {
                return Err(silent(Failure::of_transport(&error).while_doing(&format!("`{}`", lent.server))));
            }
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        self.ledger.answer(ask.verb, &ask.resource, status.as_u16(), now());
        if status != StatusCode::UNAUTHORIZED {
            self.connection.accepted();
        }
        if !status.is_success() {
            return Err(self.refusal(response, lent.number).await);
        }
        if !is_json(response.headers()) {
            return Err(no_json(status, response.headers()));
        }
        Ok(Answer::new(response.into_body(), limit, lent.number))
    }

    /// What an answer other than success means.
    async fn refusal(&self, response: Response<Body>, client: u64) -> Failure {
        let code = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let is_json = is_json(response.headers());
        let body =
            Answer::new(response.into_body(), self.limits.request_timeout, client).whole(STATUS_BOUND).await;
        let status = body.ok().filter(|_| is_json).and_then(|body| Status::of_body(body.buffer.bytes()));
        let failure = Failure::of_status(code, status.as_ref(), retry_after);
        self.heed(&failure);
        failure
    }

    /// Holds everybody back where the server asks for it.
    pub(crate) fn heed(&self, failure: &Failure) {
        if let Some(asked) =
            failure.retry_after.filter(|_| matches!(failure.reason, Reason::RateLimited | Reason::Server))
        {
            self.gate.hold(asked);
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When something was observed.
#[expect(clippy::disallowed_methods, reason = "an observation is stamped where it is made")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The user in `User "system:serviceaccount:a:b" cannot list resource …`.
fn user_of(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("User \"")?;
    let (user, _) = rest.split_once('"')?;
    Some(bounded(user))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn no_json(status: StatusCode, headers: &HeaderMap) -> Failure {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("nothing");
    let message = format!(
        "answered {} with `{}` instead of JSON; that is a login page or a proxy, not the API server: check the address, \
         `proxy_url` and the credentials",
        status.as_u16(),
        bounded(kind)
    );
    Failure::new(Reason::Unexpected, message)
}

/// Seconds alone: API servers write no dates there.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
