//! Why a source failed: one closed vocabulary for the whole suite.
//!
//! One list and not one per exporter, so that `reason="denied"` means the same on every board, a route can be
//! written for it, and a person learns it once. An error becomes a reason by an exhaustive match; its text goes
//! to the log. Each exporter declares which of them it can have, and those are exported as zero from the start.

crate::label! {
    /// Why it failed.
    pub ReasonLabel = "reason" in Reason {
        /// No answer within the deadline.
        Timeout = "timeout",
        /// The previous cycle was still running when the next was due.
        Overrun = "overrun",
        /// The source's own code failed; the cycle was abandoned and the source started again.
        Panicked = "panicked",
        /// The name does not resolve.
        Unresolved = "unresolved",
        /// Nothing listens at the address, or the network cannot reach it.
        Unreachable = "unreachable",
        /// The peer closed or reset the connection in the middle.
        Disconnected = "disconnected",
        /// The peer does not speak the expected protocol, or broke it.
        Protocol = "protocol",
        /// The TLS handshake failed before a certificate was shown.
        Handshake = "handshake",
        /// The peer's certificate is not trusted: its issuer, its name or its dates.
        Untrusted = "untrusted",
        /// The credentials were refused.
        Unauthenticated = "unauthenticated",
        /// The credentials are fine but lack the right.
        Denied = "denied",
        /// It was configured, and is not there.
        NotFound = "not_found",
        /// It is there, and holds nothing of what was expected.
        Empty = "empty",
        /// The peer answered properly, and not with what was expected.
        Unexpected = "unexpected",
        /// It could be read but not understood.
        Malformed = "malformed",
        /// It is larger than the limit, and was not read.
        TooLarge = "too_large",
        /// There are more of them than the limit; the rest was not read.
        TooMany = "too_many",
        /// The file system or operating system refused for another reason.
        Io = "io",
        /// The peer asked to slow down, or the call budget is spent.
        RateLimited = "rate_limited",
        /// The peer answered that it failed itself.
        Server = "server",
    }
}

impl Reason {
    /// What the person on call does about it, one sentence.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Timeout => {
                "check the peer's load and the network path; raise the deadline only if slow is normal"
            }
            Self::Overrun => "raise the period, or find out why one cycle takes so long",
            Self::Panicked => "this is a defect in Lookout: report it with the log line of the panic",
            Self::Unresolved => "check the spelling of the host and the resolver of the pod or machine",
            Self::Unreachable => {
                "check that the service runs and that no network policy or firewall is between"
            }
            Self::Disconnected => "check the peer's log and any proxy between",
            Self::Protocol => "check that the port is the right one and speaks what is configured",
            Self::Handshake => {
                "check the TLS versions and ciphers of the peer; below TLS 1.2 it cannot be read"
            }
            Self::Untrusted => {
                "look at the certificate's issuer, names and dates; name a private root in `trusted_roots`"
            }
            Self::Unauthenticated => "check the user, password, token or client certificate",
            Self::Denied => "grant the right that `lookout check` names",
            Self::NotFound => "check the path or name in the configuration",
            Self::Empty => "check that the path or selector means the right thing",
            Self::Unexpected => "compare what the peer answers with what is configured to be expected",
            Self::Malformed => "look at the item that the log names; replace it",
            Self::TooLarge => "exclude it, or raise the limit if its size is right",
            Self::TooMany => "narrow the selection, or raise the limit",
            Self::Io => "look at the log line for the operating system's own words",
            Self::RateLimited => "lower the frequency, or raise the budget at the peer",
            Self::Server => "look at the peer's log",
        }
    }

    /// The reasons that the driver itself can give to any source, whatever the source declares.
    pub const OF_DRIVER: &'static [Self] = &[Self::Timeout, Self::Overrun, Self::Panicked];
}
