//! Listing everything, in pages.
//!
//! No `resourceVersion` is asked for: then pages are consistent with each other and with the version to watch from. `0` would
//! spare the server a little, but servers before 1.31 then ignore `limit` and answer all at once, and any may answer with a past
//! that we have seen already.
//!
//! Where the server has forgotten the version in the middle (410), it offers to go on with a newer one. That offer is not taken:
//! the pages before and after it are of different moments, and no watch tells what happened to the first ones in between. The list
//! starts anew, with larger pages.

use lookout_declarations::Reason;
use lookout_kubernetes_spec::metrics::ListCause;
use tokio::time::{Instant, sleep};

use super::Part;
use super::page_size::PageSize;
use crate::answer::Whole;
use crate::ask::Ask;
use crate::failure::{Failure, Kind};
use crate::page::Page;
use crate::server::now;
use crate::shelf::{Listing, Told};

/// How often one list may start anew because the server has forgotten its version, before it is a failure.
const MOST_RESTARTS: usize = 3;

/// What a page says of the list.
struct Turn {
    version: Option<String>,
    next: Option<String>,
    objects: usize,
    bytes: usize,
}

impl Part {
    /// Lists everything, and puts it in the place of what is known.
    pub(super) async fn list(&mut self) -> Result<(), Failure> {
        self.await_labels().await?;
        self.await_turn().await;
        let mut result = self.list_in_version().await;
        for version in self.resource.versions {
            if !matches!(&result, Err(failure) if failure.kind == Kind::Absent) {
                break;
            }
            if *version != self.version {
                self.version = version;
                result = self.list_in_version().await;
            }
        }
        let (listed, position) = result?;
        self.account.list(self.cause);
        listed.replace(now());
        self.server.felt_pulse(self.resource.group);
        self.position = Some(position);
        self.was_complete = true;
        self.has_watched = false;
        self.is_doubtful = false;
        self.broken = 0;
        self.n_lists = self.n_lists.saturating_add(1);
        self.succeed();
        Ok(())
    }

    /// Waits if nothing came of the last list but that everything is to be listed anew: a server that refuses the version of its own list to
    /// watches must not be asked for everything in a loop.
    async fn await_turn(&mut self) {
        if self.n_lists > 0 {
            sleep(self.relists.fail_list()).await;
        }
    }

    async fn list_in_version(&mut self) -> Result<(Box<dyn Listing>, String), Failure> {
        if self.server.streams(&self.resource).await {
            match self.stream().await {
                Err(failure) if failure.kind == Kind::Refused => self.server.does_not_stream(&self.resource),
                outcome => return outcome,
            }
        }
        let target = self.server.limits.page_size;
        let mut size = PageSize::first(self.resource.plural, self.selectors.metadata_only, target);
        let mut restarts = 0;
        loop {
            match self.pages(&mut size, None).await {
                Err(failure) if failure.kind == Kind::Gone && restarts < MOST_RESTARTS => {
                    restarts += 1;
                    size.hurry();
                    self.account.list(ListCause::Expired);
                }
                // Gone throughout: it is the list that fails, not a watch that has to be listed for.
                outcome => return outcome.map_err(Failure::unless_gone),
            }
        }
    }

    /// All pages, of one namespace in the place of the part's own if it is given.
    async fn pages(
        &self,
        size: &mut PageSize,
        namespace: Option<&str>,
    ) -> Result<(Box<dyn Listing>, String), Failure> {
        let mut listed = self.shelf.list();
        let mut next: Option<String> = None;
        let mut version: Option<String> = None;
        loop {
            let mut place = self.place();
            place.namespace = namespace.or(place.namespace);
            let ask = Ask::page(place, &self.selectors, size.limit(), next.as_deref());
            let Some(turn) = self.page(&ask, size, &mut *listed).await? else { continue };
            size.seen(turn.objects, turn.bytes);
            // That of the first page: objects that change during the list are told again by the watch.
            version = version.or(turn.version);
            match (turn.next, &version) {
                (Some(further), _) if Some(&further) != next.as_ref() => next = Some(further),
                (Some(_), _) => return Err(self.note(&ask, "the list does not go on from where it was")),
                (None, Some(version)) => return Ok((listed, version.clone())),
                (None, None) => return Err(self.note(&ask, "the list has no version")),
            }
        }
    }

    /// One page; nothing if it was too large, and is to be asked for anew with fewer objects.
    async fn page(
        &self,
        ask: &Ask,
        size: &mut PageSize,
        listed: &mut dyn Listing,
    ) -> Result<Option<Turn>, Failure> {
        let permit = self.server.gate.request().await;
        let start = Instant::now();
        let answer = self.server.ask(ask).await?.on(&self.account);
        let client = answer.client;
        let Whole { buffer, is_cut } = match answer.whole(self.server.limits.max_page_size).await {
            Ok(whole) => whole,
            Err(failure) => {
                if failure.reason == Reason::Timeout {
                    self.server.give_up(client).await;
                }
                return Err(self.server.note(ask, failure));
            }
        };
        drop(permit);
        self.server.ledger.duration(ask.verb, start.elapsed());
        if is_cut && size.shrink() {
            return Ok(None);
        }
        let page = Page::read(buffer.bytes(), is_cut).map_err(|error| {
            let reason = if is_cut { Reason::TooLarge } else { Reason::Malformed };
            self.server.note(ask, Failure::new(reason, error.to_string()))
        })?;
        self.account.page();
        let mut objects = 0;
        for item in page.items() {
            objects += 1;
            listed.take(Told::Object(item));
        }
        if let Some(cut) = page.cut() {
            objects += 1;
            listed.take(self.too_large(cut));
        }
        let owned =
            |text: &Option<std::borrow::Cow<'_, str>>| text.as_ref().map(|text| text.clone().into_owned());
        Ok(Some(Turn {
            version: owned(&page.version),
            next: owned(&page.next),
            objects,
            bytes: buffer.bytes().len(),
        }))
    }

    /// Takes in the objects of a namespace that has come to belong to the follow.
    pub(super) async fn backfill(&mut self, namespace: &str) -> Result<(), Failure> {
        let target = self.server.limits.page_size;
        let mut size = PageSize::first(self.resource.plural, self.selectors.metadata_only, target);
        let (listed, _) = self.pages(&mut size, Some(namespace)).await?;
        listed.add();
        Ok(())
    }

    /// An object beyond the bound, as far as it came.
    pub(super) fn too_large<'a>(&self, text: &'a [u8]) -> Told<'a> {
        let bound = self.server.limits.max_page_size;
        Told::TooLarge(text, format!("it has more than {bound} bytes (`kubernetes.budget.max_page_size`)"))
    }

    fn note(&self, ask: &Ask, message: &str) -> Failure {
        self.server.note(ask, Failure::new(Reason::Malformed, message))
    }
}
