//! The API server is killed for a minute and started again: what do scrapes say meanwhile, and when is a change seen after it?

use std::thread;
use std::time::Duration;

use lookout_kubernetes_spec::metrics;

use super::contender::{Contender, shown};
use super::cost::Figures;
use super::looking::until;
use super::world::World;
use crate::bench::scrape;
use crate::error::Error;

/// How long the server is away.
const AWAY: Duration = Duration::from_mins(1);
const NAME: &str = "after-the-outage";

/// Kills the server, looks, starts it again, and changes something.
pub(super) fn measure(
    contenders: &[Contender],
    figures: &mut [Figures],
    world: &mut World,
) -> Result<(), Error> {
    let before: Vec<Option<f64>> = contenders.iter().map(lists).collect();
    println!("killing the API server for {AWAY:?}");
    world.kill();
    thread::sleep(AWAY);
    for (contender, figures) in contenders.iter().zip(&mut *figures) {
        figures.during = during(contender);
    }
    world.start_again()?;
    world.change("add", NAME)?;
    thread::scope(|scope| {
        for (contender, figures) in contenders.iter().zip(&mut *figures) {
            scope.spawn(|| figures.after_outage = until(contender, |text| text.contains(NAME)));
        }
    });
    for ((contender, figures), before) in contenders.iter().zip(figures).zip(before) {
        figures.lists = lists(contender).zip(before).map(|(after, before)| after - before);
    }
    Ok(())
}

/// What a scrape says without a server.
fn during(contender: &Contender) -> String {
    let Some(answer) = contender.ask("") else { return "no answer".to_owned() };
    format!(
        "{} after {:.2} s, {} certificates",
        answer.status,
        answer.took.as_secs_f64(),
        shown(&answer.text())
    )
}

/// Lists of Secrets from the beginning so far, of who says it.
fn lists(contender: &Contender) -> Option<f64> {
    let family = metrics::LISTS.declaration().name;
    scrape::value(&contender.scrape()?.text(), family, "resource=\"secrets\"")
}
