//! What can keep a file from being rendered.

use crate::Version;

/// Why the files could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A page that is partly written by hand does not exist.
    #[error("the page `{path}` does not exist; write it, with the line `{marker}` where the tables go")]
    ReadPage {
        /// Its path from the repository's root.
        path: String,
        /// The first marker that it needs.
        marker: String,
    },
    /// A page lacks a marker, or has it twice, or has its end before its beginning.
    #[error("the page `{path}` needs the lines `{begin}` and `{end}`, once and in this order")]
    FindMarkers {
        /// Its path from the repository's root.
        path: String,
        /// The line before the generated part.
        begin: String,
        /// The line after it.
        end: String,
    },
    /// The settings could not be written, to be looked up in.
    #[error("the settings cannot be written as YAML, so no text can be filled with them")]
    ReadSettings(#[source] serde_yaml::Error),
    /// A text asks for a setting that there is not, or that has no single value.
    #[error(
        "the runbook of `{alert}` asks for `{{{{{key}}}}}`, which is no single setting; write a key as in the configuration file"
    )]
    FillPlaceholder {
        /// The alert whose runbook it is.
        alert: &'static str,
        /// What stands between the braces.
        key: String,
    },
    /// A rendered rule file could not be read again, for its unit tests.
    #[error("the rule file `{path}` cannot be read again, so its unit tests cannot be written")]
    ReadRules {
        /// Its path from the repository's root.
        path: String,
        /// Why not.
        #[source]
        source: serde_yaml::Error,
    },
    /// A version is older than what files are made for.
    #[error(
        "{reader} {version} is not known; known are {oldest} to {newest}, and newer ones are taken for {newest}"
    )]
    KnowVersion {
        /// What reads the files.
        reader: &'static str,
        /// The version that was asked for.
        version: Version,
        /// The oldest known.
        oldest: Version,
        /// The newest known.
        newest: Version,
    },
    /// Recording rules of an exporter read each other in a circle.
    #[error(
        "the recording rules of `{exporter}` read each other in a circle; let one of them read metrics only"
    )]
    OrderRecordings {
        /// The exporter.
        exporter: &'static str,
    },
    /// One rule alone is larger than a resource may be.
    #[error(
        "the group `{group}` has a rule that is larger than the {limit} bytes that one resource may have; shorten it"
    )]
    FitResource {
        /// The group.
        group: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Nobody is to be told of anything.
    #[error(
        "nobody is to be told: the configuration has no receiver; write one under `notifications.receivers`, with slack, email, pagerduty, teams or webhook"
    )]
    NameReceiver,
    /// A receiver that alerts end in has nowhere to send to.
    #[error(
        "the receiver `{receiver}` has nowhere to send to, so its alerts would reach nobody; give it slack, email, pagerduty, teams or webhook"
    )]
    GiveIntegration {
        /// Its name.
        receiver: String,
    },
    /// A version of Alertmanager cannot tell somebody in the way that is configured.
    #[error(
        "the receiver `{receiver}` cannot be told by Alertmanager {version}: {lack} (it does since {since}); choose another way for it, or a newer Alertmanager"
    )]
    SendWithVersion {
        /// The receiver's name.
        receiver: String,
        /// The version.
        version: Version,
        /// What it lacks.
        lack: &'static str,
        /// Since when there is no lack.
        since: Version,
    },
    /// A file's path names no Secret and no key.
    #[error(
        "the file `{path}` names no Secret; its last two parts must be the Secret and the key, as in `/etc/alertmanager/secrets/NAME/KEY`"
    )]
    NameSecret {
        /// The path.
        path: String,
    },
    /// The labels of an alert could not be found out.
    #[error("the labels of `{alert}` are not known, so it cannot be said what it mutes: {problem}")]
    InspectAlert {
        /// The alert.
        alert: &'static str,
        /// What is wrong with its expression.
        problem: String,
    },
    /// Two alerts mute each other, so that neither would be told.
    #[error(
        "`{one}` and `{other}` mute each other, so nobody would be told of either; remove one of the two from `inhibits`"
    )]
    MuteEachOther {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A structure could not be written as YAML.
    #[error("`{path}` cannot be written as YAML")]
    WriteYaml {
        /// The path of the file that it was for.
        path: String,
        /// Why not.
        #[source]
        source: serde_yaml::Error,
    },
    /// The query of a panel cannot be rendered.
    #[error("{place}: the query cannot be read: {why}")]
    ReadExpression {
        /// The board and the panel.
        place: String,
        /// Why not.
        why: String,
    },
    /// The bounds that a panel names cannot be drawn in it.
    #[error(
        "the panel `{panel}` cannot draw the bounds of `{alert}`: {why}; name another alert, or say the panel's unit"
    )]
    DrawBounds {
        /// The title of the panel.
        panel: &'static str,
        /// The alert.
        alert: String,
        /// Why not.
        why: String,
    },
    /// A structure could not be written as JSON.
    #[error("`{path}` cannot be written as JSON")]
    WriteJson {
        /// The path of the file that it was for.
        path: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
}
