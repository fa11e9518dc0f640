//! The request that is sent: no credentials, no cookies, nothing that asks for compression.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use hyper::Request;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, USER_AGENT};
use lookout_probe_spec::config::{HttpSettings, Method};

use crate::url::Url;

/// How Lookout calls itself.
const AGENT: &str = concat!("Lookout/", env!("CARGO_PKG_VERSION"));

/// A body of nothing.
pub(super) struct NoBody;

impl Body for NoBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}

/// The request for `url`. The configured host is for the target's own host alone.
pub(super) fn request(
    url: &Url,
    settings: &HttpSettings,
    is_own_host: bool,
) -> Result<Request<NoBody>, hyper::http::Error> {
    let method = match settings.method {
        Method::Get => hyper::Method::GET,
        Method::Head => hyper::Method::HEAD,
    };
    let own = Some(settings.host.as_str()).filter(|host| is_own_host && !host.is_empty());
    let host = own.map_or_else(|| url.authority(), str::to_owned);
    Request::builder()
        .method(method)
        .uri(url.path_and_query())
        .header(HOST, host)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "*/*")
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close")
        .body(NoBody)
}
