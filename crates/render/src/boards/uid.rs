//! The uid of a board: what links to it are made of, so it never changes while the slug does not.

const PREFIX: &str = "lookout-";

/// The uid of the board with this slug: `lookout-kafka`. A slug that begins with `lookout` is its own.
pub fn board_uid(slug: &str) -> String {
    if slug.starts_with("lookout") { slug.to_owned() } else { format!("{PREFIX}{slug}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_says_whose_board_it_is_once() {
        assert_eq!(board_uid("kafka"), "lookout-kafka");
        assert_eq!(board_uid("lookout-self"), "lookout-self");
    }
}
