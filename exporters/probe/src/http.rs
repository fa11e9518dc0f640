//! Probing over HTTP: hop after hop, each checked as the first was.

mod body;
mod exchange;
mod request;

use lookout_declarations::Reason;
use lookout_probe_spec::labels::Phase;
use lookout_probe_spec::pattern::TargetPattern;
use lookout_runtime::Clock;

use crate::connect::Connector;
use crate::failure::Failure;
use crate::module::Module;
use crate::observation::Observation;
use crate::target::Target;
use crate::tls::Handshake;
use crate::url::{Scheme, Url};
use exchange::{Exchange, Io, Next};

/// What is offered by ALPN.
const PROTOCOLS: &[&[u8]] = &[b"http/1.1"];

/// What every hop needs to know.
pub(crate) struct Hop<'a> {
    pub(crate) connector: Connector<'a>,
    pub(crate) module: &'a Module,
    pub(crate) patterns: &'a [TargetPattern],
    pub(crate) clock: &'a Clock,
}

/// Asks `first`, and whatever it redirects to.
pub(crate) async fn probe(first: &Url, hop: &Hop<'_>, observation: &mut Observation) -> Result<(), Failure> {
    let mut url = first.clone();
    loop {
        let is_own_host = url.host == first.host;
        let io = hop.open(&url, is_own_host, observation).await?;
        let exchange = Exchange { url: &url, settings: &hop.module.http, is_own_host };
        match exchange.run(io, observation).await? {
            Next::Done => return Ok(()),
            Next::Redirect(location) => url = hop.follow(&url, &location, observation)?,
        }
    }
}

impl Hop<'_> {
    /// A connection over which `url` can be asked.
    async fn open(
        &self,
        url: &Url,
        is_own_host: bool,
        observation: &mut Observation,
    ) -> Result<Box<dyn Io>, Failure> {
        let stream = self.connector.connect(&url.host, url.port, observation).await?;
        if url.scheme == Scheme::Http {
            // What an earlier hop showed says nothing of this one.
            observation.chain = None;
            observation.session = None;
            return Ok(Box::new(stream));
        }
        let own_name = self.module.trust.server_name.as_ref().filter(|_| is_own_host);
        let handshake = Handshake {
            trust: &self.module.trust,
            expected: own_name.unwrap_or(&url.host),
            clock: self.clock,
            protocols: PROTOCOLS,
        };
        observation.begin(Phase::Tls);
        let stream = handshake.shake(stream, observation).await;
        observation.end();
        Ok(Box::new(stream?))
    }

    /// Where a redirect leads, if it may be followed.
    fn follow(&self, url: &Url, location: &[u8], observation: &mut Observation) -> Result<Url, Failure> {
        let settings = &self.module.http;
        if observation.http.redirects >= settings.max_redirects {
            let message = format!("there are more than {} redirects", settings.max_redirects);
            return Err(Failure::new(Reason::TooMany, message));
        }
        let next = url.join(location).map_err(|error| {
            Failure::new(Reason::Malformed, format!("a redirect cannot be followed: {error}"))
        })?;
        if url.scheme == Scheme::Https && next.scheme == Scheme::Http {
            observation.http.is_downgraded = true;
            if settings.require_tls {
                let message = "a redirect leads from https to http, and the module requires TLS";
                return Err(Failure::new(Reason::Unexpected, message));
            }
        }
        if !Target::Http(next.clone()).is_listed(self.patterns) {
            let message = "a redirect leads to a host that is not in `probe.targets`";
            return Err(Failure::new(Reason::Denied, message));
        }
        observation.follow();
        Ok(next)
    }
}
