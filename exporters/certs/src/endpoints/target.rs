//! One endpoint to watch, from the settings.

use core::time::Duration;

use lookout_certs_spec::Settings;
use lookout_certs_spec::address::{Address, AddressError};
use lookout_certs_spec::config::{EndpointSettings, ExpiryThreshold, effective_server_name};
use rustls_pki_types::{InvalidDnsNameError, ServerName};

/// One endpoint, with everything that its settings leave out filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The label `endpoint`: `host:port`.
    pub endpoint: String,
    /// The label `server_name`: the name asked for.
    pub server_name: String,
    /// The host to resolve; with its final dot, if it has one.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The name sent by SNI; nothing is sent for an IP address.
    pub asked_name: ServerName<'static>,
    /// The name that the certificate must be made out to.
    pub expected_name: ServerName<'static>,
    /// The configured trusted roots: files, and `system`.
    pub trusted_roots: Vec<String>,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// When a certificate that is served is about to expire, for people.
    pub about_to_expire: ExpiryThreshold,
}

/// Why settings make no target. Validated settings always do.
#[derive(Debug, thiserror::Error)]
pub enum BuildTarget {
    /// The address.
    #[error("the endpoint `{address}` has no usable address")]
    ParseAddress {
        /// As configured.
        address: String,
        /// What is wrong with it.
        source: AddressError,
    },
    /// A name.
    #[error(
        "the name `{name}` of the endpoint `{address}` cannot be asked for; write a host name in its ASCII form"
    )]
    ParseName {
        /// The endpoint's address, as configured.
        address: String,
        /// The name.
        name: String,
        /// What is wrong with it.
        source: InvalidDnsNameError,
    },
}

impl Target {
    /// The target of one endpoint of `settings`.
    pub fn new(endpoint: &EndpointSettings, settings: &Settings) -> Result<Self, BuildTarget> {
        let text = &endpoint.address;
        let address: Address =
            text.parse().map_err(|source| BuildTarget::ParseAddress { address: text.clone(), source })?;
        let server_name = effective_server_name(endpoint, &address).to_owned();
        let expected = if endpoint.expected_name.is_empty() { &server_name } else { &endpoint.expected_name };
        let name = |name: &str| {
            let name = name.strip_suffix('.').unwrap_or(name).to_owned();
            let address = text.clone();
            ServerName::try_from(name.clone()).map_err(|source| BuildTarget::ParseName {
                address,
                name,
                source,
            })
        };
        let roots =
            if endpoint.trusted_roots.is_empty() { &settings.trusted_roots } else { &endpoint.trusted_roots };
        Ok(Self {
            endpoint: address.to_string(),
            host: address.host().to_owned(),
            port: address.port(),
            asked_name: name(&server_name)?,
            expected_name: name(expected)?,
            server_name,
            trusted_roots: roots.clone(),
            timeout: endpoint.timeout.unwrap_or(settings.endpoint_timeout).get(),
            about_to_expire: settings.alerts.critical.clone(),
        })
    }

    /// The name of its source: as short as it can be without becoming ambiguous.
    pub fn source_name(&self) -> String {
        let Self { endpoint, server_name, host, .. } = self;
        if host == server_name {
            format!("endpoint {endpoint}")
        } else {
            format!("endpoint {endpoint} {server_name}")
        }
    }
}
