//! Every board, held against what Grafana and a reader need: the seventeen rules of dashboard-linter 0.2, those of provisioning,
//! and our own. What a rule says of single panels is asked of all of them, folded rows included.
//!
//! The rules for Loki (`target-logql`, `target-logql-auto`) are kept by asking Prometheus alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use lookout_catalog::Settings;
use lookout_declarations::{Declaration, Kind};
use lookout_promql::{Expression, name_of};
use lookout_render::{BoardOptions, boards};
use promql_parser::label::Matcher;
use promql_parser::parser::{Expr, VectorSelector};
use serde_json::Value;

/// Grafana's limit of a uid.
const LONGEST_UID: usize = 40;
/// What a ConfigMap should stay below; client-side apply refuses above 256 KiB.
const LARGEST: usize = 200 * 1024;

/// The boards of the default settings, by their files.
static BOARDS: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| rendered(BoardOptions::default()));

fn rendered(options: BoardOptions<'_>) -> Vec<(String, Value)> {
    let files = boards(&Settings::default().declared(), options).expect("the boards render");
    files.into_iter().map(|file| (file.path, serde_json::from_str(&file.contents).expect("JSON"))).collect()
}

fn panels(board: &Value) -> Vec<&Value> {
    let mut panels = Vec::new();
    for item in list(&board["panels"]) {
        if item["type"] == "row" { panels.extend(list(&item["panels"])) } else { panels.push(item) }
    }
    panels
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Asks every panel; what is found is told with board and panel.
#[track_caller]
fn every_panel(mut find: impl FnMut(&Value, &Value) -> Option<String>) {
    let boards = &*BOARDS;
    assert!(boards.len() >= 5, "{} boards", boards.len());
    let found: Vec<String> = boards
        .iter()
        .flat_map(|(path, board)| panels(board).into_iter().map(move |panel| (path, board, panel)))
        .filter_map(|(path, board, panel)| {
            Some(format!("{path}, {}: {}", panel["title"], find(board, panel)?))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Asks every query of every panel.
#[track_caller]
fn every_query(mut find: impl FnMut(&Expression) -> Option<String>) {
    every_panel(|_, panel| {
        list(&panel["targets"]).find_map(|target| {
            let expression =
                Expression::parse(&plain(text(&target["expr"]))).expect("it was rendered from PromQL");
            find(&expression).map(|found| format!("{found}: {}", target["expr"]))
        })
    });
}

/// The query as an engine gets it, with something in the place of variables of the board.
fn plain(query: &str) -> String {
    query.replace("=~\"$", "=~\"")
}

fn metric(declarations: &[&'static Declaration], name: &str) -> Option<&'static Declaration> {
    declarations.iter().copied().find(|metric| metric.sample_names().iter().any(|sample| sample == name))
}

fn declarations() -> Vec<&'static Declaration> {
    let declared = Settings::default().declared();
    declared.iter().flat_map(|declared| declared.spec.metrics).copied().collect()
}

fn variable<'a>(board: &'a Value, name: &str) -> Option<&'a Value> {
    list(&board["templating"]["list"]).find(|variable| variable["name"] == name)
}

/// Whether the board reads what is scraped, and not only what rules recorded of it.
fn reads_metrics(board: &Value) -> bool {
    let declarations = declarations();
    panels(board).into_iter().flat_map(|panel| list(&panel["targets"])).any(|target| {
        let expression = Expression::parse(&plain(text(&target["expr"]))).expect("PromQL");
        expression
            .selectors()
            .into_iter()
            .filter_map(name_of)
            .any(|name| metric(&declarations, name).is_some())
    })
}

#[test]
fn uids_and_titles_are_unique_and_within_limits() {
    let boards = &*BOARDS;
    for field in ["uid", "title"] {
        let values: BTreeSet<_> = boards.iter().map(|(_, board)| text(&board[field])).collect();
        assert_eq!(values.len(), boards.len(), "{field}: {values:?}");
    }
    for (path, board) in boards {
        assert!(text(&board["uid"]).len() <= LONGEST_UID, "{path}");
        assert!(text(&board["uid"]).starts_with("lookout"), "{path}");
        assert!(text(&board["title"]).starts_with("Lookout / "), "{path}");
        let ids: BTreeSet<_> = panels(board).iter().map(|panel| panel["id"].as_u64()).collect();
        assert_eq!(ids.len(), panels(board).len(), "{path}: two panels have one number");
    }
}

#[test]
fn a_minified_board_fits_into_a_config_map() {
    let options = BoardOptions { minified: true, ..BoardOptions::default() };
    for file in boards(&Settings::default().declared(), options).expect("the boards render") {
        assert!(file.contents.len() <= LARGEST, "{}: {} bytes", file.path, file.contents.len());
        assert_eq!(file.contents.lines().count(), 1, "{}", file.path);
    }
}

/// template-datasource, template-job, template-instance, template-on-time-change-reload.
#[test]
fn boards_are_narrowed_by_variables_that_follow_the_time() {
    for (path, board) in &*BOARDS {
        let source = variable(board, "datasource").unwrap_or_else(|| panic!("{path}: no data source"));
        assert_eq!((text(&source["type"]), text(&source["query"])), ("datasource", "prometheus"), "{path}");
        assert_eq!(source["label"], "Data source", "{path}");
        for (name, label) in [("job", "Job"), ("instance", "Instance")] {
            let Some(variable) = variable(board, name) else {
                assert!(!reads_metrics(board), "{path}: no variable {name}");
                continue;
            };
            assert_eq!(variable["label"], label, "{path}");
            assert_eq!(variable["allValue"], ".+", "{path}");
        }
        for variable in list(&board["templating"]["list"]).filter(|variable| variable["type"] == "query") {
            assert_eq!(variable["refresh"], 2, "{path}: {variable}");
            assert_eq!(variable["multi"], true, "{path}: {variable}");
            assert_eq!(variable["datasource"]["uid"], "${datasource}", "{path}: {variable}");
        }
    }
}

/// template-label-promql: what the variables ask for can be read, and reads what is declared.
#[test]
fn variables_ask_for_declared_labels() {
    let declarations = declarations();
    for (path, board) in &*BOARDS {
        let mut before = BTreeSet::from(["datasource".to_owned()]);
        for variable in list(&board["templating"]["list"]).filter(|variable| variable["type"] == "query") {
            let query = text(&variable["query"]["query"]);
            let inner =
                query.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')')).expect(query);
            let (selector, label) = inner.rsplit_once(", ").expect(query);
            assert_eq!(label, text(&variable["name"]), "{path}");
            let expression =
                Expression::parse(&plain(selector)).unwrap_or_else(|why| panic!("{path}: {query}: {why}"));
            assert!(matches!(expression.tree(), Expr::VectorSelector(_)), "{path}: {query}");
            let name = names_of(expression.selectors()[0]).expect(query);
            for name in name.split('|').filter(|name| !name.contains(':')) {
                assert!(metric(&declarations, name).is_some(), "{path}: {query} reads `{name}`");
            }
            for used in selector.split("\"$").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(before.contains(used), "{path}: {query} uses `{used}` before it is chosen");
            }
            before.insert(label.to_owned());
        }
    }
}

/// The name that a selector asks for, or the pattern of several.
fn names_of(selector: &VectorSelector) -> Option<&str> {
    let patterns = || selector.matchers.matchers.iter().find(|matcher| matcher.name == "__name__");
    name_of(selector).or_else(|| patterns().map(|matcher| matcher.value.as_str()))
}

/// panel-datasource, panel-title-description, panel-no-targets.
#[test]
fn panels_have_a_source_a_title_a_description_and_queries() {
    every_panel(|_, panel| {
        if panel["datasource"]["uid"] != "${datasource}" || panel["datasource"]["type"] != "prometheus" {
            return Some("it has another data source".to_owned());
        }
        if text(&panel["title"]).is_empty() || text(&panel["description"]).is_empty() {
            return Some("it has no title or no description".to_owned());
        }
        list(&panel["targets"]).next().is_none().then(|| "it asks for nothing".to_owned())
    });
}

/// panel-units, and that each unit is one of Grafana's.
#[test]
fn panels_have_a_unit_of_grafana() {
    const UNITS: [&str; 9] = [
        "short",
        "s",
        "bytes",
        "binBps",
        "cps",
        "percentunit",
        "dateTimeAsIso",
        "suffix: cores",
        "bool_yes_no",
    ];
    every_panel(|_, panel| {
        let overrides = list(&panel["fieldConfig"]["overrides"]).flat_map(|of| list(&of["properties"]));
        let units = overrides.filter(|property| property["id"] == "unit").map(|property| &property["value"]);
        let unknown = [&panel["fieldConfig"]["defaults"]["unit"]].into_iter().chain(units);
        unknown
            .into_iter()
            .find(|unit| !UNITS.contains(&text(unit)))
            .map(|unit| format!("its unit is {unit}"))
    });
}

#[test]
fn an_empty_panel_says_what_that_means() {
    every_panel(|_, panel| {
        text(&panel["fieldConfig"]["defaults"]["noValue"])
            .is_empty()
            .then(|| "it says nothing when it is empty".to_owned())
    });
}

/// The last value of a range shows what vanished as though it were there.
#[test]
fn the_present_is_asked_for_at_this_moment() {
    every_panel(|_, panel| {
        let of_range = ["timeseries", "state-timeline"].contains(&text(&panel["type"]));
        let mut targets = list(&panel["targets"]);
        let wrong = targets.any(|target| target["range"] != of_range || target["instant"] == of_range);
        wrong.then(|| "it asks for the wrong time".to_owned())
    });
}

/// target-promql, target-job, target-instance: each selector of our metrics follows the variables.
#[test]
fn every_selector_of_our_metrics_follows_the_variables() {
    let declarations = declarations();
    every_query(|expression| {
        expression.selectors().into_iter().find_map(|selector| {
            let name = name_of(selector)?;
            let metric = metric(&declarations, name)?;
            let follows = |label: &str| {
                metric.has_label(label)
                    || selector.matchers.matchers.iter().any(|matcher| is_variable(matcher, label))
            };
            let missing =
                ["cluster", "namespace", "job", "instance"].into_iter().find(|label| !follows(label))?;
            Some(format!("`{name}` does not follow `{missing}`"))
        })
    });
}

/// A matcher by the variable that is called like its label.
fn is_variable(matcher: &Matcher, label: &str) -> bool {
    matcher.name == label && matcher.value == label
}

/// target-rate-interval, target-counter-agg: rates of counters only, over the panel's interval or a longer one that is said.
#[test]
fn counters_are_read_by_their_growth() {
    const OF_COUNTERS: [&str; 5] = ["rate", "increase", "irate", "resets", "changes"];
    let declarations = declarations();
    every_query(|expression| {
        let printed = expression.tree().to_string();
        expression.selectors().into_iter().find_map(|selector| {
            let name = name_of(selector)?;
            let metric = metric(&declarations, name)?;
            let is_counter = metric.kind == Kind::Counter || metric.kind == Kind::Histogram;
            let grows = |function: &str| printed.contains(&format!("{function}({name}"));
            (is_counter && !OF_COUNTERS.into_iter().any(grows))
                .then(|| format!("the counter `{name}` is read without its growth"))
        })
    });
}

/// uneditable, and the rest that a board needs to be found and left.
#[test]
fn boards_are_not_edited_and_lead_to_each_other() {
    for (path, board) in &*BOARDS {
        assert_eq!(board["editable"], false, "{path}");
        assert!(list(&board["tags"]).any(|tag| tag == "lookout"), "{path}");
        assert!(
            list(&board["links"]).any(|link| link["tags"][0] == "lookout" && link["includeVars"] == true),
            "{path}"
        );
        let annotation = &board["annotations"]["list"][0];
        assert!(text(&annotation["expr"]).starts_with("ALERTS{alertname=~\"Lookout.+\""), "{path}");
        assert_eq!(board["schemaVersion"], 38, "{path}");
    }
}

#[test]
fn lines_are_full_and_panels_do_not_overlap() {
    for (path, board) in &*BOARDS {
        let mut taken = BTreeSet::new();
        let open = list(&board["panels"]);
        for item in open {
            let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| item["gridPos"][side].as_u64().unwrap());
            assert!(x + w <= 24, "{path}: {}", item["title"]);
            for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
                assert!(taken.insert(cell), "{path}: {} lies on another panel", item["title"]);
            }
        }
        let lowest = taken.iter().map(|(_, y)| y + 1).max().unwrap_or(0);
        assert_eq!(taken.len() as u64, lowest * 24, "{path}: there are holes");
    }
}

#[test]
fn panels_lead_to_the_runbooks_of_their_bounds_where_lookout_is_known() {
    let options =
        BoardOptions { lookout_url: Some("https://lookout.example.org/"), ..BoardOptions::default() };
    let boards = rendered(options);
    let links: Vec<&str> = boards
        .iter()
        .flat_map(|(_, board)| panels(board))
        .flat_map(|panel| list(&panel["links"]))
        .map(|link| text(&link["url"]))
        .collect();
    assert!(!links.is_empty());
    assert!(
        links.iter().all(|link| link.starts_with("https://lookout.example.org/runbooks/Lookout")),
        "{links:?}"
    );
    assert!(BOARDS.iter().flat_map(|(_, board)| panels(board)).all(|panel| panel["links"].is_null()));
}

#[test]
fn bounds_follow_the_settings_in_force() {
    let bounds = |settings: &Settings| {
        let files = boards(&settings.declared(), BoardOptions::default()).expect("the boards render");
        files.into_iter().find(|file| file.path == "kafka.json").expect("the board of kafka").contents
    };
    let settings = Settings::default();
    let mut stricter = settings.clone();
    stricter.kafka.alerts.lag = "17s".parse().expect("a duration");
    let (before, after) = (bounds(&settings), bounds(&stricter));
    assert!(!before.contains("\"value\": 17.0") && after.contains("\"value\": 17.0"));
}
