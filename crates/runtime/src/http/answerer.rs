//! The service that the HTTP library calls for each request of a connection.

use core::pin::Pin;
use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::service::Service;
use hyper::{Request, Response};

use super::body::SharedBody;
use super::respond::{Origin, respond};
use super::server::Serving;

/// Answers the requests of one connection.
#[derive(Clone, Debug)]
pub(super) struct Answerer {
    serving: Arc<Serving>,
    origin: Origin,
}

impl Answerer {
    pub(super) fn new(serving: Arc<Serving>, origin: Origin) -> Self {
        Self { serving, origin }
    }
}

impl Service<Request<Incoming>> for Answerer {
    type Response = Response<SharedBody>;
    type Error = Infallible;
    /// Boxed, so that it has a name; it costs one allocation a request.
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (serving, origin) = (Arc::clone(&self.serving), self.origin.clone());
        Box::pin(async move { Ok(respond(serving, origin, request).await) })
    }
}
