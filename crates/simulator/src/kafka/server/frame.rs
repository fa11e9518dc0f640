//! Frames: a length of four bytes and so many bytes, with a header before the message.
//!
//! A client's frame is read up to [`MAX_REQUEST`], and only from what has arrived: a length that is announced reserves
//! nothing. An answer's frame is written around the message, without a copy.

use bytes::{BufMut as _, Bytes, BytesMut};
use kafka_protocol::messages::ApiKey;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::kafka::wire::{Reader, Unreadable};

/// A request that names a million partitions has 40 MB.
const MAX_REQUEST: u32 = 64 * 1024 * 1024;
/// What is reserved for a request before its bytes are there.
const FIRST_RESERVE: usize = 16 * 1024;

/// The bytes of a frame's length.
pub(super) const LENGTH: usize = 4;

/// A request, its header read.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) api: ApiKey,
    pub(crate) version: i16,
    pub(crate) correlation: i32,
    pub(crate) body: Bytes,
}

/// Reads a frame; none at the end of the connection, or where something else than Kafka's protocol is spoken.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Bytes> {
    let length = stream.read_u32().await.ok().filter(|length| *length <= MAX_REQUEST)?;
    let length = usize::try_from(length).ok()?;
    let mut frame = BytesMut::with_capacity(length.min(FIRST_RESERVE));
    let mut limited = stream.take(u64::try_from(length).ok()?);
    while frame.len() < length {
        if limited.read_buf(&mut frame).await.ok()? == 0 {
            return None;
        }
    }
    Some(frame.freeze())
}

/// Reads the header.
pub(super) fn parse(frame: &Bytes) -> Result<Request, Unreadable> {
    let mut reader = Reader::new(frame, false);
    let (key, version, correlation) = (reader.int16()?, reader.int16()?, reader.int32()?);
    let api = ApiKey::try_from(key).map_err(|()| Unreadable)?;
    let client_id = usize::try_from(reader.int16()?).unwrap_or_default();
    reader.take(client_id)?;
    let mut consumed = 2 + 2 + 4 + 2 + client_id;
    // The one header that a broker has to understand in versions that it does not know has no tags there (KIP-511).
    if api.request_header_version(version) >= 2 {
        let mut tagged = Reader::new(frame.get(consumed..).unwrap_or_default(), true);
        let before = tagged.rest();
        tagged.tags()?;
        consumed += before - tagged.rest();
    }
    Ok(Request { api, version, correlation, body: frame.slice(consumed..) })
}

/// The start of an answer's frame: a place for the length, then the header.
pub(super) fn begin(request: &Request, version: i16) -> BytesMut {
    let mut frame = BytesMut::with_capacity(256);
    frame.put_u32(0);
    frame.put_i32(request.correlation);
    if request.api.response_header_version(version) >= 1 {
        frame.put_u8(0);
    }
    frame
}

/// Fills the place for the length.
pub(super) fn finish(frame: &mut BytesMut) {
    let length = u32::try_from(frame.len().saturating_sub(LENGTH)).unwrap_or(u32::MAX);
    if let Some(place) = frame.get_mut(..LENGTH) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}
