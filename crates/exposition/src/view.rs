//! What a snapshot holds: per exporter its families, per family its header and the pieces of every source.
//!
//! Views never change and are shared from snapshot to snapshot where nothing changed. The list of buffers that a view
//! amounts to is made when it is first asked for, once per format and encoding, and kept with the view.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::Encoding;
use crate::deflate::{Compressors, GZIP_HEADER, combine_crc, gzip_trailer};
use crate::format::Syntax;
use crate::header::{Chunk, Headers};
use crate::plain::Plain;
use crate::trie::Node;

/// What every answer shares: the closing line, the compressors of last resort, and who asks for plain text.
pub(crate) struct Frame {
    pub(crate) compressors: Compressors,
    pub(crate) plain: Plain,
    end: Chunk,
}

impl Frame {
    pub(crate) fn new() -> Self {
        let compressors = Compressors::default();
        Self { end: Chunk::new("# EOF\n".to_owned(), &compressors), compressors, plain: Plain::default() }
    }
}

/// One value per syntax and encoding, made when first asked for.
pub(crate) struct PerForm<T>([OnceLock<T>; 4]);

impl<T> Default for PerForm<T> {
    fn default() -> Self {
        Self([const { OnceLock::new() }; 4])
    }
}

impl<T> PerForm<T> {
    pub(crate) fn get(&self, syntax: Syntax, encoding: Encoding, make: impl FnOnce() -> T) -> &T {
        let index = match (syntax, encoding) {
            (Syntax::Text, Encoding::Identity) => 0,
            (Syntax::Text, Encoding::Gzip) => 1,
            (Syntax::OpenMetrics, Encoding::Identity) => 2,
            (Syntax::OpenMetrics, Encoding::Gzip) => 3,
        };
        self.0[index].get_or_init(make)
    }
}

/// A family with rows.
pub(crate) struct FamilyView {
    pub(crate) headers: Arc<Headers>,
    /// What each source serves, in order of registration.
    pub(crate) parts: Box<[Arc<Node>]>,
}

/// An exporter's families that have rows and are not withheld, in order of declaration.
pub(crate) struct ExporterView {
    pub(crate) name: &'static str,
    /// Counts the commits of the exporter, so that an older view never replaces a newer one.
    pub(crate) version: u64,
    pub(crate) families: Vec<Arc<FamilyView>>,
    sections: PerForm<Section>,
    answers: PerForm<Rendered>,
}

impl ExporterView {
    pub(crate) fn new(name: &'static str, version: u64, families: Vec<Arc<FamilyView>>) -> Self {
        Self { name, version, families, sections: PerForm::default(), answers: PerForm::default() }
    }

    /// The same without the answers that were made of it.
    pub(crate) fn unasked(&self) -> Self {
        Self::new(self.name, self.version, self.families.clone())
    }

    /// The exporter's part of an answer.
    pub(crate) fn section(&self, frame: &Frame, syntax: Syntax, encoding: Encoding) -> &Section {
        self.sections.get(syntax, encoding, || Section::of(&self.families, frame, syntax, encoding))
    }

    /// The answer of this exporter alone.
    pub(crate) fn rendered(&self, frame: &Frame, syntax: Syntax, encoding: Encoding) -> &Rendered {
        self.answers.get(syntax, encoding, || {
            Rendered::of(&[self.section(frame, syntax, encoding)], frame, syntax, encoding)
        })
    }
}

/// Buffers that belong together, in one encoding, without the frame of an answer.
pub(crate) struct Section {
    buffers: Vec<Bytes>,
    /// The sum of the buffers' lengths, bytes.
    encoded: u64,
    /// The bytes before encoding, and their CRC-32.
    plain: u64,
    crc: u32,
}

impl Section {
    fn of(families: &[Arc<FamilyView>], frame: &Frame, syntax: Syntax, encoding: Encoding) -> Self {
        let pieces =
            |family: &FamilyView| family.parts.iter().map(|part| part.totals().pieces).sum::<usize>();
        let count = families.iter().map(|family| 1 + pieces(family)).sum();
        let mut section = Self { buffers: Vec::with_capacity(count), encoded: 0, plain: 0, crc: 0 };
        for family in families {
            section.push_chunk(family.headers.of(syntax), encoding);
            for part in &family.parts {
                section.push_part(part, frame, encoding);
            }
        }
        section
    }

    fn push_chunk(&mut self, chunk: &Chunk, encoding: Encoding) {
        self.push_buffer(match encoding {
            Encoding::Identity => chunk.body.clone(),
            Encoding::Gzip => chunk.deflated.clone(),
        });
        self.extend_plain(chunk.body.len(), chunk.crc);
    }

    fn push_part(&mut self, part: &Node, frame: &Frame, encoding: Encoding) {
        part.each_piece(&mut |piece| {
            if piece.bytes() > 0 {
                self.push_buffer(match encoding {
                    Encoding::Identity => piece.kept_text(),
                    Encoding::Gzip => piece.deflated(&frame.compressors).clone(),
                });
            }
        });
        let totals = part.totals();
        self.extend_plain(totals.bytes, totals.crc);
    }

    fn push_buffer(&mut self, buffer: Bytes) {
        self.encoded += buffer.len() as u64;
        self.buffers.push(buffer);
    }

    fn extend_plain(&mut self, bytes: usize, crc: u32) {
        self.crc = combine_crc(self.crc, crc, bytes as u64);
        self.plain += bytes as u64;
    }
}

/// An answer's body: shared buffers, in order.
pub(crate) struct Rendered {
    pub(crate) buffers: Arc<[Bytes]>,
    /// The sum of their lengths, bytes.
    pub(crate) length: u64,
}

impl Rendered {
    /// The sections one after the other, in the frame that the format and the encoding want.
    pub(crate) fn of(sections: &[&Section], frame: &Frame, syntax: Syntax, encoding: Encoding) -> Self {
        let count = sections.iter().map(|section| section.buffers.len()).sum::<usize>();
        let mut all = Section { buffers: Vec::with_capacity(count + 3), encoded: 0, plain: 0, crc: 0 };
        if encoding == Encoding::Gzip {
            all.push_buffer(Bytes::from_static(&GZIP_HEADER));
        }
        for section in sections {
            all.buffers.extend_from_slice(&section.buffers);
            all.encoded += section.encoded;
            all.crc = combine_crc(all.crc, section.crc, section.plain);
            all.plain += section.plain;
        }
        if syntax == Syntax::OpenMetrics {
            all.push_chunk(&frame.end, encoding);
        }
        if encoding == Encoding::Gzip {
            all.push_buffer(Bytes::copy_from_slice(&gzip_trailer(all.crc, all.plain)));
        }
        Self { buffers: all.buffers.into(), length: all.encoded }
    }
}
