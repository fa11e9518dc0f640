//! From a change until everybody can see it: a Secret is added, replaced and deleted, many times, and scraped again and again.

use std::thread;
use std::time::Duration;

use super::contender::Contender;
use super::cost::Figures;
use super::looking::until;
use super::world::World;
use crate::error::Error;

/// How often each is done.
const ROUNDS: usize = 10;
/// Between two changes: a burst would be put together, which is another thing.
const PAUSE: Duration = Duration::from_millis(1500);
const NAME: &str = "changing";

/// Measures them one after the other: who is scraped again and again takes what the others need.
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
                    let is_so = |scrape: &str| scrape.contains(text) == (verb != "delete");
                    visible[index].extend(until(contender, is_so));
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
