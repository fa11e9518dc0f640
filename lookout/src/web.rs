//! From the flags that begin with `--web.` to how the runtime serves. The defaults are the runtime's.
//!
//! How to get it wrong: letting a flag through that the server would have to check again. What makes no sense ends with
//! the command line's help, before anything is begun.

use core::time::Duration;

use lookout_config::{HumanDuration, HumanSize};
use lookout_runtime::http::{Limits, Listen, Prefixes, WebFile, WebOptions};

use crate::cli::{LimitArguments, WebArguments};
use crate::exit::Failure;

/// What holds without flags.
pub(crate) const DEFAULTS: Limits = Limits::DEFAULT;

/// The smallest limit for heads that the HTTP library works with.
const MIN_HEAD: HumanSize = HumanSize::from_kibibytes(8);
/// The largest: each connection may fill it.
const MAX_HEAD: HumanSize = HumanSize::from_mebibytes(1);
/// The most headers of a request: the HTTP library makes room for as many as are allowed, at each request.
const MAX_HEADERS: usize = 1000;

/// How to serve. Reads the web configuration file.
pub(crate) fn options(arguments: &WebArguments) -> Result<WebOptions, Failure> {
    let listen = if arguments.systemd_socket {
        Listen::Inherited
    } else {
        Listen::Addresses(arguments.listen_addresses.clone())
    };
    Ok(WebOptions {
        listen,
        socket_mode: arguments.unix_socket_mode,
        prefixes: Prefixes::new(arguments.external_url.clone(), arguments.route_prefix.clone()),
        limits: limits(&arguments.limits),
        file: arguments.config_file.as_deref().map(WebFile::load).transpose()?,
        log_requests: arguments.log_requests,
    })
}

fn limits(arguments: &LimitArguments) -> Limits {
    let LimitArguments { connections, requests, head_size, headers, handshake, head, idle, answer } =
        arguments;
    Limits {
        connections: *connections,
        requests: *requests,
        head_bytes: head_size.as_usize(),
        headers: *headers,
        handshake: handshake.get(),
        head: head.get(),
        idle: idle.get(),
        answer: answer.get(),
        ..DEFAULTS
    }
}

/// The default of [`LimitArguments::head_size`].
pub(crate) const fn size() -> HumanSize {
    HumanSize::from_bytes(DEFAULTS.head_bytes as u64)
}

/// A default time.
#[expect(clippy::cast_possible_truncation, reason = "it is minutes at most")]
pub(crate) const fn duration(duration: Duration) -> HumanDuration {
    HumanDuration::from_millis(duration.as_millis() as u64)
}

/// A number of which none would serve nobody.
pub(crate) fn number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("none would serve nobody; use 1 or more".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("it is no number; use 1 or more".to_owned()),
    }
}

/// A number of headers.
pub(crate) fn headers(text: &str) -> Result<usize, String> {
    match number(text)? {
        number if number > MAX_HEADERS => Err(format!("it is too much; use {MAX_HEADERS} or less")),
        number => Ok(number),
    }
}

/// A time limit.
pub(crate) fn time(text: &str) -> Result<HumanDuration, String> {
    match text.parse::<HumanDuration>() {
        Ok(duration) if duration.is_zero() => Err("no time would serve nobody; use such as `10s`".to_owned()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(error.to_string()),
    }
}

/// A limit for heads.
pub(crate) fn head_size(text: &str) -> Result<HumanSize, String> {
    match text.parse::<HumanSize>() {
        Ok(size) if size < MIN_HEAD => Err(format!("it is too little; use {MIN_HEAD} or more")),
        Ok(size) if size > MAX_HEAD => Err(format!("it is too much; use {MAX_HEAD} or less")),
        Ok(size) => Ok(size),
        Err(error) => Err(error.to_string()),
    }
}

/// Mode bits as `chmod` takes them.
pub(crate) fn mode(text: &str) -> Result<u32, String> {
    /// The bits for reading, writing and entering; the others mean nothing on a socket.
    const PERMISSIONS: u32 = 0o777;
    match u32::from_str_radix(text, 8) {
        Ok(mode) if mode <= PERMISSIONS => Ok(mode),
        _ => Err("it is no mode; use octal digits such as `0660`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    fn parsed(flags: &[&str]) -> Result<WebOptions, String> {
        let arguments = ["lookout", "serve"].iter().chain(flags);
        let cli = Cli::try_parse_from(arguments).map_err(|error| error.to_string())?;
        let Command::Serve(arguments) = cli.command else { panic!("another command") };
        Ok(options(&arguments.web).unwrap())
    }

    #[test]
    fn without_flags_the_limits_are_the_runtimes() {
        let options = parsed(&[]).unwrap();
        assert_eq!(options.limits, Limits::default());
        assert_eq!(options.listen, Listen::Addresses(vec![":10940".parse().unwrap()]));
        assert_eq!(options.prefixes, Prefixes::default());
    }

    #[test]
    fn every_flag_arrives() {
        let options = parsed(&[
            "--web.systemd-socket",
            "--web.unix-socket-mode=0660",
            "--web.external-url=https://example.org/outer/",
            "--web.route-prefix=/inner",
            "--web.log-requests",
            "--web.max-connections=7",
            "--web.max-requests=6",
            "--web.max-head-size=16KiB",
            "--web.max-headers=5",
            "--web.handshake-timeout=4s",
            "--web.head-timeout=3s",
            "--web.idle-timeout=2m",
            "--web.answer-timeout=1m30s",
        ])
        .unwrap();
        let expected = Limits {
            connections: 7,
            requests: 6,
            head_bytes: 16 * 1024,
            headers: 5,
            handshake: Duration::from_secs(4),
            head: Duration::from_secs(3),
            idle: Duration::from_mins(2),
            answer: Duration::from_secs(90),
            ..Limits::default()
        };
        assert_eq!(options.limits, expected);
        assert_eq!((options.listen, options.socket_mode), (Listen::Inherited, Some(0o660)));
        assert_eq!(options.prefixes, Prefixes { link: "/outer".to_owned(), route: "/inner".to_owned() });
        assert!(options.log_requests);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_remedy() {
        for (flag, remedy) in [
            ("--web.max-connections=0", "use 1 or more"),
            ("--web.max-requests=many", "use 1 or more"),
            ("--web.head-timeout=0s", "use such as `10s`"),
            ("--web.idle-timeout=5", "5"),
            ("--web.max-head-size=1KiB", "use 8KiB or more"),
            ("--web.max-head-size=1GiB", "use 1MiB or less"),
            ("--web.max-headers=2000000000", "use 1000 or less"),
            ("--web.unix-socket-mode=rw", "use octal digits such as `0660`"),
            ("--web.external-url=example.org", "write it as in `https://example.org/lookout`"),
            ("--web.route-prefix=/a?b", "write a path, as in `/lookout`"),
            ("--web.listen-address=vsock://:9100", "use a port, `unix:PATH`, or --web.systemd-socket"),
        ] {
            let error = parsed(&[flag]).unwrap_err();
            assert!(error.contains(remedy), "{flag}: {error}");
        }
    }
}
