//! Where Lookout knowingly differs from exporter-toolkit, with the reason. Anything else that differs fails the test,
//! and so does a line here that nothing shows any more.

/// A difference that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    pub(super) case: String,
    /// The client; empty where it is about the file itself.
    pub(super) client: String,
    /// What differs: see [`super::compare`].
    pub(super) what: &'static str,
    pub(super) theirs: String,
    pub(super) ours: String,
}

/// A line of the table. `*` stands for anything, at the beginning and at the end; `|` separates alternatives.
#[derive(Debug)]
pub(super) struct Deviation {
    case: &'static str,
    client: &'static str,
    what: &'static str,
    theirs: &'static str,
    ours: &'static str,
    /// Why it is so; for whoever reads the table.
    pub(super) why: &'static str,
}

impl Deviation {
    pub(super) fn explains(&self, difference: &Difference) -> bool {
        matches(self.case, &difference.case)
            && matches(self.client, &difference.client)
            && self.what == difference.what
            && matches(self.theirs, &difference.theirs)
            && matches(self.ours, &difference.ours)
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    pattern.split('|').any(|alternative| {
        let core = alternative.trim_matches('*');
        match (alternative.starts_with('*'), alternative.ends_with('*')) {
            (true, true) => text.contains(core),
            (true, false) => text.ends_with(core),
            (false, true) => text.starts_with(core),
            (false, false) => text == core,
        }
    })
}

const fn deviation(
    case: &'static str,
    client: &'static str,
    what: &'static str,
    theirs: &'static str,
    ours: &'static str,
    why: &'static str,
) -> Deviation {
    Deviation { case, client, what, theirs, ours, why }
}

/// A file that the toolkit takes and we do not.
const fn refused(case: &'static str, ours: &'static str, why: &'static str) -> Deviation {
    deviation(case, "", "verdict", "accepted", ours, why)
}

/// The differences in the verdict on a file.
pub(super) const VERDICTS: &[Deviation] = &[
    refused(
        "web_config_noAuth_someCurves.good.yml|curves: P-521",
        "*curve_preferences: none of these curves can be served*",
        "ring has no P-521; with it alone no handshake could succeed",
    ),
    refused(
        "weak rsa|P-521",
        "*key_file: the private key is damaged or of a kind that cannot be used*",
        "ring signs neither with RSA below 2048 bits nor with P-521",
    ),
    refused(
        "max TLS11|min TLS10, max TLS11",
        "*max_version: TLS11 is not offered*",
        "rustls has no TLS below 1.2; nobody could connect",
    ),
    refused("min above max", "*nobody could connect*", "nobody could connect to the toolkit's server either"),
    refused(
        "suites: of TLS 1.3 only, max TLS12|suites: CBC only",
        "*none of these suites can be served with TLS 1.2*",
        "rustls has no CBC; nobody could connect by TLS 1.2",
    ),
    refused(
        "only client_allowed_sans|names: no certificate",
        "*client_allowed_sans: has no effect*",
        "somebody believes that clients are held to names, and they are not",
    ),
    refused(
        "authority is garbage|authority is empty",
        "*holds no PEM certificate*",
        "the toolkit goes on with no authority at all, and lets nobody in",
    ),
    refused(
        "header: policy over lines|header: control character|header: line break",
        "*the value of a header is one line without control characters*",
        "the toolkit puts blanks in the place of what no header may hold",
    ),
    deviation(
        "header: blank frame",
        "",
        "verdict",
        "invalid value for X-Frame-Options*",
        "accepted",
        "the toolkit's documentation says that a blank header is not set",
    ),
    refused(
        "http2: no|http2: off|http2: null",
        "*expected `true` or `false`*",
        "YAML 1.2 has two truth values; what was meant is asked, not guessed",
    ),
    refused(
        "hash 1|hash cut short|hash too long|hash with a foreign character",
        "*not a bcrypt hash*",
        "the toolkit looks at the beginning only; with these nobody could ever log in, or only by chance",
    ),
    refused(
        "rate: interval without unit",
        "*the duration has no unit*",
        "the toolkit reads nanoseconds, which nobody means",
    ),
    refused(
        "rate: interval below zero|rate: interval null|rate: burst*",
        "*",
        "a rate that makes no sense; the toolkit takes it as no limit, as none at all, or rounds it",
    ),
    refused(
        "yaml: two documents",
        "*a second document starts here*",
        "the toolkit ignores what follows the first",
    ),
    refused(
        "yaml: byte order mark|yaml: anchor|yaml: merge|yaml: tag",
        "*",
        "Lookout's configuration files are plain YAML: no byte order mark, anchors, merges or tags",
    ),
];

/// The differences in what a server with the file does.
pub(super) const BEHAVIOUR: &[Deviation] = &[
    // Who is let in.
    deviation(
        "*",
        "P-521, TLS 1.2|P-521, TLS 1.3|X25519MLKEM768, TLS 1.3",
        "outcome",
        "200 ",
        "refused",
        "ring has neither P-521 nor the hybrid with ML-KEM; who has only those is refused",
    ),
    deviation(
        "*",
        "certificate for any purpose, TLS 1.2|certificate for any purpose, TLS 1.3",
        "outcome",
        "200 |401 ",
        "refused",
        "webpki wants the purpose of a client by name; `anyExtendedKeyUsage` does not count, as RFC 5280 permits",
    ),
    deviation(
        "http2: false|http2: False|suites: ChaCha20|web_config_noAuth_noHTTP2.good.yml",
        "h2 only|unknown ALPN",
        "outcome",
        "200 ",
        "refused",
        "without HTTP/2 the toolkit ignores ALPN; we answer that of what is offered nothing is spoken (RFC 7301)",
    ),
    // How.
    deviation(
        "http2: false|http2: False|suites: ChaCha20|web_config_noAuth_noHTTP2.good.yml",
        "*",
        "protocol",
        "",
        "http/1.1",
        "without HTTP/2 the toolkit ignores ALPN; we say that it is HTTP/1.1",
    ),
    deviation(
        "*",
        "*",
        "cipher",
        "TLS_AES_128_GCM_SHA256|TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256|TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384|TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384|TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "rustls prefers 256 bits where both are allowed; Go prefers 128, whatever the order in the file",
    ),
    deviation("*", "*", "curve", "X25519MLKEM768", "X25519", "ring has no hybrid with ML-KEM"),
    // How a refusal reads at the client's end.
    deviation(
        "*",
        "TLS 1.0|TLS 1.1",
        "alert",
        "protocol version not supported",
        "handshake failure",
        "rustls looks at the suites before the version; refused is refused",
    ),
    deviation(
        "*",
        "TLS 1.2|TLS 1.0 to 1.2",
        "alert",
        "handshake failure",
        "certificate required",
        "rustls says what is missing by TLS 1.2 too",
    ),
    deviation(
        "*",
        "certificate client*",
        "alert",
        "unknown certificate authority",
        "unknown certificate",
        "the toolkit's test certificates are authorities themselves, which webpki sees first",
    ),
    deviation(
        "*",
        "certificate for servers only*|certificate for any purpose*",
        "alert",
        "bad certificate|unknown certificate authority",
        "unsupported certificate",
        "rustls has an alert of its own for the wrong purpose",
    ),
    // What is said in the answer.
    deviation(
        "*",
        "*",
        "header",
        "absent",
        "X-Content-Type-Options: nosniff",
        "we send it with every answer; the toolkit only with its own errors",
    ),
    deviation(
        "*",
        "page|user on the page|unknown path",
        "header",
        "absent|Content-Security-Policy: ",
        "Content-Security-Policy: default-src 'none'; style-src 'sha256-*",
        "our pages have a policy of their own where the file has none",
    ),
    deviation(
        "*",
        "*",
        "header",
        "WWW-Authenticate: Basic",
        "WWW-Authenticate: Basic realm=\"Lookout\", charset=\"UTF-8\"",
        "a realm is required (RFC 7617), and browsers show it",
    ),
    deviation(
        "header: blank transport|header: null|header: blank policy",
        "page|plain|unknown path",
        "header",
        "Strict-Transport-Security: |X-XSS-Protection: |Content-Security-Policy: ",
        "absent",
        "the toolkit's documentation says that a blank header is not set; its server sends it empty",
    ),
    deviation(
        "rate: with headers",
        "six requests",
        "header",
        "absent",
        "X-Frame-Options: deny",
        "the headers of the file are for every answer; the toolkit leaves them out where the rate is exceeded",
    ),
];
