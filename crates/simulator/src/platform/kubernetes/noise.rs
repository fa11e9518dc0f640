//! What a cluster is full of and nobody looks for certificates in: releases of Helm, passwords, tokens.

use data_encoding::BASE64;
use jiff::Timestamp;

use super::applications::{APPLICATIONS, days_before};
use crate::SimulatorError;
use crate::kubernetes::{ApiServer, objects};

/// How many versions of each release are kept.
const VERSIONS: u32 = 3;
/// The size of a release, encoded.
const RELEASE_BYTES: usize = 48 * 1024;

/// Adds them.
pub(super) fn add(api: &ApiServer, now: Timestamp) -> Result<(), SimulatorError> {
    let release = BASE64.encode(&crate::noise::noise().take(RELEASE_BYTES / 4 * 3).collect::<Vec<u8>>());
    for application in APPLICATIONS {
        let namespace = application.name;
        for version in 1..=VERSIONS {
            let status = if version == VERSIONS { "deployed" } else { "superseded" };
            let version = version.to_string();
            let name = format!("sh.helm.release.v1.{namespace}.v{version}");
            let secret =
                objects::secret(namespace, &name, "helm.sh/release.v1", &[("release", release.as_bytes())]);
            let labels =
                [("owner", "helm"), ("name", namespace), ("status", status), ("version", version.as_str())];
            api.apply(objects::created(objects::labelled(secret, &labels), days_before(now, 90)))?;
        }
        let password = [("username", namespace.as_bytes()), ("password", b"not-a-certificate")];
        api.apply(objects::secret(namespace, "database-credentials", "Opaque", &password))?;
    }
    Ok(())
}
