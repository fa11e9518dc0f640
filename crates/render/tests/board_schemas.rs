//! Boards in Grafana's schema v2, held against the classic ones: whatever a classic board says, its resource says too, in the
//! place where Grafana's own conversion puts it. So the rules of dashboard-linter, which the classic boards are held against,
//! hold for both; its rule for this schema alone, element-reference, is kept here.
//!
//! How to get it wrong: comparing counts. Two boards with as many panels are not one board.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use lookout_catalog::Settings;
use lookout_render::{BoardOptions, BoardSchema, GeneratedFile, boards};
use serde_json::{Map, Value, json};

const COLUMNS: u64 = 24;
/// What a ConfigMap should stay below; client-side apply refuses above 256 KiB.
const LARGEST: usize = 200 * 1024;

fn rendered(schema: BoardSchema, minified: bool) -> Vec<GeneratedFile> {
    let options = BoardOptions { schema, minified, lookout_url: Some("https://lookout.example.org") };
    boards(&Settings::default().declared(), options).expect("the boards render")
}

/// Every board: its file, classic, and as a resource.
static BOTH: LazyLock<Vec<(String, Value, Value)>> = LazyLock::new(both);

fn both() -> Vec<(String, Value, Value)> {
    let parsed = |file: &GeneratedFile| serde_json::from_str(&file.contents).expect("JSON");
    let classic = rendered(BoardSchema::Classic, false);
    let resources = rendered(BoardSchema::V2, false);
    assert!(classic.len() >= 5, "{} boards", classic.len());
    assert_eq!(classic.len(), resources.len());
    let pairs = classic.iter().zip(&resources);
    pairs
        .map(|(classic, resource)| {
            assert_eq!(classic.path, resource.path);
            (classic.path.clone(), parsed(classic), parsed(resource))
        })
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// The fields of an object but for `names`.
fn without(value: &Value, names: &[&str]) -> Value {
    let fields = value.as_object().expect("an object").iter();
    Value::Object(
        fields.filter(|(name, _)| !names.contains(&name.as_str())).map(owned).collect::<Map<_, _>>(),
    )
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// The rows of a classic board with their panels, which follow them where they are open.
fn classic_rows(board: &Value) -> Vec<(&Value, Vec<&Value>)> {
    let mut rows: Vec<(&Value, Vec<&Value>)> = Vec::new();
    for item in list(&board["panels"]) {
        if item["type"] == "row" {
            rows.push((item, list(&item["panels"]).iter().collect()));
        } else {
            rows.last_mut().expect("a row comes first").1.push(item);
        }
    }
    rows
}

fn rows(resource: &Value) -> &[Value] {
    assert_eq!(resource["spec"]["layout"]["kind"], "RowsLayout");
    list(&resource["spec"]["layout"]["spec"]["rows"])
}

fn items(row: &Value) -> &[Value] {
    assert_eq!(row["spec"]["layout"]["kind"], "GridLayout");
    list(&row["spec"]["layout"]["spec"]["items"])
}

/// What a resource must say of a classic panel.
fn expected_panel(panel: &Value) -> Value {
    let query = |target: &Value| {
        json!({ "kind": "PanelQuery", "spec": {
            "refId": target["refId"],
            "hidden": false,
            "query": data_query(&target["datasource"], without(target, &["refId", "datasource"])),
        }})
    };
    let transformation = |transformation: &Value| {
        json!({
            "kind": "Transformation",
            "group": transformation["id"],
            "spec": { "options": transformation["options"] },
        })
    };
    let link = |link: &Value| json!({ "title": link["title"], "url": link["url"], "targetBlank": link["targetBlank"] });
    json!({ "kind": "Panel", "spec": {
        "id": panel["id"],
        "title": panel["title"],
        "description": panel["description"],
        "links": list(&panel["links"]).iter().map(link).collect::<Vec<_>>(),
        "data": { "kind": "QueryGroup", "spec": {
            "queries": list(&panel["targets"]).iter().map(query).collect::<Vec<_>>(),
            "queryOptions": {},
            "transformations": list(&panel["transformations"]).iter().map(transformation).collect::<Vec<_>>(),
        }},
        "vizConfig": {
            "kind": "VizConfig",
            "group": panel["type"],
            "version": panel["pluginVersion"],
            "spec": { "fieldConfig": panel["fieldConfig"], "options": panel["options"] },
        },
    }})
}

/// A query of the data source to which `source` refers.
fn data_query(source: &Value, spec: Value) -> Value {
    let mut query = json!({
        "kind": "DataQuery",
        "group": source["type"],
        "version": "v0",
        "datasource": { "name": source["uid"] },
    });
    query["spec"] = spec;
    query
}

#[test]
fn a_resource_has_the_panels_of_the_classic_board_in_its_rows() {
    for (path, classic, resource) in &*BOTH {
        let (classic, rows) = (classic_rows(classic), rows(resource));
        assert_eq!(classic.len(), rows.len(), "{path}");
        for ((title, panels), row) in classic.into_iter().zip(rows) {
            assert_eq!(row["kind"], "RowsLayoutRow", "{path}");
            assert_eq!(row["spec"]["title"], title["title"], "{path}");
            assert_eq!(row["spec"]["collapse"], title["collapsed"], "{path}: {}", title["title"]);
            assert_eq!(panels.len(), items(row).len(), "{path}: {}", title["title"]);
            let top = number(&title["gridPos"]["y"]) + number(&title["gridPos"]["h"]);
            for (panel, item) in panels.into_iter().zip(items(row)) {
                let name = text(&item["spec"]["element"]["name"]);
                assert_eq!(resource["spec"]["elements"][name], expected_panel(panel), "{path}: {name}");
                let place = &panel["gridPos"];
                let spec = &item["spec"];
                assert_eq!(
                    [&spec["x"], &spec["width"], &spec["height"]],
                    [&place["x"], &place["w"], &place["h"]],
                    "{path}: {name}"
                );
                assert_eq!(number(&spec["y"]), number(&place["y"]) - top, "{path}: {name}");
            }
        }
    }
}

#[test]
fn a_resource_says_of_itself_what_the_classic_board_says() {
    for (path, classic, resource) in &*BOTH {
        assert_eq!(resource["apiVersion"], "dashboard.grafana.app/v2", "{path}");
        assert_eq!(resource["kind"], "Dashboard", "{path}");
        assert_eq!(resource["metadata"], json!({ "name": classic["uid"] }), "{path}");
        let spec = &resource["spec"];
        for field in ["title", "description", "tags", "editable", "links"] {
            assert_eq!(spec[field], classic[field], "{path}: {field}");
            assert!(!spec[field].is_null(), "{path}: {field}");
        }
        assert_eq!(classic["graphTooltip"], 1, "{path}");
        assert_eq!(spec["cursorSync"], "Crosshair", "{path}");
        let time = &spec["timeSettings"];
        assert_eq!(
            [&time["from"], &time["to"], &time["timezone"], &time["autoRefresh"]],
            [&classic["time"]["from"], &classic["time"]["to"], &classic["timezone"], &classic["refresh"]],
            "{path}"
        );
        assert!(list(&time["autoRefreshIntervals"]).contains(&time["autoRefresh"]), "{path}");
        assert_eq!(list(&spec["annotations"]).len(), 1, "{path}");
        let annotation = &classic["annotations"]["list"][0];
        let query = json!({ "expr": annotation["expr"], "interval": annotation["step"], "refId": "Anno" });
        let shown = ["tagKeys", "textFormat", "titleFormat"]
            .map(|field| (field.to_owned(), annotation[field].clone()));
        let expected = json!({
            "enable": annotation["enable"],
            "hide": annotation["hide"],
            "iconColor": annotation["iconColor"],
            "name": annotation["name"],
            "query": data_query(&annotation["datasource"], query),
            "legacyOptions": Map::from_iter(shown),
        });
        assert_eq!(spec["annotations"][0], json!({ "kind": "AnnotationQuery", "spec": expected }), "{path}");
    }
}

#[test]
fn a_resource_has_the_variables_of_the_classic_board() {
    for (path, classic, resource) in &*BOTH {
        let expected: Vec<Value> =
            list(&classic["templating"]["list"]).iter().map(expected_variable).collect();
        assert_eq!(resource["spec"]["variables"], json!(expected), "{path}");
        assert_eq!(expected[0]["kind"], "DatasourceVariable", "{path}");
    }
}

/// What a resource must say of a classic variable: the same in words where that has numbers.
fn expected_variable(variable: &Value) -> Value {
    let word = |field: &str, words: &[&str]| {
        let at = usize::try_from(number(&variable[field])).expect("a small number");
        words[at].to_owned()
    };
    let mut spec = json!({
        "name": variable["name"],
        "label": variable["label"],
        "hide": word("hide", &["dontHide", "hideLabel", "hideVariable"]),
        "multi": variable["multi"],
        "includeAll": variable["includeAll"],
        "refresh": word("refresh", &["never", "onDashboardLoad", "onTimeRangeChanged"]),
        "regex": variable["regex"],
        "options": [],
        "skipUrlSync": false,
        "allowCustomValue": true,
    });
    if variable["type"] == "datasource" {
        spec["pluginId"] = variable["query"].clone();
        spec["current"] = json!({ "text": "", "value": "" });
        return json!({ "kind": "DatasourceVariable", "spec": spec });
    }
    assert_eq!(variable["type"], "query");
    spec["allValue"] = variable["allValue"].clone();
    spec["current"] = without(&variable["current"], &["selected"]);
    spec["definition"] = variable["definition"].clone();
    spec["query"] = data_query(&variable["datasource"], variable["query"].clone());
    spec["sort"] = word("sort", &["disabled", "alphabeticalAsc", "alphabeticalDesc"]).into();
    json!({ "kind": "QueryVariable", "spec": spec })
}

/// element-reference.
#[test]
fn every_element_has_one_place_and_every_place_its_element() {
    let declared = Settings::default().declared();
    let declared = declared.iter().flat_map(|declared| &declared.boards);
    let declared: BTreeMap<_, _> =
        declared.map(|board| (format!("{}.json", board.slug), board.panels().count())).collect();
    for (path, _, resource) in &*BOTH {
        let elements = resource["spec"]["elements"].as_object().expect("elements by name");
        // Of two elements with one name a reader keeps the last.
        assert_eq!(elements.len(), declared[path], "{path}: two panels have one name");
        let placed: Vec<&str> = rows(resource)
            .iter()
            .flat_map(items)
            .map(|item| {
                assert_eq!(item["kind"], "GridLayoutItem", "{path}");
                assert_eq!(item["spec"]["element"]["kind"], "ElementReference", "{path}");
                text(&item["spec"]["element"]["name"])
            })
            .collect();
        assert_eq!(placed.len(), elements.len(), "{path}: a panel has several places");
        let placed: BTreeSet<&str> = placed.into_iter().collect();
        assert_eq!(placed, elements.keys().map(String::as_str).collect(), "{path}");
    }
}

#[test]
fn every_row_is_a_grid_without_holes_from_its_own_top() {
    for (path, _, resource) in &*BOTH {
        for row in rows(resource) {
            let mut taken = BTreeSet::new();
            for item in items(row) {
                let spec = &item["spec"];
                let [x, y, width, height] = ["x", "y", "width", "height"].map(|side| number(&spec[side]));
                assert!(x + width <= COLUMNS, "{path}: {spec}");
                for cell in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
                    assert!(taken.insert(cell), "{path}: {spec} lies on another panel");
                }
            }
            let height = taken.iter().map(|(_, y)| y + 1).max().unwrap_or(0);
            assert_eq!(
                taken.len() as u64,
                height * COLUMNS,
                "{path}, {}: there are holes",
                row["spec"]["title"]
            );
        }
    }
}

#[test]
fn a_minified_resource_fits_into_a_config_map() {
    for file in rendered(BoardSchema::V2, true) {
        assert!(file.contents.len() <= LARGEST, "{}: {} bytes", file.path, file.contents.len());
        assert_eq!(file.contents.lines().count(), 1, "{}", file.path);
    }
}
