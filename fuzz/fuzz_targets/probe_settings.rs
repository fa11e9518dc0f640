//! The texts of the settings that have a grammar of their own: patterns of targets, networks, hosts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lookout_probe_spec::host::Host;
use lookout_probe_spec::network::Network;
use lookout_probe_spec::pattern::TargetPattern;
use lookout_probe_spec::policy::AddressPolicy;

fuzz_target!(|text: &str| {
    if let Ok(network) = text.parse::<Network>() {
        assert_eq!(network.to_string().parse(), Ok(network));
        assert!(network.contains(network.first()));
        // What is open passes, unless it is a metadata service.
        let verdict = AddressPolicy::new(vec![network]).judge(network.first());
        let is_metadata = verdict == Err(lookout_probe_spec::policy::Forbidden::Metadata);
        assert!(verdict.is_ok() || is_metadata || network.first().to_canonical() != network.first());
    }
    if let Ok(host) = text.parse::<Host>() {
        assert_eq!(host.to_string().parse(), Ok(host.clone()));
        if let Ok(pattern) = text.parse::<TargetPattern>() {
            assert!(pattern.matches(&host, 1), "a host is a pattern of itself");
        }
    }
    let _ = text.parse::<TargetPattern>();
});
