//! The small requests and answers: messages of `kafka-protocol`, behind the guard.
//!
//! An answer is small if its size depends on what was asked, and not on the cluster. Their caller bounds them by how
//! many groups or resources it names at once.

mod cluster;
mod groups;
mod sasl;

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Decodable, Encodable};

use crate::{Api, EncodeRequest, Malformed, Request, shape};

/// A request whose answer is decoded by `kafka-protocol`, behind a check of everything that it would allocate.
pub trait Call: Encodable + sealed::Shaped {
    /// The kind of request.
    const API: Api;
    /// The answer.
    type Answer: Decodable;

    /// The request, ready to be sent.
    fn request(&self, version: i16) -> Result<Request, EncodeRequest> {
        let mut body = BytesMut::new();
        match self.encode(&mut body, version) {
            Ok(()) => Ok(Request { api: Self::API, version, body: body.freeze() }),
            Err(_) => Err(EncodeRequest { api: Self::API, version }),
        }
    }

    /// Reads an answer whose decoded form takes at most `limit` bytes.
    fn read(mut answer: Bytes, version: i16, limit: usize) -> Result<Self::Answer, Malformed> {
        let (first, last) = Self::API.versions();
        if !(first..=last).contains(&version) {
            return Err(Malformed::ReadVersion(version));
        }
        shape::check(&answer, Self::FIELDS, version, Self::API.is_flexible(version), limit)?;
        Self::Answer::decode(&mut answer, version).map_err(|_| Malformed::Decode)
    }
}

mod sealed {
    /// What the answer looks like on the wire.
    pub trait Shaped {
        /// Its fields.
        const FIELDS: &'static [crate::shape::Field];
    }
}
