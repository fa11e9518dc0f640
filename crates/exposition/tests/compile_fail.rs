//! What a misuse of a family's writer must do: not compile. The expected messages are checked in beside the programs.
//!
//! After a new compiler's rewording, `TRYBUILD=overwrite cargo test -p lookout-exposition --test compile_fail`
//! writes them again; read the difference before keeping it.
#![allow(missing_docs)]

#[test]
fn misused_families_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
