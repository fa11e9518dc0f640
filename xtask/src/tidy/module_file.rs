//! Rule: a module's file is named for the module. Five open files called `mod.rs` are five times the wrong one.

use super::{Finding, House};

pub(super) fn check(house: &House) -> Vec<Finding> {
    house
        .tree
        .rust()
        .filter_map(|(path, _)| {
            let folder = path.strip_suffix("/mod.rs")?;
            Some(Finding::new(path, 1, "a module in a `mod.rs`", format!("call the file `{folder}.rs`")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_mod_rs_is_refused() {
        let house = House::of([("src/parse/mod.rs", ""), ("src/source.rs", ""), ("src/remod.rs", "")]);
        assert_finds(check, &house, &[("src/parse/mod.rs:1", "call the file `src/parse.rs`")]);
    }
}
