//! `lookout demo`: the whole suite on a simulated platform, in one process, nothing else needed.
//!
//! The platform speaks real protocols on loopback; Lookout watches it through a configuration file like anybody's. So
//! what is seen here is what is seen in production, only sooner.
//!
//! Invariant: everything the demo writes is in one temporary directory, and goes with it.

mod configuration;
mod scraper;
mod scraping;
mod story;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use lookout_config::HumanDuration;
use lookout_runtime::{Clock, Shard, shutdown_on_signals};
use lookout_simulator::{Incident, Platform, PlatformOptions};
use tokio::sync::oneshot;

use self::scraper::Scraper;
use self::story::Files;
use crate::cli::WebArguments;
use crate::exit::{Failure, chain};
use crate::process::Process;
use crate::reload::Configuration;
use crate::{process, web};

/// The time for everything to be seen in order before an incident is played: two cycles of every source.
const PRELUDE: HumanDuration = HumanDuration::from_secs(10);

/// `lookout demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Play one incident; see --incidents
    #[arg(long, value_name = "NAME")]
    incident: Option<String>,
    /// Let everything be in order for this long before the incident
    #[arg(long, value_name = "TIME", value_parser = web::time, requires = "incident", default_value_t = PRELUDE)]
    incident_after: HumanDuration,
    /// Repair the incident when it has lasted this long
    #[arg(long, value_name = "TIME", value_parser = web::time, requires = "incident")]
    repair_after: Option<HumanDuration>,
    /// Start with everything in order, so that an incident is all that is wrong
    #[arg(long)]
    without_defects: bool,
    /// List the incidents that can be played, and end
    #[arg(long)]
    incidents: bool,
    /// Start a scraper from the PATH beside the demo, ready to scrape it
    #[arg(long, value_name = "SCRAPER")]
    with: Option<Scraper>,
    #[command(flatten)]
    pub(crate) web: WebArguments,
}

/// Runs the subcommand until a signal ends it.
pub(crate) async fn run(arguments: DemoArguments) -> Result<(), Failure> {
    if arguments.incidents {
        return say(&story::incidents());
    }
    let incident = arguments.incident.as_deref().map(find_incident).transpose()?;
    let shutdown = shutdown_on_signals()
        .map_err(|error| Failure::Run(format!("cannot handle signals: {}", chain(&error))))?;
    let options = PlatformOptions { with_defects: !arguments.without_defects, ..PlatformOptions::default() };
    let platform = Platform::start(now(), &options)
        .map_err(|error| Failure::Run(format!("cannot start the simulated platform: {}", chain(&error))))?;
    let file = configuration::write(&platform, &arguments.web.listen_addresses)?;
    let configuration = Configuration::load(Some(&file))?;
    let settings = configuration.settings.clone();
    let web = web::options(&arguments.web)?;
    let (tell, told) = oneshot::channel();
    let listening = move |addresses: &[SocketAddr]| {
        // Nobody listens only if the demo has ended already.
        let _ = tell.send(addresses.to_vec());
    };
    let reload_by_request = arguments.web.enable_lifecycle;
    let process = Process { configuration, web, reload_by_request, shard: Shard::WHOLE };
    let serving = process::run(process, shutdown, listening);
    let showing = async {
        let Ok(addresses) = told.await else { return Ok(()) };
        let write = |address: &SocketAddr| scraping::write(&platform, &settings, *address);
        let prometheus = addresses.first().map(write).transpose()?;
        let files = Files { configuration: &file, prometheus: prometheus.as_deref() };
        say(&story::opening(&platform, &addresses, files))?;
        let mut scraper = start_scraper(arguments.with, files.prometheus, &platform)?;
        if let Some(incident) = incident {
            play(incident, arguments.incident_after, &platform).await?;
            if let Some(lasts) = arguments.repair_after {
                repair(incident, lasts, &platform).await?;
            }
        }
        match &mut scraper {
            Some(scraper) => Err(scraper.ended().await),
            // Until the other branch, which serves, ends.
            None => core::future::pending().await,
        }
    };
    let ended = tokio::select! {
        served = serving => served,
        shown = showing => shown,
    };
    platform.stop().await;
    ended
}

fn find_incident(name: &str) -> Result<&'static Incident, Failure> {
    Incident::named(name).ok_or_else(|| {
        Failure::Ask(format!(
            "there is no incident `{name}`; `lookout demo --incidents` lists those there are"
        ))
    })
}

fn start_scraper(
    scraper: Option<Scraper>,
    configuration: Option<&Path>,
    platform: &Platform,
) -> Result<Option<scraper::Running>, Failure> {
    let Some((scraper, configuration)) = scraper.zip(configuration) else { return Ok(None) };
    let running = scraper.start(configuration, platform.directory())?;
    say(&format!("\nScraped every five seconds by\n  {}\n", running.url))?;
    Ok(Some(running))
}

async fn play(incident: &Incident, after: HumanDuration, platform: &Platform) -> Result<(), Failure> {
    tokio::time::sleep(after.get()).await;
    say(&story::incident(incident))?;
    incident.play(platform, now()).await.map_err(|error| {
        Failure::Run(format!("cannot play the incident `{}`: {}", incident.name, chain(&error)))
    })
}

async fn repair(incident: &Incident, after: HumanDuration, platform: &Platform) -> Result<(), Failure> {
    tokio::time::sleep(after.get()).await;
    incident.repair(platform, now()).await.map_err(|error| {
        Failure::Run(format!("cannot repair the incident `{}`: {}", incident.name, chain(&error)))
    })?;
    say(&story::repaired(incident))
}

fn now() -> Timestamp {
    Clock::system().now()
}

fn say(text: &str) -> Result<(), Failure> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Run(format!("cannot write to standard output: {}", chain(&error))))
}
