//! From a host to a connection: resolve once, judge every address, connect to one that was judged.

use core::net::{IpAddr, SocketAddr};

use lookout_declarations::Reason;
use lookout_probe_spec::config::IpProtocol;
use lookout_probe_spec::host::Host;
use lookout_probe_spec::labels::Phase;
use lookout_probe_spec::policy::{AddressPolicy, Forbidden};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::failure::Failure;
use crate::observation::Observation;
use crate::resolver::Resolver;

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 8;

/// What connecting needs to know.
pub(crate) struct Connector<'a> {
    pub(crate) resolver: &'a dyn Resolver,
    pub(crate) policy: &'a AddressPolicy,
    pub(crate) ip_protocol: IpProtocol,
    pub(crate) deadline: Instant,
}

impl Connector<'_> {
    /// A connection to `host`.
    pub(crate) async fn connect(
        &self,
        host: &Host,
        port: u16,
        observation: &mut Observation,
    ) -> Result<TcpStream, Failure> {
        let addresses = match host {
            Host::Address(address) => vec![SocketAddr::new(*address, port)],
            Host::Name(name) => {
                observation.begin(Phase::Resolve);
                let resolved = self.resolver.resolve(name, port).await;
                observation.end();
                let addresses = resolved.map_err(|error| {
                    Failure::new(Reason::Unresolved, format!("resolving failed: {error}"))
                })?;
                // The port is ours: a resolver has no say in it.
                addresses.into_iter().map(|address| SocketAddr::new(address.ip(), port)).collect()
            }
        };
        let addresses = self.permitted(addresses)?;
        observation.begin(Phase::Connect);
        let stream = self.try_each(&addresses, observation).await;
        observation.end();
        stream
    }

    /// The addresses that may be connected to.
    fn permitted(&self, mut addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Failure> {
        addresses.retain(|address| is_of(self.ip_protocol, address.ip()));
        if addresses.is_empty() {
            let message = "the name has no address of the version of IP that the module wants";
            return Err(Failure::new(Reason::Unresolved, message));
        }
        let mut refused = None;
        addresses.retain(|address| match self.policy.judge(address.ip()) {
            Ok(()) => true,
            Err(forbidden) => {
                refused = Some(forbidden);
                false
            }
        });
        match refused {
            Some(forbidden) if addresses.is_empty() => Err(denied(forbidden)),
            _ => {
                addresses.truncate(MAX_ADDRESSES);
                Ok(addresses)
            }
        }
    }

    /// The first connection that is made. Each address that is left gets an equal share of the time, so that one that
    /// swallows packets does not starve the next.
    async fn try_each(
        &self,
        addresses: &[SocketAddr],
        observation: &mut Observation,
    ) -> Result<TcpStream, Failure> {
        let mut failure = Failure::new(Reason::Unresolved, "the name has no address");
        for (index, address) in addresses.iter().enumerate() {
            observation.address = Some(address.ip());
            let left = self.deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            failure = match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Without it the request would wait for the handshake's last acknowledgement.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => Failure::of_connecting(&error),
                Err(_) => {
                    Failure::new(Reason::Timeout, "connecting did not end within its share of the time")
                }
            };
        }
        Err(failure)
    }
}

/// That every address of a host is refused. The host was allowed: this is about where its name leads.
fn denied(forbidden: Forbidden) -> Failure {
    let message = match forbidden {
        Forbidden::Metadata => {
            "the host leads to the metadata service of a cloud; if it is meant, add its address \
                                itself to `probe.allow_networks`"
                .to_owned()
        }
        Forbidden::Range(range) => format!(
            "the host leads to a special network ({range}); if it is meant, add it to `probe.allow_networks`"
        ),
    };
    Failure::new(Reason::Denied, message)
}

fn is_of(protocol: IpProtocol, address: IpAddr) -> bool {
    match protocol {
        IpProtocol::Any => true,
        IpProtocol::Ip4 => address.is_ipv4(),
        IpProtocol::Ip6 => address.is_ipv6(),
    }
}
