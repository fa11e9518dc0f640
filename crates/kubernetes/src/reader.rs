//! How the objects of a resource are read.

use crate::object::ObjectJson;
use crate::resource::Resource;

/// How objects of one resource are read: which fields are taken.
///
/// It is compared, because a source is made from it: readers that are equal read alike.
pub trait Reader: Clone + PartialEq + Send + Sync + 'static {
    /// What is kept of an object. An event that leaves it equal is no change.
    type Object: PartialEq + Send + Sync + 'static;

    /// Which resource it reads.
    fn resource(&self) -> Resource;

    /// Takes what is wanted; `None` leaves the object out. Total: a field of a wrong type is an absent one. What is kept is
    /// copied out of the object's text, which is wiped afterwards.
    fn read(&self, object: &ObjectJson<'_>) -> Option<Self::Object>;
}
