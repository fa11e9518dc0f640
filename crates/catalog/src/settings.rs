//! The whole configuration file: one section per exporter.
//!
//! The sections are listed once, in a macro, because each must be checked, asked for renamed keys and for its series
//! budget and whether it is switched on too: a section whose `Validate` is not called is not checked, and no compiler would say so.

use lookout_config::{Complaints, Renames, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! sections {
    ($(#[$meta:meta])* pub struct Settings { $(#[doc = $doc:literal] pub $section:ident: $Type:ty,)+ }) => {
        $(#[$meta])*
        pub struct Settings {
            $(#[doc = $doc] pub $section: $Type,)+
        }

        impl Settings {
            /// How many series `exporter` may serve; `None` if there is no section for it.
            pub fn series_budget(&self, exporter: &str) -> Option<usize> {
                $(
                    if exporter.replace('-', "_") == stringify!($section) {
                        return Some(self.$section.series_budget);
                    }
                )+
                None
            }

            /// The key that switches `exporter` off, if the settings do; such as `certs.enabled`.
            pub fn switched_off_by(&self, exporter: &str) -> Option<&'static str> {
                $(
                    if exporter.replace('-', "_") == stringify!($section) && !self.$section.enabled {
                        return Some(concat!(stringify!($section), ".enabled"));
                    }
                )+
                None
            }
        }

        impl Validate for Settings {
            fn validate(&self, complaints: &mut Complaints) {
                $(complaints.section(stringify!($section), &self.$section);)+
            }

            fn renamed(renames: &mut Renames) {
                $(renames.section::<$Type>(stringify!($section));)+
            }
        }
    };
}

sections! {
    /// The configuration of Lookout: one section per exporter. Whatever is left out has the default shown.
    #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Settings {
        /// How the Kubernetes API is reached, for every exporter that reads it.
        pub kubernetes: lookout_kubernetes_spec::Settings,
        /// The exporter `certs`.
        pub certs: lookout_certs_spec::Settings,
        /// The exporter `probe`.
        pub probe: lookout_probe_spec::Settings,
        /// The exporter `kafka`.
        pub kafka: lookout_kafka_spec::Settings,
        // new-exporter: add above
    }
}
