//! The web configuration, side by side with exporter-toolkit's own server: the same files, the same clients.
//!
//! The files are the toolkit's own test configurations, read from its module, and some two hundred of ours. What is
//! compared is the verdict on each file, and for those that both take: who is let in and how (versions, suites,
//! curves, certificates, users, rates), with which protocol, status and headers. Where we differ knowingly, the table
//! in `deviations.rs` says why; it is complete in both directions.

mod cases;
mod clients;
mod deviations;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use self::cases::Case;
use self::clients::{Client, Identities};
use self::deviations::{BEHAVIOUR, Deviation, Difference, VERDICTS};
use crate::certificates::Authority;
use crate::serve::Serve;
use crate::toolkit::{self, Outcome, Scenario, ToolkitServer};
use crate::tools::{run, tool, words};

/// Exit code of `lookout config check-web` for a file that is wrong.
const WRONG: i32 = 3;

/// The authority whose folder holds everything, what clients come with, and all configurations.
struct Setting {
    authority: Authority,
    _other: Authority,
    identities: Identities,
    cases: Vec<Case>,
}

impl Setting {
    fn new() -> Self {
        let (authority, other) = (Authority::new(), Authority::new());
        let mut identities = clients::identities(&authority, &other);
        let testdata = tool("TOOLKIT_TESTDATA");
        identities.extend(["client_selfsigned", "client2_selfsigned"].map(|name| {
            let at = |ending: &str| testdata.join(format!("{name}.{ending}"));
            (name, crate::certificates::Identity { certificate: at("pem"), key: at("key") })
        }));
        let cases = [cases::of_the_toolkit(&testdata), cases::of_ours(&authority)].concat();
        Self { authority, _other: other, identities, cases }
    }

    fn files(&self) -> Vec<PathBuf> {
        self.cases.iter().map(|case| case.file.clone()).collect()
    }
}

#[test]
fn the_same_files_are_accepted_as_by_exporter_toolkit() {
    let setting = Setting::new();
    let log = setting.authority.folder().join("toolkit.log");
    let mut differences = Vec::new();
    for (case, mut complaint) in setting.cases.iter().zip(toolkit::validate(&setting.files())) {
        if complaint.is_empty() {
            // What only its server finds wrong, when it starts, counts too.
            complaint = ToolkitServer::start(&case.file, &log).err().unwrap_or_default();
        }
        let (accepted, said) = check(&case.file);
        assert!(!said.contains("panicked"), "{}: {said}", case.name);
        if accepted != complaint.is_empty() {
            differences.push(Difference {
                case: case.name.clone(),
                client: String::new(),
                what: "verdict",
                theirs: if complaint.is_empty() { "accepted".to_owned() } else { complaint },
                ours: if accepted { "accepted".to_owned() } else { said },
            });
        }
    }
    judge(&differences, VERDICTS);
}

#[test]
fn the_same_clients_are_served_as_by_exporter_toolkit() {
    let setting = Setting::new();
    let complaints = toolkit::validate(&setting.files());
    let accepted = setting.cases.iter().zip(complaints).filter(|(_, complaint)| complaint.is_empty());
    let mut differences = Vec::new();
    let mut n_compared = 0;
    for (case, _) in accepted.filter(|(case, _)| check(&case.file).0) {
        let log = setting.authority.folder().join("toolkit.log");
        let theirs = ToolkitServer::start(&case.file, &log);
        let ours = Serve::try_with_web_configuration(&case.file);
        match (theirs, ours) {
            (Ok(theirs), Ok(ours)) => {
                let text = std::fs::read_to_string(&case.file).expect("the configuration can be read");
                let clients = clients::clients(&text, &setting.identities);
                let [their_outcomes, our_outcomes] = act([&theirs.address, &ours.address], &clients);
                for ((client, theirs), ours) in clients.iter().zip(their_outcomes).zip(our_outcomes) {
                    n_compared += 1;
                    compare(&case.name, &client.0, &theirs, &ours, &mut differences);
                }
            }
            (Err(_), Err(_)) => {}
            (theirs, ours) => differences.push(Difference {
                case: case.name.clone(),
                client: String::new(),
                what: "starts",
                theirs: theirs.err().unwrap_or_else(|| "serves".to_owned()),
                ours: ours.err().unwrap_or_else(|| "serves".to_owned()),
            }),
        }
    }
    assert!(n_compared > 3500, "only {n_compared} outcomes were compared");
    println!("{n_compared} outcomes compared, {} differences", differences.len());
    judge(&differences, BEHAVIOUR);
}

/// Whether we accept a file, and what we say of it.
fn check(file: &Path) -> (bool, String) {
    let output = run(Command::new(tool("LOOKOUT")).args(["config", "check-web"]).arg(file), b"");
    match output.status.code() {
        Some(0) => (true, words(&output)),
        Some(WRONG) => (false, words(&output)),
        _ => panic!("checking {} ended with {}: {}", file.display(), output.status, words(&output)),
    }
}

/// What comes of the clients at each address.
fn act(addresses: [&String; 2], clients: &[Client]) -> [Vec<Outcome>; 2] {
    let at = |address: &String| {
        let scenarios: Vec<Scenario> = clients
            .iter()
            .map(|(_, scenario)| Scenario { address: address.clone(), ..scenario.clone() })
            .collect();
        toolkit::act(&scenarios)
    };
    thread::scope(|scope| {
        addresses
            .map(|address| scope.spawn(move || at(address)))
            .map(|thread| thread.join().expect("it ends"))
    })
}

/// What an operator or a scraper would notice.
fn compare(case: &str, client: &str, theirs: &Outcome, ours: &Outcome, differences: &mut Vec<Difference>) {
    let mut hold = |what: &'static str, show: fn(&Outcome) -> String| {
        let (theirs, ours) = (show(theirs), show(ours));
        let same = theirs == ours;
        if !same {
            differences.push(Difference {
                case: case.to_owned(),
                client: client.to_owned(),
                what,
                theirs,
                ours,
            });
        }
        same
    };
    if !hold("outcome", outcome) {
        return;
    }
    if ours.refused.is_empty() {
        hold("version", |outcome| outcome.version.clone());
        hold("cipher", |outcome| outcome.cipher.clone());
        hold("curve", |outcome| outcome.curve.clone());
        hold("protocol", |outcome| outcome.protocol.clone());
        hold("certificate", |outcome| outcome.certificate.clone());
        hold("http", |outcome| each(outcome, |answer| answer.version.clone()));
        let headers = |outcome: &Outcome| {
            outcome.answers.iter().flatten().map(|answer| answer.headers.clone()).collect::<Vec<_>>()
        };
        for (theirs, ours) in headers(theirs).iter().zip(headers(ours)) {
            compare_headers(case, client, theirs, &ours, differences);
        }
    } else if [theirs, ours].iter().all(|outcome| !AFTERWARDS.contains(&outcome.refused.as_str())) {
        hold("alert", |outcome| outcome.refused.clone());
    }
}

/// What Go's client says if it wrote its request before it read the alert, and so never reads it.
const AFTERWARDS: [&str; 5] = [
    "closed",
    "client conn could not be established",
    "server closed idle connection",
    "PROTOCOL_ERROR",
    "the connection was closed",
];

fn compare_headers(
    case: &str,
    client: &str,
    theirs: &BTreeMap<String, String>,
    ours: &BTreeMap<String, String>,
    differences: &mut Vec<Difference>,
) {
    let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    for name in names {
        let value = |headers: &BTreeMap<String, String>| {
            headers.get(name).map_or("absent".to_owned(), |v| format!("{name}: {v}"))
        };
        let (theirs, ours) = (value(theirs), value(ours));
        if theirs != ours {
            differences.push(Difference {
                case: case.to_owned(),
                client: client.to_owned(),
                what: "header",
                theirs,
                ours,
            });
        }
    }
}

/// Whether a client was refused, else the status of each answer.
fn outcome(outcome: &Outcome) -> String {
    let refused = if outcome.refused.is_empty() { "" } else { "refused" };
    each(outcome, |answer| answer.status.to_string()) + refused
}

fn each(outcome: &Outcome, show: impl Fn(&toolkit::Answer) -> String) -> String {
    outcome.answers.iter().flatten().map(|answer| show(answer) + " ").collect()
}

/// Fails for each difference that the table does not explain, and for each of its lines that explains nothing.
#[track_caller]
fn judge(differences: &[Difference], table: &[Deviation]) {
    let unexplained: Vec<String> = differences
        .iter()
        .filter(|difference| !table.iter().any(|line| line.explains(difference)))
        .map(|d| {
            format!(
                "{} / {} / {}:\n    theirs: {}\n    ours:   {}",
                d.case, d.client, d.what, d.theirs, d.ours
            )
        })
        .collect();
    let idle: Vec<&Deviation> =
        table.iter().filter(|line| !differences.iter().any(|difference| line.explains(difference))).collect();
    assert!(
        unexplained.is_empty(),
        "{} differences that nothing explains:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    assert!(idle.is_empty(), "lines of the table that nothing shows any more: {idle:#?}");
    assert!(table.iter().all(|line| line.why.len() > 20), "a deviation without a reason");
}
