//! From an address to a connection that can be asked.

use std::{
    io,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use rustls_pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::{Connection, Stream};
use crate::{Address, Api, ErrorCode, Failure, Options, Tls, Traffic, Versions, versions};

/// How many addresses of one name are tried.
const MAX_ADDRESSES: usize = 8;

pub(super) async fn open(
    broker: Address,
    options: Arc<Options>,
    traffic: Arc<Traffic>,
) -> Result<Connection, Failure> {
    let tcp = connect(&broker, &options).await?;
    let stream: Box<dyn Stream> = match &options.tls {
        None => Box::new(tcp),
        Some(tls) => {
            let failed = |source| Failure::ShakeHands { broker: broker.clone(), source };
            Box::new(shake_hands(tcp, &broker, tls).await.map_err(failed)?)
        }
    };
    let mut connection = Connection {
        broker,
        options,
        stream,
        versions: Versions::default(),
        next_correlation: 0,
        is_spoilt: false,
        renew_at: None,
        traffic,
    };
    connection.versions = negotiate(&mut connection).await?;
    if connection.options.sasl.is_some() {
        crate::sasl::log_in(&mut connection).await?;
    }
    connection.traffic.connections.fetch_add(1, Relaxed);
    Ok(connection)
}

/// The first address of the name that answers. Each has an equal part of the time, so that one which swallows packets
/// does not cost the others theirs.
async fn connect(broker: &Address, options: &Options) -> Result<TcpStream, Failure> {
    let unresolved = |source| Failure::ResolveHost { broker: broker.clone(), source };
    let found = lookup_host((broker.host.as_str(), broker.port)).await.map_err(unresolved)?;
    let addresses: Vec<_> = found.take(MAX_ADDRESSES).collect();
    let count = u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match tokio::time::timeout(options.connect_timeout / count, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Requests are written whole: there is nothing to wait for.
                let unset = |source| Failure::ConnectBroker { broker: broker.clone(), source };
                tcp.set_nodelay(true).map_err(unset)?;
                return Ok(tcp);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    if last.kind() == io::ErrorKind::TimedOut {
        return Err(Failure::AwaitConnection { broker: broker.clone(), within: options.connect_timeout });
    }
    Err(Failure::ConnectBroker { broker: broker.clone(), source: last })
}

async fn shake_hands(tcp: TcpStream, broker: &Address, tls: &Tls) -> io::Result<impl Stream + use<>> {
    let name = match &tls.server_name {
        Some(name) => name.clone(),
        None => ServerName::try_from(broker.host.clone()).map_err(io::Error::other)?,
    };
    TlsConnector::from(Arc::clone(&tls.config)).connect(name, tcp).await
}

/// Asks what the broker can, and asks again in version 0 if it is older than the question (KIP-511).
async fn negotiate(connection: &mut Connection) -> Result<Versions, Failure> {
    for version in [Api::ApiVersions.versions().1, 0] {
        let answer = connection.ask(versions::request(version)).await?;
        let read = versions::read(&answer.body, version);
        let (code, versions) = connection.understood(Api::ApiVersions, read)?;
        match code {
            ErrorCode::NONE => return Ok(versions),
            ErrorCode::UNSUPPORTED_VERSION if version > 0 => {}
            code => {
                let (broker, api) = (connection.broker.clone(), Api::ApiVersions);
                return Err(Failure::AcceptAnswer { broker, api, code });
            }
        }
    }
    let (broker, api) = (connection.broker.clone(), Api::ApiVersions);
    Err(Failure::AcceptAnswer { broker, api, code: ErrorCode::UNSUPPORTED_VERSION })
}
