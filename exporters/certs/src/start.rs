//! The sources, from the settings.

use std::collections::HashMap;

use lookout_certs_spec::Settings;
use lookout_runtime::Driver;

use crate::endpoints::{EndpointSource, Target, TrustSource};
use crate::files::{FileSource, Plan};

/// Adds the sources of `settings` to `driver`; nothing for what is not configured.
///
/// Settings that were validated are used entirely. Of others, what cannot be used is left out and logged as an error.
pub fn start(settings: &Settings, driver: &mut Driver) {
    if !settings.enabled {
        return;
    }
    match Plan::new(settings) {
        Ok(plan) if plan.places.is_empty() => {}
        Ok(plan) => driver.add(FileSource::description(settings), FileSource::new(plan, settings)),
        Err(error) => tracing::error!(%error, "no file is watched, because a path cannot be read"),
    }
    let mut stores = HashMap::new();
    for endpoint in &settings.endpoints {
        let target = match Target::new(endpoint, settings) {
            Ok(target) => target,
            Err(error) => {
                tracing::error!(%error, "an endpoint is not watched");
                continue;
            }
        };
        let store = stores.entry(target.trusted_roots.clone()).or_insert_with_key(|roots| {
            let (source, store) = TrustSource::new(roots.clone());
            driver.add(TrustSource::description(roots, settings), source);
            store
        });
        let store = store.clone();
        driver.add(EndpointSource::description(&target, settings), EndpointSource::new(target, store));
    }
}
