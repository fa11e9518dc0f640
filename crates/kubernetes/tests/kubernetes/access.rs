//! How the server is reached: kubeconfig, plugins, proxies, TLS.

use std::os::unix::fs::PermissionsExt as _;

use lookout_declarations::Reason;
use lookout_kubernetes::{Cluster, PartState, Selection, Settings};
use lookout_runtime::Sources;

use crate::secrets::{SECRETS, Values, list, object, script, shown};
use crate::stage::{Reply, Stage, cluster, eventually, patient};

/// A server that takes one token only.
async fn stage(token: &'static str) -> Stage {
    Stage::start(script(
        move |asked| {
            if asked.headers.get("authorization").is_none_or(|shown| *shown != format!("Bearer {token}")) {
                return Reply::status(401, "Unauthorized", "Unauthorized");
            }
            Reply::json(&list(7, "", &[object("a", "one", 3, "1")]))
        },
        |_| Reply::quiet(),
    ))
    .await
}

fn kubeconfig(port: u16, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: main\n\
         contexts: [{{name: main, context: {{cluster: c, user: u}}}}, {{name: other, context: {{cluster: c, user: nobody}}}}]\n\
         clusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\n\
         users: [{{name: u, user: {user}}}]\n"
    )
}

fn settings(path: &std::path::Path) -> Settings {
    let mut settings = patient();
    settings.access.kubeconfig = path.to_string_lossy().into_owned();
    settings
}

#[tokio::test]
async fn a_kubeconfig_is_read_and_read_again_when_it_changes() {
    let stage = stage("second").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), kubeconfig(stage.port, "{token: first}")).unwrap();
    let cluster = cluster(&settings(file.path()));
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    let is_refused = || {
        matches!(follower.latest().parts[0].state, PartState::Failing { reason: Reason::Unauthenticated, .. })
    };
    eventually("the refusal", is_refused).await;
    std::fs::write(file.path(), kubeconfig(stage.port, "{token: second}")).unwrap();
    eventually("the list", || follower.latest().is_complete).await;
}

#[tokio::test]
async fn a_credentials_plugin_is_run_and_what_it_says_is_never_shown() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = directory.path().join("plugin");
    let stage = stage("t0ken").await;
    let write = |text: &str| {
        std::fs::write(&plugin, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: {}, interactiveMode: Never}}}}",
        plugin.display()
    );
    let file = directory.path().join("config");
    std::fs::write(&file, kubeconfig(stage.port, &user)).unwrap();
    write("echo t0ken; exit 3");
    let follower = cluster(&settings(&file)).follow(Values(SECRETS), &Selection::default());
    let message = || match &follower.latest().parts[0].state {
        PartState::Failing { message, .. } => Some(message.clone()),
        _ => None,
    };
    eventually("the failure", || message().is_some()).await;
    let shown = message().unwrap();
    assert!(
        shown.contains("the credentials plugin failed with exit status: 3") && !shown.contains("t0ken"),
        "{shown}"
    );
    write(
        r#"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t0ken"}}'"#,
    );
    eventually("the list", || follower.latest().is_complete).await;
}

#[tokio::test]
async fn a_kubeconfig_that_is_none_or_has_no_such_context_is_told_without_its_text() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut named = settings(file.path());
    named.access.context = "elsewhere".to_owned();
    let mut missing = settings(file.path());
    missing.access.kubeconfig += ".missing";
    for (text, settings, reason, words) in [
        ("users: [t0ken".to_owned(), settings(file.path()), Reason::Malformed, "is none"),
        (kubeconfig(1, "{token: t0ken}"), named, Reason::Malformed, "no usable context `elsewhere`"),
        (String::new(), missing, Reason::NotFound, "cannot be read"),
    ] {
        std::fs::write(file.path(), text).unwrap();
        let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
        follower.settled().await;
        let followed = follower.latest();
        let PartState::Failing { reason: found, message, .. } = &followed.parts[0].state else {
            panic!("{followed:?}")
        };
        assert_eq!(*found, reason, "{message}");
        assert!(message.contains(words) && !message.contains("t0ken"), "{message}");
    }
}

#[tokio::test]
async fn a_server_is_asked_through_a_proxy() {
    let stage = stage("t").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = listener.local_addr().unwrap().port();
    let port = stage.port;
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.unwrap());
                }
                assert!(
                    head.starts_with(b"CONNECT nobody.invalid:80 HTTP/1.1\r\n"),
                    "{}",
                    String::from_utf8_lossy(&head)
                );
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut server = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "t").unwrap();
    let mut settings = patient();
    settings.access.server = "http://nobody.invalid:80".to_owned();
    settings.access.token_file = token.path().to_string_lossy().into_owned();
    settings.access.proxy_url = format!("http://127.0.0.1:{proxy}");
    let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
    follower.settled().await;
    assert_eq!(shown(&follower.latest().view), ["a/one=1"], "{:?}", follower.latest());
}

#[test]
fn there_is_no_cluster_where_it_is_switched_off_or_nobody_names_one() {
    let mut sources = Sources::default();
    assert!(Cluster::of(&Settings::default(), &mut sources).is_none(), "this is no pod");
    let mut settings = Settings::default();
    settings.access.server = "https://127.0.0.1:1".to_owned();
    let first = Cluster::of(&settings, &mut sources).unwrap();
    let second = Cluster::of(&settings, &mut sources).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &second), "one for all exporters");
    settings.budget.burst += 1;
    assert!(!std::sync::Arc::ptr_eq(&first, &Cluster::of(&settings, &mut sources).unwrap()));
    settings.enabled = false;
    assert!(Cluster::of(&settings, &mut sources).is_none());
}
