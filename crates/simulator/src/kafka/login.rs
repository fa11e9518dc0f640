//! The broker's side of a login: PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512, for one user.

mod scram;

use std::sync::Arc;

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::{ApiKey, SaslAuthenticateResponse, SaslHandshakeResponse};
use kafka_protocol::protocol::{Encodable as _, StrBytes};

use self::scram::Exchange;
use super::server::Request;
use super::wire::{Reader, Unreadable};
use super::{Login, Mechanism};

/// Whether, and how, clients have to log in.
#[derive(Clone)]
pub(super) struct Gate(Option<Arc<Login>>);

/// How far the login on one connection is.
pub(super) struct Session {
    gate: Gate,
    state: State,
    /// The messages of the mechanism come without a header, as after `SaslHandshake` 0.
    is_bare: bool,
}

enum State {
    /// Nobody has said anything.
    New,
    /// A mechanism was chosen.
    Chosen(Mechanism),
    /// The challenge of SCRAM is out.
    Challenged(Box<Exchange>),
    /// Questions may be asked.
    Open,
}

/// The words of a refusal, as Kafka has them.
const REFUSED: &str = "Authentication failed: Invalid username or password";

impl Gate {
    pub(super) fn new(login: Option<Login>) -> Self {
        Self(login.map(Arc::new))
    }
}

impl Session {
    pub(super) fn new(gate: &Gate) -> Self {
        let state = if gate.0.is_some() { State::New } else { State::Open };
        Self { gate: gate.clone(), state, is_bare: false }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// Whether the next message is one of the mechanism, without a header.
    pub(super) fn is_bare(&self) -> bool {
        self.is_bare && matches!(self.state, State::Chosen(_) | State::Challenged(_))
    }

    /// Answers a message without a header; none if the login is refused, which such a client learns from the end of the
    /// connection.
    pub(super) async fn answer_bare(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        self.hear(message.to_vec()).await.ok()
    }

    /// Answers one message of the login.
    pub(super) async fn answer(
        &mut self,
        request: &Request,
        mut frame: BytesMut,
    ) -> Result<BytesMut, Unreadable> {
        if request.api == ApiKey::SaslHandshake {
            let answer = self.handshake(request)?;
            answer.encode(&mut frame, request.version).map_err(|_| Unreadable)?;
            return Ok(frame);
        }
        let mut reader = Reader::new(&request.body, request.version >= 2);
        let message = reader.bytes()?.to_vec();
        let answer = match self.hear(message).await {
            Ok(word) => SaslAuthenticateResponse::default().with_auth_bytes(word.into()),
            Err(error) => {
                self.state = State::New;
                SaslAuthenticateResponse::default()
                    .with_error_code(error.code())
                    .with_error_message(Some(StrBytes::from_static_str(REFUSED)))
            }
        };
        answer.encode(&mut frame, request.version).map_err(|_| Unreadable)?;
        Ok(frame)
    }

    fn handshake(&mut self, request: &Request) -> Result<SaslHandshakeResponse, Unreadable> {
        let Some(login) = &self.gate.0 else {
            return Ok(
                SaslHandshakeResponse::default().with_error_code(ResponseError::IllegalSaslState.code())
            );
        };
        let asked = Reader::new(&request.body, false).text()?;
        let chosen = login.mechanisms.iter().find(|mechanism| mechanism.name() == asked);
        let names = login.mechanisms.iter().map(|mechanism| StrBytes::from_static_str(mechanism.name()));
        let answer = SaslHandshakeResponse::default().with_mechanisms(names.collect());
        match chosen {
            Some(mechanism) => {
                self.state = State::Chosen(*mechanism);
                self.is_bare = request.version == 0;
                Ok(answer)
            }
            None => Ok(answer.with_error_code(ResponseError::UnsupportedSaslMechanism.code())),
        }
    }

    async fn hear(&mut self, message: Vec<u8>) -> Result<Vec<u8>, ResponseError> {
        let login = self.gate.0.clone().ok_or(ResponseError::IllegalSaslState)?;
        let failed = ResponseError::SaslAuthenticationFailed;
        match core::mem::replace(&mut self.state, State::New) {
            State::Chosen(Mechanism::Plain) => {
                let expected = format!("\0{}\0{}", login.user, login.password);
                // Some clients name whom they act for, which is themselves.
                let with_identity = format!("{}{expected}", login.user);
                if message != expected.as_bytes() && message != with_identity.as_bytes() {
                    return Err(failed);
                }
                self.state = State::Open;
                Ok(Vec::new())
            }
            State::Chosen(mechanism) => {
                // Deriving the key takes milliseconds of computing.
                let begun = tokio::task::spawn_blocking(move || Exchange::begin(mechanism, &login, &message));
                let (exchange, challenge) = begun.await.ok().flatten().ok_or(failed)?;
                self.state = State::Challenged(Box::new(exchange));
                Ok(challenge)
            }
            State::Challenged(exchange) => {
                let signature = exchange.finish(&message).ok_or(failed)?;
                self.state = State::Open;
                Ok(signature)
            }
            State::New | State::Open => Err(ResponseError::IllegalSaslState),
        }
    }
}
