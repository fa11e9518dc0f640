//! A manifest with the lines its entries stand on.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Finding;

/// A parsed `Cargo.toml`.
#[derive(Debug)]
pub(super) struct Manifest<'a> {
    text: &'a str,
    table: DeTable<'a>,
}

/// One dependency as a manifest writes it.
#[derive(Clone, Debug)]
pub(super) struct Dependency<'a> {
    /// The key on the left.
    pub(super) name: String,
    /// The line of the key, from 1.
    pub(super) line: usize,
    /// The value on the right.
    value: &'a DeValue<'a>,
}

impl<'a> Manifest<'a> {
    /// Parses `text`; one finding says why it cannot be.
    pub(super) fn parse(path: &str, text: &'a str) -> Result<Self, Finding> {
        match DeTable::parse(text) {
            Ok(table) => Ok(Self { text, table: table.into_inner() }),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(text, span.start));
                let message = error.message().to_owned();
                Err(Finding::new(path, line, format!("the manifest is not TOML: {message}"), "correct it"))
            }
        }
    }

    /// Whether the root table has `key`.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the value at `path` is `true`.
    pub(super) fn flag(&self, path: &[&str]) -> bool {
        self.at(path).and_then(DeValue::as_bool) == Some(true)
    }

    /// The text at `path`.
    pub(super) fn string(&self, path: &[&str]) -> Option<&str> {
        self.at(path).and_then(DeValue::as_str)
    }

    /// The texts of the array at `path`; none where there is no array.
    pub(super) fn strings(&self, path: &[&str]) -> Vec<&str> {
        let array = self.at(path).and_then(DeValue::as_array);
        array.into_iter().flatten().filter_map(|item| item.get_ref().as_str()).collect()
    }

    /// The dependencies of the table at `path`, in order of their lines.
    pub(super) fn dependencies(&self, path: &[&str]) -> Vec<Dependency<'_>> {
        let table = self.at(path).and_then(DeValue::as_table);
        let mut dependencies: Vec<Dependency<'_>> =
            table.into_iter().flatten().map(|(key, value)| self.dependency(key, value)).collect();
        dependencies.sort_by_key(|dependency| dependency.line);
        dependencies
    }

    /// Every dependency of the package: normal, for building, for tests, and those of single targets.
    pub(super) fn all_dependencies(&self) -> Vec<Dependency<'_>> {
        const KINDS: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];
        let mut all: Vec<Dependency<'_>> = KINDS.iter().flat_map(|kind| self.dependencies(&[kind])).collect();
        let targets = self.at(&["target"]).and_then(DeValue::as_table);
        for (target, _) in targets.into_iter().flatten() {
            all.extend(KINDS.iter().flat_map(|kind| self.dependencies(&["target", target.get_ref(), kind])));
        }
        all
    }

    /// The line's trailing comment, and a comment on the line above, where there is one.
    pub(super) fn comment_at(&self, line: usize) -> Option<&str> {
        let lines: Vec<&str> = self.text.lines().collect();
        let own = lines.get(line - 1).and_then(|own| own.rsplit_once(" # ")).map(|(_, comment)| comment);
        let above = line.checked_sub(2).and_then(|above| lines.get(above)?.strip_prefix("# "));
        // The heading of a group of entries is not about its first one.
        let above = above.filter(|comment| !comment.starts_with("──"));
        own.or(above).map(str::trim).filter(|comment| !comment.is_empty())
    }

    fn dependency<'s>(
        &'s self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &'s Spanned<DeValue<'a>>,
    ) -> Dependency<'s> {
        let line = line_of(self.text, key.span().start);
        Dependency { name: key.get_ref().to_string(), line, value: value.get_ref() }
    }

    fn at(&self, path: &[&str]) -> Option<&DeValue<'a>> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.table.get(*first)?.get_ref(), |value, key| Some(value.get(*key)?.get_ref()))
    }
}

impl Dependency<'_> {
    /// The version that it asks for, where it says one.
    pub(super) fn version(&self) -> Option<&str> {
        self.value.as_str().or_else(|| self.text("version"))
    }

    /// The text of one of its fields.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.value.as_table()?.get(field)?.get_ref().as_str()
    }

    /// One of its fields that is true or false.
    pub(super) fn flag(&self, field: &str) -> Option<bool> {
        self.value.as_table()?.get(field)?.get_ref().as_bool()
    }

    /// Whether it has `field`.
    pub(super) fn has(&self, field: &str) -> bool {
        self.value.as_table().is_some_and(|table| table.contains_key(field))
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_know_their_line_and_their_comment() {
        let text = "[dependencies]\nserde = \"1\" # derives\n# pinned: 2 is broken\nother = { version = \"=1.2.3\" }\nx.workspace = true\n";
        let manifest = Manifest::parse("Cargo.toml", text).unwrap();
        let dependencies = manifest.all_dependencies();
        let seen: Vec<_> = dependencies
            .iter()
            .map(|it| (it.name.as_str(), it.line, it.version(), manifest.comment_at(it.line)))
            .collect();
        assert_eq!(
            seen,
            [
                ("serde", 2, Some("1"), Some("derives")),
                ("other", 4, Some("=1.2.3"), Some("pinned: 2 is broken")),
                ("x", 5, None, None),
            ]
        );
        assert_eq!(dependencies[2].flag("workspace"), Some(true));
    }

    #[test]
    fn dependencies_of_single_targets_are_seen() {
        let manifest =
            Manifest::parse("Cargo.toml", "[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n").unwrap();
        assert_eq!(manifest.all_dependencies()[0].name, "libc");
    }
}
