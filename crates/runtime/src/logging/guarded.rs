//! What is never logged, whatever `--log.level` says: what libraries write where secrets pass through them.
//!
//! Why a list: a level is raised in the middle of an incident, by somebody who reads everything afterwards and hands
//! it on. What a password, a token or a key could be part of must not depend on that person's care.
//!
//! How to add an entry: read what the library logs at each level (`grep` its sources for `trace!`, `debug!`,
//! `instrument`), not what it promises; take the last level at which nothing is written that came over the wire, and
//! say what comes after it.

use tracing::level_filters::LevelFilter;

use super::levels::is_within;

/// A module whose logs end at a level.
#[derive(Debug)]
pub(super) struct Guarded {
    /// The module, with all below it.
    pub(super) module: &'static str,
    /// The most detailed level that is logged.
    pub(super) most: LevelFilter,
    /// What it writes at the next level.
    pub(super) why: &'static str,
}

/// Every such module. Versions are those whose sources were read.
pub(super) const GUARDED: &[Guarded] = &[
    // h2 0.4.20: `malformed authority ({:?})`, `malformed path ({:?})` at debug in server.rs, as sent: the authority
    // of a careless client is `user:password@host`, the query of a path may hold a token. At trace a header's value
    // (frame/headers.rs). Frames themselves leave out their fields and data.
    Guarded {
        module: "h2",
        most: LevelFilter::INFO,
        why: "addresses and header values as clients sent them",
    },
    // hyper-util 0.1.21: whole addresses, query and `user:password@` included, at debug (client/legacy/pool.rs,
    // client.rs), if its feature `tracing` is on, which kube's client switches on.
    Guarded { module: "hyper_util", most: LevelFilter::INFO, why: "whole addresses of what is asked" },
    // rustls 0.23.46: session tickets and every message of the handshake at trace, certificates at debug. It logs
    // through `log`, from which no bridge leads here; should a dependency build one, this holds.
    Guarded { module: "rustls", most: LevelFilter::INFO, why: "session tickets and handshakes" },
    // kube-client 5.0.0: a response that it does not understand, as a whole, at warn (client/mod.rs): with a Secret
    // in it, if that was what was asked for. Bodies of refusals at debug, headers at trace. At error every failed request a
    // second time (client/builder.rs), beside our own line that says what was asked.
    Guarded { module: "kube_client", most: LevelFilter::OFF, why: "whole responses, which may be Secrets" },
];

/// The entry of `target`, if it has one.
pub(super) fn guarded(target: &str) -> Option<&'static Guarded> {
    GUARDED.iter().find(|guarded| is_within(target, guarded.module))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logging::{Level, Levels};

    #[test]
    fn no_level_and_no_target_lifts_the_guard() {
        for Guarded { module, most, .. } in GUARDED {
            let below = format!("{module}::some::module");
            let everything = Levels::from(Level::Trace);
            assert!(everything.of(module) <= *most && everything.of(&below) <= *most, "{module}");
            for target in [*module, below.as_str()] {
                let asked = format!("trace,{target}=trace");
                let error = Levels::parse(&asked, &[]).expect_err("it is refused").to_string();
                assert!(error.ends_with(&format!("the most is `{target}={most}`")), "{error}");
                let allowed =
                    Levels::parse(&format!("trace,{target}={most}"), &[]).expect("as much as is possible");
                assert_eq!(allowed.of(&below), *most, "{module}");
            }
            let neighbour = Levels::parse(&format!("{module}x=trace"), &[]).expect("another library");
            assert_eq!(neighbour.of(&format!("{module}x")), LevelFilter::TRACE);
        }
    }

    #[test]
    fn a_level_below_the_guard_holds() {
        let quiet = Levels::parse("error,h2=off", &[]).expect("understood");
        assert_eq!(quiet.of("h2::server"), LevelFilter::OFF);
        assert_eq!(Levels::from(Level::Error).of("rustls"), LevelFilter::ERROR);
    }
}
