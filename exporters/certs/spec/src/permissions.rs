//! What this exporter must be allowed to do.

use lookout_declarations::Permission;

/// The rights that the exporter uses. It writes nothing, and decodes no private key.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        verb: "read",
        resource: "the files of certs.files and certs.directories",
        why: "to read the certificates in them; private keys beside them are skipped and wiped",
        without: "the path is reported with reason `denied`, and its certificates are not watched",
    },
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
