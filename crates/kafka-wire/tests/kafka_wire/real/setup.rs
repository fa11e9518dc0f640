//! Where the real broker is, and who may log in to it.

use std::{env, fs, io::Write, path::PathBuf, sync::Arc};

use data_encoding::BASE64URL_NOPAD;
use lookout_config::Secret;
use lookout_kafka_wire::{
    Address, Api, ClientIdentity, Connection, Extensions, Failure, Options, Sasl, ScramHash, Tls,
    TlsMaterial, TokenFile,
};
use tempfile::NamedTempFile;

pub(crate) fn variable(name: &str) -> String {
    env::var(format!("LOOKOUT_KAFKA_{name}")).unwrap_or_else(|_| panic!("LOOKOUT_KAFKA_{name} is not set"))
}

pub(crate) fn address(listener: &str) -> Address {
    let host = if listener.ends_with("SSL") || listener == "MTLS" { "localhost" } else { "127.0.0.1" };
    Address::new(host, variable(listener).parse().unwrap())
}

pub(crate) async fn connect(listener: &str, options: &Options) -> Result<Connection, Failure> {
    Connection::open(address(listener), Arc::new(options.clone()), Arc::default()).await
}

pub(crate) fn secret(text: &str) -> (NamedTempFile, Secret) {
    let mut file = NamedTempFile::new().unwrap();
    writeln!(file, "{text}").unwrap();
    let reference = format!("file:{}", file.path().display()).parse().unwrap();
    (file, reference)
}

/// A token that only a broker for tests accepts: it is not signed.
pub(crate) fn unsigned_token(seconds: u64) -> String {
    let now = std::process::Command::new("date").arg("+%s").output().unwrap().stdout;
    let now: u64 = String::from_utf8(now).unwrap().trim().parse().unwrap();
    let claims = format!(r#"{{"sub":"carol","iat":{now},"exp":{}}}"#, now + seconds);
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(&claims))
}

pub(crate) fn sasl(mechanism: &str, good: bool) -> (NamedTempFile, Sasl) {
    let text = match mechanism {
        _ if !good => "wrong".to_owned(),
        "PLAIN" => "alice-secret".to_owned(),
        "OAUTHBEARER" => unsigned_token(3_600),
        _ => "bob-secret".to_owned(),
    };
    let (file, password) = secret(&text);
    let user = if mechanism == "PLAIN" { "alice" } else { "bob" }.to_owned();
    let sasl = match mechanism {
        "PLAIN" => Sasl::Plain { user, password },
        "SCRAM-SHA-256" => Sasl::Scram { hash: ScramHash::Sha256, user, password },
        "SCRAM-SHA-512" => Sasl::Scram { hash: ScramHash::Sha512, user, password },
        _ => Sasl::OauthBearer { token: Arc::new(TokenFile(password)), extensions: Extensions::default() },
    };
    assert_eq!(sasl.mechanism(), mechanism);
    (file, sasl)
}

pub(crate) fn tls(with_client: bool) -> Tls {
    let folder = PathBuf::from(variable("TLS"));
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let (roots, chain, key) = (read("ca.pem"), read("client.pem"), read("client.key"));
    let client = with_client.then_some(ClientIdentity { chain: &chain, key: &key });
    Tls::build(&TlsMaterial { roots: Some(&roots), client, server_name: None }).unwrap()
}

/// Every version that both sides have.
pub(crate) fn versions(connection: &Connection, api: Api) -> impl Iterator<Item = i16> + use<> {
    let ((first, _), (their_first, _)) = (api.versions(), connection.versions().offered(api).unwrap());
    first.max(their_first)..=connection.version(api).unwrap()
}
