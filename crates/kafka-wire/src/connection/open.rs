//! From an address to a connection that can be asked.

use std::{
    io,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use tokio::net::TcpStream;

use super::{Connection, Stream};
use crate::{Address, Api, ErrorCode, Failure, Options, Traffic, Versions, dial, versions};

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
            Box::new(dial::shake_hands(tcp, &broker, tls).await.map_err(failed)?)
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

async fn connect(broker: &Address, options: &Options) -> Result<TcpStream, Failure> {
    let unresolved = |source| Failure::ResolveHost { broker: broker.clone(), source };
    let addresses = dial::resolve(broker).await.map_err(unresolved)?;
    dial::connect(&addresses, options.connect_timeout).await.map_err(|source| {
        if source.kind() == io::ErrorKind::TimedOut {
            Failure::AwaitConnection { broker: broker.clone(), within: options.connect_timeout }
        } else {
            Failure::ConnectBroker { broker: broker.clone(), source }
        }
    })
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
