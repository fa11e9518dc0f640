//! `ApiVersions`. Asked in a version that is not offered, the answer has version 0 and says so (KIP-511).

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::ApiVersionsResponse;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::protocol::Encodable as _;

use crate::kafka::VersionProfile;
use crate::kafka::server::Request;
use crate::kafka::wire::Unreadable;

pub(crate) fn answer(
    request: &Request,
    is_offered: bool,
    begin: impl Fn(&Request, i16) -> BytesMut,
    profile: VersionProfile,
) -> Result<BytesMut, Unreadable> {
    let version = if is_offered { request.version } else { 0 };
    let mut frame = begin(request, version);
    let offered = profile.named().iter().chain(profile.offered()).map(|(api, (first, last))| {
        ApiVersion::default().with_api_key(*api as i16).with_min_version(*first).with_max_version(*last)
    });
    let code = if is_offered { 0 } else { ResponseError::UnsupportedVersion.code() };
    let answer = ApiVersionsResponse::default().with_error_code(code).with_api_keys(offered.collect());
    answer.encode(&mut frame, version).map_err(|_| Unreadable)?;
    Ok(frame)
}
