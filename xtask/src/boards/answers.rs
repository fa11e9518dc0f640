//! Questions to Prometheus, as Grafana would ask them for a board whose variables are all at "All".

use std::time::Duration;

use serde_json::{Value, json};

use crate::program::Program;

/// The distance of two points of a graph; the demo is scraped twice as often.
const STEP: u64 = 10;
/// What `$__rate_interval` is with a scrape every five seconds: four of them.
const RATE_INTERVAL: &str = "20s";

/// A Prometheus that can be asked.
pub(super) struct Prometheus {
    pub(super) address: String,
}

impl Prometheus {
    /// The result of a query of a panel, or `{"error": …}`.
    pub(super) fn ask(&self, target: &Value, watched: Duration) -> Value {
        let query = filled(target["expr"].as_str().unwrap_or_default(), watched);
        // Its own time.
        let now = self.get("query", &["query=time()".to_owned()])["result"][0].as_f64().unwrap_or_default();
        let of_range =
            [format!("start={}", now - watched.as_secs_f64()), format!("end={now}"), format!("step={STEP}")];
        let (path, more) = match target["instant"].as_bool() {
            Some(true) => ("query", Vec::new()),
            _ => ("query_range", Vec::from(of_range)),
        };
        self.get(path, &[vec![format!("query={query}")], more].concat())
    }

    /// The field `data` of an answer.
    pub(super) fn get(&self, path: &str, parameters: &[String]) -> Value {
        let mut curl = Program::new("curl").args(["--silent", "--show-error", "--get", "--max-time", "30"]);
        for parameter in parameters {
            curl = curl.arg("--data-urlencode").arg(parameter);
        }
        let answer = curl.arg(format!("http://{}/api/v1/{path}", self.address)).read();
        let answer: Value = match answer.map(|text| serde_json::from_str(&text)) {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return json!({ "error": error.to_string() }),
            Err(error) => return json!({ "error": error.to_string() }),
        };
        if answer["status"] == "success" {
            answer["data"].clone()
        } else {
            json!({ "error": answer["error"] })
        }
    }
}

/// The query with its variables filled in: everything that there is.
fn filled(query: &str, watched: Duration) -> String {
    let mut filled = String::with_capacity(query.len());
    let range = format!("{}s", watched.as_secs());
    let query = query.replace("$__rate_interval", RATE_INTERVAL).replace("$__range", &range);
    let mut rest = query.as_str();
    while let Some((before, after)) = rest.split_once("=~\"$") {
        let Some((_, behind)) = after.split_once('"') else { break };
        filled.push_str(before);
        filled.push_str("=~\".*\"");
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_stand_for_everything() {
        assert_eq!(
            filled(
                r#"rate(a{job=~"$job",b=~"c"}[$__rate_interval]) + max_over_time(b{x=~"$x"}[$__range])"#,
                Duration::from_mins(2)
            ),
            r#"rate(a{job=~".*",b=~"c"}[20s]) + max_over_time(b{x=~".*"}[120s])"#
        );
    }
}
