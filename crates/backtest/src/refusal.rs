//! How a server refuses, and what a person can do about it.
//!
//! How to get it wrong: showing what a server says as it says it. It is text from outside, often a whole page, and it goes to a
//! terminal.

use core::fmt;

/// A status code and what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    says: String,
    /// Whether the simplest question was refused so.
    is_general: bool,
}

/// How much of what a server says is told, in characters.
const SAYS: usize = 200;

impl Refusal {
    /// A refusal with `status`. `says` is what its body tells, or for a redirect where it leads.
    pub(crate) fn new(status: u16, says: &str) -> Self {
        Self { status, says: shortened(says), is_general: false }
    }

    /// What the server says, in one line.
    pub(crate) fn says(&self) -> &str {
        &self.says
    }

    /// Whether fewer moments would do.
    pub(crate) fn is_too_much(&self) -> bool {
        // Prometheus: `exceeded maximum resolution`, `too many samples`, `query timed out`; VictoriaMetrics: `too many …`,
        // `… exceeds …`, `cannot select more than …`.
        const WORDS: [&str; 5] = ["exceed", "too many", "timed out", "timeout", "more than"];
        let is_said = || WORDS.iter().any(|word| self.says.contains(word));
        match self.status {
            // A proxy has waited for as long as it does.
            504 => true,
            200 | 400 | 413 | 422 | 500 | 503 => is_said(),
            _ => false,
        }
    }

    /// The same of a question that every server can answer.
    pub(crate) fn of_simplest_question(self) -> Self {
        Self { is_general: true, ..self }
    }

    /// Whether another expression may fare better.
    pub(crate) fn is_of_expression(&self) -> bool {
        !self.is_general && matches!(self.status, 200 | 400 | 422)
    }

    /// What to do.
    fn advice(&self) -> &'static str {
        match self.status {
            300..=399 => {
                "give the address that answers by itself; a proxy that wants a login is passed with --bearer-token-file, --user or --header"
            }
            401 | 403 | 407 => "give --bearer-token-file, --user with --password-file, or --header",
            _ if self.is_of_expression() => "see whether its version knows every function of the expression",
            200 | 400 | 404 | 405 | 422 => {
                "give the address before `/api/v1`, with the path if there is one: often `/prometheus` for Mimir, \
                 `/select/0/prometheus` for a cluster of VictoriaMetrics"
            }
            _ => "try again later, or see its log",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "status {}", self.status)?;
        match (self.says.as_str(), self.status) {
            ("", _) => {}
            (to, 300..=399) => write!(formatter, " and leads to `{to}`")?,
            (says, _) => write!(formatter, ": {says}")?,
        }
        write!(formatter, "; {}", self.advice())
    }
}

/// What a server says, on one line, without what would move a cursor, and not all of a page.
pub(crate) fn shortened(text: &str) -> String {
    let words =
        text.split_whitespace().map(|word| word.chars().filter(|letter| !letter.is_control()).collect());
    let line: String = words.collect::<Vec<String>>().join(" ");
    line.chars().take(SAYS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_told_from_what_is_not_wanted() {
        for (status, says, is_too_much) in [
            (422, "query processing would load too many samples into memory", true),
            (400, "exceeded maximum resolution of 11,000 points per timeseries", true),
            (503, "query timed out in expression evaluation", true),
            (504, "", true),
            (422, "parse error: unknown function", false),
            (503, "the server is shutting down", false),
            (429, "too many requests", false),
            (401, "session timeout exceeded", false),
        ] {
            assert_eq!(Refusal::new(status, says).is_too_much(), is_too_much, "{status} {says}");
        }
    }

    #[test]
    fn every_refusal_says_what_to_do_in_one_line() {
        for (status, says, expected) in [
            (
                302,
                "https://login.example.org/",
                "status 302 and leads to `https://login.example.org/`; give the address",
            ),
            (401, "", "status 401; give --bearer-token-file"),
            (
                404,
                "404 page not found\n",
                "status 404: 404 page not found; give the address before `/api/v1`",
            ),
            (422, "unknown \u{1b}[31mfunction", "status 422: unknown [31mfunction; see whether its version"),
            (502, "<html>\n<body>Bad\tGateway", "status 502: <html> <body>Bad Gateway; try again later"),
        ] {
            let said = Refusal::new(status, says).to_string();
            assert!(said.starts_with(expected), "{said}");
            assert!(!said.contains(char::is_control), "{said:?}");
        }
        let general = Refusal::new(400, "unsupported path").of_simplest_question();
        assert!(!general.is_of_expression() && general.to_string().contains("give the address before"));
        assert!(Refusal::new(500, &"x".repeat(10_000)).to_string().len() < 300);
    }
}
