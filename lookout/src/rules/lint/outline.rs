//! YAML of others as a tree that knows its lines.
//!
//! Unlike a configuration of ours it may have anchors, aliases, tags and several documents. Both the depth and the number
//! of nodes are bounded: an alias of an alias of an alias grows without end.
//!
//! How to get it wrong: taking the line of a block of text for the line of its `|`. The parser gives that of the first line
//! that is not empty.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 64;
/// The most nodes that aliases may add.
const MAX_NODES: usize = 1_000_000;

/// A value with the line that it begins in.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Scalar {
        text: String,
        /// Whether its lines are those of the file (`|`), and which is the first.
        first_line: Option<usize>,
    },
    Sequence(Vec<Node>),
    Mapping(Vec<(String, Node)>),
}

/// What ends the reading.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: it cannot be read as YAML: {why}")]
pub(super) struct ReadYaml {
    pub(super) line: usize,
    pub(super) why: String,
}

impl Node {
    /// A text in one line.
    pub(super) fn scalar(line: usize, text: &str) -> Self {
        Self { line, content: Content::Scalar { text: text.to_owned(), first_line: None } }
    }

    /// Every document of `text`.
    pub(super) fn documents(text: &str) -> Result<Vec<Self>, ReadYaml> {
        let mut reader =
            Reader { events: Parser::new_from_str(text), anchors: HashMap::new(), n_nodes: 0, line: 1 };
        let mut documents = Vec::new();
        loop {
            let (event, span) = reader.next()?;
            match event {
                Event::StreamEnd => return Ok(documents),
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => reader.anchors.clear(),
                event => documents.push(reader.node(event, span, 0)?),
            }
        }
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.content {
            Content::Mapping(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            Content::Scalar { .. } | Content::Sequence(_) => None,
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.content {
            Content::Sequence(items) => items,
            Content::Scalar { .. } | Content::Mapping(_) => &[],
        }
    }

    /// A text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// The line of the file in which line `line` of this text is, from 1.
    pub(super) fn line_of(&self, line: usize) -> usize {
        match &self.content {
            Content::Scalar { first_line: Some(first), .. } => first + line.saturating_sub(1),
            _ => self.line,
        }
    }

    fn n_nodes(&self) -> usize {
        1 + match &self.content {
            Content::Scalar { .. } => 0,
            Content::Sequence(items) => items.iter().map(Self::n_nodes).sum(),
            Content::Mapping(entries) => entries.iter().map(|(_, node)| node.n_nodes()).sum(),
        }
    }
}

struct Reader<'text> {
    events: Parser<'text, StrInput<'text>>,
    anchors: HashMap<usize, Node>,
    n_nodes: usize,
    /// Of the last event.
    line: usize,
}

impl<'text> Reader<'text> {
    fn next(&mut self) -> Result<(Event<'text>, Span), ReadYaml> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                self.line = span.start.line();
                Ok((event, span))
            }
            Some(Err(error)) => Err(ReadYaml { line: error.marker().line(), why: error.info().to_owned() }),
            None => Err(self.refused("it ends too early")),
        }
    }

    fn refused(&self, why: &str) -> ReadYaml {
        ReadYaml { line: self.line, why: why.to_owned() }
    }

    fn node(&mut self, event: Event<'text>, span: Span, depth: usize) -> Result<Node, ReadYaml> {
        if depth == MAX_DEPTH {
            return Err(self.refused("it is nested too deep"));
        }
        let line = span.start.line();
        let (content, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                // The span of a block scalar begins with its first line that is not empty; its text begins before that.
                let n_empty = text.len() - text.trim_start_matches('\n').len();
                let first_line = matches!(style, ScalarStyle::Literal).then(|| line.saturating_sub(n_empty));
                (Content::Scalar { text: text.into_owned(), first_line }, anchor)
            }
            Event::SequenceStart(anchor, _) => (Content::Sequence(self.sequence(depth)?), anchor),
            Event::MappingStart(anchor, _) => (Content::Mapping(self.mapping(depth)?), anchor),
            Event::Alias(anchor) => {
                let node =
                    self.anchors.get(&anchor).cloned().ok_or_else(|| self.refused("an alias of nothing"))?;
                self.n_nodes += node.n_nodes();
                if self.n_nodes > MAX_NODES {
                    return Err(self.refused("its aliases make too much of it"));
                }
                return Ok(node);
            }
            _ => return Err(self.refused("a value is missing")),
        };
        let node = Node { line, content };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn sequence(&mut self, depth: usize) -> Result<Vec<Node>, ReadYaml> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(items);
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Vec<(String, Node)>, ReadYaml> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(entries);
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            // A key that is no text means nothing in a rule file.
            if let Content::Scalar { text, .. } = key.content {
                entries.push((text, value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::fmt::Write as _;

    use super::*;

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "a: x\nb:\n  - c: |\n      one\n      two\n  - 'quoted'\n";
        let documents = Node::documents(text).unwrap();
        let items = documents[0].get("b").unwrap().items();
        let block = items[0].get("c").unwrap();
        assert_eq!((block.text(), block.line_of(2)), (Some("one\ntwo\n"), 5));
        assert_eq!((items[1].text(), items[1].line_of(1)), (Some("quoted"), 6));
        let documents = Node::documents("a: |-\n\n  one\n").unwrap();
        let block = documents[0].get("a").unwrap();
        assert_eq!((block.text(), block.line_of(2)), (Some("\none"), 3));
    }

    #[test]
    fn several_documents_and_aliases_are_read() {
        let documents = Node::documents("a: &x [1, 2]\nb: *x\n---\nc: 3\n").unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].get("b").unwrap().items().len(), 2);
        assert_eq!(documents[1].get("c").unwrap().text(), Some("3"));
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let mut text = "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n".to_owned();
        for level in 1..10 {
            let alias = format!("*a{}", level - 1);
            let items = [alias.as_str(); 10].join(", ");
            writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
        }
        assert!(Node::documents(&text).unwrap_err().to_string().contains("aliases"));
        assert!(Node::documents(&"- ".repeat(100)).unwrap_err().to_string().contains("nested"));
        assert_eq!(Node::documents("a: [1\nb: 2\n").unwrap_err().line, 2);
    }
}
