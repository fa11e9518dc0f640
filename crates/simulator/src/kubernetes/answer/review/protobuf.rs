//! The one message that kubectl sends in protobuf and that is worth reading: what `kubectl auth can-i` asks.
//!
//! Kubernetes wraps a message in an envelope: four bytes, then `Unknown`, whose field 2 is the message
//! (`k8s.io/apimachinery/pkg/runtime/generated.proto`). The fields read here are those of
//! `k8s.io/api/authorization/v1/generated.proto`.

use serde_json::{Map, Value, json};

/// How an envelope begins.
const MAGIC: &[u8] = b"k8s\0";
/// The names of the fields of `ResourceAttributes`, by their numbers.
const ATTRIBUTES: [(u64, &str); 5] =
    [(1, "namespace"), (2, "verb"), (3, "group"), (5, "resource"), (7, "name")];

/// The question as JSON; none if it is no envelope.
pub(super) fn question(bytes: &[u8]) -> Option<Value> {
    let message = field(bytes.strip_prefix(MAGIC)?, 2)?;
    let attributes = field(message, 2).and_then(|spec| field(spec, 1)).unwrap_or_default();
    let named = ATTRIBUTES.iter().filter_map(|(number, name)| {
        let text = std::str::from_utf8(field(attributes, *number)?).ok()?;
        Some(((*name).to_owned(), text.into()))
    });
    Some(json!({ "spec": { "resourceAttributes": named.collect::<Map<_, _>>() } }))
}

/// The first field of this number that has a length.
fn field(mut message: &[u8], number: u64) -> Option<&[u8]> {
    while !message.is_empty() {
        let key = varint(&mut message)?;
        match key & 7 {
            0 => {
                varint(&mut message)?;
            }
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                let (content, rest) = message.split_at_checked(length)?;
                if key >> 3 == number {
                    return Some(content);
                }
                message = rest;
            }
            _ => return None,
        }
    }
    None
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
