//! Watching from a version on, until the watch ends.
//!
//! Invariants:
//! - The position moves with each line that was taken in, and only then.
//! - A watch ends by the server's clock, or a little later by ours: then the connection is dead.
//! - While it is open it is found out whether the server's storage answers: a quiet watch alone says nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use lookout_declarations::Reason;
use lookout_kubernetes_spec::metrics::Event;
use tokio::time::{Instant, sleep, sleep_until};

use super::Part;
use crate::answer::{Lines, TextLine};
use crate::ask::{Ask, Place};
use crate::failure::Failure;
use crate::json::Json;
use crate::object::ObjectJson;
use crate::page::{Glimpse, Line, LineEvent};
use crate::server::now;
use crate::shelf::Told;
use crate::status::Status;
use crate::tasks::Task;

/// How long the server may take to end a watch whose time is up.
const MARGIN: Duration = Duration::from_secs(5);

/// After this a watch that has begun is taken for one that works, although nothing has happened.
const SETTLED: Duration = Duration::from_millis(500);

/// What came next.
enum Next {
    /// A line was taken in.
    Line,
    /// The server ended the watch.
    End,
    /// Nothing, when the server should have ended it.
    Dead,
    /// Nothing, for as long as a watch needs to be taken for one that works.
    Settled,
    /// Other namespaces belong to the follow.
    Labels,
    /// When the storage was known to answer, or why it was not.
    Pulse(Result<Timestamp, Failure>),
}

impl Part {
    /// Watches from `position` on.
    pub(super) async fn watch(&mut self, position: String) -> Result<(), Failure> {
        let limits = self.server.limits;
        self.relabel().await?;
        let ask = Ask::watch(self.place(), &self.selectors, &position, limits.watch_timeout.as_secs().max(1));
        let _permit = self.server.gate.watch().await;
        let start = Instant::now();
        let answer = self.server.ask(&ask).await?.on(&self.account);
        self.server.ledger.duration(ask.verb, start.elapsed());
        if std::mem::replace(&mut self.has_watched, true) {
            self.account.resume();
        }
        let _open = self.account.open_watch();
        let mut lines = answer.lines(limits.max_page_size);
        let end = Instant::now() + limits.watch_timeout + MARGIN;
        self.begin_pulse();
        let mut is_settled = false;
        loop {
            let next = self.next(&mut lines, end, is_settled).await;
            match next.map_err(|failure| self.server.note(&ask, failure))? {
                Next::Line => {
                    is_settled = true;
                    self.go_on();
                }
                Next::Settled => {
                    is_settled = true;
                    self.succeed();
                }
                Next::Labels => self.relabel().await?,
                Next::Pulse(Ok(when)) => self.shelf.set_current(when),
                Next::Pulse(Err(failure)) => {
                    // Not before it answers is there a watch that says anything.
                    self.is_doubtful = true;
                    return Err(failure);
                }
                Next::End => {
                    if start.elapsed() < SETTLED && !is_settled {
                        // A server that ends each watch at once must not be asked in a loop.
                        sleep(self.backoff.fail()).await;
                    } else {
                        self.go_on();
                    }
                    return Ok(());
                }
                Next::Dead => {
                    self.server.give_up(lines.client()).await;
                    let failure = Failure::new(
                        Reason::Timeout,
                        "the server did not end the watch; the connection is dead",
                    );
                    return Err(self.server.note(&ask, failure));
                }
            }
        }
    }

    /// Begins to find out whether the storage of what is watched answers, unless an earlier watch has.
    fn begin_pulse(&mut self) {
        if self.pulse.as_ref().is_some_and(Task::is_over) {
            // It says how things were before this watch: when the one before failed, perhaps.
            self.pulse = None;
        }
        let (server, resource) = (Arc::clone(&self.server), self.resource);
        let (version, namespace) = (self.version, self.namespace.clone());
        let feel = async move {
            let place = Place { resource: &resource, version, namespace: namespace.as_deref() };
            server.feel_pulse(place).await
        };
        self.pulse.get_or_insert_with(|| Task::spawn(feel));
    }

    async fn next(&mut self, lines: &mut Lines, end: Instant, is_settled: bool) -> Result<Next, Failure> {
        let labels = async {
            match &mut self.labels {
                Some(labels) => labels.changed().await,
                None => std::future::pending().await,
            }
        };
        let settled = async {
            if is_settled {
                std::future::pending::<()>().await;
            }
            sleep(SETTLED).await;
        };
        let felt = async {
            match &mut self.pulse {
                Some(pulse) => pulse.end().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            line = lines.next() => match line? {
                Some(line) => self.take_line(&line).map(|()| Next::Line),
                None => Ok(Next::End),
            },
            () = labels => Ok(Next::Labels),
            () = settled => Ok(Next::Settled),
            outcome = felt => {
                self.pulse = None;
                let panicked = || Err(Failure::new(Reason::Panicked, "the storage could not be asked"));
                Ok(Next::Pulse(outcome.unwrap_or_else(panicked)))
            }
            () = sleep_until(end) => Ok(Next::Dead),
        }
    }

    /// Takes in a line.
    fn take_line(&mut self, line: &TextLine<'_>) -> Result<(), Failure> {
        let Some(Line { event, object }) = Line::read(line.text) else {
            self.doubt();
            return Err(Failure::new(Reason::Malformed, "a line of the watch is no event"));
        };
        let event = match event {
            Some(LineEvent::Event(event)) => event,
            Some(LineEvent::Error) => {
                let status = Json::check(object).ok().and_then(Status::read);
                let failure =
                    Failure::of_status(status.as_ref().map_or(500, Status::code), status.as_ref(), None);
                self.server.heed(&failure);
                return Err(failure);
            }
            // A type of event that is not known yet tells nothing that we could miss.
            None => return Ok(()),
        };
        self.account.event(event);
        let now = now();
        if event == Event::Bookmark {
            let version = Json::check(object).ok().and_then(|json| ObjectJson::new(json).resource_version());
            self.position = version.map(std::borrow::Cow::into_owned).or(self.position.take());
            return Ok(());
        }
        let told = if event == Event::Deleted {
            Told::Deleted(object)
        } else if line.is_cut {
            self.too_large(object)
        } else {
            Told::Object(object)
        };
        self.shelf.take(told, now);
        self.held.set(self.shelf.len());
        if let Some(version) = Glimpse::of(object).version {
            self.position = Some(version);
        }
        Ok(())
    }
}
