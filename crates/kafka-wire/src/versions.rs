//! What a broker can: the versions of each kind of request, as `ApiVersions` says.
//!
//! The answer is read here and not by `kafka-protocol`: it is the first thing that a stranger says.

use bytes::BytesMut;

use crate::{Api, ErrorCode, Malformed, Reader, Request, writer};

/// The versions that one broker offers, of those kinds of request that are sent here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions([Option<(i16, i16)>; Api::ALL.len()]);

impl Versions {
    /// What the broker offers; none if it does not know the kind.
    pub fn offered(&self, api: Api) -> Option<(i16, i16)> {
        let place = Api::ALL.iter().position(|known| *known == api)?;
        self.0.get(place).copied().flatten()
    }

    /// The highest version that both sides have.
    pub fn choose(&self, api: Api) -> Option<i16> {
        let ((first, last), (their_first, their_last)) = (api.versions(), self.offered(api)?);
        let version = last.min(their_last);
        (version >= first.max(their_first)).then_some(version)
    }

    fn learn(&mut self, key: i16, offered: (i16, i16)) {
        for (api, place) in Api::ALL.iter().zip(&mut self.0) {
            if api.key() == key {
                *place = Some(offered);
            }
        }
    }
}

/// The first request on every connection. Version 0 is what every broker understands.
pub(crate) fn request(version: i16) -> Request {
    let mut body = BytesMut::new();
    if version >= 3 {
        // Both are short and are within the protocol's numbers.
        let _ = writer::text(&mut body, "lookout", true);
        let _ = writer::text(&mut body, env!("CARGO_PKG_VERSION"), true);
        writer::no_tags(&mut body, true);
    }
    Request { api: Api::ApiVersions, version, body: body.freeze() }
}

/// Reads the answer. A broker that does not know the version says so in version 0, whatever was asked (KIP-511); what
/// follows is then not read.
pub(crate) fn read(answer: &[u8], version: i16) -> Result<(ErrorCode, Versions), Malformed> {
    let mut reader = Reader::new(answer, Api::ApiVersions.is_flexible(version));
    let code = ErrorCode(reader.int16()?);
    let mut versions = Versions::default();
    if !code.is_none() {
        return Ok((code, versions));
    }
    for _ in 0..reader.count(6)? {
        let key = reader.int16()?;
        versions.learn(key, (reader.int16()?, reader.int16()?));
        reader.skip_tags()?;
    }
    if version >= 1 {
        reader.int32()?; // throttle_time_ms
    }
    reader.skip_tags()?;
    reader.finish()?;
    Ok((code, versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_of_both_sides_is_chosen_and_none_where_there_is_none() {
        let mut versions = Versions::default();
        versions.learn(Api::Metadata.key(), (0, 7));
        versions.learn(Api::ListOffsets.key(), (1, 99));
        versions.learn(Api::OffsetFetch.key(), (0, 1));
        versions.learn(9_999, (0, 1));
        assert_eq!(versions.choose(Api::Metadata), Some(7));
        assert_eq!(versions.choose(Api::ListOffsets), Some(10));
        assert_eq!(versions.choose(Api::OffsetFetch), None);
        assert_eq!(versions.offered(Api::OffsetFetch), Some((0, 1)));
        assert_eq!(versions.choose(Api::DescribeQuorum), None);
    }
}
