//! Workloads: which Secrets with certificates they use.

use std::sync::Arc;

use lookout_certs::cluster::stored::{Held, StoredObject};
use lookout_certs::cluster::workloads::{WorkloadKind, WorkloadReader, Workloads, assess};
use lookout_certs::parse::parse;
use lookout_kubernetes::{Entry, ObjectKey, View};

use super::objects::{ones, read, scrape, text, view};
use crate::support::fixture;

#[test]
fn every_place_of_a_pod_that_names_a_secret_is_seen() {
    let deployment = WorkloadReader { kind: WorkloadKind::Deployment };
    let secrets = read(&deployment, &text("deployment")).unwrap().object;
    let names: Vec<_> = secrets.iter().map(|name| &**name).collect();
    assert_eq!(names, ["bundle-ca", "database", "init-ca", "settings", "shop-tls"]);
    let without = r#"{"metadata":{"name":"x"},"spec":{"template":{"spec":{"volumes":[{"emptyDir":{}}],"containers":[{}]}}}}"#;
    assert!(read(&deployment, without).is_none());
}

#[test]
fn a_cron_job_speaks_for_its_jobs() {
    let pod = r#"{"volumes":[{"secret":{"secretName":"job-tls"}}]}"#;
    let cron_job = format!(
        r#"{{"metadata":{{"name":"x"}},"spec":{{"jobTemplate":{{"spec":{{"template":{{"spec":{pod}}}}}}}}}}}"#
    );
    let secrets = read(&WorkloadReader { kind: WorkloadKind::CronJob }, &cron_job).unwrap().object;
    assert_eq!(&*secrets, &["job-tls".into()]);
    let job = |owners: &str| {
        format!(
            r#"{{"metadata":{{"name":"x","ownerReferences":{owners}}},"spec":{{"template":{{"spec":{pod}}}}}}}"#
        )
    };
    let reader = WorkloadReader { kind: WorkloadKind::Job };
    assert!(read(&reader, &job("[]")).is_some());
    assert!(read(&reader, &job(r#"[{"kind":"CronJob","name":"x"}]"#)).is_none());
}

#[test]
fn only_secrets_that_hold_certificates_are_named() {
    let deployments = view(&WorkloadReader { kind: WorkloadKind::Deployment }, &[&text("deployment")]);
    let certificate = Arc::new(parse(&fixture("root.pem"), 1).certificates.remove(0));
    let held = Held { entry: "tls.crt".into(), certificate, discriminator: None };
    let secret = |namespace: &str, name: &str, certificates: &[Held]| Entry {
        key: ObjectKey::new(namespace, name),
        object: StoredObject { certificates: certificates.into(), ..StoredObject::default() },
    };
    let secrets = View::new([
        secret("shop", "shop-tls", std::slice::from_ref(&held)),
        secret("other", "database", std::slice::from_ref(&held)),
        secret("shop", "bundle-ca", std::slice::from_ref(&held)),
        secret("shop", "settings", &[]),
    ]);
    let workloads = Workloads {
        views: [deployments, View::default(), View::default(), View::default(), View::default()],
        secrets,
    };
    let shown = scrape(|batch| assess(&workloads, batch));
    assert_eq!(
        ones(
            &shown,
            "certs_secret_workload_info",
            &["secret_namespace", "secret_name", "workload_kind", "workload"]
        ),
        ["shop bundle-ca Deployment shop", "shop shop-tls Deployment shop"]
    );
}
