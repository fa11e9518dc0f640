//! What can keep a file from being rendered.

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
    /// A structure could not be written as YAML.
    #[error("`{path}` cannot be written as YAML")]
    WriteYaml {
        /// The path of the file that it was for.
        path: String,
        /// Why not.
        #[source]
        source: serde_yaml::Error,
    },
}
