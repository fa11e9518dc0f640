//! What is answered below `/runbooks/`, over real sockets.

use lookout_declarations::{Owner, Severity};
use lookout_runtime::http::Prefixes;
use lookout_runtime::{Library, RunbookNote, Runbooks};
use lookout_self_metrics::metrics::{Code, Path};

use crate::running::Setup;
use crate::web_directory::{ALICE, AS_ALICE, WebDirectory};

fn library(threshold: &'static str) -> Library {
    let note = |name, severity| RunbookNote {
        name,
        exporter: "example",
        question: "Is it in time?",
        severity,
        owner: Owner::Platform,
        summary: "ROW is <b>late</b>".to_owned(),
    };
    let notes = vec![
        note("LookoutLate", Severity::Critical),
        note("LookoutLost", Severity::Info),
        note("LookoutSourceFailing", Severity::Warning),
    ];
    Library::new(notes, move |name| {
        Some(format!("# {name}\n\n## Meaning\n\nLate by {threshold}; see [LookoutLost](LookoutLost.md).\n"))
    })
}

fn setup() -> Setup {
    let setup = Setup::new(1);
    setup.runbooks.set(library("10m"));
    setup
}

#[tokio::test]
async fn the_list_names_every_runbook_and_escapes_what_it_says() {
    let server = setup().ready().await;
    let list = server.get("/runbooks/").await;
    assert_eq!((list.status, list.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(list.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for expected in [
        "<a href=\"/runbooks/LookoutLate\">LookoutLate</a>",
        ">critical</span>",
        "ROW is &lt;b&gt;late&lt;/b&gt;",
    ] {
        assert!(list.text().contains(expected), "`{expected}` is not in\n{}", list.text());
    }
    let bare = server.get("/runbooks").await;
    assert_eq!((bare.status, bare.header("location")), (302, Some("/runbooks/")));
}

#[tokio::test]
async fn a_runbook_is_a_page_for_people_and_markdown_for_who_asks_for_it() {
    let server = setup().ready().await;
    let page = server.get("/runbooks/LookoutLate").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(page.header("vary"), Some("Accept"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for expected in [
        "<title>LookoutLate – Lookout</title>",
        "<h1>Lookout<wbr>Late</h1>",
        "<h2 id=\"meaning\">Meaning</h2>",
        "<a href=\"#meaning\">Meaning</a>",
        "<a href=\"/runbooks/LookoutLost\">LookoutLost</a>",
    ] {
        assert!(page.text().contains(expected), "`{expected}` is not in\n{}", page.text());
    }
    assert!(!page.text().contains("<script"));
    let text = "# LookoutLate\n\n## Meaning\n\nLate by 10m; see [LookoutLost](LookoutLost.md).\n";
    let by_ending = server.get("/runbooks/LookoutLate.md").await;
    let by_accept = server.ask("GET", "/runbooks/LookoutLate", "Accept: text/markdown\r\n").await;
    for answer in [by_ending, by_accept] {
        assert_eq!((answer.status, answer.text()), (200, text));
        assert_eq!(answer.header("content-type"), Some("text/markdown; charset=utf-8"));
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_writing_is_refused() {
    let server = setup().ready().await;
    for path in
        ["/runbooks", "/runbooks/", "/runbooks/LookoutLate", "/runbooks/LookoutLate.md", "/runbooks/x"]
    {
        let (head, get) = (server.ask("HEAD", path, "").await, server.get(path).await);
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        for name in ["content-type", "content-length", "vary", "location"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
        let post = server.ask("POST", path, "Content-Length: 0\r\n").await;
        assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")), "{path}");
    }
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_the_nearest_one_in_the_form_that_was_asked_for() {
    let server = setup().ready().await;
    let page = server.get("/runbooks/lookoutlat").await;
    assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("Did you mean <a href=\"/runbooks/LookoutLate\">"), "{}", page.text());
    let text = server.get("/runbooks/LookoutLsot.md").await;
    assert_eq!((text.status, text.header("content-type")), (404, Some("text/plain; charset=utf-8")));
    let expected =
        "there is no such runbook; did you mean /runbooks/LookoutLost.md? all are listed at /runbooks/\n";
    assert_eq!(text.text(), expected);
    let nonsense = server.get("/runbooks/%3Cscript%3E/../x").await;
    assert_eq!(nonsense.status, 404);
    assert!(!nonsense.text().contains("Did you mean"), "{}", nonsense.text());
}

#[tokio::test]
async fn links_stand_behind_the_external_url_and_requests_behind_the_route_prefix() {
    let mut setup = setup();
    setup.web.prefixes = Prefixes::new(
        Some("https://example.org/outer/lookout".parse().unwrap()),
        Some("/inner".parse().unwrap()),
    );
    let server = setup.ready().await;
    assert_eq!(server.get("/runbooks/LookoutLate").await.status, 404);
    let page = server.get("/inner/runbooks/LookoutLate").await;
    assert_eq!(page.status, 200);
    for expected in ["href=\"/outer/lookout/runbooks/LookoutLost\"", "href=\"/outer/lookout/runbooks/\""] {
        assert!(page.text().contains(expected), "`{expected}` is not in\n{}", page.text());
    }
    assert!(!page.text().contains("/inner"), "{}", page.text());
    let bare = server.get("/inner/runbooks").await;
    assert_eq!(bare.header("location"), Some("/outer/lookout/runbooks/"));
}

#[tokio::test]
async fn runbooks_follow_what_is_in_force() {
    let setup = setup();
    let runbooks: Runbooks = setup.runbooks.clone();
    let server = setup.ready().await;
    assert!(server.get("/runbooks/LookoutLate").await.text().contains("Late by 10m"));
    runbooks.set(library("20m"));
    assert!(server.get("/runbooks/LookoutLate").await.text().contains("Late by 20m"));
    assert!(server.get("/runbooks/LookoutLate.md").await.text().contains("Late by 20m"));
    runbooks.set(Library::new(Vec::new(), |_| None));
    assert_eq!(server.get("/runbooks/LookoutLate").await.status, 404);
    assert_eq!(server.get("/runbooks/").await.status, 200);
}

#[tokio::test]
async fn who_is_not_let_in_reads_no_runbook() {
    let directory = WebDirectory::new(ALICE);
    let setup = directory.setup(1);
    setup.runbooks.set(library("10m"));
    let server = setup.ready().await;
    for path in
        ["/runbooks", "/runbooks/", "/runbooks/LookoutLate", "/runbooks/LookoutLate.md", "/runbooks/x"]
    {
        let refused = server.get(path).await;
        assert_eq!(refused.status, 401, "{path}");
        assert!(!refused.text().contains("Late"), "{path}: {}", refused.text());
    }
    let granted = server.ask("GET", "/runbooks/LookoutLate", AS_ALICE).await;
    assert!(granted.status == 200 && granted.text().contains("Late by 10m"), "{}", granted.text());
}

#[tokio::test]
async fn they_are_counted_as_one_path() {
    let server = setup().ready().await;
    for path in ["/runbooks/", "/runbooks/LookoutLate", "/runbooks/LookoutLate.md"] {
        assert_eq!(server.get(path).await.status, 200);
    }
    server.get("/runbooks/x").await;
    let figures = server.metrics.figures();
    let of_path = figures.paths.iter().find(|figures| figures.path == Path::Runbooks).unwrap();
    let count = |code| of_path.requests.iter().find(|(known, _)| *known == code).unwrap().1;
    assert_eq!((count(Code::Ok), count(Code::NotFound)), (3, 1));
}
