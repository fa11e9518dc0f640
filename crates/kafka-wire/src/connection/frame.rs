//! Frames: a length, a correlation identifier, a message.
//!
//! The order of the checks is the point: the length against the limit of its kind, then the identifier, and only then
//! is memory reserved for the rest. Reserved memory is not touched before bytes come for it, so an answer that
//! announces 256 MiB and stalls costs address space and not memory.

use bytes::{Buf, BufMut, Bytes, BytesMut, buf::Chain};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::exchange::Due;
use crate::{Address, Api, EncodeRequest, Failure, Limits, Reader, Request, writer};

/// The longest name of a client that is sent: Kafka itself allows no longer one in a quota.
const MAX_CLIENT_ID_BYTES: usize = 249;

/// The bytes of the correlation identifier.
const CORRELATION_BYTES: usize = 4;

/// An answer as it came.
pub(super) struct Received {
    pub(super) body: Bytes,
    /// All its bytes, the length's own included.
    pub(super) frame_bytes: u64,
}

/// The frame of a request.
pub(super) fn frame(
    request: &Request,
    correlation: i32,
    client_id: &str,
) -> Result<Chain<Bytes, Bytes>, EncodeRequest> {
    let unwritten = EncodeRequest { api: request.api, version: request.version };
    let client_id = client_id.get(..client_id.floor_char_boundary(MAX_CLIENT_ID_BYTES)).unwrap_or_default();
    let mut header = BytesMut::with_capacity(16 + client_id.len());
    header.put_i16(request.api.key());
    header.put_i16(request.version);
    header.put_i32(correlation);
    // The client's name is of the old form even where the header is flexible (KIP-482).
    writer::text(&mut header, client_id, false).ok_or(unwritten)?;
    writer::no_tags(&mut header, request.api.is_flexible(request.version));
    let length = i32::try_from(header.len() + request.body.len()).map_err(|_| unwritten)?;
    let mut prefixed = BytesMut::with_capacity(size_of_val(&length) + header.len());
    prefixed.put_i32(length);
    prefixed.extend_from_slice(&header);
    Ok(prefixed.freeze().chain(request.body.clone()))
}

/// Reads the answer that is due.
pub(super) async fn receive(
    read: &mut (impl AsyncRead + Unpin),
    due: Due,
    broker: &Address,
    limits: &Limits,
) -> Result<Received, Failure> {
    let Due { api, version, correlation } = due;
    let failed = |source| Failure::ReadAnswer { broker: broker.clone(), api, source };
    let announced = read.read_i32().await.map_err(failed)?;
    let length = admit(announced, api, broker, limits)?;
    let got = read.read_i32().await.map_err(failed)?;
    if got != correlation {
        return Err(Failure::MatchAnswer { broker: broker.clone(), api, expected: correlation, got });
    }
    let rest = length - CORRELATION_BYTES;
    let mut body = BytesMut::with_capacity(rest);
    let mut rest_of_frame = read.take(rest as u64);
    while body.len() < rest {
        if rest_of_frame.read_buf(&mut body).await.map_err(failed)? == 0 {
            return Err(failed(std::io::ErrorKind::UnexpectedEof.into()));
        }
    }
    let mut body = body.freeze();
    if api.has_flexible_header(version) {
        let mut header = Reader::new(&body, true);
        header.skip_tags().map_err(|source| Failure::UnderstandAnswer {
            broker: broker.clone(),
            api,
            source,
        })?;
        let left = header.left();
        body.advance(body.len() - left);
    }
    Ok(Received { body, frame_bytes: (size_of_val(&announced) + length) as u64 })
}

/// The length of an answer, if it is one that may be read.
fn admit(announced: i32, api: Api, broker: &Address, limits: &Limits) -> Result<usize, Failure> {
    let limit = limits.frame(api);
    let foreign = Failure::SpeakKafka { broker: broker.clone(), api, length: announced };
    match usize::try_from(announced) {
        Ok(length) if length < CORRELATION_BYTES => Err(foreign),
        Ok(length) if length <= limit => Ok(length),
        // What a TLS or HTTP server says first, read as a length, is a thousand times what Kafka says first.
        Ok(_) if api == Api::ApiVersions => Err(foreign),
        Ok(length) => Err(Failure::BoundAnswer { broker: broker.clone(), api, length, limit }),
        Err(_) => Err(foreign),
    }
}
