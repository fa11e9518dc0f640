//! Rule: no file in the repository is large. History keeps every version of it for ever.

use super::{Finding, House};

/// The limit in bytes.
const LIMIT: usize = 1 << 20;

pub(super) fn check(house: &House) -> Vec<Finding> {
    house
        .tree
        .files()
        .filter(|(_, file)| file.size > LIMIT)
        .map(|(path, file)| {
            Finding::new(
                path,
                1,
                format!("it has {} KiB, the limit is {}", file.size >> 10, LIMIT >> 10),
                "cut it down, generate it when it is needed, or ignore it in .gitignore",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_file_above_one_mebibyte_is_refused() {
        let house = House::of([("just.txt", "x".repeat(LIMIT)), ("over.txt", "x".repeat(LIMIT + 1))]);
        assert_finds(check, &house, &[("over.txt:1", "it has 1024 KiB")]);
    }
}
