//! The one place where the binary knows its exporters by name.
//!
//! The catalogue says which exporters there are; this file says which code collects for them. A test holds the two
//! against each other, so no spec ships without its collector. `cargo xtask new-exporter` adds the arm.

use lookout_catalog::Settings;
use lookout_runtime::Driver;

/// Adds the sources of the exporter `name` to the driver. Returns whether this build has such an exporter.
pub(crate) fn start(name: &str, settings: &Settings, driver: &mut Driver) -> bool {
    match name {
        #[cfg(feature = "certs")]
        "certs" => lookout_certs::start(&settings.certs, driver),
        // new-exporter: add above
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use lookout_catalog::{ALL, Settings};
    use lookout_exposition::Exposition;
    use lookout_runtime::{Clock, Driver};

    #[test]
    fn every_spec_of_the_catalogue_has_its_collector() {
        let mut driver = Driver::new(Exposition::new([]), Clock::system());
        let without: Vec<&str> = ALL
            .iter()
            .map(|spec| spec.name)
            // The runtime itself publishes what Lookout says of itself.
            .filter(|name| *name != lookout_self_metrics::NAME)
            .filter(|name| !super::start(name, &Settings::default(), &mut driver))
            .collect();
        assert_eq!(without, [""; 0]);
    }
}
