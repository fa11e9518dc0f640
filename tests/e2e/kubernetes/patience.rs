//! The story of an API server that asks for patience.
//!
//! Priority and fairness gives the account a level with a single seat, and a request that never ends sits on it: from then on
//! the server answers whatever it is asked with 429 and `Retry-After`, for as long as that request is held.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lookout_testkit::scrape::Scrape;
use serde_json::json;

use super::access::{Account, READ, rule};
use super::control_plane::{ControlPlane, shared};
use super::lookout::{Start, rows};
use super::material::{Issuing, secrets, tls_secret};
use crate::running;
use crate::steps::Steps;
use crate::tools::tool;
use crate::watcher::Watcher;

const NAMESPACE: &str = "patience";
const FLOW: &str = "/apis/flowcontrol.apiserver.k8s.io/v1";
/// How long it is watched how often the server is asked.
const WHILE: Duration = Duration::from_secs(15);
/// The most requests in a second to a server that asks for a second of patience each time: of each of two kinds of objects
/// a watch, and whatever the pause ends for.
const MOST_A_SECOND: f64 = 6.0;

/// How often, and after which pause, it is looked whether the seat is taken.
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Sits on the only seat; gets up when this is dropped.
struct Seat(Child);

#[test]
fn a_server_that_asks_for_patience_gets_it_and_nothing_is_lost() {
    let control_plane = shared();
    control_plane.namespace(NAMESPACE, &json!({}));
    let issuing = Issuing::named("patience");
    let store = |name: &str| {
        let pair = issuing.issue(name, &["web.example.org"]);
        control_plane.api().create(&secrets(NAMESPACE), &tls_secret(name, &pair));
    };
    store("before");
    let account = Account::create(control_plane, NAMESPACE, "lookout");
    account.allow_in(NAMESPACE, &[rule("", &["secrets", "configmaps"], READ)]);
    give_one_seat(control_plane);
    let cluster =
        json!({"namespaces": [NAMESPACE], "cert_manager": false, "hosts": false, "workloads": false});
    let start = Start::with_token(control_plane, &account.token(), &cluster);
    let mut lookout = start
        .set("/kubernetes", "budget", json!({"watch_timeout": "5s"}))
        .set("/kubernetes", "period", "5s".into())
        .start();
    lookout.until("the Secret", |scrape| (count(scrape) == 1 && is_up(scrape)).then_some(()));
    let watcher = Watcher::start(&lookout.serve.address, |scrape| match count(scrape) {
        1 | 2 => Vec::new(),
        found => vec![format!("{found} certificates")],
    });
    let mut steps = Steps::default();
    let seat = Seat::take(control_plane, &account.token());
    steps.take("what_the_server_asks_for_is_told", || {
        lookout.until("a source that is down", |scrape| (!is_up(scrape)).then_some(()));
        lookout.until("the reason", |scrape| {
            let of = [("exporter", "certs"), ("reason", "rate_limited")];
            let errors = rows(scrape, "lookout_source_errors_total", &of);
            errors.iter().any(|row| row.value > 0.0).then_some(())
        });
        assert!(refused(control_plane, &account) > 0);
    });
    steps.take("and_it_is_given", || {
        let (before, begun) = (refused(control_plane, &account), Instant::now());
        std::thread::sleep(WHILE);
        let rate = (refused(control_plane, &account) - before) as f64 / begun.elapsed().as_secs_f64();
        println!("    {rate:.1} refused requests a second");
        assert!(rate > 0.0, "the server is not asked any more, so nothing is proven");
        assert!(rate < MOST_A_SECOND, "{rate} requests a second");
    });
    store("meanwhile");
    drop(seat);
    steps.take("what_happened_meanwhile_is_seen_without_a_new_list", || {
        lookout.until("the new Secret", |scrape| (count(scrape) == 2 && is_up(scrape)).then_some(()));
        let lists: f64 = lookout
            .scrape()
            .samples()
            .filter(|sample| sample.name == "lookout_kubernetes_lists_total")
            .filter(|sample| sample.label("cause") != Some("start"))
            .map(|sample| sample.value)
            .sum();
        assert_eq!(lists, 0.0, "lists were made again");
        lookout.until("how long it had to wait", |scrape| {
            let held = scrape.value("lookout_kubernetes_waited_seconds_total", &[("cause", "server")]);
            held.is_some_and(|held| held > 0.0).then_some(())
        });
    });
    let seen = watcher.end();
    steps.take("no_scrape_lacked_a_certificate", || assert_eq!(seen.false_rows, Vec::<String>::new()));
    steps.end();
}

/// Gives the story's account a level of its own, with so small a share that it is one seat.
fn give_one_seat(control_plane: &ControlPlane) {
    let limited = json!({
        "nominalConcurrencyShares": 0, "lendablePercent": 0, "borrowingLimitPercent": 0, "limitResponse": {"type": "Reject"},
    });
    let level = json!({"metadata": {"name": NAMESPACE}, "spec": {"type": "Limited", "limited": limited}});
    let everything = json!({
        "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "clusterScope": true, "namespaces": ["*"],
    });
    let account =
        json!({"kind": "ServiceAccount", "serviceAccount": {"namespace": NAMESPACE, "name": "lookout"}});
    let schema = json!({
        "metadata": {"name": NAMESPACE},
        "spec": {
            "priorityLevelConfiguration": {"name": NAMESPACE}, "matchingPrecedence": 2,
            "rules": [{
                "subjects": [account], "resourceRules": [everything],
                "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
            }],
        },
    });
    let api = control_plane.api();
    api.create(&format!("{FLOW}/prioritylevelconfigurations"), &level);
    api.create(&format!("{FLOW}/flowschemas"), &schema);
}

/// How many requests of the account the server has refused so, by its own account.
fn refused(control_plane: &ControlPlane, account: &Account) -> usize {
    let requests = control_plane.requests_of(&account.user());
    let refused = requests.iter().filter(|entry| entry["responseStatus"]["code"] == 429);
    refused.filter(|entry| entry["stage"] == "ResponseComplete").count()
}

fn is_up(scrape: &Scrape) -> bool {
    rows(scrape, "x509_source_up", &[("source_kind", "kube-secret")]).iter().any(|row| row.value == 1.0)
}

fn count(scrape: &Scrape) -> usize {
    rows(scrape, "x509_cert_not_after", &[("secret_namespace", NAMESPACE)]).len()
}

impl Seat {
    /// Begins a review, which everybody may ask for, and never comes to the end of the question; the server waits for it for a minute, and
    /// then it is begun again.
    #[track_caller]
    fn take(control_plane: &ControlPlane, token: &str) -> Self {
        let api = control_plane.api().with_token(token);
        let is_taken = || api.ask("GET", "/version", None).is_some_and(|answer| answer.status == 429);
        running::until("a seat that is taken", || {
            let seat = Self::try_take(control_plane, token);
            // Somebody else may have sat there at that moment.
            (0..TRIES)
                .any(|_| {
                    std::thread::sleep(PAUSE);
                    is_taken()
                })
                .then_some(seat)
        })
    }

    fn try_take(control_plane: &ControlPlane, token: &str) -> Self {
        let mut shell = Command::new("sh");
        // `sleep` holds the question open, and never writes.
        shell.args(["-c", r#"sleep 3600 | while :; do "$@"; sleep 0.1; done"#, "seat"]).arg(tool("CURL"));
        shell.args(["--silent", "--max-time", "55", "--request", "POST", "--upload-file", "-", "--cacert"]);
        shell.arg(&control_plane.authority.certificate);
        shell.args(["--header", &format!("Authorization: Bearer {token}")]);
        shell.args(["--header", "Content-Type: application/json"]);
        let path = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        shell.arg(format!("https://{}/{path}", control_plane.address));
        shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        Self(shell.spawn().expect("a shell can be started"))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // The whole group: what it has begun must not go on sitting there.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-s", "KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}
