//! The body of an answer: read up to a bound, searched on the way, never kept.

use core::future::poll_fn;
use core::pin::Pin;

use hyper::body::{Body as _, Incoming};
use lookout_declarations::Reason;
use lookout_probe_spec::config::HttpSettings;
use memchr::memmem;

use crate::failure::Failure;
use crate::observation::HttpObservation;

/// What is looked for in a body.
#[derive(Clone, Copy, Default)]
pub(super) struct Texts<'a> {
    unwanted: &'a [String],
    wanted: &'a [String],
}

impl<'a> Texts<'a> {
    /// The texts of a module.
    pub(super) fn of(settings: &'a HttpSettings) -> Self {
        Self { unwanted: &settings.fail_if_body_contains, wanted: &settings.fail_if_body_lacks }
    }
}

/// Reads at most `limit` bytes of `body` and judges their text. `http` knows how far it came, whatever happens.
pub(super) async fn read(
    mut body: Incoming,
    texts: Texts<'_>,
    limit: u64,
    http: &mut HttpObservation,
) -> Result<(), Failure> {
    let (mut unwanted, mut wanted) = (Search::new(texts.unwanted), Search::new(texts.wanted));
    let mut length = 0;
    http.body_length = Some(0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|error| Failure::of_http(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        let left = usize::try_from(limit - length).unwrap_or(usize::MAX);
        let part = data.get(..left).unwrap_or(&data);
        unwanted.take(part);
        wanted.take(part);
        length += part.len() as u64;
        http.body_length = Some(length);
        if part.len() < data.len() {
            http.is_clipped = true;
            break;
        }
    }
    judge(&unwanted, &wanted, http)
}

fn judge(unwanted: &Search<'_>, wanted: &Search<'_>, http: &mut HttpObservation) -> Result<(), Failure> {
    let found = unwanted.found().next().is_some();
    let missing = wanted.missing().next().is_some();
    http.is_body_at_fault = found || missing;
    if found {
        Err(Failure::new(Reason::Unexpected, "a text is in the body that must not be there"))
    } else if missing && http.is_clipped {
        let message =
            "a text that must be in the body is not in the part that is read; raise `max_body_size`";
        Err(Failure::new(Reason::TooLarge, message))
    } else if missing {
        Err(Failure::new(Reason::Unexpected, "a text that must be in the body is not there"))
    } else {
        Ok(())
    }
}

/// Looks for texts in a body that comes in parts.
struct Search<'a> {
    texts: Vec<(memmem::Finder<'a>, bool)>,
    /// The end of what was taken: a text may begin there.
    tail: Vec<u8>,
    overlap: usize,
}

impl<'a> Search<'a> {
    fn new(texts: &'a [String]) -> Self {
        let overlap = texts.iter().map(String::len).max().unwrap_or(0).saturating_sub(1);
        let texts = texts.iter().map(|text| (memmem::Finder::new(text), false)).collect();
        Self { texts, tail: Vec::new(), overlap }
    }

    fn take(&mut self, part: &[u8]) {
        if self.texts.is_empty() {
            return;
        }
        // A text that spans parts lies in the tail and the beginning of this part; any other in the part itself.
        let seam = [&self.tail, part.get(..self.overlap).unwrap_or(part)].concat();
        for (finder, is_found) in &mut self.texts {
            *is_found = *is_found || finder.find(&seam).is_some() || finder.find(part).is_some();
        }
        self.tail = if part.len() >= self.overlap { part.to_vec() } else { seam };
        let surplus = self.tail.len().saturating_sub(self.overlap);
        self.tail.drain(..surplus);
    }

    fn found(&self) -> impl Iterator<Item = ()> {
        self.texts.iter().filter(|(_, is_found)| *is_found).map(|_| ())
    }

    fn missing(&self) -> impl Iterator<Item = ()> {
        self.texts.iter().filter(|(_, is_found)| !*is_found).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_found_wherever_the_body_is_divided(
            body in "[ab]{0,40}",
            text in "[ab]{1,6}",
            cuts in proptest::collection::vec(0_usize..40, 0..6),
        ) {
            let texts = [text.clone()];
            let mut search = Search::new(&texts);
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(body.len())).chain([0, body.len()]).collect();
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                search.take(&body.as_bytes()[pair[0]..pair[1]]);
                prop_assert!(search.tail.len() < text.len());
            }
            prop_assert_eq!(search.found().count() == 1, body.contains(&text));
            prop_assert_eq!(search.missing().count() == 0, body.contains(&text));
        }
    }
}
