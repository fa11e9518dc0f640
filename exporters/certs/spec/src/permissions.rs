//! What this exporter must be allowed to do.

use lookout_declarations::Permission;

mod cluster;

pub use cluster::{CLUSTER_PERMISSIONS, NAMESPACED_PERMISSIONS};

/// The rights that the exporter uses. It writes nothing, and decodes no private key.
pub const PERMISSIONS: &[Permission] = &all();

const READ_FILES: Permission = Permission {
    verb: "read",
    resource: "the files of certs.files, certs.directories, certs.kubeconfigs and certs.presets",
    why: "to read the certificates in them; private keys beside them are skipped and wiped",
    without: "the path is reported with reason `denied`, and its certificates are not watched",
};

/// The rights outside of Kubernetes.
const LOCAL_PERMISSIONS: &[Permission] = &[
    READ_FILES,
    Permission {
        verb: "list",
        resource: "the directories of certs.directories, and those that a glob of certs.files passes through",
        why: "to find files, and to notice new, replaced and removed ones",
        without: "the directory is reported with reason `denied`, and the files below it are not watched",
    },
    Permission {
        verb: "read",
        resource: "the machine's trust store and the files of certs.trusted_roots",
        why: "to verify the chains that endpoints serve",
        without: "the verification result of the endpoint is `unknown`",
    },
    Permission {
        verb: "connect",
        resource: "the endpoints of certs.endpoints over TCP, and the name server",
        why: "to see the certificate chains that are served",
        without: "the endpoint is reported down with reason `unreachable`, `unresolved` or `timeout`",
    },
];

const COUNT: usize = LOCAL_PERMISSIONS.len() + NAMESPACED_PERMISSIONS.len() + CLUSTER_PERMISSIONS.len();

const fn all() -> [Permission; COUNT] {
    let mut all = [READ_FILES; COUNT];
    let (local, rest) = all.split_at_mut(LOCAL_PERMISSIONS.len());
    let (namespaced, cluster) = rest.split_at_mut(NAMESPACED_PERMISSIONS.len());
    local.copy_from_slice(LOCAL_PERMISSIONS);
    namespaced.copy_from_slice(NAMESPACED_PERMISSIONS);
    cluster.copy_from_slice(CLUSTER_PERMISSIONS);
    all
}
