//! The configuration file: read at the start, and again while the process serves.
//!
//! Three things have it read again: a change of the file, SIGHUP, and `/-/reload` where that is switched on. The last
//! two are asked for by somebody, and so have the web configuration read again as well. A fourth puts the settings in force
//! into force once more without reading anything: what they name has come to lead to another system. Whatever the occasion, the same
//! happens: settings that are wrong change nothing and are told in the log, in a series and to whoever asked; settings
//! that are right are in force as a whole when the log says so.
//!
//! Invariants:
//! - One reading at a time, in one task. Who asks during a reading is answered by the next one, all together.
//! - An empty file does not take the place of one that had something to say.
//! - The file is watched before it is read, so no change falls between the two.
//! - Budgets grow before the sources change and shrink after it, so nothing is withheld in between.
//!
//! Secrets are not in the settings, only where to find them; sources read them when they use them.

use core::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookout_catalog::{ALL, Settings};
use lookout_config::{LoadFile, load_file};
use lookout_exposition::Exposition;
use lookout_runtime::http::WebReloader;
use lookout_runtime::{
    Applied, Clock, DriverControl, FileWatch, Hangups, Prober, ReloadRequest, ReloadRequests, Reloads,
    Runbooks, Shutdown, Suite,
};
use lookout_self_metrics::metrics::Configuration as Which;
use tokio::sync::watch;

use crate::exit::chain;
use crate::{exporters, runbooks};

/// The series that Lookout may say of itself: what 1,000 endpoints need, ten times over.
const OWN_SERIES_BUDGET: usize = 1_000_000;

/// What is to be watched, and where that is written.
pub(crate) struct Configuration {
    file: Option<ConfigurationFile>,
    pub(crate) settings: Settings,
}

struct ConfigurationFile {
    path: PathBuf,
    /// At rest here, or on a thread for blocking work; gone if that has failed.
    watch: Option<FileWatch>,
}

/// Reads the configuration again when there is an occasion.
pub(crate) struct Reloader {
    pub(crate) configuration: Configuration,
    /// Has the web configuration read again, if there is one.
    pub(crate) web: Option<WebReloader>,
    pub(crate) hangups: Hangups,
    pub(crate) requests: ReloadRequests,
    pub(crate) in_force: InForce,
    /// Readings since the start.
    pub(crate) readings: u64,
}

/// Everything that follows the settings.
pub(crate) struct InForce {
    pub(crate) control: DriverControl,
    pub(crate) exposition: Exposition,
    pub(crate) clock: Clock,
    pub(crate) reloads: Reloads,
    pub(crate) suite: Suite,
    pub(crate) runbooks: Runbooks,
    pub(crate) prober: watch::Sender<Option<Arc<dyn Prober>>>,
}

/// Why the configuration is read again.
enum Occasion {
    /// The file says something else.
    Change,
    /// What the settings name, such as a kubeconfig, leads elsewhere.
    Renewal,
    /// Somebody wants it, by signal or by request.
    Wish(Vec<ReloadRequest>),
}

impl Configuration {
    /// Reads the file at `path`, or takes the defaults without one.
    ///
    /// # Errors
    /// [`LoadFile`], with everything that is wrong.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self, LoadFile> {
        let Some(path) = path else { return Ok(Self { file: None, settings: Settings::default() }) };
        // Watched first: see above.
        let watch = Some(FileWatch::new([path.to_owned()]));
        let file = ConfigurationFile { path: path.to_owned(), watch };
        Ok(Self { settings: load_file(path)?, file: Some(file) })
    }

    /// Whether there is a file to read again.
    pub(crate) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    async fn changed(&mut self) {
        match &mut self.file {
            Some(ConfigurationFile { watch: Some(watch), .. }) => watch.changed().await,
            _ => core::future::pending().await,
        }
    }
}

impl ConfigurationFile {
    /// Takes what the file holds now for known. Where a file system that hangs holds up nothing else.
    async fn acknowledge(&mut self) {
        if let Some(mut watch) = self.watch.take() {
            let acknowledging = tokio::task::spawn_blocking(move || {
                watch.acknowledge();
                watch
            });
            self.watch = acknowledging.await.ok();
        }
    }
}

impl Reloader {
    /// Reads again, for ever; but not any more once the process is ending.
    pub(crate) async fn run(mut self, mut shutdown: Shutdown) -> Infallible {
        loop {
            let occasion = tokio::select! {
                biased;
                () = shutdown.draining() => core::future::pending().await,
                occasion = self.occasion() => occasion,
            };
            match occasion {
                // Nobody is told but by the log, which has been done.
                Occasion::Change => drop(self.read().await),
                Occasion::Renewal => self.renew().await,
                Occasion::Wish(requests) => {
                    let result = self.read_both().await;
                    for request in requests {
                        request.answer(result.clone());
                    }
                }
            }
        }
    }

    async fn occasion(&mut self) -> Occasion {
        tokio::select! {
            () = self.configuration.changed() => Occasion::Change,
            () = self.in_force.control.renewal_asked() => Occasion::Renewal,
            () = self.hangups.next() => {
                tracing::info!(signal = "SIGHUP", "the configurations are to be read again");
                Occasion::Wish(self.requests.waiting())
            }
            request = self.requests.next() => {
                tracing::info!("the configurations are to be read again, as `/-/reload` asks");
                let others = self.requests.waiting();
                Occasion::Wish([request].into_iter().chain(others).collect())
            }
        }
    }

    /// Reads both configurations again; one that is wrong does not keep the other from being in force.
    async fn read_both(&mut self) -> Result<(), String> {
        if let Some(file) = &mut self.configuration.file {
            // Or else the change that was the occasion would be another one.
            file.acknowledge().await;
        } else {
            tracing::info!("there is no --config.file, so what is watched stays as it is");
        }
        let main = self.read().await;
        let web = match &self.web {
            Some(web) => web.reload().await,
            None => Ok(()),
        };
        let faults: Vec<String> = [main, web].into_iter().filter_map(Result::err).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }

    /// Puts the settings in force into force once more: whose origin is another begins anew, and the others go on.
    async fn renew(&mut self) {
        let settings = self.configuration.settings.clone();
        match self.in_force.follow(&mut self.configuration.settings, settings).await {
            Ok(Applied { kept, replaced, .. }) => {
                tracing::info!(
                    kept,
                    replaced,
                    "what the configuration names leads elsewhere; what was read there before is taken back"
                );
            }
            Err(error) => {
                tracing::warn!(%error, "what the configuration names leads elsewhere, and cannot be followed");
            }
        }
    }

    /// Reads the file again and puts what it says into force, or says what is wrong with it.
    async fn read(&mut self) -> Result<(), String> {
        let Some(file) = &self.configuration.file else { return Ok(()) };
        let path = file.path.clone();
        self.readings += 1;
        let reading = self.readings;
        let watches = self.configuration.settings != Settings::default();
        let result = match load(path.clone(), watches).await {
            Ok(settings) => self.in_force.follow(&mut self.configuration.settings, settings).await,
            Err(error) => Err(error),
        };
        let InForce { clock, reloads, .. } = &self.in_force;
        let file = path.display();
        match result {
            Ok(Applied { kept, replaced, added, removed }) => {
                reloads.succeeded(Which::Main, clock.now());
                // Numbered, so that no such line is left out as a repeat: the last one says what is in force.
                tracing::info!(%file, reading, kept, replaced, added, removed, "the configuration was read again and is in force");
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%file, reading, %error, "the new configuration is wrong, and the one before stays in force");
                reloads.failed(Which::Main, clock.now(), error.clone());
                Err(error)
            }
        }
    }
}

/// Reads the file where a file system that hangs holds up nothing else. `watches` says whether something is watched now.
async fn load(path: PathBuf, watches: bool) -> Result<Settings, String> {
    match tokio::task::spawn_blocking(move || load_again(&path, watches)).await {
        Ok(loaded) => loaded,
        Err(error) => Err(format!("reading it failed: {error}; this is a defect in Lookout")),
    }
}

/// An empty file is a valid configuration, and most often half of a change: a disk that is full, a slow generator.
fn load_again(path: &Path, watches: bool) -> Result<Settings, String> {
    let settings = load_file(path).map_err(|error| chain(&error))?;
    let is_blank = || std::fs::read(path).is_ok_and(|bytes| bytes.trim_ascii().is_empty());
    if watches && settings == Settings::default() && is_blank() {
        return Err(format!("{}: it is empty; write `{{}}` if nothing is to be watched", path.display()));
    }
    Ok(settings)
}

impl InForce {
    /// Puts `wanted` into force in the place of `settings`.
    async fn follow(&self, settings: &mut Settings, wanted: Settings) -> Result<Applied, String> {
        let mut sources = self.control.sources();
        let notes = exporters::start_all(&wanted, &mut sources);
        self.set_budgets(|exporter| series_budget(settings, exporter).max(series_budget(&wanted, exporter)));
        let applied = match self.control.apply(sources).await {
            Ok(applied) => applied,
            Err(error) => {
                self.set_budgets(|exporter| series_budget(settings, exporter));
                return Err(chain(&error));
            }
        };
        self.set_budgets(|exporter| series_budget(&wanted, exporter));
        if wanted.probe != settings.probe {
            // Probes that are under way end with the one that began them.
            self.prober.send_replace(exporters::prober(&wanted));
        }
        self.suite.set(notes);
        self.runbooks.set(runbooks::library(&wanted));
        *settings = wanted;
        Ok(applied)
    }

    fn set_budgets(&self, budget: impl Fn(&str) -> usize) {
        for spec in ALL {
            self.exposition.set_series_budget(spec.name, budget(spec.name));
        }
    }
}

/// How many series `exporter` may serve.
pub(crate) fn series_budget(settings: &Settings, exporter: &str) -> usize {
    settings.series_budget(exporter).unwrap_or(OWN_SERIES_BUDGET)
}
