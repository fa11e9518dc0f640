//! Proxies on the way to the server, as the settings and as a kubeconfig name them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lookout_kubernetes::Selection;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::secrets::{SECRETS, Values, list, object, script, shown};
use crate::stage::{Reply, Stage, cluster, patient};

/// A name that only the proxy knows.
const HOST: &[u8] = b"nobody.invalid";

async fn stage() -> Stage {
    Stage::start(script(|_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])), |_| Reply::quiet()))
        .await
}

/// A SOCKS5 proxy (RFC 1928), without a login, that knows one name; its port, and how many connections it has made.
async fn socks(target: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connected: Arc<AtomicUsize> = Arc::default();
    let count = Arc::clone(&connected);
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                // Version 5, and the ways to log in.
                assert_eq!(client.read_u8().await.unwrap(), 5);
                let n_methods = client.read_u8().await.unwrap();
                let mut methods = vec![0; usize::from(n_methods)];
                client.read_exact(&mut methods).await.unwrap();
                assert!(methods.contains(&0), "{methods:?}");
                client.write_all(&[5, 0]).await.unwrap();
                // Version 5, connect, reserved, by name.
                let mut head = [0; 5];
                client.read_exact(&mut head).await.unwrap();
                assert_eq!(
                    head,
                    [5, 1, 0, 3, u8::try_from(HOST.len()).unwrap()],
                    "the name is the proxy's to resolve"
                );
                let mut name = vec![0; HOST.len()];
                client.read_exact(&mut name).await.unwrap();
                assert_eq!((name.as_slice(), client.read_u16().await.unwrap()), (HOST, 80));
                client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let mut server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (port, connected)
}

#[tokio::test]
async fn a_server_is_asked_through_a_socks_proxy() {
    let stage = stage().await;
    let (proxy, connected) = socks(stage.port).await;
    let mut settings = patient();
    settings.access.server = "http://nobody.invalid:80".to_owned();
    settings.access.proxy_url = format!("socks5://127.0.0.1:{proxy}");
    let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
    follower.settled().await;
    assert_eq!(shown(&follower.latest().view), ["a/one=1"], "{:?}", follower.latest());
    assert!(connected.load(Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn the_proxy_of_a_kubeconfig_is_that_of_its_cluster_unless_the_settings_name_another() {
    let stage = stage().await;
    let (proxy, connected) = socks(stage.port).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut settings = patient();
    settings.access.kubeconfig = file.path().to_string_lossy().into_owned();
    let name = format!("socks5://127.0.0.1:{proxy}");
    for (of_cluster, of_settings) in [(name.as_str(), ""), ("http://127.0.0.1:1", name.as_str())] {
        let cluster_entry = json!({"server": "http://nobody.invalid:80", "proxy-url": of_cluster});
        let text = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "main", "users": [],
            "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [
                {"name": "other", "cluster": {"server": "http://127.0.0.1:1", "proxy-url": "http://127.0.0.1:1"}},
                {"name": "c", "cluster": cluster_entry},
            ],
        });
        std::fs::write(file.path(), text.to_string()).unwrap();
        settings.access.proxy_url = of_settings.to_owned();
        let before = connected.load(Ordering::SeqCst);
        let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
        follower.settled().await;
        assert_eq!(shown(&follower.latest().view), ["a/one=1"], "{:?}", follower.latest());
        assert!(connected.load(Ordering::SeqCst) > before);
    }
}
