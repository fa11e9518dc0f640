//! Listing everything as a stream of events (KEP-3157), where the server has that: it needs no memory for pages on either side.
//!
//! A server that has it not refuses it with 400 or 422, or answers with an ordinary watch that never says that these were all.
//!
//! How to get it wrong: watching on in the same stream. It must be long enough for the list, and a connection that dies
//! unnoticed should be noticed sooner than that. So it ends with the list.

use lookout_declarations::Reason;
use lookout_kubernetes_spec::metrics::{Event, ListCause};
use tokio::time::{Instant, timeout};

use super::Part;
use crate::ask::Ask;
use crate::failure::{Failure, Kind};
use crate::json::Json;
use crate::object::ObjectJson;
use crate::page::{Line, LineEvent};
use crate::shelf::{Listing, Told};
use crate::status::Status;

/// How long a streaming list may take, in seconds: after that the server ends it.
const LONGEST: u64 = 300;

/// What the last bookmark of the list carries, from `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`.
const LAST: &str = "k8s.io/initial-events-end";

impl Part {
    /// Lists everything as a stream. [`Kind::Refused`] if the server has no such thing.
    pub(super) async fn stream(&mut self) -> Result<(Box<dyn Listing>, String), Failure> {
        let ask = Ask::stream(self.place(), &self.selectors, LONGEST);
        let _permit = self.server.gate.request().await;
        let start = Instant::now();
        let answer = self.server.ask(&ask).await?.on(&self.account);
        self.server.ledger.duration(ask.verb, start.elapsed());
        let mut lines = answer.lines(self.server.limits.max_page_size);
        let mut listed = self.shelf.list();
        let pause = self.server.limits.request_timeout;
        loop {
            let client = lines.client();
            let line = match timeout(pause, lines.next()).await {
                Ok(line) => line.map_err(|failure| self.server.note(&ask, failure))?,
                Err(_) if self.cause == ListCause::Start && !self.was_complete => {
                    // An ordinary watch, perhaps: it waits for what will happen.
                    return Err(refused());
                }
                Err(_) => {
                    self.server.give_up(client).await;
                    return Err(self
                        .server
                        .note(&ask, Failure::new(Reason::Timeout, "the list stops in the middle")));
                }
            };
            let Some(line) = line else { return Err(refused()) };
            let Some(Line { event, object }) = Line::read(line.text) else {
                return Err(self.server.note(&ask, Failure::new(Reason::Malformed, "a line is no event")));
            };
            match event {
                Some(LineEvent::Error) => {
                    let status = Json::check(object).ok().and_then(Status::read);
                    let code = status.as_ref().map_or(500, Status::code);
                    let failure = Failure::of_status(code, status.as_ref(), None);
                    self.server.heed(&failure);
                    return Err(self.server.note(&ask, failure.unless_gone()));
                }
                Some(LineEvent::Event(Event::Bookmark)) => {
                    if let Some(version) = last_version(object) {
                        return Ok((listed, version));
                    }
                }
                Some(LineEvent::Event(Event::Added)) if !line.is_cut => {
                    listed.take(Told::Object(object));
                }
                // What happens while the list is streamed is told in between.
                Some(LineEvent::Event(Event::Deleted)) => listed.update(Told::Deleted(object)),
                Some(LineEvent::Event(_)) if line.is_cut => listed.update(self.too_large(object)),
                Some(LineEvent::Event(_)) => listed.update(Told::Object(object)),
                None => {}
            }
        }
    }
}

fn refused() -> Failure {
    Failure::new(Reason::Unexpected, "no streaming list").kind(Kind::Refused)
}

/// The version of the bookmark that says that these were all.
fn last_version(object: &[u8]) -> Option<String> {
    let object = ObjectJson::new(Json::check(object).ok()?);
    object.annotation(LAST).filter(|value| value == "true")?;
    object.resource_version().map(std::borrow::Cow::into_owned)
}
