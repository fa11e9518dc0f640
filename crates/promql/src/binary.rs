//! Binary operations between series: the labels of both sides must let their rows find each other.
//!
//! Rules: <https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching>. Two things go wrong
//! without a word from the server: sides that carry different labels never pair, and a side with several rows per
//! group fails the whole query, but only once there are several.

use promql_parser::parser::{BinaryExpr, LabelModifier, VectorMatchCardinality, token::T_LOR};

use crate::{
    Rule,
    known::{listed, suggestion},
    shape::{Movement, Vector},
    walk::Walk,
};

/// By which labels rows are matched: `on` the listed, or on all but the listed.
struct Matching<'a> {
    on: bool,
    labels: &'a [String],
}

impl Matching<'_> {
    fn uses(&self, name: &str) -> bool {
        self.on == self.labels.iter().any(|label| label == name)
    }
}

/// What is said about one operator: its place, its text, and whether a problem was found.
struct Report<'a> {
    place: Option<usize>,
    excerpt: &'a str,
}

impl Walk<'_> {
    /// The result of `left OPERATOR right`.
    pub(crate) fn join(
        &mut self,
        binary: &BinaryExpr,
        place: Option<usize>,
        left: &Vector,
        right: &Vector,
    ) -> Vector {
        let excerpt = binary.to_string();
        let report = Report { place, excerpt: &excerpt };
        let modifier = binary.modifier.clone().unwrap_or_default();
        let matching = match &modifier.matching {
            Some(LabelModifier::Include(on)) => Matching { on: true, labels: &on.labels },
            Some(LabelModifier::Exclude(ignoring)) => Matching { on: false, labels: &ignoring.labels },
            None => Matching { on: false, labels: &[] },
        };
        if modifier.fill_values.lhs.is_some() || modifier.fill_values.rhs.is_some() {
            let message = "`fill` needs a feature flag of Prometheus; add the missing rows with `or`";
            self.report(Rule::Unportable, place, &excerpt, message.to_owned());
        }
        let is_union = binary.op.id() == T_LOR;
        let is_set = binary.op.is_set_operator();
        let sound = self.names(&matching, left, right, &report)
            && (is_union || self.pairs(&matching, left, right, &report))
            && (is_set || self.cardinality(&modifier.card, &matching, left, right, &report));
        if is_union {
            return union(left, right);
        }
        if is_set {
            return left.clone();
        }
        let (many, one) = match modifier.card {
            VectorMatchCardinality::OneToMany(_) => (right, left),
            _ => (left, right),
        };
        if sound && let Some(included) = modifier.card.labels() {
            self.included(&included.labels, one, &report);
        }
        result(&modifier.card, &matching, many)
    }

    fn mismatch(&mut self, report: &Report<'_>, message: String) -> bool {
        self.report(Rule::Matching, report.place, report.excerpt, message);
        false
    }

    /// Whether the labels that the matching names exist.
    fn names(&mut self, matching: &Matching<'_>, left: &Vector, right: &Vector, report: &Report<'_>) -> bool {
        let mut sound = true;
        for name in matching.labels {
            let has = (left.labels.may_have(name), right.labels.may_have(name));
            let side = match has {
                (true, true) => continue,
                (false, false) => "neither side",
                (true, false) | (false, true) if !matching.on => continue,
                (true, false) => "the left side only",
                (false, true) => "the right side only",
            };
            let word = if matching.on { "on" } else { "ignoring" };
            let near = suggestion(name, left.labels.names().filter(|name| right.labels.may_have(name)));
            let message = format!("`{word} ({name})`: {side} has that label{near}");
            self.report(Rule::UnknownLabel, report.place, report.excerpt, message);
            sound = false;
        }
        sound
    }

    /// Whether rows of both sides can have the same labels at all.
    fn pairs(&mut self, matching: &Matching<'_>, left: &Vector, right: &Vector, report: &Report<'_>) -> bool {
        for (name, value) in left.fixed.iter().filter(|(name, _)| matching.uses(name)) {
            if let (Some(value), Some(other)) = (value, right.value(name))
                && value != other
            {
                let message = format!(
                    "`{name}` is `{value}` on the left and `{other}` on the right, so no rows pair; add `ignoring ({name})`"
                );
                return self.mismatch(report, message);
            }
        }
        if matching.on {
            return true;
        }
        let beyond = |these: &Vector, those: &Vector| -> Vec<String> {
            these.labels.beyond(&those.labels).into_iter().filter(|name| matching.uses(name)).collect()
        };
        let (left_only, right_only) = (beyond(left, right), beyond(right, left));
        let sides = [("left", left_only), ("right", right_only)];
        let said: Vec<String> = sides
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(side, names)| format!("only the {side} side has {}", listed(names)))
            .collect();
        if said.is_empty() {
            return true;
        }
        let message = format!(
            "{}, so no rows pair; match `on` the labels that both have, or aggregate first",
            said.join(" and ")
        );
        self.mismatch(report, message)
    }

    /// Whether the side that must have one row per group has.
    fn cardinality(
        &mut self,
        cardinality: &VectorMatchCardinality,
        matching: &Matching<'_>,
        left: &Vector,
        right: &Vector,
        report: &Report<'_>,
    ) -> bool {
        let included: &[String] = cardinality.labels().map_or(&[], |labels| &labels.labels);
        let beyond = |vector: &Vector| -> Vec<String> {
            let names = vector.distinguishing().into_iter().filter(|name| !matching.uses(name));
            names.filter(|name| !included.iter().any(|label| label == name)).map(ToOwned::to_owned).collect()
        };
        let (left, right) = (beyond(left), beyond(right));
        let message = match cardinality {
            VectorMatchCardinality::ManyToMany => return true,
            VectorMatchCardinality::OneToOne => match (left.is_empty(), right.is_empty()) {
                (true, true) => return true,
                (false, true) => {
                    format!(
                        "the left side has several rows per group, told apart by {}; add `group_left`",
                        listed(left)
                    )
                }
                (true, false) => {
                    format!(
                        "the right side has several rows per group, told apart by {}; add `group_right`",
                        listed(right)
                    )
                }
                (false, false) => format!(
                    "many-to-many: within a group the left side has rows told apart by {}, the right by {}; aggregate one side",
                    listed(left),
                    listed(right)
                ),
            },
            VectorMatchCardinality::ManyToOne(_) if right.is_empty() => return true,
            VectorMatchCardinality::OneToMany(_) if left.is_empty() => return true,
            VectorMatchCardinality::ManyToOne(_) => {
                format!(
                    "many-to-many: the right side, the one of `group_left`, has rows told apart by {}; aggregate it",
                    listed(right)
                )
            }
            VectorMatchCardinality::OneToMany(_) => {
                format!(
                    "many-to-many: the left side, the one of `group_right`, has rows told apart by {}; aggregate it",
                    listed(left)
                )
            }
        };
        self.mismatch(report, message)
    }

    /// The labels that `group_left` or `group_right` takes over exist on the side of one.
    fn included(&mut self, included: &[String], one: &Vector, report: &Report<'_>) {
        for name in included.iter().filter(|name| !one.labels.may_have(name)) {
            let message = format!(
                "it takes over the label `{name}`, which the side of one does not have{}; it has {}",
                suggestion(name, one.labels.names()),
                listed(one.labels.names())
            );
            self.report(Rule::UnknownLabel, report.place, report.excerpt, message);
        }
    }
}

/// The labels after arithmetic or a comparison.
fn result(cardinality: &VectorMatchCardinality, matching: &Matching<'_>, many: &Vector) -> Vector {
    let mut result = many.clone();
    result.movement = Movement::Unknown;
    match cardinality.labels() {
        Some(included) => {
            for name in &included.labels {
                result.labels.add(name);
                // It belongs to the group, so it tells no more rows apart than the group does.
                result.fixed.insert(name.clone(), None);
            }
        }
        None if matching.on => {
            result.labels = many.labels.only(matching.labels);
            result.fixed.retain(|name, value| value.is_some() && matching.uses(name));
            result.identified = true;
        }
        None => matching.labels.iter().for_each(|name| result.remove(name)),
    }
    result
}

fn union(left: &Vector, right: &Vector) -> Vector {
    let fixed =
        left.fixed.iter().filter(|(name, value)| value.is_some() && right.fixed.get(*name) == Some(value));
    Vector {
        labels: left.labels.or(&right.labels),
        fixed: fixed.map(|(name, value)| (name.clone(), value.clone())).collect(),
        identified: left.identified && right.identified,
        movement: if left.movement == right.movement { left.movement } else { Movement::Unknown },
    }
}
