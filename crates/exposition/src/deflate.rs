//! Compression of pieces, and the frame that makes a chain of them one gzip member.
//!
//! Each piece is compressed with fresh state and ends in a full flush: it refers to nothing before it and ends on a
//! byte boundary, so compressed pieces can be put one after the other in any order. A chain becomes a gzip member by
//! [`GZIP_HEADER`] before it and [`gzip_trailer`] after it, whose CRC is combined from those of the pieces.
//!
//! How to get it wrong: letting a window survive from one piece to the next. Then a piece can only follow the one
//! that it was compressed after.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

/// The compression level. A piece is compressed once per change and sent many times, so size counts; but every level
/// above this one buys little for much. The bench `deflate`, one core, pieces as published:
///
/// | level | 1 | 2 | **3** | 4 | 5 | 6 |
/// |---|---|---|---|---|---|---|
/// | MiB/s | 636 | 466 | **339** | 256 | 215 | 150 |
/// | % of the size | 16.7 | 13.0 | **11.5** | 11.3 | 10.6 | 10.3 |
///
/// One stream at level 3, in which no piece could be exchanged, has 11.4 %. See `docs/benches/exposition.md`.
pub(crate) const LEVEL: u32 = 3;

/// The ten bytes before a chain: magic, deflate, no flags, no time, no extra flags, unknown system (RFC 1952).
pub(crate) const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The bytes after a chain: a final empty block, the CRC of everything, and its length modulo 2^32 (RFC 1952).
pub(crate) fn gzip_trailer(crc: u32, length: u64) -> [u8; 10] {
    let mut trailer = [0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    trailer[2..6].copy_from_slice(&crc.to_le_bytes());
    // ISIZE is defined modulo 2^32.
    trailer[6..].copy_from_slice(&length.to_le_bytes()[..4]);
    trailer
}

/// The CRC-32 of two texts one after the other, from theirs and the second's length.
pub(crate) fn combine_crc(first: u32, second: u32, second_length: u64) -> u32 {
    let mut both = crc32fast::Hasher::new_with_initial(first);
    both.combine(&crc32fast::Hasher::new_with_initial_len(second, second_length));
    both.finalize()
}

/// A buffer to be cloned without allocating: `Bytes` makes its reference count at the first clone, which is made here
/// so that no scrape makes it.
pub(crate) fn shared(buffer: Vec<u8>) -> Bytes {
    let shared = Bytes::from(buffer);
    drop(shared.clone());
    shared
}

/// Compressors at rest. One is some 300 KB, so it is kept and not made per piece.
#[derive(Default)]
pub(crate) struct Compressors(Mutex<Vec<Compressor>>);

impl Compressors {
    /// As many as are kept when not in use: sources seldom publish at the same moment, and then making one takes little.
    const KEPT: usize = 1;

    /// Lends a compressor to `work`, holding no lock meanwhile.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Compressor) -> R) -> R {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut compressor = idle.unwrap_or_else(|| Compressor::new(LEVEL));
        let result = work(&mut compressor);
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < Self::KEPT {
            idle.push(compressor);
        }
        result
    }
}

/// Compresses pieces, one after the other, each for itself.
pub(crate) struct Compressor {
    state: Compress,
    output: Vec<u8>,
}

impl Compressor {
    pub(crate) fn new(level: u32) -> Self {
        Self { state: Compress::new(Compression::new(level), false), output: Vec::new() }
    }

    /// `body` as raw deflate that refers to nothing before it and ends on a byte boundary, not finished.
    pub(crate) fn deflate(&mut self, body: &[u8]) -> Bytes {
        self.state.reset();
        self.output.clear();
        if self.run(body) { shared(self.output.clone()) } else { stored(body) }
    }

    /// Whether the whole body went through.
    fn run(&mut self, body: &[u8]) -> bool {
        loop {
            let consumed = usize::try_from(self.state.total_in()).unwrap_or(usize::MAX);
            let Some(rest) = body.get(consumed..) else { return false };
            // Room for the worst case of fixed codes, so that one turn is the rule.
            self.output.reserve(rest.len() + rest.len() / 8 + 256);
            if self.state.compress_vec(rest, &mut self.output, FlushCompress::Full).is_err() {
                return false;
            }
            // Only spare room proves that the flush is complete.
            if self.state.total_in() == body.len() as u64 && self.output.len() < self.output.capacity() {
                return true;
            }
        }
    }
}

/// The `bytes` of text that [`Compressor::deflate`] made `deflated` of.
pub(crate) fn inflate(deflated: &[u8], bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes);
    let result = Decompress::new(false).decompress_vec(deflated, &mut text, FlushDecompress::Sync);
    if result.is_err() || text.len() != bytes {
        // Only if memory is broken; marks must find their rows even so.
        tracing::error!(bytes, inflated = text.len(), "inflate a piece: its compressed form is damaged");
        text.resize(bytes, b' ');
    }
    text
}

/// `body` as stored blocks: what remains possible if the compressor refuses, which it has no reason to.
fn stored(body: &[u8]) -> Bytes {
    let mut output = Vec::with_capacity(body.len() + body.len() / 1_000 + 8);
    for block in body.chunks(usize::from(u16::MAX)) {
        #[allow(clippy::cast_possible_truncation)] // the size of a chunk
        let length = block.len() as u16;
        output.push(0);
        output.extend_from_slice(&length.to_le_bytes());
        output.extend_from_slice(&(!length).to_le_bytes());
        output.extend_from_slice(block);
    }
    shared(output)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{Compressor, Compressors, GZIP_HEADER, gzip_trailer, stored};

    fn gunzip_chain(chain: &[(&[u8], bytes::Bytes)]) -> Vec<u8> {
        let (mut member, mut crc) = (GZIP_HEADER.to_vec(), crc32fast::Hasher::new());
        for (body, deflated) in chain {
            member.extend_from_slice(deflated);
            crc.update(body);
        }
        let length = chain.iter().map(|(body, _)| body.len() as u64).sum();
        member.extend_from_slice(&gzip_trailer(crc.finalize(), length));
        let (mut decoder, mut output) = (flate2::read::GzDecoder::new(&member[..]), Vec::new());
        decoder.read_to_end(&mut output).unwrap();
        assert!(decoder.into_inner().is_empty(), "one member and nothing after it");
        output
    }

    #[test]
    fn compressed_pieces_chain_in_any_order() {
        let noise: Vec<u8> = (0..70_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let texts: [&[u8]; 4] = [b"one piece\n", &b"repeated ".repeat(40_000), &noise, b""];
        for level in 0..=9 {
            let mut compressor = Compressor::new(level);
            let mut chain: Vec<_> = texts.iter().map(|text| (*text, compressor.deflate(text))).collect();
            assert_eq!(gunzip_chain(&chain), texts.concat());
            chain.reverse();
            chain.push((texts[0], chain[3].1.clone()));
            assert_eq!(gunzip_chain(&chain).len(), texts.concat().len() + texts[0].len(), "level {level}");
        }
    }

    #[test]
    fn a_used_compressor_gives_the_same_bytes_as_a_new_one() {
        let compressors = Compressors::default();
        let text = b"the same bytes, whatever came before ".repeat(100);
        let first = compressors.with(|compressor| compressor.deflate(&text));
        compressors.with(|compressor| compressor.deflate(&b"something else".repeat(1_000)));
        assert_eq!(compressors.with(|compressor| compressor.deflate(&text)), first);
    }

    #[test]
    fn stored_blocks_inflate_too() {
        let long = b"stored ".repeat(20_000);
        let chain: [(&[u8], _); 2] = [(&long, stored(&long)), (b"end", stored(b"end"))];
        assert_eq!(gunzip_chain(&chain), [&long[..], b"end"].concat());
    }
}
