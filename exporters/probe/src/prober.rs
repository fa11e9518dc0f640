//! The prober: from a request to an answer, within the bounds of the configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_exposition::{Batch, ExporterFamilies};
use lookout_probe_spec::config::ProberKind;
use lookout_probe_spec::host::Host;
use lookout_probe_spec::labels::Phase;
use lookout_probe_spec::pattern::TargetPattern;
use lookout_probe_spec::policy::{AddressPolicy, Forbidden};
use lookout_probe_spec::{NAME, Settings, metrics};
use lookout_runtime::{Clock, ProbeFuture, ProbeLoad, ProbeRequest, Prober, Refusal};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::asked::Asked;
use crate::assess::assess;
use crate::connect::Connector;
use crate::failure::Failure;
use crate::http::{self, Hop};
use crate::module::{Module, modules};
use crate::observation::Observation;
use crate::resolver::Resolver;
use crate::target::Target;
use crate::time_limit::time_limit;
use crate::tls;

/// Probes what the configuration lets be probed.
pub struct TargetProber {
    settings: Settings,
    patterns: Vec<TargetPattern>,
    policy: AddressPolicy,
    modules: BTreeMap<String, Module>,
    places: Semaphore,
    resolver: Arc<dyn Resolver>,
    clock: Clock,
}

impl TargetProber {
    /// A prober for `settings`, which are valid: of others, targets that cannot be read are left out, so that nothing
    /// is opened by a mistake. Certificates are judged by `clock`.
    pub fn new(settings: &Settings, resolver: Arc<dyn Resolver>, clock: Clock) -> Self {
        Self {
            patterns: settings.targets.iter().filter_map(|target| target.parse().ok()).collect(),
            policy: settings.address_policy(),
            modules: modules(settings),
            places: Semaphore::new(settings.max_concurrent),
            settings: settings.clone(),
            resolver,
            clock,
        }
    }

    async fn answer(&self, request: &ProbeRequest) -> Result<Batch, Refusal> {
        let start = Instant::now();
        let asked = Asked::read(&request.parameters, &self.modules)?;
        self.allow(&asked.target)?;
        let Ok(_place) = self.places.try_acquire() else {
            return Err(Refusal::FindPlace("probe.max_concurrent"));
        };
        let (module, settings) = (asked.module, &self.settings);
        let (longest, offset) = (settings.max_timeout.get(), settings.timeout_offset.get());
        let limit = time_limit(module.timeout, longest, offset, request.scrape_timeout);
        let deadline = start + limit;
        let mut observation = Observation::new(module.kind);
        let attempt = self.attempt(&asked.target, module, deadline, &mut observation);
        match timeout_at(deadline, attempt).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => observation.failure = Some(failure),
            Err(_) => observation.failure = Some(observation.late(limit)),
        }
        observation.finish(start.elapsed());
        log(&asked, &observation);
        Ok(assess(&observation))
    }

    /// Whether the target may be probed, as far as its text tells.
    fn allow(&self, target: &Target) -> Result<(), Refusal> {
        let refuse = |message: &str| Err(Refusal::AllowTarget(message.to_owned()));
        if !target.is_listed(&self.patterns) {
            return refuse(
                "the target is not among those that may be probed; add its host to `probe.targets`",
            );
        }
        let (Host::Address(address), _) = target.place() else { return Ok(()) };
        match self.policy.judge(*address) {
            Ok(()) => Ok(()),
            // Its network would not help, and may be listed already.
            Err(Forbidden::Metadata) => refuse(
                "the target is refused as the metadata service of a cloud; if it is meant, add its address itself to \
                 `probe.allow_networks`",
            ),
            Err(Forbidden::Range(_)) => refuse(
                "the target is an address that may not be probed; if it is meant, add its network to \
                 `probe.allow_networks`",
            ),
        }
    }

    async fn attempt(
        &self,
        target: &Target,
        module: &Module,
        deadline: Instant,
        observation: &mut Observation,
    ) -> Result<(), Failure> {
        let connector = Connector {
            resolver: &*self.resolver,
            policy: &self.policy,
            ip_protocol: module.ip_protocol,
            deadline,
        };
        match target {
            Target::Http(url) => {
                let hop = Hop { connector, module, patterns: &self.patterns, clock: &self.clock };
                http::probe(url, &hop, observation).await
            }
            Target::Port(host, port) => {
                let stream = connector.connect(host, *port, observation).await?;
                if module.kind == ProberKind::Tls {
                    self.shake_hands(host, stream, module, observation).await?;
                }
                Ok(())
            }
        }
    }

    async fn shake_hands(
        &self,
        host: &Host,
        stream: TcpStream,
        module: &Module,
        observation: &mut Observation,
    ) -> Result<(), Failure> {
        let expected = module.trust.server_name.as_ref().unwrap_or(host);
        let handshake = tls::Handshake { trust: &module.trust, expected, clock: &self.clock, protocols: &[] };
        observation.begin(Phase::Tls);
        let stream = handshake.shake(stream, observation).await;
        observation.end();
        tls::say_goodbye(stream?).await;
        Ok(())
    }
}

/// One line for each failure. What may be logged of the target is its host and port. It is called `probed`, because a
/// line has a `target` of its own: the module that wrote it.
fn log(asked: &Asked<'_>, observation: &Observation) {
    let (probed, module) = (&asked.target, asked.module_name);
    let Some(failure) = &observation.failure else {
        tracing::debug!(%probed, module, "probe succeeded");
        return;
    };
    tracing::info!(%probed, module, reason = failure.reason.as_str(), "probe failed: {}", failure.message);
}

impl Prober for TargetProber {
    fn families(&self) -> ExporterFamilies {
        let series_budget = self.settings.series_budget;
        ExporterFamilies { exporter: NAME, families: metrics::METRICS, series_budget }
    }

    fn probe(&self, request: ProbeRequest) -> ProbeFuture<'_> {
        Box::pin(async move { self.answer(&request).await })
    }

    fn load(&self) -> ProbeLoad {
        let limit = self.settings.max_concurrent;
        let in_flight = limit.saturating_sub(self.places.available_permits());
        ProbeLoad { in_flight: in_flight as u64, limit: limit as u64 }
    }
}
