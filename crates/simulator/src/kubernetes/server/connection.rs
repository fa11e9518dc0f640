//! One connection: TLS if it is asked for, then HTTP/1.1.
//!
//! Errors end a connection and nothing else: they are the client's doing, or a disturbance's.

use core::convert::Infallible;
use core::time::Duration;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::kubernetes::answer::{self, Body};
use crate::kubernetes::api_server::Shared;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

pub(super) async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let Some(tls) = tls else { return speak(stream, None, shared).await };
    let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await else { return };
    let certificates = stream.get_ref().1.peer_certificates();
    let certificate = certificates.and_then(|chain| chain.first()).cloned().map(CertificateDer::into_owned);
    speak(stream, certificate, shared).await;
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    certificate: Option<CertificateDer<'static>>,
    shared: Arc<Shared>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let (shared, certificate) = (Arc::clone(&shared), certificate.clone());
        async move {
            let answered: Response<Body> = answer::answer(request, certificate.as_ref(), &shared).await;
            Ok::<_, Infallible>(answered)
        }
    });
    let connection =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let _client_may_have_gone = connection.await;
}
