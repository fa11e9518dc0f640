//! One serving process: a configuration in, metrics out, until a signal. What `serve` and `demo` share.

use std::net::SocketAddr;

use lookout_catalog::ALL;
use lookout_exposition::{ExporterFamilies, Exposition};
use lookout_runtime::http::{WebFile, WebOptions};
use lookout_runtime::{
    BuildInfo, Clock, Driver, Hangups, Reloads, Runbooks, ServeError, Service, Shard, Shutdown, Standing,
    Suite, reload_channel, serve,
};
use lookout_self_metrics::metrics::Configuration as Which;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::exit::{Failure, chain};
use crate::reload::{Configuration, InForce, Reloader, series_budget};
use crate::{exporters, runbooks};

/// What a serving process is told at its start.
pub(crate) struct Process {
    /// What to watch.
    pub(crate) configuration: Configuration,
    /// How to serve it.
    pub(crate) web: WebOptions,
    /// Whether `/-/reload` may ask for the configurations to be read again.
    pub(crate) reload_by_request: bool,
    /// Which part of the inventories to watch.
    pub(crate) shard: Shard,
}

/// Serves until `shutdown`; `listening` is told the addresses once clients can connect.
pub(crate) async fn run(
    process: Process,
    shutdown: Shutdown,
    listening: impl FnOnce(&[SocketAddr]),
) -> Result<(), Failure> {
    let Process { configuration, web, reload_by_request, shard } = process;
    // First, for until then the signal would end the process.
    let hangups =
        Hangups::new().map_err(|error| Failure::Run(format!("cannot handle SIGHUP: {}", chain(&error))))?;
    let settings = &configuration.settings;
    let (clock, reloads, suite) = (Clock::system(), Reloads::default(), Suite::default());
    let exposition = Exposition::new(ALL.iter().map(|spec| ExporterFamilies {
        exporter: spec.name,
        families: spec.metrics,
        series_budget: series_budget(settings, spec.name),
    }));
    let mut driver = Driver::of_shard(shard, exposition.clone(), clock.clone());
    let mut sources = driver.sources();
    let notes = exporters::start_all(settings, &mut sources);
    for note in notes.iter().filter(|note| note.standing == Standing::NotBuilt) {
        let exporter = note.name;
        tracing::info!(exporter, "not in this build: its section of the configuration has no effect");
    }
    driver.set(sources).map_err(|error| Failure::Run(chain(&error)))?;
    suite.set(notes);
    let handbook = Runbooks::default();
    handbook.set(runbooks::library(settings));
    let (prober, probers) = watch::channel(exporters::prober(settings));
    let (handle, requests) = reload_channel();
    if configuration.has_file() {
        reloads.succeeded(Which::Main, clock.now());
    }
    let reloader = Reloader {
        configuration,
        web: web.file.as_ref().map(WebFile::reloader),
        hangups,
        requests,
        in_force: InForce {
            control: driver.control(),
            exposition,
            clock,
            reloads: reloads.clone(),
            suite: suite.clone(),
            runbooks: handbook.clone(),
            prober,
        },
        readings: 0,
    };
    let reload = reload_by_request.then_some(handle);
    let service =
        Service { web, driver, build: BUILD, reloads, reload, prober: probers, suite, runbooks: handbook };
    // In a task of its own: a file system that hangs must not keep the process from ending.
    let mut reloading = JoinSet::new();
    reloading.spawn(reloader.run(shutdown.clone()));
    let served = tokio::select! {
        served = serve(service, shutdown, listening) => served,
        Some(Err(error)) = reloading.join_next() => {
            return Err(Failure::Run(format!("reading configurations again has ended: {error}; this is a defect in Lookout")));
        }
    };
    served.map_err(|error| match &error {
        ServeError::Bind(bind) => Failure::Listen(chain(bind)),
        ServeError::EndUnasked(_) => Failure::Run(chain(&error)),
    })
}

/// What is running, as compiled in by `build.rs`.
const BUILD: BuildInfo = BuildInfo {
    version: env!("CARGO_PKG_VERSION"),
    revision: env!("LOOKOUT_REVISION"),
    rustc: env!("LOOKOUT_RUSTC"),
};
