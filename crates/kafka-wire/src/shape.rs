//! The guard before the decoders of `kafka-protocol`, which trust what the wire says: they reserve memory for as many
//! elements as an array announces, so that an answer of 8 bytes makes them ask for 192 to 432 GiB, which ends the process.
//!
//! Each small answer has a shape beside it: its fields, in order, with the versions that have them. [`check`] walks the
//! frame along the shape, reading exactly what the decoder will read, and adds up what the decoder will allocate. Only
//! an answer that passes is decoded.
//!
//! What holds, if the shape is right (a property test compares it with the encoders, version by version):
//! - Every count is at most the number of bytes left. So no answer asks for more than its own size × the largest
//!   element, and the sum over all arrays and unknown tags is at most the limit, or the answer is refused as a whole.
//! - Texts and bytes cost nothing: they are slices of the frame.
//! - The walk ends at the frame's end, in as many steps as the frame has bytes; its depth is that of the shape.
//!
//! If a shape were wrong, the walk would leave the tracks and refuse a good answer: loud, and never dangerous, as long
//! as it finds the arrays, which the property test proves by damaging each one.

use crate::{Malformed, Reader};

/// A field: the first and the last version that has it, and its form.
#[derive(Debug)]
pub struct Field(i16, i16, Form);

/// The form of a field.
#[derive(Debug)]
pub(crate) enum Form {
    /// So many bytes.
    Fixed(usize),
    /// A text, or null.
    Text,
    /// Bytes, or null.
    Bytes,
    /// A structure.
    Structure(&'static [Field]),
    /// An array of elements that have so many bytes on the wire and in memory.
    Numbers { wire: usize },
    /// An array of texts, each of so many bytes in memory (without the text itself).
    Texts { memory: usize },
    /// An array of structures, each of so many bytes in memory (without what it points to).
    Structures { memory: usize, fields: &'static [Field] },
}

/// A field of all versions.
pub(crate) const fn always(form: Form) -> Field {
    Field(0, i16::MAX, form)
}

/// A field since a version.
pub(crate) const fn since(first: i16, form: Form) -> Field {
    Field(first, i16::MAX, form)
}

/// A field from a version up to another one.
pub(crate) const fn between(first: i16, last: i16, form: Form) -> Field {
    Field(first, last, form)
}

/// What an unknown tagged field may cost: a node of the tree that holds it, if it is alone in it.
const TAG_MEMORY: usize = 512;

/// Walks `answer` along `fields`. An answer that would take more than `limit` bytes of memory to hold, is cut off, goes
/// on, or announces what it does not have, is refused.
pub(crate) fn check(
    answer: &[u8],
    fields: &'static [Field],
    version: i16,
    is_flexible: bool,
    limit: usize,
) -> Result<(), Malformed> {
    let mut walk = Walk { reader: Reader::new(answer, is_flexible), version, memory: 0, limit };
    walk.structure(fields)?;
    walk.reader.finish()
}

struct Walk<'a> {
    reader: Reader<'a>,
    version: i16,
    memory: usize,
    limit: usize,
}

impl Walk<'_> {
    fn structure(&mut self, fields: &'static [Field]) -> Result<(), Malformed> {
        for Field(first, last, form) in fields {
            if (*first..=*last).contains(&self.version) {
                self.field(form)?;
            }
        }
        let tags = self.reader.skip_tags()?;
        self.charge(tags, TAG_MEMORY)
    }

    fn field(&mut self, form: &'static Form) -> Result<(), Malformed> {
        match form {
            Form::Fixed(size) => self.reader.take(*size).map(drop),
            Form::Text => self.reader.nullable_text().map(drop),
            Form::Bytes => self.reader.nullable_bytes().map(drop),
            Form::Structure(fields) => self.structure(fields),
            Form::Numbers { wire } => {
                let count = self.count(*wire, *wire)?;
                self.reader.take(count * wire).map(drop)
            }
            Form::Texts { memory } => {
                let count = self.count(1, *memory)?;
                (0..count).try_for_each(|_| self.reader.nullable_text().map(drop))
            }
            Form::Structures { memory, fields } => {
                let count = self.count(1, *memory)?;
                (0..count).try_for_each(|_| self.structure(fields))
            }
        }
    }

    fn count(&mut self, wire: usize, memory: usize) -> Result<usize, Malformed> {
        let count = self.reader.nullable_count(wire)?.unwrap_or_default();
        self.charge(count, memory)?;
        Ok(count)
    }

    fn charge(&mut self, count: usize, memory: usize) -> Result<(), Malformed> {
        self.memory = self.memory.saturating_add(count.saturating_mul(memory));
        if self.memory > self.limit {
            return Err(Malformed::BoundMemory { needed: self.memory, limit: self.limit });
        }
        Ok(())
    }
}
