//! The name of an exporter in the forms in which it is written.

use crate::error::Error;

/// A name that can be a folder, a cargo feature, a configuration section, a Rust module and a metric prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExporterName {
    /// `object-store`
    pub(super) kebab: String,
    /// `object_store`
    pub(super) snake: String,
    /// `ObjectStore`
    pub(super) camel: String,
    /// `OBJECT_STORE`
    pub(super) upper: String,
}

/// What the name would collide with beside packages: features of the binary, and our own name.
const RESERVED: [&str; 5] = ["default", "demo", "exporters", "lookout", "spec"];

/// The words of Rust that cannot name a field or a module.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

impl ExporterName {
    /// Checks `name` against the rules and against `files`, the repository's present files.
    pub(super) fn new(name: &str, files: &[String]) -> Result<Self, Error> {
        let refuse = |why: &str| Err(Error::NameExporter { name: name.to_owned(), why: why.to_owned() });
        let words: Vec<&str> = name.split('-').collect();
        let is_word = |word: &&str| {
            !word.is_empty()
                && word.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
        };
        if !words.iter().all(is_word) || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
            return refuse("write lower-case words of letters and digits, joined by hyphens, a letter first");
        }
        if KEYWORDS.contains(&name) {
            return refuse("it is a word of Rust");
        }
        if RESERVED.contains(&name) {
            return refuse("it has a meaning already");
        }
        for parent in ["exporters", "crates"] {
            let folder = format!("{parent}/{name}/");
            if files.iter().any(|file| file.starts_with(&folder)) {
                return refuse(&format!("`{parent}/{name}` is there already"));
            }
        }
        let snake = name.replace('-', "_");
        let camel = words.iter().map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        Ok(Self { kebab: name.to_owned(), upper: snake.to_uppercase(), snake, camel })
    }

    /// Puts the name into a template: `{{name}}`, `{{name_snake}}`, `{{Name}}`, `{{NAME}}`.
    pub(super) fn fill(&self, template: &str) -> String {
        template
            .replace("{{name}}", &self.kebab)
            .replace("{{name_snake}}", &self.snake)
            .replace("{{Name}}", &self.camel)
            .replace("{{NAME}}", &self.upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_four_forms() {
        let name = ExporterName::new("object-store2", &[]).unwrap();
        assert_eq!(
            name.fill("{{name}} {{name_snake}} {{Name}} {{NAME}}"),
            "object-store2 object_store2 ObjectStore2 OBJECT_STORE2"
        );
    }

    #[test]
    fn names_that_cannot_be_used_are_refused_with_the_reason() {
        let files = ["crates/config/Cargo.toml".to_owned(), "exporters/certs/README.md".to_owned()];
        for (name, why) in [
            ("", "lower-case words"),
            ("Kafka", "lower-case words"),
            ("object_store", "lower-case words"),
            ("-store", "lower-case words"),
            ("object--store", "lower-case words"),
            ("3scale", "a letter first"),
            ("trino/../x", "lower-case words"),
            ("match", "a word of Rust"),
            ("demo", "a meaning already"),
            ("config", "`crates/config` is there already"),
            ("certs", "`exporters/certs` is there already"),
        ] {
            let error = ExporterName::new(name, &files).unwrap_err().to_string();
            assert!(error.contains(why), "{name}: {error}");
        }
    }
}
