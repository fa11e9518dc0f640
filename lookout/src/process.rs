//! One serving process: settings in, metrics out, until a signal. What `serve` and `demo` share.

use std::net::SocketAddr;

use lookout_catalog::{ALL, Settings};
use lookout_exposition::{ExporterFamilies, Exposition};
use lookout_runtime::http::{Limits, ListenAddress};
use lookout_runtime::{BuildInfo, Clock, Driver, ServeError, Service, Shutdown, serve};

use crate::exit::{Failure, chain};
use crate::exporters;

/// The series that Lookout may say of itself: what 1,000 endpoints need, ten times over.
const OWN_SERIES_BUDGET: usize = 1_000_000;

/// Serves until `shutdown`; `listening` is told the addresses once clients can connect.
pub(crate) async fn run(
    settings: &Settings,
    addresses: Vec<ListenAddress>,
    shutdown: Shutdown,
    listening: impl FnOnce(&[SocketAddr]),
) -> Result<(), Failure> {
    let families = ALL.iter().map(|spec| ExporterFamilies {
        exporter: spec.name,
        families: spec.metrics,
        series_budget: settings.series_budget(spec.name).unwrap_or(OWN_SERIES_BUDGET),
    });
    let mut driver = Driver::new(Exposition::new(families), Clock::system());
    for spec in ALL {
        let known =
            spec.name == lookout_self_metrics::NAME || exporters::start(spec.name, settings, &mut driver);
        if !known {
            tracing::info!(
                exporter = spec.name,
                "not in this build: its section of the configuration has no effect"
            );
        }
    }
    let service = Service { addresses, limits: Limits::default(), driver, build: BUILD };
    serve(service, shutdown, listening).await.map_err(|error| match &error {
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
