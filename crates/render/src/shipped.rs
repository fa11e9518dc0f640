//! The rules that are kept in the repository: those of the default settings, for every target in its newest version, and
//! for the oldest version of an engine whose files differ there: the one that Debian still ships.
//!
//! How to get it wrong: comparing files to see whether versions differ. Their heads name the version; what was left out is
//! in the notes.

use lookout_declarations::Declared;

use crate::{
    GeneratedFile, RenderError,
    rules::{self, RuleOptions, RuleTarget},
};

/// Where they lie, from the repository's root.
pub(crate) const FOLDER: &str = "rules/generated";

/// The engines that run from packages, in whatever version a distribution has; who runs an operator keeps it up.
const PACKAGED: [RuleTarget; 2] = [RuleTarget::Prometheus, RuleTarget::Vmalert];

pub(crate) fn rules(catalogue: &[Declared]) -> Result<Vec<GeneratedFile>, RenderError> {
    let mut shipped = Vec::new();
    for target in RuleTarget::ALL {
        let newest = rules::rules(target, catalogue, &RuleOptions::default())?;
        let version = Some(target.oldest());
        let oldest = rules::rules(target, catalogue, &RuleOptions { version, ..RuleOptions::default() })?;
        // What differs is said; the versions in the headers differ always.
        if PACKAGED.contains(&target) && oldest.notes != newest.notes {
            let (folder, old) = (target.name(), format!("{}-{}", target.name(), target.oldest()));
            shipped.extend(oldest.files.into_iter().map(|file| file.moved(folder, &old).below(FOLDER)));
        }
        shipped.extend(newest.files.into_iter().map(|file| file.below(FOLDER)));
    }
    Ok(shipped)
}
