//! Text to tree: YAML without its traps.
//!
//! Anchors, aliases and tags are refused because a reader of the file would have to resolve them in their head; a
//! second document and a repeated key because one of the two would be ignored. All of these are noted and the reading
//! goes on; only what the scanner cannot read ends it.
//!
//! Events are pulled one by one, so [`MAX_DEPTH`] bounds the recursion here and in everything that walks the tree.

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use crate::{
    bytes,
    fault::{Finding, Place},
    key_path::{KeyPath, Step},
    quote::quoted,
    scan_error,
    survey::MAX_FAULTS,
    tree::{Content, Entry, Node, Scalar},
};

/// The deepest nesting of mappings and lists that is read.
pub const MAX_DEPTH: usize = 64;

/// What is said about a deeper one.
pub(crate) const TOO_DEEP: &str = "nested deeper than 64 levels";

/// What is said about an alias.
pub(crate) const ALIAS: &str = "an alias; write the value out instead";

/// As much of a path that is too deep as a person wants to see.
const SHOWN_DEPTH: usize = 4;

/// What could be read of a text.
pub(crate) struct Parsed {
    /// The tree; absent if the reading ended early.
    pub(crate) root: Option<Node>,
    /// What is wrong with the text as YAML.
    pub(crate) findings: Vec<Finding>,
}

/// Reads `text`; an empty one is an empty mapping.
pub(crate) fn parse(text: &str) -> Parsed {
    if let Err(finding) = bytes::check_characters(text) {
        return Parsed { root: None, findings: vec![finding] };
    }
    let mut builder =
        Builder { events: Parser::new_from_str(text), path: KeyPath::default(), findings: Vec::new() };
    match builder.stream() {
        Ok(root) => Parsed { root: Some(root), findings: builder.findings },
        Err(last) => {
            builder.findings.push(last);
            Parsed { root: None, findings: builder.findings }
        }
    }
}

struct Builder<'text> {
    events: Parser<'text, StrInput<'text>>,
    /// Where the builder is, for its findings.
    path: KeyPath,
    findings: Vec<Finding>,
}

/// An event that starts a node.
type Start<'text> = (Event<'text>, Span);

// === impl Builder ===

impl<'text> Builder<'text> {
    fn stream(&mut self) -> Result<Node, Finding> {
        self.next()?; // the start of the stream
        if matches!(self.next()?.0, Event::StreamEnd) {
            return Ok(Node::new(Place::START, Content::Mapping(Vec::new())));
        }
        let first = self.next()?;
        let root = self.node(first, Place::START, 0)?;
        self.next()?; // the end of the document
        let (event, span) = self.next()?;
        if !matches!(event, Event::StreamEnd) {
            self.note(place(span), "a second document starts here; the file must hold one")?;
        }
        Ok(root)
    }

    /// The node that starts with `start`; `owner` is the place of its key or list item.
    fn node(&mut self, (event, span): Start<'text>, owner: Place, depth: usize) -> Result<Node, Finding> {
        if depth == MAX_DEPTH {
            self.path.0.truncate(SHOWN_DEPTH);
            return Err(self.finding(place(span), TOO_DEEP));
        }
        // A block list or mapping has no character of its own: its key says where it is.
        let own = if span.is_empty() { owner } else { place(span) };
        let content = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.check_properties(place(span), anchor, tag.as_deref())?;
                Content::Scalar(Scalar {
                    text: text.into_owned(),
                    plain: matches!(style, ScalarStyle::Plain),
                })
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_properties(place(span), anchor, tag.as_deref())?;
                Content::Sequence(self.items(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_properties(place(span), anchor, tag.as_deref())?;
                Content::Mapping(self.entries(depth)?)
            }
            _ => {
                self.note(place(span), ALIAS)?;
                return Ok(Node { cut: true, ..Node::new(own, Content::Sequence(Vec::new())) });
            }
        };
        Ok(Node::new(own, content))
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Finding> {
        let mut items = Vec::new();
        loop {
            let start = self.next()?;
            if matches!(start.0, Event::SequenceEnd) {
                return Ok(items);
            }
            let owner = place(start.1);
            self.path.0.push(Step::Index(items.len()));
            items.push(self.node(start, owner, depth + 1)?);
            self.path.0.pop();
        }
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<Entry>, Finding> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let (event, span) = self.next()?;
            let owner = place(span);
            let key = match event {
                Event::MappingEnd => return Ok(entries),
                Event::Scalar(text, _, anchor, tag) => {
                    self.check_properties(owner, anchor, tag.as_deref())?;
                    text.into_owned()
                }
                compound => {
                    self.note(owner, "a key that is not plain text")?;
                    self.node((compound, span), owner, depth + 1)?;
                    let value = self.next()?;
                    self.node(value, owner, depth + 1)?;
                    continue;
                }
            };
            self.path.0.push(Step::Key(key.clone()));
            let start = self.next()?;
            let value = self.node(start, owner, depth + 1)?;
            if seen.insert(key.clone()) {
                entries.push(Entry::new(key, owner, value));
            } else {
                self.note(owner, "the same key a second time")?;
            }
            self.path.0.pop();
        }
    }

    /// Notes an anchor or a tag before a value.
    fn check_properties(&mut self, place: Place, anchor: usize, tag: Option<&Tag>) -> Result<(), Finding> {
        if anchor != 0 {
            self.note(place, "an anchor; write the value out at each place instead")?;
        }
        if let Some(tag) = tag {
            let written = format!("{}{}", if tag.is_yaml_core_schema() { "!!" } else { "!" }, tag.suffix);
            self.note(place, format!("the tag {}; values here have no tags", quoted(&written)))?;
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Start<'text>, Finding> {
        match self.events.next_event() {
            Some(Ok(start)) => Ok(start),
            Some(Err(error)) => Err(self.scan_finding(&error)),
            None => Err(self.finding(Place::START, "not YAML: it ends too early")),
        }
    }

    fn scan_finding(&self, error: &ScanError) -> Finding {
        let place = Place { line: error.marker().line(), column: error.marker().col() + 1 };
        self.finding(place, scan_error::message(error.info()))
    }

    /// Notes what is wrong and lets the reading go on, as long as there is room for it.
    fn note(&mut self, place: Place, message: impl Into<String>) -> Result<(), Finding> {
        let finding = self.finding(place, message);
        if self.findings.len() == MAX_FAULTS {
            return Err(finding);
        }
        self.findings.push(finding);
        Ok(())
    }

    fn finding(&self, place: Place, message: impl Into<String>) -> Finding {
        Finding::new(place, self.path.clone(), message)
    }
}

fn place(span: Span) -> Place {
    Place { line: span.start.line(), column: span.start.col() + 1 }
}
