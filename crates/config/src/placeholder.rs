//! A stand-in for a required key that is missing.
//!
//! serde reports one missing key per attempt and cannot go on without it. Given any value that fits, it finds the
//! next one. The settings made this way are thrown away; if nothing fits, the section is given up.

use serde::{
    Deserializer,
    de::{
        IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer, StrDeserializer},
    },
};

use crate::mistake::{Kind, Mistake};

/// Whatever is wanted: zero, empty, the first variant.
pub(crate) struct Placeholder;

macro_rules! fill {
    ($($method:ident($($argument:ident: $kind:ty),*) $visit:ident($($value:expr),*);)+) => { $(
        fn $method<V: Visitor<'de>>(self, $($argument: $kind,)* visitor: V) -> Result<V::Value, Mistake> {
            visitor.$visit($($value),*).map_err(|_: Mistake| Mistake::new(Kind::Unfillable))
        }
    )+ };
}

impl<'de> Deserializer<'de> for Placeholder {
    type Error = Mistake;

    fill! {
        deserialize_any() visit_unit();
        deserialize_bool() visit_bool(false);
        deserialize_i8() visit_i8(0);
        deserialize_i16() visit_i16(0);
        deserialize_i32() visit_i32(0);
        deserialize_i64() visit_i64(0);
        deserialize_u8() visit_u8(0);
        deserialize_u16() visit_u16(0);
        deserialize_u32() visit_u32(0);
        deserialize_u64() visit_u64(0);
        deserialize_f32() visit_f32(0.0);
        deserialize_f64() visit_f64(0.0);
        deserialize_char() visit_char(' ');
        deserialize_str() visit_str("");
        deserialize_string() visit_str("");
        deserialize_bytes() visit_bytes(&[]);
        deserialize_byte_buf() visit_bytes(&[]);
        deserialize_option() visit_none();
        deserialize_unit() visit_unit();
        deserialize_unit_struct(_name: &'static str) visit_unit();
        deserialize_newtype_struct(_name: &'static str) visit_newtype_struct(Self);
        deserialize_seq() visit_seq(no_items());
        deserialize_tuple(_length: usize) visit_seq(no_items());
        deserialize_tuple_struct(_name: &'static str, _length: usize) visit_seq(no_items());
        deserialize_map() visit_map(no_entries());
        deserialize_struct(_name: &'static str, _fields: &'static [&'static str]) visit_map(no_entries());
        deserialize_identifier() visit_str("");
        deserialize_ignored_any() visit_unit();
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let first = variants.first().copied().unwrap_or_default();
        let variant: StrDeserializer<'_, Mistake> = first.into_deserializer();
        visitor.visit_enum(variant).map_err(|_| Mistake::new(Kind::Unfillable))
    }
}

fn no_items<'de>() -> SeqDeserializer<std::iter::Empty<bool>, Mistake>
where
    bool: IntoDeserializer<'de, Mistake>,
{
    SeqDeserializer::new(std::iter::empty())
}

fn no_entries<'de>() -> MapDeserializer<'de, std::iter::Empty<(&'de str, &'de str)>, Mistake> {
    MapDeserializer::new(std::iter::empty())
}
