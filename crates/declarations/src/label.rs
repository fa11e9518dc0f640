//! Labels: a name, the type of its values and, where the values are a closed list, that list.
//!
//! Why types: a label is named by its type (`Group`), so a collector cannot swap two strings' meaning silently and
//! a selector cannot misspell one. Enum labels carry their values, so `reason="timeuot"` does not compile.
//!
//! How to get it wrong: giving a label whose values come from outside (a subject, a topic) a closed list, or an
//! unbounded one (an error's text) any label at all. Errors are [`Reason`](crate::Reason)s.

/// A label of a metric. Implemented by [`label!`](crate::label), not by hand.
pub trait Label {
    /// What a collector gives as the value: a `&str`, an integer, or the enum of a closed list.
    type Value<'a>: Copy + Into<LabelText<'a>>;
    /// The label's name in the exposition.
    const NAME: &'static str;
    /// What the label says, one sentence; taken from the doc comment.
    const DESCRIPTION: &'static str;
    /// The closed list of values; empty where values come from the outside.
    const VALUES: &'static [ValueInfo] = &[];
}

/// One value of a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueInfo {
    /// The value as exposed.
    pub value: &'static str,
    /// What it means, one sentence.
    pub description: &'static str,
}

/// A label as rules, documentation and tests see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelInfo {
    /// The label's name in the exposition.
    pub name: &'static str,
    /// What the label says.
    pub description: &'static str,
    /// The closed list of values; empty where values come from the outside.
    pub values: &'static [ValueInfo],
}

impl LabelInfo {
    /// The erased form of `L`.
    pub const fn of<L: Label>() -> Self {
        Self { name: L::NAME, description: L::DESCRIPTION, values: L::VALUES }
    }

    /// Whether `value` may appear: always for an open label, else only if it is listed.
    pub fn admits(&self, value: &str) -> bool {
        self.values.is_empty() || self.values.iter().any(|known| known.value == value)
    }
}

/// A label's value on its way to the encoder, which escapes what needs it.
///
/// An empty text stands for "does not apply": the label is not written, which Prometheus treats as absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelText<'a> {
    /// A text from the outside: to be escaped and bounded.
    Text(&'a str),
    /// A text of ours, from a closed list: ASCII without anything to escape.
    Known(&'static str),
    /// An integer, such as a partition.
    Integer(i64),
}

impl<'a> From<&'a str> for LabelText<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for LabelText<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<i32> for LabelText<'_> {
    fn from(integer: i32) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<u32> for LabelText<'_> {
    fn from(integer: u32) -> Self {
        Self::Integer(integer.into())
    }
}

/// Declares labels. The doc comment is the label's description everywhere it is shown.
///
/// ```
/// lookout_declarations::label! {
///     /// The consumer group.
///     pub Group = "consumergroup";
///     /// The partition's number.
///     pub Partition: i32 = "partition";
///     /// How a certificate is used.
///     pub RoleLabel = "role" in Role {
///         /// Signs others.
///         Authority = "authority",
///         /// Identifies a server.
///         Leaf = "leaf",
///     }
/// }
/// assert_eq!(Role::Leaf.as_str(), "leaf");
/// ```
#[macro_export]
macro_rules! label {
    () => {};
    ($(#[doc = $doc:literal])+ $vis:vis $Label:ident = $name:literal; $($rest:tt)*) => {
        $crate::label!(@open [$($doc)+] $vis $Label, &'a str, $name);
        $crate::label! { $($rest)* }
    };
    ($(#[doc = $doc:literal])+ $vis:vis $Label:ident: $Value:ty = $name:literal; $($rest:tt)*) => {
        $crate::label!(@open [$($doc)+] $vis $Label, $Value, $name);
        $crate::label! { $($rest)* }
    };
    ($(#[doc = $doc:literal])+ $vis:vis $Label:ident = $name:literal in $Enum:ident {
        $($(#[doc = $value_doc:literal])+ $Variant:ident = $value:literal),+ $(,)?
    } $($rest:tt)*) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        $vis struct $Label;

        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $Enum { $($(#[doc = $value_doc])+ $Variant),+ }

        impl $Enum {
            /// Every value, in the order of declaration.
            $vis const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The value as exposed.
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $value),+ }
            }

            /// What the value means.
            #[allow(dead_code)]
            $vis const fn description(self) -> &'static str {
                match self { $(Self::$Variant => concat!($($value_doc),+).trim_ascii()),+ }
            }
        }

        impl ::core::fmt::Display for $Enum {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl From<$Enum> for $crate::LabelText<'_> {
            fn from(value: $Enum) -> Self { Self::Known(value.as_str()) }
        }

        impl $crate::Label for $Label {
            type Value<'a> = $Enum;
            const NAME: &'static str = $name;
            const DESCRIPTION: &'static str = concat!($($doc),+).trim_ascii();
            const VALUES: &'static [$crate::ValueInfo] = &[$($crate::ValueInfo {
                value: $value,
                description: concat!($($value_doc),+).trim_ascii(),
            }),+];
        }

        $crate::label!(@display $Label, $name);
        $crate::label! { $($rest)* }
    };
    (@open [$($doc:literal)+] $vis:vis $Label:ident, $Value:ty, $name:literal) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        $vis struct $Label;

        impl $crate::Label for $Label {
            type Value<'a> = $Value;
            const NAME: &'static str = $name;
            const DESCRIPTION: &'static str = concat!($($doc),+).trim_ascii();
        }

        $crate::label!(@display $Label, $name);
    };
    (@display $Label:ident, $name:literal) => {
        /// A label prints as its name, so that PromQL text can capture it: `sum by ({Group}) (…)`.
        impl ::core::fmt::Display for $Label {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str($name)
            }
        }
    };
}
