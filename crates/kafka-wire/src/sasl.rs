//! The login: SASL over Kafka's own frames (KIP-152), and its renewal (KIP-368).
//!
//! The mechanisms are pure state machines in files of their own; this file carries their messages. Secrets are read
//! anew for every login, so a rotated password is used by the next connection without a reload.
//!
//! Out, on purpose: Kerberos (GSSAPI) and the clouds' own logins.

mod extensions;
mod oauth_bearer;
mod oidc;
mod plain;
mod scram;
mod token;

use std::{sync::Arc, time::Duration};

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{
    SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
};
use lookout_config::{Secret, SecretText};
use tokio::time::Instant;
use zeroize::Zeroizing;

pub use extensions::{BuildExtensions, Extensions};
pub use oidc::{AskIssuer, AuthenticateClient, BuildTokenEndpoint, ClientCredentials, TokenEndpoint};
pub use scram::ScramHash;
pub(crate) use token::reason_of_secret;
pub use token::{Token, TokenFile, TokenSource};

use crate::{Address, Api, Call, Connection, ErrorCode, Failure, Request, text, writer};

/// How to log in.
#[derive(Clone, Debug)]
pub enum Sasl {
    /// User and password as they are: only over TLS.
    Plain {
        /// The user.
        user: String,
        /// Where the password is.
        password: Secret,
    },
    /// Proof of the password, and of the broker's knowledge of it (RFC 5802, RFC 7677).
    Scram {
        /// Which hash: another one is another credential at the broker.
        hash: ScramHash,
        /// The user.
        user: String,
        /// Where the password is.
        password: Secret,
    },
    /// A token that somebody else has issued (RFC 7628): only over TLS.
    OauthBearer {
        /// Who has it.
        token: Arc<dyn TokenSource>,
        /// What the broker is told beside it.
        extensions: Extensions,
    },
}

/// The part of a session's lifetime after which it is renewed: the rest is for the request that is under way.
const RENEW_AFTER: f64 = 0.8;

/// How many mechanisms of a broker are named in an error.
const MAX_MECHANISMS: usize = 10;

impl Sasl {
    /// The name of the mechanism.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Plain { .. } => "PLAIN",
            Self::Scram { hash, .. } => hash.mechanism(),
            Self::OauthBearer { .. } => "OAUTHBEARER",
        }
    }
}

/// Logs in, or renews the login, as the connection's options say. Without a login in them there is nothing to do.
pub(crate) async fn log_in(connection: &mut Connection) -> Result<(), Failure> {
    let options = Arc::clone(connection.options());
    let Some(sasl) = &options.sasl else { return Ok(()) };
    let started = Instant::now();
    let mut login = Login { mechanism: sasl.mechanism(), session: Duration::ZERO, connection };
    login.choose_mechanism().await?;
    match sasl {
        Sasl::Plain { user, password } => login.plain(user, password).await?,
        Sasl::Scram { hash, user, password } => login.scram(*hash, user, password).await?,
        Sasl::OauthBearer { token, extensions } => login.oauth_bearer(token.as_ref(), extensions).await?,
    }
    // Counted from the beginning: the broker counts from somewhere in between.
    let renew_after = login.session.mul_f64(RENEW_AFTER);
    connection.renew_at((!renew_after.is_zero()).then(|| started + renew_after));
    Ok(())
}

struct Login<'a> {
    connection: &'a mut Connection,
    mechanism: &'static str,
    /// The lifetime of the session, if it has one.
    session: Duration,
}

impl Login<'_> {
    fn broker(&self) -> Address {
        self.connection.broker().clone()
    }

    async fn choose_mechanism(&mut self) -> Result<(), Failure> {
        let message = SaslHandshakeRequest::default().with_mechanism(self.mechanism.into());
        let SaslHandshakeResponse { error_code, mechanisms, .. } = self.call(&message).await?;
        let code = ErrorCode(error_code);
        if code.is_none() {
            return Ok(());
        }
        if code != ErrorCode::UNSUPPORTED_SASL_MECHANISM {
            // A listener without SASL, for instance.
            return Err(Failure::AcceptAnswer { broker: self.broker(), api: Api::SaslHandshake, code });
        }
        let offered: Vec<_> =
            mechanisms.iter().take(MAX_MECHANISMS).map(|name| text::bounded(name)).collect();
        let (broker, mechanism, offered) = (self.broker(), self.mechanism, offered.join(", "));
        Err(Failure::OfferMechanism { broker, mechanism, code, offered })
    }

    async fn plain(&mut self, user: &str, password: &Secret) -> Result<(), Failure> {
        let password = self.resolve(password).await?;
        self.say(plain::message(user, password.expose())).await?;
        Ok(())
    }

    async fn scram(&mut self, hash: ScramHash, user: &str, password: &Secret) -> Result<(), Failure> {
        let (broker, mechanism) = (self.broker(), self.mechanism);
        let distrusted = |what| Failure::CheckServer { broker: broker.clone(), mechanism, what };
        let client = scram::Client::new(hash, user, &scram::nonce().map_err(distrusted)?);
        let challenge = self.say(client.first_message()).await?;
        let password = self.resolve(password).await?;
        let (proof, verifier) = client.answer(&challenge, password.expose()).map_err(distrusted)?;
        drop(password);
        let signature = self.say(proof).await?;
        verifier.verify(&signature).map_err(distrusted)
    }

    async fn oauth_bearer(
        &mut self,
        source: &dyn TokenSource,
        extensions: &Extensions,
    ) -> Result<(), Failure> {
        let unfetched = |source| Failure::FetchToken { broker: self.broker(), source };
        let token = source.token().await.map_err(unfetched)?;
        let message = oauth_bearer::message(&token, extensions).map_err(unfetched)?;
        let challenge = self.say(message).await?;
        if challenge.is_empty() {
            return Ok(());
        }
        // The token was refused, in JSON. The client has to say that it has heard (RFC 7628, 3.2.3), and only then
        // gets the error itself.
        let message = text::bounded(&String::from_utf8_lossy(&challenge));
        self.say(Zeroizing::new(oauth_bearer::HEARD.to_vec())).await?;
        let (broker, mechanism) = (self.broker(), self.mechanism);
        let code = ErrorCode::SASL_AUTHENTICATION_FAILED;
        Err(Failure::Authenticate { broker, mechanism, code, message })
    }

    async fn resolve(&self, secret: &Secret) -> Result<SecretText, Failure> {
        let reference = secret.clone();
        let read = tokio::task::spawn_blocking(move || reference.resolve());
        // The task cannot panic and is not cancelled before its end; should it ever, the login has not happened.
        let lost = || Failure::UseConnection { broker: self.broker() };
        let resolved = read.await.map_err(|_| lost())?;
        resolved.map_err(|source| Failure::ReadSecret { broker: self.broker(), source })
    }

    /// Carries one message of the mechanism there, and the broker's back.
    async fn say(&mut self, message: Zeroizing<Vec<u8>>) -> Result<Bytes, Failure> {
        let version = self.connection.version(Api::SaslAuthenticate)?;
        let request = authenticate(&message, version);
        let answer = self.exchange(request).await?;
        let limit = self.connection.options().limits.decoded_answer;
        let read = SaslAuthenticateRequest::read(answer, version, limit);
        let SaslAuthenticateResponse { error_code, error_message, auth_bytes, session_lifetime_ms, .. } =
            self.connection.understood(Api::SaslAuthenticate, read)?;
        let code = ErrorCode(error_code);
        if !code.is_none() {
            let (broker, mechanism) = (self.broker(), self.mechanism);
            let message = text::bounded(error_message.as_deref().unwrap_or("no reason is given"));
            return Err(Failure::Authenticate { broker, mechanism, code, message });
        }
        self.session = Duration::from_millis(u64::try_from(session_lifetime_ms).unwrap_or_default());
        Ok(auth_bytes)
    }

    async fn call<C: Call>(&mut self, message: &C) -> Result<C::Answer, Failure> {
        let version = self.connection.version(C::API)?;
        let request = message.request(version).map_err(|source| self.connection.unwritten(source))?;
        let answer = self.exchange(request).await?;
        let limit = self.connection.options().limits.decoded_answer;
        self.connection.understood(C::API, C::read(answer, version, limit))
    }

    /// As [`Connection::ask`], which would begin with a login.
    async fn exchange(&mut self, request: Request) -> Result<Bytes, Failure> {
        let mut body = Bytes::new();
        let taken = self.connection.exchange([Ok(request)], |_, answer| {
            body = answer.body;
            Ok(())
        });
        taken.await?;
        Ok(body)
    }
}

/// The request, written here so that no copy of the message is left behind: its memory is wiped when it has been sent.
fn authenticate(message: &[u8], version: i16) -> Request {
    let flexible = Api::SaslAuthenticate.is_flexible(version);
    let mut head = BytesMut::new();
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    if flexible {
        writer::unsigned_varint(&mut head, length.saturating_add(1));
    } else {
        head.put_u32(length);
    }
    let mut body = Zeroizing::new(Vec::with_capacity(head.len() + message.len() + 1));
    body.extend_from_slice(&head);
    body.extend_from_slice(message);
    if flexible {
        body.push(0); // no tagged fields
    }
    Request { api: Api::SaslAuthenticate, version, body: Bytes::from_owner(body) }
}

/// Whether a broker that says this passes SCRAM.
#[cfg(feature = "fuzzing")]
pub(crate) fn fuzz_scram(challenge: &[u8], last: &[u8]) -> bool {
    let client = scram::Client::new(ScramHash::Sha256, "user", "nonce");
    client.answer(challenge, "password").is_ok_and(|(_, verifier)| verifier.verify(last).is_ok())
}

#[cfg(feature = "fuzzing")]
pub(crate) use oidc::fuzz_answer as fuzz_issuer;
