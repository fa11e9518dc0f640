//! `cargo xtask boards`: a picture of every board, with the data of the demo.
//!
//! A Grafana server is not to be had everywhere this runs, so a page of our own (`boards/page.html`) draws the forms of panels
//! that we use, from the rendered board and from what a real Prometheus answers to its queries. The pictures show layout,
//! words, units and data; each says who drew it.
//!
//! Invariant: pictures show nothing of the machine that they were made on but what the demo itself calls its parts.

mod answers;
mod servers;

use std::path::{Path, PathBuf};
use std::time::Duration;

use lookout_catalog::Settings;
use lookout_render::{BoardOptions, boards};
use serde_json::{Value, json};

use self::answers::Prometheus;
use crate::error::Error;
use crate::program::Program;
use crate::workspace::Workspace;

/// The page that draws a board; the word below is replaced by its data.
const PAGE: &str = include_str!("boards/page.html");
const DATA: &str = "\"DATA\"";
/// Pictures are smaller than the page: so they stay below 200 KiB, and words can be read.
const SCALE: &str = "--force-device-scale-factor=0.75";
/// The width of the page; its height is that of the board.
const WIDTH: u64 = 1440;
/// The height of one of Grafana's rows with the gap below it, and what stands above the first.
const ROW: u64 = 38;
const HEAD: u64 = 74;
/// What stands in pictures for the folder in which the demo has its files: that has another name each time.
const SHOWN_FOLDER: &str = "/platform";
/// Where the pictures go.
const FOLDER: &str = "docs/images/boards";

/// Watches the demo for some time and draws the boards; `only` names those that are drawn.
pub(crate) fn run(
    workspace: &Workspace,
    minutes: u64,
    incident: Option<&str>,
    only: &[String],
    out: Option<&Path>,
    unfolded: bool,
) -> Result<(), Error> {
    let folder = std::env::temp_dir().join(format!("lookout-boards-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|source| Error::WriteFile { path: folder.clone(), source })?;
    let watched = Duration::from_secs(minutes * 60);
    let prometheus = servers::watch_demo(workspace, incident, watched, &folder)?;
    let file = Path::new(&prometheus.folder).join("lookout.yaml");
    let settings: Settings = lookout_config::load_file(&file)
        .map_err(|error| Error::DrawBoard { board: "all".to_owned(), why: error.to_string() })?;
    let catalogue = settings.declared();
    let out = out.map_or_else(|| workspace.root.join(FOLDER), Path::to_owned);
    for file in boards(&catalogue, BoardOptions::default())? {
        let slug = file.path.trim_end_matches(".json");
        if !only.is_empty() && !only.iter().any(|name| name == slug) {
            continue;
        }
        let unreadable =
            |source: serde_json::Error| Error::DrawBoard { board: slug.to_owned(), why: source.to_string() };
        let board: Value = serde_json::from_str(&file.contents).map_err(unreadable)?;
        let results = results(&prometheus.prometheus, &board, watched);
        let empty = empty(&board, &results);
        let data = json!({ "board": board, "results": results, "unfolded": unfolded });
        let data = data.to_string().replace(&prometheus.folder, SHOWN_FOLDER);
        let picture = draw(&data, height(&board, unfolded), slug, &folder, &out)?;
        let bytes = std::fs::metadata(&picture).map_or(0, |metadata| metadata.len());
        println!("{}: {} KiB; empty: {}", picture.display(), bytes / 1024, empty.join(", "));
    }
    drop(prometheus);
    // What is left in the system's temporary directory harms nobody.
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}

/// The panels of a board, those of folded rows too.
fn panels(board: &Value) -> Vec<&Value> {
    let mut panels = Vec::new();
    for item in board["panels"].as_array().into_iter().flatten() {
        match item["type"].as_str() {
            Some("row") => panels.extend(item["panels"].as_array().into_iter().flatten()),
            _ => panels.push(item),
        }
    }
    panels
}

/// What Prometheus answers to each query, by panel and query.
fn results(prometheus: &Prometheus, board: &Value, watched: Duration) -> Value {
    let mut results = json!({});
    for panel in panels(board) {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let answer = prometheus.ask(target, watched);
            results[panel["id"].to_string()][target["refId"].as_str().unwrap_or_default()] = answer;
        }
    }
    results
}

/// The titles of panels without any data, and of queries that failed.
fn empty(board: &Value, results: &Value) -> Vec<String> {
    let mut empty = Vec::new();
    for panel in panels(board) {
        let of_panel = &results[panel["id"].to_string()];
        let answers = of_panel.as_object().into_iter().flatten();
        let mut n_series = 0;
        for (query, answer) in answers {
            match answer["error"].as_str() {
                Some(error) => empty.push(format!("FAILED {} {query}: {error}", panel["title"])),
                None => n_series += answer["result"].as_array().map_or(0, Vec::len),
            }
        }
        if n_series == 0 {
            empty.push(panel["title"].as_str().unwrap_or_default().to_owned());
        }
    }
    empty
}

/// Draws a board in a browser without a window.
fn draw(data: &str, height: u64, slug: &str, folder: &Path, out: &Path) -> Result<PathBuf, Error> {
    // Within a script, nothing may look like its end.
    let page = PAGE.replacen(DATA, &data.replace("</", "<\\/"), 1);
    let path = folder.join(format!("{slug}.html"));
    crate::workspace::write(&path, page.as_bytes())?;
    let picture = out.join(format!("{slug}.png"));
    std::fs::create_dir_all(out).map_err(|source| Error::WriteFile { path: out.to_owned(), source })?;
    Program::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            SCALE,
            "--disable-lcd-text",
        ])
        .args(["--disable-background-networking", "--virtual-time-budget=4000"])
        .arg(format!("--user-data-dir={}", folder.join("browser").display()))
        .arg(format!("--window-size={WIDTH},{}", HEAD + ROW * height))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", path.display()))
        .read()?;
    Ok(picture)
}

/// The height of a board as it opens, or with every row unfolded, in Grafana's rows.
fn height(board: &Value, unfolded: bool) -> u64 {
    let below = |panel: &Value| {
        panel["gridPos"]["y"].as_u64().unwrap_or(0) + panel["gridPos"]["h"].as_u64().unwrap_or(0)
    };
    let items = || board["panels"].as_array().into_iter().flatten();
    let inside: u64 = items()
        .filter(|_| unfolded)
        .map(|item| {
            let inside = item["panels"].as_array().into_iter().flatten().map(below).max();
            inside.map_or(0, |inside| inside - below(item))
        })
        .sum();
    items().map(below).max().unwrap_or(0) + inside
}
