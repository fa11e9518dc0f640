//! YAML of others as a tree that knows its lines.
//!
//! Unlike a configuration of ours it may have anchors, aliases, merges, tags and several documents. An alias is replaced by a
//! copy of what it stands for, so both how deep and how large the tree gets is bounded with the copies in it: an alias of an
//! alias of an alias grows without end.
//!
//! How to get it wrong: taking the line of a block of text for the line of its `|`. The parser gives that of the first line
//! that is not empty.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

/// The deepest nesting that is read, aliases replaced.
const MAX_DEPTH: usize = 64;
/// The most bytes that copies may add.
const MAX_COPIED: usize = 64 << 20;
/// The key of YAML 1.1 whose value's entries are the mapping's own.
const MERGE: &str = "<<";

/// A value with the line that it begins in.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: usize,
    content: Content,
}

/// What a value is.
#[derive(Clone, Debug)]
enum Content {
    Scalar(Text),
    Sequence(Vec<Node>),
    Mapping(Vec<(String, Node)>),
}

/// A text and where its lines are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    value: String,
    /// The line of the file that its first line is in.
    line: usize,
    /// Whether its further lines are those of the file (`|`).
    keeps_lines: bool,
}

/// Why a file cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: it cannot be read as YAML: {why}")]
pub struct ReadYaml {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: String,
}

impl Text {
    /// A text in one line.
    pub(crate) fn in_line(line: usize, text: &str) -> Self {
        Self { value: text.to_owned(), line, keeps_lines: false }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The line of the file in which line `line` of the text is, both from 1; its first, where the file does not keep its lines.
    pub fn line_of(&self, line: usize) -> usize {
        if self.keeps_lines { self.line + line.saturating_sub(1) } else { self.line }
    }
}

impl Node {
    /// Every document of `text`.
    pub(crate) fn documents(text: &str) -> Result<Vec<Self>, ReadYaml> {
        // Windows' editors begin a file with it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let events = Parser::new_from_str(text);
        let mut reader = Reader { events, anchors: HashMap::new(), n_copied: 0, line: 1 };
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

    /// The value of `key`: the mapping's own, or one that it merges.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Content::Mapping(entries) = &self.content else { return None };
        let own = |key: &str| entries.iter().find(|(name, _)| name == key).map(|(_, node)| node);
        own(key).or_else(|| {
            let merged = own(MERGE)?;
            merged.get(key).or_else(|| merged.items().iter().find_map(|part| part.get(key)))
        })
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.content {
            Content::Sequence(items) => items,
            Content::Scalar(_) | Content::Mapping(_) => &[],
        }
    }

    /// A text.
    pub(crate) fn text(&self) -> Option<&Text> {
        match &self.content {
            Content::Scalar(text) => Some(text),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    fn children(&self) -> impl Iterator<Item = &Self> {
        let (items, entries): (&[Self], &[(String, Self)]) = match &self.content {
            Content::Scalar(_) => (&[], &[]),
            Content::Sequence(items) => (items, &[]),
            Content::Mapping(entries) => (&[], entries),
        };
        items.iter().chain(entries.iter().map(|(_, node)| node))
    }

    /// How many levels it has; one for a text.
    fn height(&self) -> usize {
        1 + self.children().map(Self::height).max().unwrap_or_default()
    }

    /// About how many bytes it takes.
    fn size(&self) -> usize {
        let own = match &self.content {
            Content::Scalar(text) => text.value.len(),
            Content::Sequence(_) => 0,
            Content::Mapping(entries) => {
                entries.iter().map(|(name, _)| size_of::<String>() + name.len()).sum()
            }
        };
        size_of::<Self>() + own + self.children().map(Self::size).sum::<usize>()
    }
}

struct Reader<'text> {
    events: Parser<'text, StrInput<'text>>,
    anchors: HashMap<usize, Node>,
    /// The bytes that copies have added.
    n_copied: usize,
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
                let keeps_lines = matches!(style, ScalarStyle::Literal);
                // The span of a block scalar begins with its first line that is not empty; its text begins before that.
                let n_empty = if keeps_lines { text.len() - text.trim_start_matches('\n').len() } else { 0 };
                let line = line.saturating_sub(n_empty);
                (Content::Scalar(Text { value: text.into_owned(), line, keeps_lines }), anchor)
            }
            Event::SequenceStart(anchor, _) => (Content::Sequence(self.sequence(depth)?), anchor),
            Event::MappingStart(anchor, _) => (Content::Mapping(self.mapping(depth)?), anchor),
            Event::Alias(anchor) => return self.alias(anchor, depth),
            _ => return Err(self.refused("a value is missing")),
        };
        let node = Node { line, content };
        if anchor != 0 {
            let copy = self.copy(&node)?;
            self.anchors.insert(anchor, copy);
        }
        Ok(node)
    }

    /// A copy of what an alias at `depth` stands for.
    fn alias(&mut self, anchor: usize, depth: usize) -> Result<Node, ReadYaml> {
        let Some(node) = self.anchors.remove(&anchor) else {
            return Err(self.refused("an alias stands for nothing that is written before it"));
        };
        if depth + node.height() > MAX_DEPTH {
            return Err(self.refused("it is nested too deep"));
        }
        let copy = self.copy(&node)?;
        self.anchors.insert(anchor, node);
        Ok(copy)
    }

    fn copy(&mut self, node: &Node) -> Result<Node, ReadYaml> {
        self.n_copied += node.size();
        if self.n_copied > MAX_COPIED {
            return Err(self.refused("its aliases make too much of it"));
        }
        Ok(node.clone())
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
            if let Content::Scalar(key) = key.content {
                entries.push((key.value, value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::fmt::Write as _;

    use super::*;

    fn documents(text: &str) -> Vec<Node> {
        Node::documents(text).unwrap()
    }

    fn refusal(text: &str) -> String {
        Node::documents(text).unwrap_err().to_string()
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "a: x\nb:\n  - c: |\n      one\n      two\n  - 'quoted'\n";
        let documents = documents(text);
        let items = documents[0].get("b").unwrap().items();
        let block = items[0].get("c").unwrap().text().unwrap();
        assert_eq!((block.as_str(), block.line_of(2)), ("one\ntwo\n", 5));
        let quoted = items[1].text().unwrap();
        assert_eq!((quoted.as_str(), quoted.line_of(1)), ("quoted", 6));
        let documents = self::documents("a: |-\n\n  one\n");
        let block = documents[0].get("a").unwrap().text().unwrap();
        assert_eq!((block.as_str(), block.line_of(2)), ("\none", 3));
    }

    #[test]
    fn several_documents_and_aliases_are_read() {
        let documents = documents("\u{feff}a: &x [1, 2]\nb: *x\n---\nc: 3\n");
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].get("b").unwrap().items().len(), 2);
        assert_eq!(documents[1].get("c").unwrap().text().unwrap().as_str(), "3");
    }

    #[test]
    fn what_is_merged_counts_unless_it_is_there_itself() {
        let text = "- &one {a: 1, b: 1}\n- &two {b: 2, c: 2}\n- {<<: *one, b: 3}\n- {<<: [*one, *two]}\n";
        let documents = documents(text);
        let items = documents[0].items();
        let value = |at: usize, key: &str| items[at].get(key).and_then(Node::text).map(Text::as_str);
        assert_eq!((value(2, "a"), value(2, "b"), value(2, "c")), (Some("1"), Some("3"), None));
        assert_eq!((value(3, "a"), value(3, "b"), value(3, "c")), (Some("1"), Some("1"), Some("2")));
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let mut text = "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n".to_owned();
        for level in 1..10 {
            let alias = format!("*a{}", level - 1);
            let items = [alias.as_str(); 10].join(", ");
            writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
        }
        assert!(refusal(&text).contains("aliases"));
        // Few nodes, and each of them large.
        let large = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), ["*a"; 100].join(", "));
        assert!(refusal(&large).contains("aliases"));
        assert!(refusal(&"- ".repeat(100)).contains("nested"));
        assert_eq!(Node::documents("a: [1\nb: 2\n").unwrap_err().line, 2);
    }

    #[test]
    fn aliases_within_aliases_are_no_way_to_nest_deeper() {
        let mut text = "- &a0 x\n".to_owned();
        for level in 1..200 {
            let (open, close) = ("[".repeat(50), "]".repeat(50));
            writeln!(text, "- &a{level} {open}*a{}{close}", level - 1).unwrap();
        }
        assert!(refusal(&text).contains("nested"));
    }

    #[test]
    fn an_alias_of_nothing_or_of_itself_is_refused() {
        assert!(refusal("a: *x\n").contains("line 1"));
        assert!(refusal("a: &x [*x]\n").contains("line 1"));
    }
}
