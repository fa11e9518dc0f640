//! The story of a kubeconfig that comes to lead to another cluster while it is in use, as kubectl and people make it: two API servers
//! of the simulator, and what is never shown is something of both.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::api::Kubectl;
use super::lookout::{Lookout, Start, replace, rows};
use super::simulated::Spoken;
use crate::steps::Steps;
use crate::tools::tool;
use crate::watcher::Watcher;

/// How many certificates each cluster has. Their names are the same, so something of both would be another number.
const OF_ONE: usize = 12;
const OF_TWO: usize = 18;

#[test]
fn a_kubeconfig_that_leads_elsewhere_is_followed_there_and_nothing_of_both_is_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [(_one, of_one), (_two, of_two)] = [OF_ONE, OF_TWO].map(cluster);
    let [first, second, link] = ["first", "second", "link"].map(|name| folder.path().join(name));
    replace(&first, &merged("one", &of_one, &of_two).to_string());
    replace(&second, &merged("one", &of_one, &of_two).to_string());
    symlink(&first, &link).expect("a link can be made");
    let cluster = json!({"ca_bundles": false, "cert_manager": false, "hosts": false, "workloads": false});
    let mut lookout = Start::with_kubeconfig(&link, &cluster).start();
    until_shown(&mut lookout, OF_ONE);
    let watcher = Watcher::start(&lookout.serve.address, |scrape| match count(scrape) {
        0 | OF_ONE | OF_TWO => Vec::new(),
        found => vec![format!("{found} certificates")],
    });
    let mut steps = Steps::default();
    steps.take("kubectl_uses_another_context", || {
        let kubectl = Kubectl { kubeconfig: first.clone() };
        kubectl.run(&["config", "use-context", "two"]);
        until_shown(&mut lookout, OF_TWO);
    });
    steps.take("the_link_is_exchanged", || {
        let new = folder.path().join("new");
        symlink(&second, &new).expect("a link can be made");
        std::fs::rename(&new, &link).expect("the link can be exchanged");
        until_shown(&mut lookout, OF_ONE);
    });
    steps.take("the_address_is_edited_in_place", || {
        let mut edited = merged("one", &of_one, &of_two);
        edited["clusters"][0]["cluster"] = edited["clusters"][1]["cluster"].clone();
        std::fs::write(&second, edited.to_string()).expect("it can be written");
        until_shown(&mut lookout, OF_TWO);
    });
    steps.take("where_nobody_listens_nothing_of_before_is_left", || {
        let mut edited = merged("one", &of_one, &of_two);
        edited["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1".into();
        replace(&second, &edited.to_string());
        until_shown(&mut lookout, 0);
        lookout.until("a source that is down", |scrape| {
            rows(scrape, "x509_source_up", &[("source_kind", "kube-secret")])
                .iter()
                .any(|row| row.value == 0.0)
                .then_some(())
        });
        replace(&second, &merged("two", &of_one, &of_two).to_string());
        until_shown(&mut lookout, OF_TWO);
    });
    let seen = watcher.end();
    println!("    {} scrapes meanwhile", seen.scrapes);
    steps.take("no_scrape_showed_something_of_both", || assert_eq!(seen.false_rows, Vec::<String>::new()));
    steps.end();
}

/// A cluster with so many certificates, and its kubeconfig.
fn cluster(certificates: usize) -> (Spoken, Value) {
    let mut command = Command::new(tool("SIMULATED_KUBERNETES"));
    // Each Secret has the certificate of its issuer, too.
    command.args([certificates / 2, 3, 0].map(|number| number.to_string()));
    let simulator = Spoken::start(&mut command);
    let file = PathBuf::from(simulator.line());
    let text = std::fs::read_to_string(file).expect("the kubeconfig can be read");
    (simulator, serde_json::from_str(&text).expect("the simulator's kubeconfig is JSON"))
}

/// A kubeconfig with a context for each cluster.
fn merged(current: &str, one: &Value, two: &Value) -> Value {
    let clusters = [("one", one), ("two", two)]
        .map(|(name, of)| json!({"name": name, "cluster": of["clusters"][0]["cluster"]}));
    let contexts =
        ["one", "two"].map(|name| json!({"name": name, "context": {"cluster": name, "user": "lookout"}}));
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": current, "clusters": clusters, "contexts": contexts,
        "users": [{"name": "lookout", "user": one["users"][0]["user"]}],
    })
}

#[track_caller]
fn until_shown(lookout: &mut Lookout, wanted: usize) {
    let begun = std::time::Instant::now();
    lookout.until("as many certificates as wanted", |scrape| (count(scrape) == wanted).then_some(()));
    println!("    {wanted} certificates after {} ms", begun.elapsed().as_millis());
}

fn count(scrape: &Scrape) -> usize {
    scrape.samples().filter(|sample| sample.name == "x509_cert_not_after").count()
}
