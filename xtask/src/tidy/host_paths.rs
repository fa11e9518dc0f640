//! Rule: nothing in the repository names the machine that it was written on, or a host that packages come from.
//!
//! Such a name works for one person and misleads everybody else. Clients know their registries by themselves.

use super::{Finding, House};

/// Folders of machines, with the closing slash that makes them paths.
const FOLDERS: [&str; 5] = ["/work/", "/root/", "/home/", "/farm/", "/opt/lab"];

/// Hosts of package registries and mirrors.
const HOSTS: [&str; 12] = [
    "index.crates.io",
    "static.crates.io",
    "deb.debian.org",
    "archive.ubuntu.com",
    "pypi.org",
    "pythonhosted.org",
    "proxy.golang.org",
    "sum.golang.org",
    "registry.npmjs.org",
    "repo.maven.apache.org",
    "repo1.maven.org",
    "rubygems.org",
];

/// This rule's own file, and lock files, which cargo writes.
const EXEMPT: [&str; 3] = ["xtask/src/tidy/host_paths.rs", "Cargo.lock", "fuzz/Cargo.lock"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in house.tree.texts().filter(|(path, _)| !EXEMPT.contains(path)) {
        for (line, contents) in (1..).zip(text.lines()) {
            if let Some(folder) = FOLDERS.iter().find(|folder| names_folder(contents, folder)) {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("`{folder}` is a place on one machine"),
                    "take the path from an argument, the environment or the repository's root",
                ));
            }
            if let Some(host) = HOSTS.iter().find(|host| contents.contains(*host)) {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("`{host}` is a host that packages come from"),
                    "leave the choice of the registry to the client and its configuration",
                ));
            }
        }
    }
    findings
}

/// Whether `text` holds the absolute path `folder`: not as the middle of a longer path or of a URL.
fn names_folder(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + folder.len()..].chars().next();
        let within = before.is_some_and(|c| c.is_alphanumeric() || "./-_}*".contains(c));
        let named = folder.ends_with('b') || after.is_some_and(|c| c.is_alphanumeric() || "._-".contains(c));
        !within && named
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn places_on_one_machine_are_refused() {
        let house = House::of([
            ("a.rs", "fn f() {}\nlet path = \"/work/main\";\n"),
            ("b.md", "See /home/anna/notes.\n"),
            ("c.yaml", "url: https://example.org/work/items\nvolume: /var/root/x\nhome: /home/\n"),
            ("d.sh", "cd /opt/lab\n"),
        ]);
        assert_finds(check, &house, &[("a.rs:2", "/work/"), ("b.md:1", "/home/"), ("d.sh:1", "/opt/lab")]);
    }

    #[test]
    fn hosts_of_packages_are_refused_outside_lock_files() {
        let house =
            House::of([("a.sh", "curl https://pypi.org/simple\n"), ("Cargo.lock", "index.crates.io\n")]);
        assert_finds(check, &house, &[("a.sh:1", "pypi.org")]);
    }
}
