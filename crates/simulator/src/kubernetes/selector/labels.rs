//! `app=trino,tier!=edge,environment in (production,staging),!legacy`.

use crate::kubernetes::store::Object;

/// All of its requirements hold for what it selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LabelSelector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    label: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operator {
    In(Vec<String>),
    /// Also what lacks the label.
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

// === impl LabelSelector ===

impl LabelSelector {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let terms = split(text).into_iter().filter(|term| !term.is_empty());
        let requirements = terms.map(|term| {
            Requirement::parse(term).ok_or_else(|| {
                format!("unable to parse requirement: found '{term}', expected: a requirement")
            })
        });
        Ok(Self(requirements.collect::<Result<_, _>>()?))
    }

    pub(super) fn matches(&self, object: &Object) -> bool {
        self.0.iter().all(|requirement| {
            let label = object.labels.iter().find(|(label, _)| **label == requirement.label);
            let is_one_of =
                |values: &[String]| label.is_some_and(|(_, is)| values.iter().any(|value| **value == **is));
            match &requirement.operator {
                Operator::In(values) => is_one_of(values),
                Operator::NotIn(values) => !is_one_of(values),
                Operator::Exists => label.is_some(),
                Operator::DoesNotExist => label.is_none(),
            }
        })
    }
}

impl Requirement {
    fn parse(term: &str) -> Option<Self> {
        let made = |label: &str, operator| Some(Self { label: label.trim().to_owned(), operator });
        let one = |value: &str| vec![value.trim().to_owned()];
        if let Some((head, values)) = term.split_once('(') {
            let values = values.trim().strip_suffix(')')?.split(',').flat_map(one).collect();
            let mut words = head.split_whitespace();
            return match (words.next()?, words.next()?, words.next()) {
                (label, "in", None) => made(label, Operator::In(values)),
                (label, "notin", None) => made(label, Operator::NotIn(values)),
                _ => None,
            };
        }
        if let Some((label, value)) = term.split_once("!=") {
            return made(label, Operator::NotIn(one(value)));
        }
        if let Some((label, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
            return made(label, Operator::In(one(value)));
        }
        let (label, operator) = match term.strip_prefix('!') {
            Some(label) => (label.trim(), Operator::DoesNotExist),
            None => (term, Operator::Exists),
        };
        (!label.contains(char::is_whitespace)).then(|| made(label, operator))?
    }
}

/// At the commas outside of parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let terms = text.split(move |character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    });
    terms.map(str::trim).collect()
}
