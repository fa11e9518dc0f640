//! One request and its answer, over a connection of its own.

use core::convert::Infallible;

use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper::header::{CONTENT_LENGTH, LOCATION};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use lookout_declarations::Reason;
use lookout_probe_spec::config::{HttpSettings, Method};
use lookout_probe_spec::labels::Phase;
use tokio::io::{AsyncRead, AsyncWrite};

use super::body;
use super::request::{NoBody, request};
use crate::failure::Failure;
use crate::observation::{Answer, Observation};
use crate::url::{Scheme, Url};

/// The largest head of an answer, in bytes; also what is buffered of a body.
const MAX_HEAD: usize = 64 * 1024;

/// The most header fields of an answer.
const MAX_FIELDS: usize = 256;

/// A connection, in clear or over TLS.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// One request.
pub(super) struct Exchange<'a> {
    pub(super) url: &'a Url,
    pub(super) settings: &'a HttpSettings,
    /// Whether the host is the target's own, and not that of a redirect.
    pub(super) is_own_host: bool,
}

/// What comes after an answer.
pub(super) enum Next {
    /// Nothing: it was the last, and is as expected.
    Done,
    /// Another request, to what the header `Location` says.
    Redirect(Vec<u8>),
}

impl Exchange<'_> {
    /// Sends the request over `io` and takes the answer.
    pub(super) async fn run(&self, io: Box<dyn Io>, observation: &mut Observation) -> Result<Next, Failure> {
        observation.begin(Phase::Processing);
        let mut builder = Builder::new();
        builder.max_headers(MAX_FIELDS).max_buf_size(MAX_HEAD);
        let (sender, connection) =
            builder.handshake(TokioIo::new(io)).await.map_err(|error| Failure::of_http(&error))?;
        // Both in this task, so that whoever drops the probe drops the connection.
        tokio::select! {
            next = self.converse(sender, observation) => next,
            never = drive(connection) => match never {},
        }
    }

    async fn converse(
        &self,
        mut sender: SendRequest<NoBody>,
        observation: &mut Observation,
    ) -> Result<Next, Failure> {
        let request = request(self.url, self.settings, self.is_own_host)
            .map_err(|error| Failure::new(Reason::Malformed, format!("the URL makes no request: {error}")))?;
        let response = sender.send_request(request).await.map_err(|error| Failure::of_http(&error))?;
        observation.end();
        observation.http.answer = Some(self.answer(&response));
        if self.settings.follow_redirects
            && let Some(location) = location(&response)
        {
            return Ok(Next::Redirect(location));
        }
        self.judge(response, observation).await?;
        Ok(Next::Done)
    }

    /// Whether the last answer is as expected. What is wrong with its head comes before what is wrong with its body.
    async fn judge(
        &self,
        response: Response<Incoming>,
        observation: &mut Observation,
    ) -> Result<(), Failure> {
        let status = response.status().as_u16();
        let valid = &self.settings.valid_status_codes;
        let is_valid = if valid.is_empty() { (200..300).contains(&status) } else { valid.contains(&status) };
        let head = if !is_valid {
            Err(Failure::of_status(status))
        } else if self.settings.require_tls && self.url.scheme == Scheme::Http {
            Err(Failure::new(Reason::Unexpected, "the answer came in clear, and the module requires TLS"))
        } else {
            Ok(())
        };
        if self.settings.method == Method::Head {
            return head;
        }
        observation.begin(Phase::Transfer);
        // What is wrong with the head is what the target fails for, and not the text of an error's page.
        let texts = if head.is_ok() { body::Texts::of(self.settings) } else { body::Texts::default() };
        let limit = self.settings.max_body_size.get();
        let body = body::read(response.into_body(), texts, limit, &mut observation.http).await;
        observation.end();
        head.and(body)
    }

    fn answer(&self, response: &Response<Incoming>) -> Answer {
        let content_length = response.headers().get(CONTENT_LENGTH);
        Answer {
            status: response.status().as_u16(),
            version: response.version(),
            is_over_tls: self.url.scheme == Scheme::Https,
            content_length: content_length.and_then(|value| value.to_str().ok()?.parse().ok()),
        }
    }
}

/// Where a redirect leads; nothing for other answers, nor for one that does not say.
fn location(response: &Response<Incoming>) -> Option<Vec<u8>> {
    let is_redirect = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    Some(location.as_bytes().to_vec())
}

/// Keeps the connection going. Its end is seen by whoever waits for the answer.
async fn drive(connection: Connection<TokioIo<Box<dyn Io>>, NoBody>) -> Infallible {
    if let Err(error) = connection.await {
        tracing::trace!(%error, "the connection of a probe ended");
    }
    core::future::pending().await
}
