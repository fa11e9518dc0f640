//! Where tokens come from: a file here, an issuer's endpoint in `oidc`.

use core::{fmt, future::Future, pin::Pin};

use lookout_config::{ResolveSecret, Secret};
use lookout_declarations::Reason;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::FetchToken;

/// A bearer token. It is wiped from memory when dropped, and not printed.
pub struct Token {
    text: Zeroizing<String>,
    expires_at: Option<Instant>,
}

/// Gives a token for each login.
///
/// It is asked within the time that opening a connection may take, and must not give one that is about to expire.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// A token that is valid now.
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, FetchToken>> + Send + '_>>;
}

/// A file (or variable) that somebody else keeps fresh, as Kubernetes does with projected service-account tokens. Read
/// anew for every login.
#[derive(Clone, Debug)]
pub struct TokenFile(pub Secret);

// === impl Token ===

impl Token {
    /// Takes over a token of which nobody has said how long it is good.
    pub fn new(token: String) -> Self {
        Self { text: Zeroizing::new(token), expires_at: None }
    }

    /// The same token, good until then.
    #[must_use]
    pub fn until(self, expires_at: Instant) -> Self {
        Self { expires_at: Some(expires_at), ..self }
    }

    /// The token, for the one who needs it now. Whoever copies it has to wipe the copy.
    pub fn expose(&self) -> &str {
        self.text.trim_ascii()
    }

    /// Until when it is good, counted from before it was asked for; none if nobody has said so.
    pub fn expires_at(&self) -> Option<Instant> {
        self.expires_at
    }

    /// That it can be sent: it has the characters of a bearer token (RFC 6750, section 2.1), and any.
    ///
    /// # Errors
    /// That it has not, without repeating it.
    pub fn check(&self) -> Result<(), FetchToken> {
        if self.is_well_formed() {
            return Ok(());
        }
        let what = "the token is empty or has characters that no token has (RFC 6750)".to_owned();
        Err(FetchToken { reason: Reason::Malformed, what, source: None })
    }

    /// The same once more.
    pub(crate) fn copy(&self) -> Self {
        Self { text: self.text.clone(), expires_at: self.expires_at }
    }

    /// As [`Self::check`].
    pub(crate) fn is_well_formed(&self) -> bool {
        let token = self.expose();
        !token.is_empty()
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

// === impl TokenFile ===

impl TokenSource for TokenFile {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, FetchToken>> + Send + '_>> {
        let reference = self.0.clone();
        Box::pin(async move {
            let name = reference.to_string();
            let resolved = tokio::task::spawn_blocking(move || reference.resolve()).await;
            match resolved {
                Ok(Ok(token)) => Ok(Token::new(token.expose().to_owned())),
                Ok(Err(error)) => {
                    let reason = reason_of_secret(&error);
                    let what = format!("cannot read the token `{name}`");
                    Err(FetchToken { reason, what, source: Some(Box::new(error)) })
                }
                Err(error) => {
                    let what = format!("reading the token `{name}` was given up");
                    Err(FetchToken { reason: Reason::Io, what, source: Some(Box::new(error)) })
                }
            }
        })
    }
}

/// The reason under which it is counted that a secret could not be read.
pub(crate) fn reason_of_secret(error: &ResolveSecret) -> Reason {
    match error {
        ResolveSecret::ReadFile { source, .. } if source.kind() != std::io::ErrorKind::NotFound => Reason::Io,
        ResolveSecret::ReadFile { .. } | ResolveSecret::ReadVariable { .. } => Reason::NotFound,
        ResolveSecret::BoundSize { .. } => Reason::TooLarge,
        ResolveSecret::FindContent { .. } => Reason::Empty,
        ResolveSecret::ReadText { .. } => Reason::Malformed,
    }
}
