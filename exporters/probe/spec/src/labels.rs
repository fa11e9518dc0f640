//! The labels of a probe's answer. Which target it is about is not among them: the scraper puts that on, as the label
//! `instance`.

use lookout_declarations::label;

label! {
    /// What the time was spent on.
    pub PhaseLabel = "phase" in Phase {
        /// Finding the addresses of the name.
        Resolve = "resolve",
        /// The TCP connection.
        Connect = "connect",
        /// The TLS handshake.
        Tls = "tls",
        /// From the request being sent to the head of the answer.
        Processing = "processing",
        /// Reading the body of the last answer.
        Transfer = "transfer",
    }
    /// The version of TLS, such as `TLS 1.3`.
    pub TlsVersion = "version";
    /// The cipher suite by its IANA name.
    pub TlsCipher = "cipher";
}
