//! Label sets: a tuple of up to four labels, or a struct with named fields for wider ones.
//!
//! The number and the types of the labels are part of the metric's type: a collector that leaves one out, or gives
//! a bare string for an enum, does not compile. Above four, positions get swapped unnoticed, so `labels!` names them.

use crate::{Label, LabelInfo, LabelText};

/// The label set of a metric. Implemented for tuples here and by [`labels!`](crate::labels).
pub trait Labels {
    /// The values of one row.
    type Values<'a>: Copy;
    /// The labels in their order of declaration, which is their order in the exposition.
    const INFO: &'static [LabelInfo];
    /// Calls `visitor` with each label's name and value, in order.
    fn visit<'a>(values: Self::Values<'a>, visitor: &mut impl FnMut(&'static str, LabelText<'a>));
}

macro_rules! tuples {
    ($(($($Label:ident $value:ident),*))*) => { $(
        impl<$($Label: Label),*> Labels for ($($Label,)*) {
            type Values<'a> = ($($Label::Value<'a>,)*);
            const INFO: &'static [LabelInfo] = &[$(LabelInfo::of::<$Label>()),*];
            #[allow(unused_variables, clippy::unused_unit, reason = "the empty tuple has nothing to visit")]
            fn visit<'a>(($($value,)*): Self::Values<'a>, visitor: &mut impl FnMut(&'static str, LabelText<'a>)) {
                $(visitor($Label::NAME, $value.into());)*
            }
        }
    )* };
}
tuples! { () (A a) (A a, B b) (A a, B b, C c) (A a, B b, C c, D d) }

/// Declares a label set with named fields. The metric's type is `Gauge<Name<'static>>`.
///
/// ```
/// use lookout_declarations::{Gauge, label, labels};
/// label! {
///     /// The consumer group.
///     pub Group = "consumergroup";
///     /// The partition's number.
///     pub Partition: i32 = "partition";
/// }
/// labels! {
///     /// Where a group stands.
///     pub struct Position { pub group: Group, pub partition: Partition }
/// }
/// pub const LAG: Gauge<Position<'static>> = Gauge::new("kafka_consumergroup_lag", "Records behind.");
/// let row = Position { group: "billing", partition: 3 };
/// # let _ = row;
/// ```
#[macro_export]
macro_rules! labels {
    ($(#[$meta:meta])* $vis:vis struct $Set:ident { $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $Label:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $vis struct $Set<'a> {
            $(
                #[doc = concat!("The value of the label `", stringify!($field), "`.")]
                $(#[$field_meta])*
                $field_vis $field: <$Label as $crate::Label>::Value<'a>,
            )+
        }

        impl $crate::Labels for $Set<'static> {
            type Values<'a> = $Set<'a>;
            const INFO: &'static [$crate::LabelInfo] = &[$($crate::LabelInfo::of::<$Label>()),+];
            fn visit<'a>(
                values: Self::Values<'a>,
                visitor: &mut impl FnMut(&'static str, $crate::LabelText<'a>),
            ) {
                // Exhaustive on purpose: a field that is not visited does not compile.
                let $Set { $($field),+ } = values;
                $(visitor(<$Label as $crate::Label>::NAME, $field.into());)+
            }
        }
    };
}
