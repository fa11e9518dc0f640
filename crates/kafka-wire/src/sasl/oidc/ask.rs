//! One request for a token and its answer, over a connection of its own: tokens live for minutes.
//!
//! Invariant: everything runs in the caller's task, so whoever gives up drops the connection.

use core::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use data_encoding::BASE64;
use hyper::{
    Request, Response,
    body::{Body, Frame, Incoming, SizeHint},
    client::conn::http1::{Builder, Connection, SendRequest},
    header,
};
use hyper_util::rt::TokioIo;
use lookout_config::SecretText;
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::{
    AskIssuer, AuthenticateClient, ClientCredentials,
    answer::{self, Grant},
    endpoint::Endpoint,
};
use crate::dial;

/// The largest answer: a token with every claim of a large directory has some 10 KiB.
const MAX_ANSWER: usize = 64 * 1024;

/// The largest head of an answer.
const MAX_HEAD: usize = 16 * 1024;

/// The most header fields of an answer.
const MAX_FIELDS: usize = 100;

/// TCP or TLS.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Asks once.
pub(super) async fn ask(endpoint: &Endpoint, credentials: &ClientCredentials) -> Result<Grant, AskIssuer> {
    let secret = credentials.client_secret.clone();
    let secret =
        tokio::task::spawn_blocking(move || secret.resolve()).await.map_err(AskIssuer::AwaitSecret)?;
    let request = request(endpoint, credentials, &secret.map_err(AskIssuer::ReadSecret)?)?;
    let io = open(endpoint, credentials).await?;
    let mut builder = Builder::new();
    builder.max_headers(MAX_FIELDS).max_buf_size(MAX_HEAD);
    let (sender, connection) = builder.handshake(TokioIo::new(io)).await.map_err(AskIssuer::Exchange)?;
    tokio::select! {
        grant = converse(sender, request) => grant,
        never = drive(connection) => match never {},
    }
}

async fn open(endpoint: &Endpoint, credentials: &ClientCredentials) -> Result<Box<dyn Io>, AskIssuer> {
    let addresses = match endpoint.own_addresses() {
        Some(addresses) => addresses,
        None => dial::resolve(&endpoint.peer).await.map_err(AskIssuer::ResolveHost)?,
    };
    let tcp = dial::connect(&addresses, credentials.timeout).await.map_err(AskIssuer::ConnectIssuer)?;
    match credentials.tls.as_ref().filter(|_| endpoint.is_tls) {
        // Without TLS the endpoint is `http`, which is checked when it is made.
        None => Ok(Box::new(tcp)),
        Some(tls) => {
            let stream = dial::shake_hands(tcp, &endpoint.peer, tls).await;
            Ok(Box::new(stream.map_err(AskIssuer::ShakeHands)?))
        }
    }
}

async fn converse(mut sender: SendRequest<Form>, request: Request<Form>) -> Result<Grant, AskIssuer> {
    let response = sender.send_request(request).await.map_err(AskIssuer::Exchange)?;
    let status = response.status();
    let body = read(response).await;
    if status.is_success() {
        return answer::read(&body?);
    }
    // What is wrong with the body of a refusal matters less than the refusal.
    let code = body.ok().and_then(|body| answer::error_code(&body));
    Err(AskIssuer::AcceptStatus { status: status.as_u16(), code })
}

async fn read(response: Response<Incoming>) -> Result<Zeroizing<Vec<u8>>, AskIssuer> {
    let mut body = response.into_body();
    // At its full size from the beginning: growing would leave copies behind.
    let mut read = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(AskIssuer::Exchange)?.into_data() else { continue };
        if read.len() + data.len() > MAX_ANSWER {
            return Err(AskIssuer::BoundAnswer { limit: MAX_ANSWER });
        }
        read.extend_from_slice(&data);
    }
    Ok(read)
}

/// Keeps the connection going. Its end is seen by whoever waits for the answer.
async fn drive(connection: Connection<TokioIo<Box<dyn Io>>, Form>) -> Infallible {
    // An error is the answer's too.
    drop(connection.await);
    core::future::pending().await
}

fn request(
    endpoint: &Endpoint,
    credentials: &ClientCredentials,
    secret: &SecretText,
) -> Result<Request<Form>, AskIssuer> {
    let client = credentials.client_id.as_str();
    let mut pairs = vec![("grant_type", "client_credentials")];
    pairs.extend(credentials.scope.as_deref().map(|scope| ("scope", scope)));
    pairs.extend(credentials.audience.as_deref().map(|audience| ("audience", audience)));
    let mut request = Request::post(endpoint.target.as_str())
        .header(header::HOST, endpoint.authority.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, concat!("Lookout/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    match credentials.authentication {
        AuthenticateClient::Basic => {
            request = request.header(header::AUTHORIZATION, basic(client, secret.expose())?);
        }
        AuthenticateClient::Post => {
            pairs.extend([("client_id", client), ("client_secret", secret.expose())]);
        }
    }
    request.body(Form::of(&pairs)).map_err(AskIssuer::WriteRequest)
}

/// Identifier and secret, each encoded as in a form (RFC 6749, section 2.3.1), then as HTTP Basic has them.
fn basic(client: &str, secret: &str) -> Result<header::HeaderValue, AskIssuer> {
    // A form's encoding makes at most three bytes of one.
    let mut pair = Zeroizing::new(String::with_capacity(3 * (client.len() + secret.len()) + 1));
    pair.extend(form_urlencoded::byte_serialize(client.as_bytes()));
    pair.push(':');
    pair.extend(form_urlencoded::byte_serialize(secret.as_bytes()));
    let mut value = Zeroizing::new(String::with_capacity("Basic ".len() + BASE64.encode_len(pair.len())));
    value.push_str("Basic ");
    BASE64.encode_append(pair.as_bytes(), &mut value);
    let value = header::HeaderValue::from_maybe_shared(Bytes::from_owner(value));
    let mut value = value.map_err(|error| AskIssuer::WriteRequest(error.into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The body of the request; its memory is wiped when it has been sent.
struct Form(Option<Bytes>);

// === impl Form ===

impl Form {
    fn of(pairs: &[(&str, &str)]) -> Self {
        let length = pairs.iter().map(|(key, value)| 3 * (key.len() + value.len()) + 2).sum();
        let mut form = Zeroizing::new(String::with_capacity(length));
        for (key, value) in pairs {
            if !form.is_empty() {
                form.push('&');
            }
            form.extend(form_urlencoded::byte_serialize(key.as_bytes()));
            form.push('=');
            form.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        Self(Some(Bytes::from_owner(form)))
    }
}

impl Body for Form {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
