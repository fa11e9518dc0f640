//! Patterns that Prometheus and Alertmanager take, whose engine is Go's RE2.
//!
//! They are checked with Rust's engine, which takes more. A pattern that is refused only there takes the whole file of rules with it, so
//! what Rust has of its own is refused here, and what both take and read differently.
//!
//! How to get it wrong: looking for letters in the text. A `(?x)` between brackets is a class of four characters.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassSetBinaryOp, ClassSetItem, ClassUnicode, ClassUnicodeKind, Flag, Flags,
    FlagsItemKind, GroupKind, HexLiteralKind, LiteralKind, RepetitionKind, RepetitionRange, Visitor,
};

/// How often RE2 lets something be repeated.
const MOST_REPETITIONS: u32 = 1000;

/// Why `pattern` is refused: the error of the parser, or what RE2 lacks.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    let last_line = |error: &dyn core::fmt::Display| {
        let text = error.to_string();
        text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    };
    regex::Regex::new(&format!("^(?:{pattern})$")).map_err(|error| last_line(&error))?;
    let parsed = Parser::new().parse(pattern).map_err(|error| last_line(&error))?;
    ast::visit(&parsed, Foreign).map_err(|what| format!("Prometheus refuses, or reads otherwise, {what}"))
}

/// Finds what RE2 lacks.
struct Foreign;

impl Visitor for Foreign {
    type Output = ();
    type Err = &'static str;

    fn finish(self) -> Result<(), Self::Err> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::Repetition(repetition) => {
                if matches!(*repetition.ast, Ast::Repetition(_)) {
                    return Err("a repetition of a repetition; put the inner one in brackets");
                }
                counted(&repetition.op.kind)
            }
            Ast::Flags(set) => flags(&set.flags),
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(set) => flags(set),
                // Old releases do not know it.
                GroupKind::CaptureName { starts_with_p: false, .. } => Err("`(?<name>`; write `(?P<name>`"),
                GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } => Ok(()),
            },
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText
                | AssertionKind::WordBoundary
                | AssertionKind::NotWordBoundary => Ok(()),
                _ => Err("boundaries of words other than `\\b` and `\\B`"),
            },
            Ast::Literal(literal) => written(&literal.kind),
            Ast::ClassUnicode(class) => named(class),
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        match item {
            ClassSetItem::Bracketed(_) => Err("a class within a class"),
            ClassSetItem::Unicode(class) => named(class),
            ClassSetItem::Literal(literal) => written(&literal.kind),
            ClassSetItem::Range(range) => written(&range.start.kind).and(written(&range.end.kind)),
            _ => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ClassSetBinaryOp) -> Result<(), Self::Err> {
        Err("operations on classes (`&&`, `--`, `~~`)")
    }
}

fn counted(kind: &RepetitionKind) -> Result<(), &'static str> {
    let most = match kind {
        RepetitionKind::Range(
            RepetitionRange::Exactly(most)
            | RepetitionRange::AtLeast(most)
            | RepetitionRange::Bounded(_, most),
        ) => *most,
        _ => 0,
    };
    if most > MOST_REPETITIONS { Err("more than 1000 repetitions") } else { Ok(()) }
}

fn flags(set: &Flags) -> Result<(), &'static str> {
    let is_known = |kind: &FlagsItemKind| {
        matches!(
            kind,
            FlagsItemKind::Negation
                | FlagsItemKind::Flag(
                    Flag::CaseInsensitive | Flag::MultiLine | Flag::DotMatchesNewLine | Flag::SwapGreed
                )
        )
    };
    if set.items.iter().all(|item| is_known(&item.kind)) {
        Ok(())
    } else {
        Err("flags other than `i`, `m`, `s` and `U`")
    }
}

fn written(kind: &LiteralKind) -> Result<(), &'static str> {
    match kind {
        LiteralKind::HexFixed(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong)
        | LiteralKind::HexBrace(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong) => {
            Err("`\\u` and `\\U`; write `\\x{…}`")
        }
        _ => Ok(()),
    }
}

fn named(class: &ClassUnicode) -> Result<(), &'static str> {
    match &class.kind {
        ClassUnicodeKind::NamedValue { .. } => Err("properties with a value (`\\p{name=value}`)"),
        // Go has fewer names than Rust.
        ClassUnicodeKind::Named(name) if name.len() > 2 => {
            Err("properties by their long names; write `\\p{L}` or the like")
        }
        ClassUnicodeKind::Named(_) | ClassUnicodeKind::OneLetter(_) => Ok(()),
    }
}
