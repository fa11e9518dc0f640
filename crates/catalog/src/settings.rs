//! The whole configuration file: one section per exporter.
//!
//! The sections are listed once, in a macro, because each must be checked and asked for renamed keys too: a section
//! whose `Validate` is not called is not checked, and no compiler would say so.

use lookout_config::{Complaints, Renames, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! sections {
    ($(#[$meta:meta])* pub struct Settings { $(#[doc = $doc:literal] pub $section:ident: $Type:ty,)+ }) => {
        $(#[$meta])*
        pub struct Settings {
            $(#[doc = $doc] pub $section: $Type,)+
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
        /// The exporter `certs`.
        pub certs: lookout_certs_spec::Settings,
        // new-exporter: add above
    }
}
