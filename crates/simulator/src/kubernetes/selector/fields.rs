//! `metadata.name=a,type!=helm.sh/release.v1`.

use crate::kubernetes::resource::ResourceDescription;
use crate::kubernetes::store::Object;

/// All of its requirements hold for what it selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSelector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    field: Field,
    value: String,
    is_equal: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Name,
    Namespace,
    /// By its place in the resource's list.
    Selectable(usize),
}

// === impl FieldSelector ===

impl FieldSelector {
    pub(super) fn parse(resource: &ResourceDescription, text: &str) -> Result<Self, String> {
        let terms = text.split(',').filter(|term| !term.is_empty());
        let requirements = terms.map(|term| {
            let (field, value, is_equal) = split(term)
                .ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{term}'"))?;
            let field = Field::named(resource, field)?;
            Ok(Requirement { field, value: value.to_owned(), is_equal })
        });
        Ok(Self(requirements.collect::<Result<_, String>>()?))
    }

    pub(super) fn matches(&self, object: &Object) -> bool {
        let (namespace, name) = object.place();
        self.0.iter().all(|Requirement { field, value, is_equal }| {
            let actual = match field {
                Field::Name => name,
                Field::Namespace => namespace,
                Field::Selectable(index) => object.fields.get(*index).map_or("", |value| &**value),
            };
            (actual == value) == *is_equal
        })
    }
}

impl Field {
    fn named(resource: &ResourceDescription, name: &str) -> Result<Self, String> {
        match name {
            "metadata.name" => Ok(Self::Name),
            "metadata.namespace" if resource.is_namespaced => Ok(Self::Namespace),
            _ => {
                let place = resource.selectable_fields.iter().position(|field| field == name);
                place.map(Self::Selectable).ok_or_else(|| format!("field label not supported: {name}"))
            }
        }
    }
}

fn split(term: &str) -> Option<(&str, &str, bool)> {
    let unequal = term.split_once("!=").map(|(field, value)| (field, value, false));
    let equal =
        || term.split_once("==").or_else(|| term.split_once('=')).map(|(field, value)| (field, value, true));
    unequal.or_else(equal)
}
