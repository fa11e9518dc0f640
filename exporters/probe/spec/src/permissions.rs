//! What this exporter must be allowed to do.

use lookout_declarations::Permission;

/// The rights that the exporter uses. It sends no credentials and writes nothing.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        verb: "connect",
        resource: "the targets that probe.targets and probe.allow_networks open, over TCP, and the name server",
        why: "to see whether they answer",
        without: "the probe fails with reason `unreachable`, `unresolved` or `timeout`",
    },
    Permission {
        verb: "read",
        resource: "the machine's trust store and the files of tls.trusted_roots of the modules",
        why: "to verify the certificates that targets show",
        without: "probes over TLS fail with reason `io`",
    },
];
