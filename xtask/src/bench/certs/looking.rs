//! When a scrape shows something for the first time.
//!
//! To inflate an answer and to search it takes the bench longer than the exporter needs to give it. So the moment that counts is the one at
//! which the answer had come, one thread does nothing but scrape, and what says the same as the answer before is not looked at.
//!
//! How to get it wrong: to look at each answer before the next scrape. Then the bench measures itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::contender::Contender;
use crate::bench::http::Answer;

/// How long a change may take to be seen; peers read anew every half hour at worst, which nobody waits for.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between the end of a scrape and the next one. What is measured is that much too long at most, and half of it in the middle.
const PAUSE: Duration = Duration::from_millis(5);

/// An answer with 200, and the seconds that had gone by when all of it had come.
type Arrived = (f64, Answer);

/// Seconds until a scrape is so; none if not in time.
pub(super) fn until(contender: &Contender, is_so: impl Fn(&str) -> bool) -> Option<f64> {
    let begun = Instant::now();
    let (is_over, (sender, arrived)) = (AtomicBool::new(false), mpsc::channel());
    thread::scope(|scope| {
        let is_over = &is_over;
        // The channel goes with the scraper, and with it the search ends.
        scope.spawn(move || scrape(contender, begun, is_over, &sender));
        let found = arrived.iter().find(|(_, answer): &Arrived| is_so(&answer.text()));
        is_over.store(true, Ordering::Relaxed);
        found.map(|(seconds, _)| seconds)
    })
}

/// Scrapes, and hands on each answer that differs from the one before it.
fn scrape(contender: &Contender, begun: Instant, is_over: &AtomicBool, sender: &mpsc::Sender<Arrived>) {
    let mut last = Vec::new();
    while !is_over.load(Ordering::Relaxed) && begun.elapsed() < PATIENCE {
        if let Some(answer) = contender.scrape()
            && answer.body() != last
        {
            answer.body().clone_into(&mut last);
            let _ = sender.send((begun.elapsed().as_secs_f64(), answer));
        }
        thread::sleep(PAUSE);
    }
}
