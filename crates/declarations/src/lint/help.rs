//! Help texts, waivers and buckets: what a reader, or a histogram, cannot do without.

use super::Finding;
use crate::{Declaration, Kind};

pub(super) fn lint(declaration: &Declaration, findings: &mut Vec<Finding>) {
    let mut find = |fault: &str, mend: &str| findings.push(Finding::new(declaration.name, fault, mend));
    let help = declaration.help;
    if help.trim().is_empty() {
        find("it has no help", "say in one or two sentences what the value means");
    } else {
        if !help.ends_with('.') || help.trim() != help {
            find("the help does not end in a full stop", "write one or two whole sentences");
        }
        if sentences(help) > 2 {
            find("the help has more than two sentences", "leave the rest to the documentation");
        }
        if help.contains('\n') {
            find(
                "the help has more than one line",
                "write it on one line; the exposition would escape the break",
            );
        }
    }
    if declaration.waiver.is_some_and(|waiver| waiver.trim().is_empty()) {
        find("the waiver gives no reason", "say why neither an alert nor a panel reads the metric");
    }
    lint_buckets(declaration, &mut find);
}

fn lint_buckets(declaration: &Declaration, find: &mut impl FnMut(&str, &str)) {
    let bounds = declaration.buckets;
    if declaration.kind == Kind::Histogram && bounds.is_empty() {
        find("the histogram has no buckets", "give the upper bounds with `.buckets(&[…])`");
    }
    if declaration.kind != Kind::Histogram && !bounds.is_empty() {
        find("it has buckets and is no histogram", "remove the buckets, or declare a histogram");
    }
    if bounds.iter().any(|bound| !bound.is_finite()) {
        find("a bucket's bound is not finite", "leave `+Inf` out: every histogram has it");
    }
    if bounds.windows(2).any(|pair| pair[0] >= pair[1]) {
        find("the buckets' bounds do not ascend", "sort them, and remove those that are equal");
    }
}

/// The number of sentences: a full stop, question or exclamation mark, then white space, then a capital or the end.
fn sentences(text: &str) -> usize {
    let mut n_sentences = 0;
    for (at, character) in text.char_indices() {
        if !matches!(character, '.' | '?' | '!') {
            continue;
        }
        let rest = &text[at + character.len_utf8()..];
        let next = rest.trim_start();
        let separated = rest.len() != next.len();
        if next.is_empty() || (separated && next.chars().next().is_some_and(char::is_uppercase)) {
            n_sentences += 1;
        }
    }
    n_sentences
}
