//! A choice among variants: `log: json`, or `auth: {basic: …}` with what belongs to the choice.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor, value::StrDeserializer},
};

use crate::{
    deserializer::FromNode,
    key_path::Step,
    mistake::Mistake,
    tree::{Content, Entry},
};

/// A variant as it is written.
#[derive(Clone, Copy)]
pub(crate) enum VariantOf<'tree> {
    /// Only its name.
    Name(&'tree str),
    /// Its name as the key of what belongs to it.
    Entry(&'tree Entry),
}

impl<'tree> VariantOf<'tree> {
    fn name(self) -> &'tree str {
        match self {
            Self::Name(name) => name,
            Self::Entry(entry) => &entry.key,
        }
    }

    /// Reads what belongs to the variant.
    fn content<T>(self, read: impl FnOnce(FromNode<'tree>) -> Result<T, Mistake>) -> Result<T, Mistake> {
        match self {
            Self::Name(name) => {
                Err(Mistake::other(format!("`{name}` needs a value: write `{name}: …` below")))
            }
            Self::Entry(entry) => {
                read(FromNode(&entry.value)).map_err(|mistake| mistake.below(Step::Key(entry.key.clone())))
            }
        }
    }
}

impl<'tree> EnumAccess<'tree> for VariantOf<'tree> {
    type Error = Mistake;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'tree>>(self, seed: S) -> Result<(S::Value, Self), Mistake> {
        let deserializer: StrDeserializer<'_, Mistake> = self.name().into_deserializer();
        match (seed.deserialize(deserializer), self) {
            (Ok(chosen), _) => Ok((chosen, self)),
            (Err(mistake), Self::Name(_)) => Err(mistake),
            (Err(mistake), Self::Entry(entry)) => Err(mistake.of_key(&entry.key)),
        }
    }
}

impl<'tree> VariantAccess<'tree> for VariantOf<'tree> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        match self {
            Self::Name(_) => Ok(()),
            Self::Entry(entry) => match &entry.value.content {
                Content::Scalar(scalar) if scalar.is_null() => Ok(()),
                _ => Err(Mistake::other(format!("`{}` takes no value", entry.key))
                    .below(Step::Key(entry.key.clone()))),
            },
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'tree>>(self, seed: S) -> Result<S::Value, Mistake> {
        self.content(|node| seed.deserialize(node))
    }

    fn tuple_variant<V: Visitor<'tree>>(self, length: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.content(|node| node.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'tree>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.content(|node| node.deserialize_struct("", fields, visitor))
    }
}
