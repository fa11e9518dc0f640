//! Label and field selectors, as they stand in the parameters of a request.

mod fields;
mod labels;

use super::resource::ResourceDescription;
use super::store::Object;
use fields::FieldSelector;
use labels::LabelSelector;

/// What a list or a watch selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selector {
    /// Empty: the whole cluster.
    pub(super) namespace: String,
    labels: LabelSelector,
    fields: FieldSelector,
}

// === impl Selector ===

impl Selector {
    /// Why it cannot be understood, in the words of the real server, if not.
    pub(super) fn parse(
        resource: &ResourceDescription,
        namespace: &str,
        labels: &str,
        fields: &str,
    ) -> Result<Self, String> {
        let labels = LabelSelector::parse(labels)?;
        let fields = FieldSelector::parse(resource, fields)?;
        Ok(Self { namespace: namespace.to_owned(), labels, fields })
    }

    /// Whether it selects by anything but the namespace. The number of what remains is not told then.
    pub(super) fn is_restricting(&self) -> bool {
        *self != Self { namespace: self.namespace.clone(), ..Self::default() }
    }

    pub(super) fn matches(&self, object: &Object) -> bool {
        let (namespace, _) = object.place();
        (self.namespace.is_empty() || self.namespace == namespace)
            && self.labels.matches(object)
            && self.fields.matches(object)
    }
}
