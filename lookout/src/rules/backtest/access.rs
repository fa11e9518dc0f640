//! How to come in: addresses, headers, and secrets from files.

use core::time::Duration;
use std::path::Path;

use data_encoding::BASE64;
use lookout_backtest::Access;
use lookout_config::HumanDuration;

use super::BacktestArguments;
use crate::exit::Failure;

/// Reads the files that the arguments name.
pub(super) fn read(arguments: &BacktestArguments) -> Result<Access, Failure> {
    let token = arguments.bearer_token_file.as_deref().map(secret).transpose()?;
    let password = arguments.password_file.as_deref().map(secret).transpose()?;
    let basic =
        arguments.user.as_ref().zip(password).map(|(user, password)| {
            format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes()))
        });
    let certificate_authority = arguments.ca_file.as_deref().map(bytes).transpose()?;
    Ok(Access {
        authorization: token.map(|token| format!("Bearer {token}")).or(basic),
        headers: arguments.headers.clone(),
        certificate_authority,
    })
}

fn secret(path: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(bytes(path)?).map_err(|_| {
        Failure::Ask(format!("the secret in {} is no UTF-8 text; write it anew", path.display()))
    })?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(Failure::Ask(format!("there is no secret in {}; write it there", path.display())));
    }
    Ok(secret.to_owned())
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::Ask(format!("cannot read {}: {error}; check the path", path.display())))
}

/// An address of a server.
pub(super) fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match host {
        None => Err("it must begin with `http://` or `https://`".to_owned()),
        Some("") => Err("it has no host".to_owned()),
        Some(host) if host.contains('@') => {
            Err("it holds a user or a password, which every user of this machine could read; use --user and --password-file".to_owned())
        }
        Some(_) if text.contains(['?', '#']) => Err("it may have a path and nothing behind it".to_owned()),
        Some(_) if format!("{text}/").contains("/api/v1/") => Err("it must end before `/api/v1`".to_owned()),
        Some(_) => Ok(text.to_owned()),
    }
}

/// A header as people write it.
pub(super) fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it as `NAME: VALUE`")?;
    let (name, value) = (name.trim(), value.trim());
    if name.eq_ignore_ascii_case("authorization") {
        return Err(
            "every user of this machine could read it; use --bearer-token-file, or --user and --password-file".to_owned()
        );
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// A distance between evaluations: at least a second.
pub(super) fn step(text: &str) -> Result<HumanDuration, String> {
    let step: HumanDuration = text.parse().map_err(|error| format!("{error}"))?;
    if Duration::from(step) < Duration::from_secs(1) {
        Err("it must be at least 1s".to_owned())
    } else {
        Ok(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_password_is_refused() {
        assert_eq!(
            url("http://127.0.0.1:9090/prometheus"),
            Ok("http://127.0.0.1:9090/prometheus".to_owned())
        );
        for (text, expected) in [
            ("prometheus:9090", "begin with"),
            ("http:///api", "no host"),
            ("https://me:secret@prometheus", "--password-file"),
            ("http://prometheus?x=1", "nothing behind it"),
            ("http://prometheus:9090/api/v1", "end before `/api/v1`"),
            ("http://prometheus:9090/api/v1/query", "end before `/api/v1`"),
        ] {
            assert!(url(text).unwrap_err().contains(expected), "{text}");
        }
    }

    #[test]
    fn a_header_is_split_at_its_first_colon() {
        assert_eq!(header("X-Time: 12:30"), Ok(("X-Time".to_owned(), "12:30".to_owned())));
        assert!(header("X-Time").is_err());
    }

    #[test]
    fn a_secret_on_the_command_line_is_refused() {
        assert!(header("authorization: Bearer x").unwrap_err().contains("--bearer-token-file"));
    }
}
