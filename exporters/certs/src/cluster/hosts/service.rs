//! How a Service is read whose annotations name the Secret that it is served with.
//!
//! OpenShift's service authority puts a certificate for `NAME.NAMESPACE.svc` into the Secret that
//! `service.beta.openshift.io/serving-cert-secret-name` names. For everybody else there are annotations of ours:
//! `lookout/tls-secret`, and where needed `lookout/tls-port` (a number) and `lookout/tls-host`.

use lookout_kubernetes::{Json, ObjectJson, ObjectKey, Reader, Resource};

use super::coverage::normal;
use super::object::{HostObject, Listener};
use crate::cluster::certmanager::short;

/// The annotations that name a Secret, ours first.
const SECRET: [&str; 3] = [
    "lookout/tls-secret",
    "service.beta.openshift.io/serving-cert-secret-name",
    "service.alpha.openshift.io/serving-cert-secret-name",
];

/// The annotation that says at which port TLS is served.
const PORT: &str = "lookout/tls-port";

/// The annotation that says which host is asked for; without it `NAME.NAMESPACE.svc`.
const HOST: &str = "lookout/tls-host";

/// The port of HTTPS.
const HTTPS: i64 = 443;

/// Reads Services; one that names no Secret is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceReader;

impl Reader for ServiceReader {
    type Object = HostObject;

    fn resource(&self) -> Resource {
        Resource { group: "", versions: &["v1"], plural: "services", kind: "Service", is_namespaced: true }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<HostObject> {
        let annotations = object.metadata().get("annotations");
        let secret =
            SECRET.iter().map(|name| short(annotations.get(name))).find(|secret| !secret.is_empty())?;
        let (namespace, name) = (object.namespace(), object.name());
        let within = format!("{name}.{namespace}.svc");
        let host = short(annotations.get(HOST));
        let host = if host.is_empty() { within.clone() } else { normal(&host) };
        let spec = object.get("spec");
        let port = short(annotations.get(PORT)).parse().ok().or_else(|| port(spec.get("ports")));
        let address = short(spec.get("clusterIP"));
        let address = if matches!(&*address, "" | "None") { within.into() } else { address };
        let listener = Listener {
            hosts: vec![host.into()],
            secrets: vec![ObjectKey::new(&namespace, &secret)],
            port: port.unwrap_or(0),
            is_passed_through: port.is_none(),
            is_permitted: true,
        };
        Some(HostObject { listeners: vec![listener], addresses: vec![address], ..HostObject::default() })
    }
}

/// The port of TLS: the only one, else 443, else the one that is called `https`.
fn port(ports: Json<'_>) -> Option<u16> {
    let ports: Vec<_> = ports.items().take(100).collect();
    let number = |port: &Json<'_>| port.get("port").integer();
    let found = match ports.as_slice() {
        [only] => number(only),
        several => {
            let is_https = |port: &&Json<'_>| number(port) == Some(HTTPS);
            let is_called_https = |port: &&Json<'_>| &*short(port.get("name")) == "https";
            several.iter().find(is_https).or_else(|| several.iter().find(is_called_https)).and_then(number)
        }
    };
    found.and_then(|port| port.try_into().ok())
}
