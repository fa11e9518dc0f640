//! Paths of a node whose file system is mounted below a directory, as in a DaemonSet.
//!
//! Links on the node point to where things are on the node: the kubelet's `kubelet-client-current.pem` is a link to an absolute
//! path. Followed as they stand, they would lead into the container. So below the root links are followed here, one by one.
//!
//! Invariant: nothing below the root leads out of it.

use std::collections::VecDeque;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The most links on one path, as Linux has it.
const MAX_LINKS: usize = 40;

/// Where the file system of the node is mounted; empty on the node itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostRoot(PathBuf);

impl HostRoot {
    /// The root as it is configured.
    pub fn new(root: &str) -> Self {
        Self(PathBuf::from(root))
    }

    /// The path of the node `path`, as we see it.
    pub fn below(&self, path: &str) -> String {
        format!("{}{path}", self.0.display())
    }

    /// Where `path` leads. A path that is not below the root is left to the operating system; what is not there is where it
    /// should be.
    pub(super) fn resolve(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.0) {
            Ok(inside) if !self.0.as_os_str().is_empty() => self.follow(inside),
            _ => path.to_owned(),
        }
    }

    /// `path` as it is called on the node.
    pub(super) fn on_node<'a>(&self, path: &'a str) -> &'a str {
        let root = self.0.to_str().unwrap_or_default();
        if root.is_empty() {
            return path;
        }
        path.strip_prefix(root).filter(|rest| rest.starts_with('/')).unwrap_or(path)
    }

    /// Where a file that is called `named` in the file `from` is, as we see it.
    pub(super) fn referred(&self, from: &Path, named: &Path) -> PathBuf {
        let directory = from.parent().unwrap_or(Path::new("."));
        let is_of_node = !self.0.as_os_str().is_empty() && from.starts_with(&self.0);
        match named.strip_prefix("/") {
            Ok(inside) if is_of_node => self.0.join(inside),
            _ => directory.join(named),
        }
    }

    fn follow(&self, inside: &Path) -> PathBuf {
        let mut place = self.0.clone();
        let mut left: VecDeque<PathBuf> = inside.components().map(|part| part.as_os_str().into()).collect();
        let mut links = 0;
        while let Some(part) = left.pop_front() {
            match Path::new(&part).components().next() {
                Some(Component::ParentDir) if place != self.0 => {
                    place.pop();
                }
                Some(Component::Normal(name)) => {
                    let next = place.join(name);
                    match fs::read_link(&next) {
                        Ok(target) if links < MAX_LINKS => {
                            links += 1;
                            if target.is_absolute() {
                                place.clone_from(&self.0);
                            }
                            for part in target.components().rev() {
                                left.push_front(part.as_os_str().into());
                            }
                        }
                        // No link, not there, or in a circle: reading it says which.
                        _ => place = next,
                    }
                }
                _ => {}
            }
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_as_on_the_node_and_never_out_of_it() {
        let host = tempfile::tempdir().unwrap();
        let root = HostRoot::new(host.path().to_str().unwrap());
        fs::create_dir_all(host.path().join("data/pki")).unwrap();
        fs::create_dir_all(host.path().join("var")).unwrap();
        fs::write(host.path().join("data/pki/now.pem"), "x").unwrap();
        symlink("/data/pki", host.path().join("var/pki")).unwrap();
        symlink("now.pem", host.path().join("data/pki/current.pem")).unwrap();
        symlink("../../../../../etc/passwd", host.path().join("data/out")).unwrap();
        symlink("/data/circle", host.path().join("data/circle")).unwrap();
        let resolve =
            |path: &str| root.resolve(&host.path().join(path)).strip_prefix(host.path()).unwrap().to_owned();
        assert_eq!(resolve("var/pki/current.pem"), Path::new("data/pki/now.pem"));
        assert_eq!(resolve("data/out"), Path::new("etc/passwd"));
        assert_eq!(resolve("var/missing/x.pem"), Path::new("var/missing/x.pem"));
        assert_eq!(resolve("data/circle"), Path::new("data/circle"));
        assert_eq!(root.resolve(Path::new("/elsewhere/a")), Path::new("/elsewhere/a"));
    }

    #[test]
    fn paths_are_called_as_on_the_node() {
        let root = HostRoot::new("/host");
        assert_eq!(root.on_node("/host/etc/a.pem"), "/etc/a.pem");
        assert_eq!(root.on_node("/hostile/a.pem"), "/hostile/a.pem");
        assert_eq!(HostRoot::default().on_node("/host/a"), "/host/a");
        let referred = |from: &str, named: &str| root.referred(Path::new(from), Path::new(named));
        assert_eq!(referred("/host/etc/a.conf", "/var/x.pem"), Path::new("/host/var/x.pem"));
        assert_eq!(referred("/host/etc/a.conf", "x.pem"), Path::new("/host/etc/x.pem"));
        assert_eq!(referred("/etc/a.conf", "/var/x.pem"), Path::new("/var/x.pem"));
    }
}
