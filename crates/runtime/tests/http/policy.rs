//! The web configuration: users, headers and the rate limit, and its changes while the server runs.

use std::fs;
use std::os::unix::fs::symlink;

use lookout_runtime::http::WebFile;
use lookout_self_metrics::metrics::{Authentication, CloseReason, Configuration, ReloadResult};

use crate::running::{Running, Setup};
use crate::web_directory::{ALICE, AS_ALICE, TLS, WITH_A_GUESS, WebDirectory};
use crate::wire::{Connection, secured};

/// Every page, and one that is none.
const PATHS: [&str; 8] =
    ["/", "/metrics", "/metrics/example", "/-/healthy", "/-/ready", "/-/reload", "/probe", "/nowhere"];

/// Waits for the web configuration to be read that many times with this result.
async fn readings(server: &Running, result: ReloadResult, count: u64) {
    loop {
        let figures = server.reloads.figures();
        if figures.get(&Configuration::Web).is_some_and(|figures| figures.readings[&result] >= count) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn authentications(server: &Running, result: Authentication) -> u64 {
    let figures = server.metrics.figures();
    figures.authentications.iter().find(|(known, _)| *known == result).unwrap().1
}

#[tokio::test]
async fn with_users_every_path_asks_for_one_and_the_connection_stays() {
    let server = WebDirectory::new(ALICE).setup(1).ready().await;
    let mut connection = server.connect().await;
    for path in PATHS {
        for headers in ["", WITH_A_GUESS, "Authorization: Bearer x\r\n"] {
            let refused = connection.ask("GET", path, headers).await;
            assert_eq!(refused.status, 401, "{path} {headers}");
            assert_eq!(
                refused.header("www-authenticate"),
                Some("Basic realm=\"Lookout\", charset=\"UTF-8\"")
            );
        }
        assert_ne!(connection.ask("GET", path, AS_ALICE).await.status, 401, "{path}");
    }
    let rounds = PATHS.len() as u64;
    assert_eq!(authentications(&server, Authentication::Granted), rounds);
    assert_eq!(authentications(&server, Authentication::Refused), 3 * rounds);
    assert_eq!(server.closed_at_all(), 0);
}

#[tokio::test]
async fn headers_are_on_every_answer_and_replace_ours() {
    let headers = "http_server_config: {headers: {X-Content-Type-Options: nosniff, Content-Security-Policy: \
                   \"default-src 'self'\", Strict-Transport-Security: max-age=60}}\n";
    let server = WebDirectory::new(&format!("{headers}{ALICE}")).setup(1).start().await;
    for (path, credentials, status) in [
        ("/", AS_ALICE, 200),
        ("/nowhere", AS_ALICE, 404),
        ("/-/ready", AS_ALICE, 503),
        ("/metrics", WITH_A_GUESS, 401),
    ] {
        let answer = server.ask("GET", path, credentials).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-security-policy"), Some("default-src 'self'"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=60"), "{path}");
        assert_eq!(answer.head.matches("content-security-policy").count(), 1);
    }
}

#[tokio::test]
async fn the_rate_limit_is_asked_before_the_user() {
    let server =
        WebDirectory::new(&format!("rate_limit: {{interval: 1h, burst: 2}}\n{ALICE}")).setup(1).start().await;
    let mut connection = server.connect().await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(connection.ask("GET", "/-/healthy", WITH_A_GUESS).await.status);
    }
    assert_eq!(statuses, [401, 401, 429, 429]);
    assert_eq!(authentications(&server, Authentication::Refused), 2);
}

#[tokio::test]
async fn a_file_that_is_replaced_is_in_force_at_once_for_connections_there_are() {
    let directory = WebDirectory::new("{}");
    let server = directory.setup(1).ready().await;
    let mut connection = server.connect().await;
    assert_eq!(connection.ask("GET", "/-/healthy", "").await.status, 200);
    directory.rename_to(ALICE);
    readings(&server, ReloadResult::Success, 2).await;
    assert_eq!(connection.ask("GET", "/-/healthy", "").await.status, 401);
    assert_eq!(connection.ask("GET", "/-/healthy", AS_ALICE).await.status, 200);
}

#[tokio::test]
async fn a_volume_that_swaps_its_link_is_noticed_with_its_certificates() {
    let directory = WebDirectory::new(TLS);
    let root = directory.directory.path();
    // As Kubernetes lays out a volume: files are links through `..data`, which is replaced as a whole.
    let volume = root.join("volume");
    let version = |name: &str| {
        let path = volume.join(name);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("web.yml"), TLS).unwrap();
        crate::web_directory::identity(&path)
    };
    let first = version("..1");
    symlink("..1", volume.join("..data")).unwrap();
    for file in ["web.yml", "server.crt", "server.key"] {
        symlink(format!("..data/{file}"), volume.join(file)).unwrap();
    }
    let mut setup = Setup::new(1);
    setup.web.file = Some(WebFile::load(&volume.join("web.yml")).unwrap());
    let server = setup.ready().await;
    let stream = server.connect().await.stream;
    let mut kept = Connection::over(secured(stream, &first, &[]).await.unwrap());

    let second = version("..2");
    symlink("..2", volume.join("..data_tmp")).unwrap();
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    readings(&server, ReloadResult::Success, 2).await;

    let stream = server.connect().await.stream;
    assert!(secured(stream, &first, &[]).await.is_err(), "the old certificate is still shown");
    let stream = server.connect().await.stream;
    let mut fresh = Connection::over(secured(stream, &second, &[]).await.unwrap());
    assert_eq!(fresh.ask("GET", "/-/healthy", "").await.status, 200);
    assert_eq!(kept.ask("GET", "/-/healthy", "").await.status, 200, "what is open stays open");
}

#[tokio::test]
async fn who_was_let_in_under_other_rules_must_connect_anew() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1).ready().await;
    let mut plain_client =
        Connection::over(secured(server.connect().await.stream, &directory.certificate, &[]).await.unwrap());
    assert_eq!(plain_client.ask("GET", "/-/healthy", "").await.status, 200);
    // From now on nobody is let in without a certificate.
    directory.rename_to(&TLS.replace(
        "tls_server_config: {",
        "tls_server_config: {client_auth_type: RequireAndVerifyClientCert, client_ca_file: server.crt, ",
    ));
    readings(&server, ReloadResult::Success, 2).await;
    let refused = plain_client.ask("GET", "/-/healthy", "").await;
    assert_eq!((refused.status, refused.header("connection")), (400, Some("close")));
    assert!(refused.text().contains("connect anew"), "{}", refused.text());
    let is_counted = |reason: &CloseReason, count: &u64| *reason == CloseReason::PolicyChanged && *count == 1;
    server.until(|figures| figures.closed.iter().any(|(reason, count)| is_counted(reason, count))).await;
}

#[tokio::test]
async fn a_bad_new_file_keeps_the_old_one_in_force_and_says_what_is_wrong() {
    let directory = WebDirectory::new(ALICE);
    let server = directory.setup(1).ready().await;
    directory.rename_to("basic_auth_user: {}\ntls_server_config: {min_version: TLS14}\n");
    readings(&server, ReloadResult::Failure, 1).await;
    assert_eq!(server.get("/-/healthy").await.status, 401);
    assert_eq!(server.ask("GET", "/-/healthy", AS_ALICE).await.status, 200);
    let figures = server.reloads.figures().remove(&Configuration::Web).unwrap();
    let message = figures.rejected.unwrap().message;
    assert!(message.contains("basic_auth_user") && message.contains("TLS14"), "{message}");
    // Whoever asks is told the same.
    assert_eq!(server.web_reloader.as_ref().unwrap().reload().await, Err(message));

    directory.rename_to("{}");
    readings(&server, ReloadResult::Success, 2).await;
    assert_eq!(server.get("/-/healthy").await.status, 200);
    assert_eq!(server.web_reloader.as_ref().unwrap().reload().await, Ok(()));
}

#[tokio::test]
async fn what_was_agreed_on_without_tls_is_not_served_once_tls_is_asked_for() {
    let directory = WebDirectory::new("{}");
    let server = directory.setup(1).ready().await;
    let mut connection = server.connect().await;
    assert_eq!(connection.ask("GET", "/-/healthy", "").await.status, 200);
    directory.rename_to(TLS);
    readings(&server, ReloadResult::Success, 2).await;
    let refused = connection.ask("GET", "/metrics", "").await;
    assert_eq!((refused.status, refused.header("connection")), (400, Some("close")));
    assert_eq!(connection.rest().await, b"");
    assert_eq!(server.closed(CloseReason::Malformed), 0);
}
