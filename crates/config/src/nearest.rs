//! The name that was probably meant.
//!
//! Case, dashes and underscores do not count: `warningDays`, `warning-days` and `warning_days` are the same slip.

/// Longer names than this are not compared: the distance costs the product of both lengths.
const MAX_COMPARED: usize = 64;

/// The valid name nearest to `wrong`, if one is near enough to be what was meant; the first of equally near ones.
pub(crate) fn nearest<'valid>(wrong: &str, valid: &[&'valid str]) -> Option<&'valid str> {
    if wrong.len() > MAX_COMPARED {
        return None;
    }
    let wrong = normalised(wrong);
    valid
        .iter()
        .filter_map(|name| distance(&wrong, &normalised(name)).map(|distance| (distance, *name)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How far apart two normalised names are; `None`: too far to be a slip.
fn distance(wrong: &str, name: &str) -> Option<usize> {
    let longer = wrong.len().max(name.len());
    let shorter = wrong.len().min(name.len());
    if shorter >= 3 && (wrong.starts_with(name) || name.starts_with(wrong)) {
        return Some(1);
    }
    let distance = strsim::damerau_levenshtein(wrong, name);
    (distance <= (longer / 3).max(1) && distance < longer).then_some(distance)
}

fn normalised(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &["address", "server_name", "warning_days", "enabled"];

    #[test]
    fn slips_find_their_name() {
        for (wrong, meant) in [
            ("adress", "address"),
            ("serverName", "server_name"),
            ("warning-days", "warning_days"),
            ("server", "server_name"),
            ("enabeld", "enabled"),
        ] {
            assert_eq!(nearest(wrong, KEYS), Some(meant), "{wrong}");
        }
    }

    #[test]
    fn a_foreign_name_finds_none() {
        for wrong in ["brokers", "x", "", &"address".repeat(20)] {
            assert_eq!(nearest(wrong, KEYS), None, "{wrong}");
        }
    }
}
