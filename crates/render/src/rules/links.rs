//! Links: where a notification leads, to the runbook of its alert and to the board of its exporter.
//!
//! How to get it wrong: leaving a link out because nobody has said where Lookout and Grafana are. A path still names the page, and
//! the command says what to configure.

use lookout_declarations::{Alert, Declared};

use crate::boards::board_uid;

/// Where runbooks and boards are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    runbooks: String,
    grafana: String,
}

impl Default for Links {
    fn default() -> Self {
        Self::new("", "")
    }
}

impl Links {
    /// For a Lookout and a Grafana at these addresses; an empty one gives links that are only paths.
    pub fn new(lookout_url: &str, grafana_url: &str) -> Self {
        Self {
            runbooks: format!("{}/runbooks", lookout_url.trim_end_matches('/')),
            grafana: grafana_url.trim_end_matches('/').to_owned(),
        }
    }

    /// The same with runbooks somewhere else: the name of an alert is put behind `url` and a slash.
    #[must_use]
    pub fn with_runbooks(self, url: &str) -> Self {
        Self { runbooks: url.trim_end_matches('/').to_owned(), ..self }
    }

    /// Whether runbooks and boards have an address, and not only a path.
    pub fn are_whole(&self) -> (bool, bool) {
        (self.runbooks.contains("://"), !self.grafana.is_empty())
    }

    /// The runbook of an alert.
    pub(crate) fn runbook(&self, alert: &Alert) -> String {
        format!("{}/{}", self.runbooks, alert.name)
    }

    /// The exporter's own board, if it has one.
    pub(crate) fn board(&self, declared: &Declared) -> Option<String> {
        declared.boards.first().map(|board| format!("{}/d/{}", self.grafana, board_uid(board.slug)))
    }
}
