//! Searching the memory of this very process: the proof that a secret is gone, or that it is still there.
//!
//! The search must not find itself. So a [`Needle`] is kept masked, byte by byte; the bytes of the process are read into one
//! static buffer, which is left out of the search, and no copy of the needle is made to compare it.
//!
//! How to get it wrong:
//! - to write the needle as a literal: then the program itself contains it. Make it at run time ([`Needle::random`]).
//! - to collect [`Needle::bytes`] into a buffer that is freed or copied unwiped: then it is found, and rightly so.
//! - to believe a search that finds nothing. Show in the same test that it finds what is still alive.
//! - to run the party that knows the secret (a server) in the same process: its copy is found too.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, PoisonError};

use core::fmt;
use core::hash::{BuildHasher as _, Hasher as _};
use core::ops::Range;

/// What is searched for. Its bytes exist in memory only masked.
///
/// `Debug` shows its length alone: a failing test prints no second copy.
#[derive(Clone)]
pub struct Needle {
    masked: Vec<u8>,
}

/// Each byte of a needle is kept combined with this by exclusive or: no letter or digit stays one.
const MASK: u8 = 0xa5;
/// The length of a random needle: nothing else in the process is equal by chance.
const RANDOM_LENGTH: usize = 32;
/// Bytes that are read at a time.
const CHUNK: usize = 256 * 1024;
/// Reading goes on after so many bytes that cannot be read: the smallest page there is.
const PAGE: u64 = 4096;

/// What is read of the process: static, so that one address range is left out, and locked, so that two searches do not find
/// each other's buffer.
static BUFFER: Mutex<[u8; CHUNK]> = Mutex::new([0; CHUNK]);
/// Nearly all memory that was reserved and never used is this; comparing it is quicker than searching it.
static NOTHING: [u8; CHUNK] = [0; CHUNK];

// === impl Needle ===

impl Needle {
    /// One that no other process and no other test has: lower-case letters, so it may stand in PEM, JSON or a header.
    pub fn random() -> Self {
        let state = std::hash::RandomState::new();
        let letter = |place: usize| {
            let mut hasher = state.build_hasher();
            hasher.write_usize(place);
            // The remainder is below 26.
            b'a' + u8::try_from(hasher.finish() % 26).unwrap_or_default()
        };
        Self::from_bytes((0..RANDOM_LENGTH).map(letter))
    }

    /// The needle of these bytes; whoever gives them must not have stored them.
    pub fn from_bytes(bytes: impl IntoIterator<Item = u8>) -> Self {
        Self { masked: bytes.into_iter().map(|byte| byte ^ MASK).collect() }
    }

    /// The needle whose bytes, each combined with `mask` by exclusive or, are these.
    pub fn from_masked(masked: &[u8], mask: u8) -> Self {
        Self { masked: masked.iter().map(|byte| byte ^ mask ^ MASK).collect() }
    }

    /// Its bytes, one by one.
    pub fn bytes(&self) -> impl ExactSizeIterator<Item = u8> + '_ {
        self.masked.iter().map(|byte| byte ^ MASK)
    }

    /// How often it stands in all readable memory of this process: heaps, stacks, statics and mapped files, of every
    /// thread. Memory that changes meanwhile counts as it was read.
    ///
    /// # Errors
    ///
    /// If the system does not let the process read its own memory; a needle that is empty or longer than 128 KiB is an error too.
    pub fn occurrences(&self) -> io::Result<usize> {
        if self.masked.is_empty() || self.masked.len() > CHUNK / 2 {
            let why = format!("a needle has 1 to {} bytes, this one {}", CHUNK / 2, self.masked.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = File::open("/proc/self/mem")?;
        let own = buffer.as_ptr_range();
        let regions = readable(&std::fs::read_to_string("/proc/self/maps")?);
        if regions.is_empty() {
            return Err(io::Error::other("`/proc/self/maps` names no readable memory"));
        }
        let mut found = 0;
        for region in regions {
            for part in without(&region, &(own.start.addr() as u64..own.end.addr() as u64)) {
                found += self.within(&memory, part, &mut *buffer)?;
            }
        }
        Ok(found)
    }

    /// How often it stands in this part of memory.
    fn within(&self, memory: &File, part: Range<u64>, buffer: &mut [u8]) -> io::Result<usize> {
        let overlap = self.masked.len() - 1;
        let (mut place, mut kept, mut found) = (part.start, 0, 0);
        while place < part.end {
            let room = &mut buffer[kept..];
            let wanted = room.len().min(usize::try_from(part.end - place).unwrap_or(usize::MAX));
            let read = match memory.read_at(&mut room[..wanted], place) {
                Ok(read) if read > 0 => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
                // Unmapped meanwhile, or not memory (`[vvar]`): what follows may be readable again.
                Ok(_) | Err(_) => {
                    (place, kept) = ((place / PAGE + 1) * PAGE, 0);
                    continue;
                }
            };
            let filled = kept + read;
            found += self.count(&buffer[..filled]);
            place += read as u64;
            kept = overlap.min(filled);
            buffer.copy_within(filled - kept..filled, 0);
        }
        Ok(found)
    }

    /// How often it stands in these bytes.
    fn count(&self, bytes: &[u8]) -> usize {
        if bytes == &NOTHING[..bytes.len()] && self.bytes().any(|byte| byte != 0) {
            return 0;
        }
        let Some(first) = self.bytes().next() else { return 0 };
        let starts = memchr::memchr_iter(first, bytes);
        starts.filter(|start| self.is_at(&bytes[*start..])).count()
    }

    /// Whether these bytes begin with it. Masks what was read, byte by byte: the needle is never unmasked as a whole.
    fn is_at(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.masked.len()
            && bytes.iter().zip(&self.masked).all(|(byte, masked)| byte ^ MASK == *masked)
    }
}

impl fmt::Debug for Needle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Needle").field("length", &self.masked.len()).finish_non_exhaustive()
    }
}

/// The readable regions of `/proc/self/maps`, neighbours joined: a needle may stand across their border.
fn readable(maps: &str) -> Vec<Range<u64>> {
    let mut regions: Vec<Range<u64>> = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (Some(addresses), Some(permissions)) = (fields.next(), fields.next()) else { continue };
        let Some((start, end)) = addresses.split_once('-') else { continue };
        let (Ok(start), Ok(end)) = (u64::from_str_radix(start, 16), u64::from_str_radix(end, 16)) else {
            continue;
        };
        if !permissions.starts_with('r') {
            continue;
        }
        match regions.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => regions.push(start..end),
        }
    }
    regions
}

/// What is left of `region` without `hole`.
fn without(region: &Range<u64>, hole: &Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let before = region.start..region.end.min(hole.start);
    let after = region.start.max(hole.end)..region.end;
    [before, after].into_iter().filter(|part| part.start < part.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_readable_regions_are_searched_and_neighbours_are_joined() {
        let maps = "1000-2000 r--p 00000000 00:00 0 /a\n2000-3000 rw-p 00000000 00:00 0\n\
                    3000-4000 ---p 00000000 00:00 0\n5000-6000 r-xp 00000000 00:00 0 [vdso]\nnonsense\n";
        assert_eq!(readable(maps), [0x1000..0x3000, 0x5000..0x6000]);
    }

    #[test]
    fn a_hole_divides_what_surrounds_it() {
        let parts = |region: Range<u64>| -> Vec<[u64; 2]> {
            without(&region, &(10..20)).map(|part| [part.start, part.end]).collect()
        };
        assert_eq!(parts(0..30), [[0, 10], [20, 30]]);
        assert_eq!(parts(0..10), [[0, 10]]);
        assert_eq!(parts(15..30), [[20, 30]]);
        assert!(parts(12..18).is_empty());
    }

    #[test]
    fn a_needle_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", Needle::from_bytes([1, 2, 3])), "Needle { length: 3, .. }");
    }

    #[test]
    fn a_needle_is_found_across_two_reads() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let needle = Needle::random();
        let mut text = vec![b'.'; 100];
        text.splice(40..40, needle.bytes());
        std::fs::write(path.path(), &text).unwrap();
        let file = File::open(path.path()).unwrap();
        for size in 40..80 {
            assert_eq!(needle.within(&file, 0..132, &mut vec![0; size]).unwrap(), 1, "{size}");
        }
    }
}
