//! What is answered, before it is known whether the body is wanted, and what becomes a response of it.

use std::borrow::Cow;
use std::sync::Arc;

use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use lookout_exposition::Answer;
use lookout_self_metrics::metrics::Code;

use super::body::SharedBody;
use super::exchange::Exchange;
use super::page;

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// What is answered.
pub(super) struct Reply {
    code: Code,
    headers: Vec<(HeaderName, Cow<'static, str>)>,
    buffers: Arc<[Bytes]>,
    length: u64,
}

impl Reply {
    /// An exposition.
    pub(super) fn exposed(answer: Answer) -> Self {
        let Answer { content_type, content_encoding, content_length, buffers } = answer;
        let reply = Self { code: Code::Ok, headers: Vec::with_capacity(3), buffers, length: content_length };
        let reply =
            reply.header(header::CONTENT_TYPE, content_type).header(header::VARY, "Accept, Accept-Encoding");
        match content_encoding {
            Some(encoding) => reply.header(header::CONTENT_ENCODING, encoding),
            None => reply,
        }
    }

    /// A text for people and programs.
    pub(super) fn text(code: Code, body: impl Into<String>) -> Self {
        Self::body(code, Bytes::from(body.into()), TEXT)
    }

    /// A page for people.
    pub(super) fn html(code: Code, body: impl Into<Bytes>) -> Self {
        Self::body(code, body.into(), HTML)
            .header(header::CONTENT_SECURITY_POLICY, page::content_security_policy())
            .header(header::REFERRER_POLICY, "no-referrer")
    }

    /// A text in Markdown.
    pub(super) fn markdown(body: Bytes) -> Self {
        Self::body(Code::Ok, body, MARKDOWN)
    }

    fn body(code: Code, body: Bytes, content_type: &'static str) -> Self {
        let length = body.len() as u64;
        let reply = Self { code, headers: Vec::new(), buffers: Arc::new([body]), length };
        reply.header(header::CONTENT_TYPE, content_type).header(header::CACHE_CONTROL, "no-store")
    }

    /// With another header.
    pub(super) fn header(mut self, name: HeaderName, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The response, with `also` in place of headers of the same name; to a HEAD request with all headers of a GET and
    /// no body.
    pub(super) fn into_response(
        self,
        head: bool,
        also: &[(HeaderName, HeaderValue)],
        mut exchange: Exchange,
    ) -> Response<SharedBody> {
        let (buffers, sent): (Arc<[Bytes]>, _) =
            if head { (Arc::new([]), 0) } else { (self.buffers, self.length) };
        exchange.answered(self.code, sent);
        let mut response = Response::new(SharedBody::new(buffers, sent, exchange));
        *response.status_mut() = status(self.code);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(self.length));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in self.headers {
            let value = match value {
                Cow::Borrowed(text) => Ok(HeaderValue::from_static(text)),
                Cow::Owned(text) => HeaderValue::try_from(text),
            };
            // Ours are valid all.
            if let Ok(value) = value {
                headers.insert(name, value);
            }
        }
        for (name, value) in also {
            headers.insert(name.clone(), value.clone());
        }
        response
    }
}

/// The number that a code stands for.
pub(super) const fn status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::Found => StatusCode::FOUND,
        Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::Unauthorized => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
        Code::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_the_number_that_its_label_says() {
        for code in Code::ALL {
            assert_eq!(status(*code).as_str(), code.as_str());
        }
    }
}
