//! The tree as serde reads it.
//!
//! What kind of value is wanted is checked here and not left to the visitors, whose words ("expected struct
//! `Endpoint`") mean nothing to somebody who writes YAML. Nothing (`key:` with no value) is an empty section, list or
//! option, so that all of a section can be commented out; it is never an empty text or a zero.

use serde::{
    Deserializer,
    de::{Error as _, Expected, Visitor},
    forward_to_deserialize_any,
};

use crate::{
    access::{Entries, Items},
    mistake::{Kind, Mistake},
    number,
    quote::quoted,
    tree::{Content, Node, Scalar},
    variant::VariantOf,
};

/// A node to be deserialised.
#[derive(Clone, Copy)]
pub(crate) struct FromNode<'tree>(pub(crate) &'tree Node);

// === impl FromNode ===

impl<'tree> FromNode<'tree> {
    /// What the node is, in words.
    fn found(self) -> &'static str {
        match &self.0.content {
            Content::Scalar(scalar) if scalar.is_null() => "nothing",
            Content::Scalar(scalar) if !scalar.plain => "text in quotation marks",
            Content::Scalar(scalar) if number::truth(&scalar.text).is_some() => "a truth value",
            Content::Scalar(scalar) if number::finite(&scalar.text).is_some() => "a number",
            Content::Scalar(_) => "text",
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a mapping",
        }
    }

    fn scalar(self, expected: &str) -> Result<&'tree Scalar, Mistake> {
        match &self.0.content {
            Content::Scalar(scalar) if !scalar.is_null() => Ok(scalar),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// The text of a value that is no text: a number, a truth value.
    fn plain(self, expected: &str) -> Result<&'tree str, Mistake> {
        match self.scalar(expected)? {
            Scalar { text, plain: true } => Ok(text),
            _ => Err(Mistake::other(format!("expected {expected}; leave out the quotation marks"))),
        }
    }

    fn unexpected(self, expected: &str) -> Mistake {
        Mistake::other(format!("expected {expected}, found {}", self.found()))
    }

    fn is_null(self) -> bool {
        matches!(&self.0.content, Content::Scalar(scalar) if scalar.is_null())
    }

    fn whole(self, min: i128, max: i128) -> Result<i128, Mistake> {
        let expected = format!("a whole number from {min} to {max}");
        let text = self.plain(&expected)?;
        number::whole(text)
            .filter(|number| (min..=max).contains(number))
            .ok_or_else(|| Mistake::other(format!("expected {expected}, found {}", quoted(text))))
    }

    fn list<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.0.content {
            Content::Sequence(_) => {}
            Content::Scalar(scalar) if scalar.is_null() => {}
            Content::Scalar(_) => {
                let found = self.found();
                return Err(Mistake::other(format!(
                    "expected a list, found {found}; write each item on a line of its own after `- `"
                )));
            }
            Content::Mapping(_) => return Err(self.unexpected("a list")),
        }
        visitor.visit_seq(Items::of(self.0))
    }

    fn mapping<V: Visitor<'tree>>(
        self,
        visitor: V,
        filled: &'tree [&'static str],
    ) -> Result<V::Value, Mistake> {
        if !matches!(self.0.content, Content::Mapping(_)) && !self.is_null() {
            return Err(self.unexpected("a mapping"));
        }
        visitor.visit_map(Entries::of(self.0, filled))
    }
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $number:ty;)+) => { $(
        fn $method<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
            let number = self.whole(<$number>::MIN.into(), <$number>::MAX.into())?;
            visitor.$visit(<$number>::try_from(number).map_err(Mistake::custom)?)
        }
    )+ };
}

impl<'tree> Deserializer<'tree> for FromNode<'tree> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let scalar = match &self.0.content {
            Content::Sequence(_) => return self.list(visitor),
            Content::Mapping(_) => return self.mapping(visitor, &[]),
            Content::Scalar(scalar) => scalar,
        };
        if scalar.is_null() {
            return visitor.visit_unit();
        }
        if !scalar.plain {
            return visitor.visit_str(&scalar.text);
        }
        if let Some(truth) = number::truth(&scalar.text) {
            return visitor.visit_bool(truth);
        }
        if let Some(whole) = number::whole(&scalar.text) {
            return match (u64::try_from(whole), i64::try_from(whole)) {
                (Ok(whole), _) => visitor.visit_u64(whole),
                (_, Ok(whole)) => visitor.visit_i64(whole),
                _ => visitor.visit_str(&scalar.text),
            };
        }
        match number::finite(&scalar.text) {
            Some(finite) => visitor.visit_f64(finite),
            None => visitor.visit_str(&scalar.text),
        }
    }

    fn deserialize_bool<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let text = self.plain("`true` or `false`")?;
        let suggestion = match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" | "1" => Some("true"),
            "no" | "off" | "n" | "0" => Some("false"),
            other => crate::nearest::nearest(other, &["true", "false"]),
        };
        let message = || format!("expected `true` or `false`, found {}", quoted(text));
        let truth = number::truth(text)
            .ok_or_else(|| Mistake::new(Kind::Other { message: message(), suggestion }))?;
        visitor.visit_bool(truth)
    }

    whole_numbers! {
        deserialize_i8 visit_i8 i8; deserialize_i16 visit_i16 i16; deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64; deserialize_u8 visit_u8 u8; deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32; deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f64<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let text = self.plain("a number")?;
        let number = number::finite(text)
            .ok_or_else(|| Mistake::other(format!("expected a number, found {}", quoted(text))))?;
        visitor.visit_f64(number)
    }

    fn deserialize_f32<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_str<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let scalar = self.scalar(&words_for(&visitor))?;
        visitor.visit_str(&scalar.text)
    }

    fn deserialize_string<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'tree>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'tree>>(self, _length: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'tree>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'tree>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.mapping(visitor, &[])
    }

    fn deserialize_struct<V: Visitor<'tree>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.mapping(visitor, &self.0.filled)
    }

    fn deserialize_enum<V: Visitor<'tree>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.0.content {
            Content::Mapping(_) => {
                let mut entries = self.0.entries();
                match (entries.next(), entries.next()) {
                    (Some(entry), None) => visitor.visit_enum(VariantOf::Entry(entry)),
                    _ => Err(Mistake::other("expected a mapping with exactly one key")),
                }
            }
            _ => visitor.visit_enum(VariantOf::Name(&self.scalar("one of a list of values")?.text)),
        }
    }

    forward_to_deserialize_any! { <V: Visitor<'tree>> bytes byte_buf unit unit_struct identifier ignored_any }
}

/// What a visitor of text wants, without the names of Rust's types.
fn words_for(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "a string" | "a borrowed string" | "path string" | "a character" => "text".to_owned(),
        words => words.to_owned(),
    }
}
