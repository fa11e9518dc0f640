//! exporter-toolkit's web configuration file (`--web.config.file`), read, validated and made into what a server uses.
//!
//! [`load`] gives a [`Policy`]: immutable, shared by `Arc`, replaced as a whole. It knows nothing of a server; whoever has
//! one asks [`Policy::rate_limit`], then [`Policy::authenticator`], adds [`Policy::headers`] and speaks [`Policy::tls`].
//! The measure is exporter-toolkit 0.16.0 with Go 1.26. Whatever is there works here with the same meaning, except:
//!
//! | What | There | Here | Why |
//! |---|---|---|---|
//! | `min_version: TLS10`, `TLS11` | served | TLS 1.2 is the least, with a warning | rustls has nothing older (RFC 8996) |
//! | `max_version: TLS10`, `TLS11`; minimum above maximum | accepted; the latter serves nobody | an error | nobody could connect |
//! | `cipher_suites` with CBC | served | left out with a warning; an error if TLS 1.2 is left with none | rustls has no CBC |
//! | `cipher_suites`: order | ignored by today's Go | decides, unless `prefer_server_cipher_suites` is off | the documentation |
//! | `curve_preferences`: order | Go's own | the client's | rustls |
//! | `CurveP521` | served | left out with a warning; an error if it is alone | ring does not have it |
//! | keys: RSA below 2048 bits, P-521 | used | an error, for a client a failed handshake | ring does not have them |
//! | `client_allowed_sans` without a policy | ignored | an error | an allow-list that allows everybody |
//! | `client_allowed_sans`, and no certificate given | the handshake panics | the client is refused | the same, on purpose |
//! | URIs in certificates | compared after Go has normalised them | compared as they stand there | one meaning |
//! | a client's certificate that is an authority | accepted | only if it is in the client CA itself | webpki, RFC 5280 |
//! | a client CA of which nothing is valid, a server's certificate that is not | nothing is said | a warning | a mistake that is seen late |
//! | a client CA without a usable certificate | nobody can connect | an error | a mistake |
//! | sessions with client certificates | resumed | never resumed | a certificate is looked at each time |
//! | `X-Frame-Options: ""`, `X-Content-Type-Options: ""` | an error | not sent | the documentation: "unset if blank" |
//! | `interval: 5` | 5 nanoseconds | an error | nobody means it |
//! | a negative `interval` or `burst`; a truth value with nothing behind it | no limit; nothing is let in; off | an error | nobody means it |
//! | a hash that nothing fits | accepted if long enough | an error | a mistake |
//! | unknown users | take as long as cost 10 | take as long as some user | names cannot be told by time |
//! | a flood of passwords | all wait for each other | the newest 16 wait, newest first; the rest is told to come again | bounded |
//! | when it is read | at each request and handshake | when told, as a whole | a broken file does not break the server |
//! | YAML | 1.1 with anchors, `yes`, `on` | 1.2 without anchors; `true`, `false` | one meaning, errors with places |
//!
//! Invariants:
//! - No error, warning or `Debug` holds a key, a password or a hash, also not one that is malformed.
//! - There is no half of a policy: something wrong anywhere gives no policy at all.
//! - Each policy has a `ServerConfig` of its own: nothing agreed on under an earlier one is resumed under it.
//!
//! How to get it wrong: mending a policy in place, or making up a `ServerConfig` from parts of two.

mod advice;
mod authenticator;
mod basic_credentials;
mod blank;
mod check;
mod cipher_suite;
mod client_auth;
mod client_authorities;
mod client_fingerprint;
mod client_names;
mod client_trust;
mod client_verifier;
mod curve;
mod draft;
mod format;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod go_duration;
mod inline_key;
mod key_pair;
mod load;
mod password_hash;
mod policy;
mod queue;
mod rate_limit;
mod recent;
mod response_headers;
mod shown;
mod surroundings;
mod tls;
mod tls_version;
mod verdicts;

pub use authenticator::{Authenticator, Verdict};
pub use load::{LoadPolicy, load, reload};
pub use policy::Policy;
pub use rate_limit::RateLimit;
