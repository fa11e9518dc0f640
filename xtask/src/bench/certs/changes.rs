//! From a change until everybody can see it: a Secret is added, replaced and deleted, many times, and scraped without a pause.

use std::thread;
use std::time::{Duration, Instant};

use super::contender::Contender;
use super::cost::Figures;
use super::world::World;
use crate::error::Error;

/// How often each is done.
const ROUNDS: usize = 10;
/// How long a change may take to be seen; peers read anew every half hour at worst, which nobody waits for.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two changes: a burst would be put together, which is another thing.
const PAUSE: Duration = Duration::from_millis(1500);
const NAME: &str = "changing";

/// Measures them one after the other: who is scraped without a pause takes what the others need.
pub(super) fn measure(contenders: &[Contender], figures: &mut [Figures], world: &World) -> Result<(), Error> {
    for (contender, figures) in contenders.iter().zip(figures) {
        println!("changing a Secret under {}", contender.name);
        let mut visible: [Vec<f64>; 3] = Default::default();
        for round in 0..ROUNDS {
            for (index, verb) in ["add", "replace", "delete"].into_iter().enumerate() {
                let sought = world.change(verb, NAME)?;
                // Who misses one has no figure, so nobody waits for the others; and what was never shown cannot be seen to go.
                let was_shown = verb == "add" || visible[0].len() > round;
                if was_shown && visible[index].len() == round {
                    let text = if verb == "replace" { &sought } else { NAME };
                    visible[index].extend(seen(contender, text, verb != "delete"));
                }
                thread::sleep(PAUSE);
            }
        }
        figures.visible = visible.map(|mut seconds| {
            seconds.sort_by(f64::total_cmp);
            // One that was not seen in time leaves no figure, and none is better than one of the others.
            (seconds.len() == ROUNDS).then(|| [seconds[ROUNDS / 2], seconds[ROUNDS - 1]])
        });
    }
    Ok(())
}

/// Seconds until a scrape shows `text`, or does not show it any more; none if not in time.
pub(super) fn seen(contender: &Contender, text: &str, is_there: bool) -> Option<f64> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if contender.scrape().is_some_and(|answer| answer.text().contains(text) == is_there) {
            return Some(begun.elapsed().as_secs_f64());
        }
    }
    None
}
