//! From the catalogue to everything an operator reads or loads: pure functions from declarations to text.
//!
//! Invariants:
//! - Deterministic: no date, no version, no map without an order. The same catalogue gives the same bytes.
//! - No IO. A page that is partly written by hand is handed in as text and comes back with its generated parts new.
//! - Every file says that it is generated and from what; nobody edits one twice.
//!
//! How to get it wrong: leaving a file behind whose alert is gone. The folders of [`OWNED_FOLDERS`] hold generated
//! files only, so what [`files`] does not list there must be removed.

mod boards;
mod book;
mod error;
mod generated;
mod markdown;
mod notifications;
mod page;
mod profile;
mod reference;
mod rule_tests;
mod rules;
mod runbooks;
mod shipped;
mod targets;
mod yaml_words;

pub use boards::{BoardOptions, BoardSchema, board_uid, boards};
pub use book::{Place, book};
pub use error::RenderError;
pub use generated::{GeneratedFile, OWNED_FOLDERS};
pub use notifications::{NotificationTarget, grafana_notifications, notifications};
pub use profile::{ReadVersion, Version};
pub use rule_tests::{Suite, TEST_FOLDER, Tester, derived_cases, rule_suites, rule_tests};
pub use rules::{Links, Rendered, RuleOptions, RuleTarget, rule_files, rules};
pub use runbooks::{Handbook, summary};
pub use targets::Target;

use lookout_catalog::Settings;
use lookout_declarations::Declared;

/// Every generated file of the repository. `existing` gives the present text of a file by its path from the
/// repository's root; it is asked only for pages that are partly written by hand, and for pictures, of which it matters
/// only that they are there.
pub fn files(existing: impl Fn(&str) -> Option<String>) -> Result<Vec<GeneratedFile>, RenderError> {
    files_of(&Settings::default().declared(), existing)
}

/// The same as [`files`] for a catalogue of one's own.
pub fn files_of(
    catalogue: &[Declared],
    existing: impl Fn(&str) -> Option<String>,
) -> Result<Vec<GeneratedFile>, RenderError> {
    let mut files = Vec::new();
    for declared in catalogue {
        files.extend(page::render(declared, &existing)?);
        if declared.alerts.is_empty() {
            continue;
        }
        for tester in Tester::ALL {
            files.extend(rule_tests(tester, declared, catalogue, &rule_files(tester.target(), declared)?)?);
        }
    }
    let slugs = catalogue.iter().flat_map(|declared| &declared.boards).map(|board| board.slug);
    let pictures = slugs.filter(|slug| existing(&book::picture(slug)).is_some()).collect();
    let reference = book(catalogue, &Settings::default(), Place::Repository { pictures: &pictures })?;
    files.extend(reference.into_iter().map(|file| file.below(book::FOLDER)));
    files.extend(shipped::rules(catalogue)?);
    files.extend(notifications::shipped(catalogue)?.into_iter().map(|file| file.below(shipped::FOLDER)));
    files.extend(boards::shipped(catalogue)?);
    files.extend(Handbook::new(catalogue, &Settings::default())?.files()?);
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}
