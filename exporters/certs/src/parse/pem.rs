//! Where the PEM blocks of a file are.
//!
//! Lax as RFC 7468 allows, because servers are: text around the blocks, blank space around lines, any line ending, a
//! byte order mark, and headers inside a block are fine. A block that does not end is broken, and the next
//! `BEGIN` line starts afresh, so a file that was cut in two and continued loses one item.
//!
//! How to get it wrong: treating a `BEGIN` line inside a private key as an end of the key without noticing that the
//! lines before it are still the key's. They are dropped here with the block they belong to.

/// One block, or what is left of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block<'a> {
    /// A certificate, not decoded.
    Certificate {
        /// The line of `BEGIN`, from 1.
        line: usize,
        /// What stands between the `BEGIN` and `END` lines.
        body: &'a [u8],
        /// Whether OpenSSL's trust settings may follow the certificate inside the block.
        may_have_trailer: bool,
    },
    /// A certificate that has no proper end or beginning.
    Broken {
        /// The line of `BEGIN`, from 1.
        line: usize,
        /// What is wrong.
        mistake: Mistake,
    },
    /// A block of another kind: a private key, a request, parameters. Its contents were not looked at.
    Other,
}

/// What is wrong with a block's markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// No `END` line before the next `BEGIN` line or the end of the file.
    NoEnd,
    /// An `END` line without a `BEGIN` line before it.
    NoBegin,
    /// The `END` line names another kind.
    OtherEnd,
    /// The `BEGIN` line does not end in five hyphens.
    NoBeginHyphens,
}

impl Block<'_> {
    /// The line of `BEGIN`, from 1; 0 for a block of another kind.
    pub(super) fn line(&self) -> usize {
        match self {
            Self::Certificate { line, .. } | Self::Broken { line, .. } => *line,
            Self::Other => 0,
        }
    }
}

/// The blocks of a file in their order.
pub(super) fn blocks(bytes: &[u8]) -> Blocks<'_> {
    let start = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    Blocks { bytes, position: start, line: 0, open: None, pending: None }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const HYPHENS: &[u8] = b"-----";

/// An iterator over the blocks of a file.
#[derive(Clone, Debug)]
pub(super) struct Blocks<'a> {
    bytes: &'a [u8],
    position: usize,
    line: usize,
    open: Option<Open<'a>>,
    pending: Option<Block<'a>>,
}

/// A block whose `END` line has not been seen yet.
#[derive(Clone, Copy, Debug)]
struct Open<'a> {
    label: &'a [u8],
    line: usize,
    body_start: usize,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        if let Some(block) = self.pending.take() {
            return Some(block);
        }
        while let Some((line_start, text)) = self.next_line() {
            if let Some(rest) = text.strip_prefix(BEGIN) {
                let unfinished = self.open.take().map(|open| open.broken(Mistake::NoEnd));
                let begun = self.begin(rest);
                if let Some(block) = unfinished {
                    self.pending = begun;
                    return Some(block);
                }
                if begun.is_some() {
                    return begun;
                }
            } else if let Some(rest) = text.strip_prefix(END)
                && let Some(block) = self.end(rest, line_start)
            {
                return Some(block);
            }
        }
        self.open.take().map(|open| open.broken(Mistake::NoEnd))
    }
}

impl<'a> Blocks<'a> {
    /// The next line without blank space around it, and where it starts.
    fn next_line(&mut self) -> Option<(usize, &'a [u8])> {
        let start = self.position;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let ending = match rest.get(length..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([_, ..]) => 1,
            _ => 0,
        };
        self.position = start + length + ending;
        self.line += 1;
        Some((start, rest.get(..length).unwrap_or_default().trim_ascii()))
    }

    /// Closes the block that is open, at the `END` line that goes on with `rest`.
    fn end(&mut self, rest: &[u8], line_start: usize) -> Option<Block<'a>> {
        let label = rest.strip_suffix(HYPHENS);
        match self.open.take() {
            Some(open) if label == Some(open.label) => {
                Some(open.finished(self.bytes.get(open.body_start..line_start).unwrap_or_default()))
            }
            Some(open) => Some(open.broken(Mistake::OtherEnd)),
            None if label.is_some_and(is_certificate) => {
                Some(Block::Broken { line: self.line, mistake: Mistake::NoBegin })
            }
            None => None,
        }
    }

    /// Opens the block whose `BEGIN` line goes on with `rest`, or says what is wrong with that line.
    fn begin(&mut self, rest: &'a [u8]) -> Option<Block<'a>> {
        match rest.strip_suffix(HYPHENS) {
            Some(label) if !label.windows(HYPHENS.len()).any(|window| window == HYPHENS) => {
                self.open = Some(Open { label, line: self.line, body_start: self.position });
                None
            }
            // All on one line, or cut off. Only the kind is looked at: the rest may be a key.
            _ if CERTIFICATE_LABELS.iter().any(|label| rest.starts_with(label)) => {
                Some(Block::Broken { line: self.line, mistake: Mistake::NoBeginHyphens })
            }
            _ => Some(Block::Other),
        }
    }
}

const CERTIFICATE: &[u8] = b"CERTIFICATE";
const X509_CERTIFICATE: &[u8] = b"X509 CERTIFICATE";
const TRUSTED_CERTIFICATE: &[u8] = b"TRUSTED CERTIFICATE";
const CERTIFICATE_LABELS: [&[u8]; 3] = [b"CERTIFICATE-", X509_CERTIFICATE, TRUSTED_CERTIFICATE];

fn is_certificate(label: &[u8]) -> bool {
    [CERTIFICATE, X509_CERTIFICATE, TRUSTED_CERTIFICATE].contains(&label)
}

impl<'a> Open<'a> {
    fn finished(self, body: &'a [u8]) -> Block<'a> {
        if is_certificate(self.label) {
            Block::Certificate { line: self.line, body, may_have_trailer: self.label == TRUSTED_CERTIFICATE }
        } else {
            Block::Other
        }
    }

    fn broken(self, mistake: Mistake) -> Block<'a> {
        if is_certificate(self.label) { Block::Broken { line: self.line, mistake } } else { Block::Other }
    }
}
