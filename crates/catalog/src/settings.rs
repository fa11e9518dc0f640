//! The whole configuration file: one section per exporter.
//!
//! The sections are listed once, in a macro, because each must be checked, asked for renamed keys and, if it is an
//! exporter's, for its series budget, whether it is switched on and what it declares: a section whose `Validate` is not
//! called is not checked, and no compiler would say so.

use lookout_config::{Complaints, Renames, Validate};
use lookout_declarations::{Declared, Declares as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! sections {
    (
        $(#[$meta:meta])* pub struct Settings {
            exporters { $(#[doc = $doc:literal] pub $section:ident: $Type:ty,)+ }
            others { $(#[doc = $other_doc:literal] pub $other:ident: $Other:ty,)* }
        }
    ) => {
        $(#[$meta])*
        pub struct Settings {
            $(#[doc = $doc] pub $section: $Type,)+
            $(#[doc = $other_doc] pub $other: $Other,)*
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

        impl Settings {
            /// What every exporter declares for these settings, in the order of [`ALL`](crate::ALL), and then what the objectives do.
            pub fn declared(&self) -> Vec<Declared> {
                let mut declared = vec![Declared::from(&lookout_self_metrics::SPEC)];
                $(declared.push(self.$section.declared());)+
                declared.push(self.objectives.declared());
                declared
            }
        }

        impl Validate for Settings {
            fn validate(&self, complaints: &mut Complaints) {
                $(complaints.section(stringify!($section), &self.$section);)+
                $(complaints.section(stringify!($other), &self.$other);)*
            }

            fn renamed(renames: &mut Renames) {
                $(renames.section::<$Type>(stringify!($section));)+
                $(renames.section::<$Other>(stringify!($other));)*
            }
        }
    };
}

sections! {
    /// The configuration of Lookout: one section per exporter. Whatever is left out has the default shown.
    #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Settings {
        exporters {
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
        others {
            // Sections of no exporter.
            /// What was promised of the platform.
            pub objectives: lookout_objectives::Settings,
            /// Who is told of which alert.
            pub notifications: lookout_notifications::Settings,
        }
    }
}
