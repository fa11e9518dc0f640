//! One connection, from accepted to closed.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::Site;
use super::figures::HttpMetrics;
use super::patience::{Answering, Patient};
use super::respond::respond;
use super::server::Limits;
use crate::shutdown::Shutdown;

/// The most bytes of a request's head, and the most of an answer that waits in front of the socket beside the piece
/// that is being sent. No scraper's head comes near it.
const MAX_BUFFER: usize = 64 * 1024;
/// The most headers of a request.
const MAX_HEADERS: usize = 64;

/// Serves requests until the client has gone or the process drains; then the request in flight is finished.
pub(super) async fn serve(
    stream: TcpStream,
    site: Arc<Site>,
    metrics: HttpMetrics,
    limits: Limits,
    mut shutdown: Shutdown,
) {
    let _open = metrics.connection();
    // Answers go out whole; waiting for more to send costs a scrape 40 ms. Without it the connection works too.
    let _ = stream.set_nodelay(true);
    let answering = Answering::default();
    let stream = Patient::new(stream, answering.clone(), limits.head, limits.answer);
    let service = service_fn(|request: Request<Incoming>| {
        answering.begin();
        let (parts, _body) = request.into_parts();
        let response = respond(&site, &metrics, &parts.method, parts.uri.path(), &parts.headers);
        core::future::ready(Ok::<_, Infallible>(response))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(MAX_BUFFER)
        .max_headers(MAX_HEADERS)
        .writev(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = core::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.draining() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended badly");
    }
}
