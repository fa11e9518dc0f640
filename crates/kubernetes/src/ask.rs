//! What is asked of the server, as an HTTP request and in words.

use http::{HeaderValue, Method, Request, header};
use kube_client::client::Body;
use lookout_kubernetes_spec::metrics::Verb;

use crate::resource::Resource;

/// Objects as a whole.
const WHOLE: &str = "application/json";
/// A page of metadata alone. What cannot be told so is told as a whole.
const METADATA_LIST: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
/// An event's metadata alone.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) verb: Verb,
    /// As permissions name it.
    pub(crate) resource: String,
    /// In which namespace, if in one.
    pub(crate) namespace: Option<String>,
    /// Whether it is asked only to find out whether the server understands it: then a refusal is no failure.
    pub(crate) is_trial: bool,
    path: String,
    accept: &'static str,
    body: Option<Vec<u8>>,
}

/// What selects objects at the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selectors {
    pub(crate) label: String,
    pub(crate) field: String,
    pub(crate) metadata_only: bool,
}

/// The collection that is asked about: a resource in a version, in one namespace or over all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) version: &'a str,
    pub(crate) namespace: Option<&'a str>,
}

// === impl Ask ===

impl Ask {
    /// A page of a list: so many objects from where the last page ended.
    pub(crate) fn page(place: Place<'_>, selectors: &Selectors, limit: usize, next: Option<&str>) -> Self {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(next.map(|next| ("continue", next)));
        Self::collection(Verb::List, place, selectors, &query)
    }

    /// The changes since a version.
    pub(crate) fn watch(place: Place<'_>, selectors: &Selectors, version: &str, seconds: u64) -> Self {
        let seconds = seconds.to_string();
        let query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", &seconds),
            ("resourceVersion", version),
        ];
        Self::collection(Verb::Watch, place, selectors, &query)
    }

    /// All objects as events, then a bookmark that says that these were all (KEP-3157).
    pub(crate) fn stream(place: Place<'_>, selectors: &Selectors, seconds: u64) -> Self {
        let seconds = seconds.to_string();
        let query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("sendInitialEvents", "true"),
            ("resourceVersionMatch", "NotOlderThan"),
            ("timeoutSeconds", &seconds),
        ];
        Self { is_trial: true, ..Self::collection(Verb::Watch, place, selectors, &query) }
    }

    /// One path that is no resource's: `/version`.
    pub(crate) fn get(path: &'static str) -> Self {
        let resource = path.to_owned();
        Self {
            verb: Verb::Get,
            resource,
            namespace: None,
            is_trial: false,
            path: path.to_owned(),
            accept: WHOLE,
            body: None,
        }
    }

    /// A review: something that is created to be answered.
    pub(crate) fn review(resource: &Resource, version: &str, body: Vec<u8>) -> Self {
        Self {
            verb: Verb::Create,
            resource: resource.to_string(),
            namespace: None,
            is_trial: false,
            path: resource.path(version, None),
            accept: WHOLE,
            body: Some(body),
        }
    }

    fn collection(verb: Verb, place: Place<'_>, selectors: &Selectors, query: &[(&str, &str)]) -> Self {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(query);
        for (name, selector) in [("labelSelector", &selectors.label), ("fieldSelector", &selectors.field)] {
            if !selector.is_empty() {
                encoded.append_pair(name, selector);
            }
        }
        let Place { resource, version, namespace } = place;
        Self {
            verb,
            resource: resource.to_string(),
            namespace: namespace.filter(|_| resource.is_namespaced).map(str::to_owned),
            path: format!("{}?{}", resource.path(version, namespace), encoded.finish()),
            is_trial: false,
            accept: match (selectors.metadata_only, verb) {
                (false, _) => WHOLE,
                (true, Verb::Watch) => METADATA,
                (true, _) => METADATA_LIST,
            },
            body: None,
        }
    }

    /// As HTTP has it.
    pub(crate) fn request(&self) -> Result<Request<Body>, http::Error> {
        let method = if self.body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(&self.path);
        request = request.header(header::ACCEPT, HeaderValue::from_static(self.accept));
        if self.body.is_some() {
            request = request.header(header::CONTENT_TYPE, HeaderValue::from_static(WHOLE));
        }
        request.body(self.body.clone().map_or_else(Body::empty, Body::from))
    }

    /// In words: ``list `secrets` in namespace `x` ``.
    pub(crate) fn words(&self) -> String {
        let within = self
            .namespace
            .as_ref()
            .map(|namespace| format!(" in namespace `{namespace}`"))
            .unwrap_or_default();
        format!("{} `{}`{within}", self.verb, self.resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_written_so_that_they_arrive_as_they_are() {
        let selectors = Selectors {
            label: "a in (b, c)".into(),
            field: "type!=x/y.z,metadata.namespace!=k".into(),
            metadata_only: false,
        };
        let resource = Resource { plural: "secrets", is_namespaced: true, ..Resource::NAMESPACES };
        let place = Place { resource: &resource, version: "v1", namespace: Some("n") };
        let ask = Ask::page(place, &selectors, 50, Some("a+/=&b"));
        assert_eq!(
            ask.path,
            "/api/v1/namespaces/n/secrets?limit=50&continue=a%2B%2F%3D%26b&labelSelector=a+in+%28b%2C+c%29\
             &fieldSelector=type%21%3Dx%2Fy.z%2Cmetadata.namespace%21%3Dk"
        );
        assert_eq!(ask.words(), "list `secrets` in namespace `n`");
    }
}
