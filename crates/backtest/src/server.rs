//! A Prometheus, or whatever answers its API: VictoriaMetrics, Mimir, Thanos.
//!
//! Questions go as POST forms, so that long expressions fit; one connection, one question at a time.
//!
//! How to get it wrong: following redirects with a password. None is followed: a proxy that wants a login answers with one, and
//! its page is not an answer.

use core::fmt;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::http::header::{AUTHORIZATION, HeaderName, HeaderValue, LOCATION};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::answer::Answer;
use crate::refusal::{Refusal, shortened};
use crate::{Row, Window};

/// How to come in.
#[derive(Clone, Default)]
pub struct Access {
    /// The whole value of the header `Authorization`.
    pub authorization: Option<String>,
    /// Further headers, such as Mimir's `X-Scope-OrgID`.
    pub headers: Vec<(String, String)>,
    /// The roots that the server's certificate is verified against, PEM; without them the machine's own.
    pub certificate_authority: Option<Vec<u8>>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskServer {
    /// A header cannot be sent.
    #[error("the header `{name}` cannot be sent: it holds characters that a header cannot have")]
    WriteHeader {
        /// Its name.
        name: String,
    },
    /// There are no roots to verify the server with.
    #[error("no root certificates {of}; give them with --ca-file")]
    FindRoots {
        /// Where they were looked for.
        of: &'static str,
    },
    /// It could not be reached, or did not answer in time.
    #[error(
        "`{url}` does not answer; check the address, that it is to be reached from here, and for TLS that --ca-file holds its root"
    )]
    Reach {
        /// The address that was asked.
        url: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// It answered that it does not want to.
    #[error("`{url}` refuses with {refusal}")]
    Refuse {
        /// The address that was asked.
        url: String,
        /// How it refuses, and what to do.
        refusal: Refusal,
    },
    /// The answer is too large, or too much work; fewer moments would do.
    #[error(
        "`{url}` finds this expression too much, even for a single moment: {says}; raise its limits, or leave the alert out with \
         --without"
    )]
    Fit {
        /// The address that was asked.
        url: String,
        /// What is too much.
        says: String,
    },
    /// All the pieces together are too large.
    #[error(
        "`{url}` has more than {limit} values for this expression; look at fewer --days, or use a longer --step"
    )]
    Hold {
        /// The address that was asked.
        url: String,
        /// How many values are held.
        limit: usize,
    },
    /// It is no Prometheus.
    #[error("`{url}` answers something else than Prometheus' API; give the address before `/api/v1`")]
    Understand {
        /// The address that was asked.
        url: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A part of the storage did not answer.
    #[error(
        "`{url}` answers with a part of its data only, as a part of its storage is away; try again later"
    )]
    Complete {
        /// The address that was asked.
        url: String,
    },
}

impl AskServer {
    /// Whether another question would fare no better: the server is away, or does not let us in.
    pub fn concerns_every_question(&self) -> bool {
        match self {
            Self::WriteHeader { .. }
            | Self::FindRoots { .. }
            | Self::Reach { .. }
            | Self::Understand { .. }
            | Self::Complete { .. } => true,
            Self::Refuse { refusal, .. } => !refusal.is_of_expression(),
            Self::Fit { .. } | Self::Hold { .. } => false,
        }
    }
}

/// The values of an expression over a range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    /// Series by series.
    pub rows: Vec<Row>,
    /// What the server said of its own answers, each once.
    pub warnings: BTreeSet<String>,
}

/// A server that evaluates expressions over a range.
pub struct Server {
    agent: Agent,
    url: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Server {
    /// The largest answer that is read. A thousand series of a thousand points take about 30 MB.
    pub const MAXIMUM_ANSWER: u64 = 64 << 20;
    /// The most values that are held of one expression; together they take some 400 MB.
    pub const MAXIMUM_VALUES: usize = 20_000_000;
    /// How long one answer may take: Prometheus itself gives up after two minutes.
    const TIMEOUT: Duration = Duration::from_secs(130);
    /// How long a connection may take.
    const CONNECT: Duration = Duration::from_secs(10);

    /// The server at `url`, without `/api/v1`. Nothing is asked yet.
    ///
    /// # Errors
    /// [`AskServer::WriteHeader`] and [`AskServer::FindRoots`].
    pub fn new(url: &str, access: &Access) -> Result<Self, AskServer> {
        let mut headers = Vec::new();
        let authorization = access.authorization.iter().map(|value| (AUTHORIZATION.as_str(), value.as_str()));
        let further = access.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in authorization.chain(further) {
            let failed = || AskServer::WriteHeader { name: name.to_owned() };
            let mut value = HeaderValue::from_str(value).map_err(|_| failed())?;
            value.set_sensitive(true);
            headers.push((HeaderName::try_from(name).map_err(|_| failed())?, value));
        }
        let configuration = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Self::TIMEOUT))
            .timeout_connect(Some(Self::CONNECT));
        let configuration = if url.starts_with("https:") {
            configuration.tls_config(tls(access.certificate_authority.as_deref())?)
        } else {
            configuration
        };
        let agent = Agent::new_with_config(configuration.build());
        Ok(Self { agent, url: url.trim_end_matches('/').to_owned(), headers })
    }

    /// The values of `expression` at every moment of `window`.
    ///
    /// A piece that is too much for one answer is halved until it fits.
    ///
    /// # Errors
    /// [`AskServer`]; nothing is returned in part.
    pub fn range(&self, expression: &str, window: &Window) -> Result<Answered, AskServer> {
        let mut rows = BTreeMap::<_, Vec<_>>::new();
        let mut warnings = BTreeSet::new();
        let mut n_values = 0;
        // The next piece is at the end.
        let mut pieces = window.pieces();
        pieces.reverse();
        while let Some(piece) = pieces.pop() {
            match self.piece(expression, &piece) {
                Ok(found) => {
                    warnings.extend(found.warnings);
                    for row in found.rows {
                        n_values += row.samples.len();
                        rows.entry(row.labels).or_default().extend(row.samples);
                    }
                }
                Err(error @ AskServer::Fit { .. }) => match piece.halves() {
                    Some([first, second]) => pieces.extend([second, first]),
                    None => return Err(error),
                },
                Err(error) => return Err(error),
            }
            if n_values > Self::MAXIMUM_VALUES {
                return Err(AskServer::Hold { url: self.url.clone(), limit: Self::MAXIMUM_VALUES });
            }
        }
        let rows = rows.into_iter().map(|(labels, samples)| Row { labels, samples }).collect();
        Ok(Answered { rows, warnings })
    }

    fn piece(&self, expression: &str, piece: &Window) -> Result<Answered, AskServer> {
        let url = format!("{}/api/v1/query_range", self.url);
        let form = [
            ("query", expression.to_owned()),
            ("start", piece.start().to_string()),
            ("end", piece.end().to_string()),
            ("step", piece.step().to_string()),
            // Thanos answers with what it has unless it is asked not to; the others do not know the word.
            ("partial_response", "false".to_owned()),
        ];
        let mut request = self.agent.post(&url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let unreached = |source| AskServer::Reach { url: url.clone(), source: Box::new(source) };
        let mut response = request.send_form(form).map_err(unreached)?;
        let status = response.status();
        let to = response
            .headers()
            .get(LOCATION)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let body = match response.body_mut().with_config().limit(Self::MAXIMUM_ANSWER).read_to_vec() {
            Ok(body) => body,
            Err(ureq::Error::BodyExceedsLimit(limit)) => {
                return Err(AskServer::Fit { url, says: format!("its answer has more than {limit} bytes") });
            }
            Err(source) => return Err(unreached(source)),
        };
        let answer = Answer::read(&body);
        if status != StatusCode::OK {
            let told = answer.ok().and_then(|answer| answer.error);
            let says = told.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
            let says = if status.is_redirection() { to.unwrap_or_default() } else { says };
            return Err(refused(url, status.as_u16(), &says));
        }
        let answer = answer.map_err(|source| AskServer::Understand { url: url.clone(), source })?;
        if answer.is_partial {
            return Err(AskServer::Complete { url });
        }
        let warnings = answer.warnings.iter().flatten().map(|warning| shortened(warning)).collect();
        let says = answer.error.clone().unwrap_or_default();
        let rows = answer.rows().ok_or_else(|| refused(url, status.as_u16(), &says))?;
        Ok(Answered { rows, warnings })
    }
}

/// Whether it is too much, or not wanted at all.
fn refused(url: String, status: u16, says: &str) -> AskServer {
    let refusal = Refusal::new(status, says);
    if refusal.is_too_much() {
        AskServer::Fit { url, says: refusal.says().to_owned() }
    } else {
        AskServer::Refuse { url, refusal }
    }
}

fn tls(certificate_authority: Option<&[u8]>) -> Result<TlsConfig, AskServer> {
    let (roots, of): (Vec<CertificateDer<'static>>, _) = match certificate_authority {
        Some(pem) => (
            CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect(),
            "are in the file of --ca-file",
        ),
        None => (rustls_native_certs::load_native_certs().certs, "are installed on this machine"),
    };
    if roots.is_empty() {
        return Err(AskServer::FindRoots { of });
    }
    let roots: Vec<_> = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::new_with_certs(&roots))
        .build())
}

/// Without what it sends to be let in.
impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}
