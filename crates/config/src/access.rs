//! Lists and mappings as serde walks them: what was cut is passed over, what is wrong gets its step of the path.

use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, value::StrDeserializer};

use crate::{
    deserializer::FromNode,
    key_path::Step,
    mistake::Mistake,
    placeholder::Placeholder,
    tree::{Entry, Node},
};

type Boxed<'tree, T> = Box<dyn Iterator<Item = T> + 'tree>;

/// The items of a list that are still there.
pub(crate) struct Items<'tree>(Boxed<'tree, (usize, &'tree Node)>);

/// The entries of a mapping that are still there, then placeholders for required keys that are missing.
pub(crate) struct Entries<'tree> {
    present: Boxed<'tree, &'tree Entry>,
    filled: std::slice::Iter<'tree, &'static str>,
    /// The entry whose key has been read; `None` while placeholders are given.
    value: Option<&'tree Entry>,
}

impl<'tree> Items<'tree> {
    pub(crate) fn of(node: &'tree Node) -> Self {
        Self(Box::new(node.items()))
    }
}

impl<'tree> SeqAccess<'tree> for Items<'tree> {
    type Error = Mistake;

    fn next_element_seed<S: DeserializeSeed<'tree>>(&mut self, seed: S) -> Result<Option<S::Value>, Mistake> {
        let Some((index, item)) = self.0.next() else { return Ok(None) };
        seed.deserialize(FromNode(item)).map(Some).map_err(|mistake| mistake.below(Step::Index(index)))
    }
}

impl<'tree> Entries<'tree> {
    pub(crate) fn of(node: &'tree Node, filled: &'tree [&'static str]) -> Self {
        Self { present: Box::new(node.entries()), filled: filled.iter(), value: None }
    }
}

impl<'tree> MapAccess<'tree> for Entries<'tree> {
    type Error = Mistake;

    fn next_key_seed<S: DeserializeSeed<'tree>>(&mut self, seed: S) -> Result<Option<S::Value>, Mistake> {
        self.value = self.present.next();
        let key = match (self.value, self.value.is_none().then(|| self.filled.next()).flatten()) {
            (Some(entry), _) => entry.key.as_str(),
            (None, Some(missing)) => missing,
            (None, None) => return Ok(None),
        };
        let deserializer: StrDeserializer<'_, Mistake> = key.into_deserializer();
        seed.deserialize(deserializer).map(Some).map_err(|mistake| mistake.of_key(key))
    }

    fn next_value_seed<S: DeserializeSeed<'tree>>(&mut self, seed: S) -> Result<S::Value, Mistake> {
        match self.value.take() {
            Some(entry) => seed
                .deserialize(FromNode(&entry.value))
                .map_err(|mistake| mistake.below(Step::Key(entry.key.clone()))),
            None => seed.deserialize(Placeholder),
        }
    }
}
