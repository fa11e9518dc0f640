//! What the check admits, and what it refuses with which rule, place and words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "common/assertions.rs"]
mod assertions;
#[path = "common/declared.rs"]
mod declared;

use assertions::{FOREIGN, refused, sound};
use lookout_promql::{Rule, check, inspect};

#[track_caller]
fn labels(text: &str, expected: &[&str]) {
    let outcome = inspect(text, declared::METRICS, FOREIGN).expect(text);
    assert_eq!(outcome.labels.names().collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn ordinary_expressions_are_sound() {
    for text in [
        "1",
        "time() - 5",
        "lag",
        "lag > 100",
        "100 < lag",
        "max by (group) (lag) > 3 and max by (group) (delta(lag[5m])) > 0",
        "lag offset 5m",
        "lag @ 1600000000",
        "lag @ end()",
        "lag[5m:1m] offset -5m",
        "-lag",
        "(lag)",
        "rate(commits_total[5m])",
        "rate(commits_total[$__rate_interval])",
        "increase(commits_total[${__rate_interval}])",
        "max_over_time(rate(commits_total[5m])[$__range:$__interval])",
        "sum(increase(commits_total[$__range])) / $__range_s",
        "sum by (group) (rate(failures_total{reason=\"timeout\"}[5m])) > 0",
        "failures_total{reason!=\"denied\"}",
        "failures_total{reason=~\"timeout|denied\"}",
        "failures_total{reason=~\"time.*\"}",
        "failures_total{reason=~\"(timeout|denied)\"}",
        "failures_total{reason!~\"timeout|\"}",
        "failures_total{reason=\"\"}",
        "failures_total{group=\"anything\"}",
        "lag{job=\"lookout\", instance=~\"a.*\"}",
        "histogram_quantile(0.9, sum by (group, le) (rate(wait_seconds_bucket[5m])))",
        "histogram_quantile(0.9, wait_seconds_bucket)",
        "rate(wait_seconds_sum[5m]) / rate(wait_seconds_count[5m])",
        "sum by (group) (rate(wait_seconds_bucket{le=\"1.0\"}[5m]))",
        "wait_seconds_bucket{le=\"+Inf\"}",
        "sum without (le) (wait_seconds_bucket{le=\"30.0\"})",
        "max without (instance, pod) (lag)",
        "keys{secret_label_team=\"data\"}",
        "sum by (secret_label_team) (keys)",
        "topk(5, lag)",
        "count_values(\"version\", lag)",
        "quantile by (topic) (0.9, lag)",
        "changes(lag[1h]) > 3",
        "resets(commits_total[1h])",
        "deriv(lag[1h])",
        "absent(lag)",
        "vector(1)",
        "scalar(sum(lag)) > bool 3",
        "sum(lag) or vector(0)",
        "hour() > 8",
        "label_replace(lag, \"short\", \"$1\", \"topic\", \"(.*)-.*\")",
        "label_join(lag, \"both\", \"/\", \"group\", \"topic\")",
        "sum by (both) (label_join(lag, \"both\", \"/\", \"group\", \"topic\"))",
        "timestamp(lag) < time() - 300",
        "{__name__=\"lag\"}",
        "{__name__=~\"lag|commits_total\", topic=\"a\"}",
        "lag # how far behind\n > 3",
    ] {
        sound(text);
    }
}

#[test]
fn what_is_not_promql_is_refused() {
    for text in
        ["", "   ", "lag >", "sum by (lag", "rate(lag)", "lag[5m] > 1", "unknown_function(lag)", "lag lag"]
    {
        refused(text, &[(Rule::Syntax, "cannot be read as PromQL")]);
    }
    refused(&format!("lag{}", " ".repeat(20_000)), &[(Rule::Syntax, "longer than")]);
    refused(&format!("{}lag{}", "(".repeat(300), ")".repeat(300)), &[(Rule::Syntax, "more than 200")]);
    refused(&format!("{}lag", "-".repeat(300)), &[(Rule::Syntax, "more than 200")]);
    // Each of these would abort the parser.
    for text in [
        "lag[1e300]",
        "lag offset 1e300",
        "lag offset -1e300",
        "lag offset +1e300",
        "lag[5m:1e300]",
        "lag offset Inf",
        "lag offset NaN",
    ] {
        refused(text, &[(Rule::Syntax, "no usable duration")]);
    }
}

#[test]
fn unknown_metrics_are_refused_with_the_nearest_name() {
    refused("lga > 3", &[(Rule::UnknownMetric, "1:1: `lga`: nobody declares the metric `lga`")]);
    refused("comits_total", &[(Rule::UnknownMetric, "did you mean `commits_total`?")]);
    refused("commits", &[(Rule::UnknownMetric, "nobody declares")]);
    refused("sum(\n  nothing_like_it\n)", &[(Rule::UnknownMetric, "2:3: `nothing_like_it`")]);
    refused("{__name__=\"lga\"}", &[(Rule::UnknownMetric, "`lga`")]);
    refused("{__name__=~\"x.*\"}", &[(Rule::UnknownMetric, "no known metric matches `x.*`")]);
    refused("{job=\"lookout\"}", &[(Rule::UnknownMetric, "names no metric")]);
    refused("{__name__!=\"lag\", job=\"lookout\"}", &[(Rule::UnknownMetric, "names no metric")]);
    // One unknown metric is one problem: nothing is known of its labels.
    refused(
        "sum by (nowhere) (lga{x=\"y\"}) / on (nowhere) lag",
        &[(Rule::UnknownMetric, "`lga`"), (Rule::UnknownLabel, "`on (nowhere)`: the left side only")],
    );
}

#[test]
fn only_named_foreign_series_are_admitted() {
    sound("kube_pod_info{anything=\"x\"}");
    sound("sum by (node) (kube_pod_info)");
    sound("rate(kube_pod_info[5m])");
    refused("kube_node_info", &[(Rule::UnknownMetric, "did you mean `kube_pod_info`?")]);
    for text in [
        "up == 0",
        "up{job=\"lookout\"}",
        "ALERTS{alertstate=\"firing\"}",
        "ALERTS_FOR_STATE",
        "scrape_duration_seconds > 5",
        "sum by (job) (up)",
    ] {
        sound(text);
    }
    refused("rate(up[5m])", &[(Rule::WrongKind, "`rate` of a gauge")]);
}

#[test]
fn unknown_labels_in_matchers_are_refused_at_their_place() {
    refused(
        "lag{gruop=\"a\"}",
        &[(
            Rule::UnknownLabel,
            "1:5: `lag{gruop=\"a\"}`: the metric has no label `gruop`; did you mean `group`?",
        )],
    );
    refused("lag{topic=\"a\", reason=\"timeout\"} > 3", &[(Rule::UnknownLabel, "1:16:")]);
    refused("lag{le=\"1.0\"}", &[(Rule::UnknownLabel, "`le`")]);
    refused("wait_seconds_sum{le=\"1.0\"}", &[(Rule::UnknownLabel, "`le`")]);
    refused("lag{secret_label_team=\"a\"}", &[(Rule::UnknownLabel, "`secret_label_team`")]);
    refused("keys{secret_label_=\"a\"}", &[(Rule::UnknownLabel, "`secret_label_`")]);
    refused("{__name__=~\"lag|commits_total\", team=\"a\"}", &[(Rule::UnknownLabel, "`team`")]);
    refused(
        "rate(commits_total{a=\"\", b!=\"\"}[5m])",
        &[(Rule::UnknownLabel, "1:20:"), (Rule::UnknownLabel, "1:26:")],
    );
}

#[test]
fn unknown_values_of_closed_lists_are_refused() {
    refused(
        "failures_total{reason=\"timeuot\"}",
        &[(
            Rule::UnknownValue,
            "1:16: `failures_total{reason=\"timeuot\"}`: `timeuot` is no value of the label `reason`; did you mean `timeout`?",
        )],
    );
    refused("failures_total{reason!=\"timeuot\"}", &[(Rule::UnknownValue, "`timeuot`")]);
    refused(
        "failures_total{reason=~\"timeout|timeuot\"}",
        &[(Rule::UnknownValue, "`timeuot` matches no value")],
    );
    refused("failures_total{reason!~\"timeout|x.*\"}", &[(Rule::UnknownValue, "`x.*` matches no value")]);
    refused("failures_total{reason=~\"(timeuot|deneid)\"}", &[(Rule::UnknownValue, "`(timeuot|deneid)`")]);
    refused("failures_total{reason=~\"Timeout\"}", &[(Rule::UnknownValue, "`Timeout`")]);
    refused(
        "wait_seconds_bucket{le=\"2.0\"}",
        &[(Rule::UnknownValue, "no bucket's bound; they are `0.5`, `1.0`, `30.0`, `+Inf`")],
    );
    refused("wait_seconds_bucket{le=\"1\"}", &[(Rule::UnknownValue, "`1` is no bucket's bound")]);
}

#[test]
fn functions_get_the_kind_that_they_need() {
    for function in ["rate", "irate", "increase", "resets"] {
        refused(
            &format!("{function}(lag[5m])"),
            &[(Rule::WrongKind, &format!("1:1: `{function}(lag[5m])`: `{function}` of a gauge"))],
        );
        refused(&format!("{function}(build_info[5m])"), &[(Rule::WrongKind, "of a gauge")]);
        sound(&format!("{function}(commits_total[5m])"));
        sound(&format!("{function}(wait_seconds_count[5m])"));
        sound(&format!("{function}(wait_seconds_bucket[5m])"));
    }
    for function in ["delta", "idelta", "deriv"] {
        refused(&format!("{function}(commits_total[5m])"), &[(Rule::WrongKind, "of a counter")]);
        refused(&format!("{function}(wait_seconds_sum[5m])"), &[(Rule::WrongKind, "of a counter")]);
        sound(&format!("{function}(lag[5m])"));
    }
    refused("predict_linear(commits_total[1h], 3600)", &[(Rule::WrongKind, "of a counter")]);
    refused("1 + rate(lag{topic=\"a\"}[5m] offset 1h)", &[(Rule::WrongKind, "1:5: `rate(lag")]);
    refused("rate(lag[5m:1m])", &[(Rule::WrongKind, "of a gauge")]);
    refused("rate((lag > 3)[5m:1m])", &[(Rule::WrongKind, "of a gauge")]);
    refused("rate(sum by (group) (commits_total)[5m:1m])", &[(Rule::WrongKind, "take `rate` first")]);
    refused("rate(max(lag)[5m:1m])", &[(Rule::WrongKind, "of a gauge")]);
    sound("rate(count(lag)[5m:1m])");
    sound("deriv(rate(commits_total[5m])[1h:])");
}

#[test]
fn histograms_are_read_by_their_lines() {
    refused(
        "rate(wait_seconds[5m])",
        &[(
            Rule::WrongKind,
            "the histogram `wait_seconds` has no series of that name; read `wait_seconds_bucket`, `wait_seconds_sum`, `wait_seconds_count`",
        )],
    );
    refused("wait_seconds > 3", &[(Rule::WrongKind, "no series of that name")]);
    refused("wait_seconds_total", &[(Rule::UnknownMetric, "nobody declares")]);
    refused("histogram_count(wait_seconds_count)", &[(Rule::WrongKind, "native histograms only")]);
}

#[test]
fn quantiles_keep_every_bucket() {
    refused(
        "histogram_quantile(0.9, sum by (group) (rate(wait_seconds_bucket[5m])))",
        &[
            (
                Rule::LostBuckets,
                "1:1: `histogram_quantile(0.9, sum by (group) (rate(wait_seconds_bucket[5m])))`: `histogram_quantile` needs the label `le`",
            ),
            (
                Rule::LostBuckets,
                "1:25: `sum by (group) (rate(wait_seconds_bucket[5m]))`: the buckets are cumulative",
            ),
        ],
    );
    refused(
        "histogram_quantile(0.9, rate(wait_seconds_sum[5m]))",
        &[(Rule::LostBuckets, "needs the label `le`")],
    );
    refused("histogram_quantile(0.9, lag)", &[(Rule::LostBuckets, "needs the label `le`")]);
    refused(
        "histogram_quantile(0.9, wait_seconds_bucket{le=\"1.0\"})",
        &[(Rule::LostBuckets, "a matcher leaves one")],
    );
    refused(
        "sum(rate(wait_seconds_bucket[5m]))",
        &[(Rule::LostBuckets, "counts each observation several times")],
    );
    refused("sum without (le) (wait_seconds_bucket)", &[(Rule::LostBuckets, "several times")]);
    refused(
        "sum by (le) (histogram_quantile(0.9, wait_seconds_bucket))",
        &[(Rule::UnknownLabel, "`by (le)`")],
    );
}

#[test]
fn aggregations_name_labels_that_are_there() {
    refused(
        "sum by (toppic) (lag)",
        &[(
            Rule::UnknownLabel,
            "1:1: `sum by (toppic) (lag)`: `by (toppic)` names a label that no series there has; did you mean `topic`?",
        )],
    );
    refused("sum(lag) by (team)", &[(Rule::UnknownLabel, "1:1: ")]);
    refused("sum without (reason) (lag)", &[(Rule::UnknownLabel, "`without (reason)`")]);
    refused("max by (topic) (sum by (group) (lag))", &[(Rule::UnknownLabel, "`by (topic)`")]);
    refused("1 + max by (group) (sum without (group) (lag))", &[(Rule::UnknownLabel, "1:5: ")]);
    refused("sum by (instance) (sum by (group) (lag))", &[(Rule::UnknownLabel, "`by (instance)`")]);
    refused("sum by (group) (lag{group=\"\"})", &[(Rule::UnknownLabel, "`by (group)`")]);
    refused("topk by (team) (3, lag)", &[(Rule::UnknownLabel, "`by (team)`")]);
    refused("sum by (topic) (absent(lag))", &[(Rule::UnknownLabel, "`by (topic)`")]);
    sound("sum by (topic) (absent(lag{topic=\"a\"}))");
    sound("sum by (topic, job, instance) (lag)");
    sound("max by (topic) (topk by (group) (3, lag))");
}

#[test]
fn relabelling_names_labels_that_are_there() {
    refused("label_replace(lag, \"a\", \"$1\", \"toppic\", \"(.*)\")", &[(Rule::UnknownLabel, "1:1: ")]);
    refused("label_join(lag, \"a\", \"/\", \"topic\", \"team\")", &[(Rule::UnknownLabel, "`team`")]);
    sound("label_replace(vector(1), \"a\", \"b\", \"\", \"\")");
    sound("label_replace(lag, \"metric\", \"$1\", \"__name__\", \"(.*)\")");
    sound(
        "label_replace(retention_seconds, \"name\", \"$1\", \"topic\", \"(.*)\") / on (topic) retention_seconds",
    );
}

#[test]
fn what_only_one_engine_can_do_is_refused() {
    refused("limitk(3, lag)", &[(Rule::Unportable, "1:1: `limitk(3, lag)`")]);
    refused("lag{topic=\"a\" or topic=\"b\"}", &[(Rule::Unportable, "VictoriaMetrics")]);
    refused("mad_over_time(lag[5m])", &[(Rule::Unportable, "feature flag")]);
    refused("sum by (topic) (lag) + fill (0) sum by (topic) (lag)", &[(Rule::Unportable, "`fill`")]);
}

#[test]
fn results_carry_the_labels_that_the_operators_leave() {
    labels("1", &[]);
    labels("lag", &["group", "instance", "job", "partition", "topic"]);
    labels("lag{partition=\"\"}", &["group", "instance", "job", "topic"]);
    labels("wait_seconds_bucket", &["group", "instance", "job", "le"]);
    labels("histogram_quantile(0.5, sum by (le, group) (rate(wait_seconds_bucket[5m])))", &["group"]);
    labels("sum by (group, topic) (lag)", &["group", "topic"]);
    labels("sum without (partition, instance) (lag)", &["group", "job", "topic"]);
    labels("sum(lag)", &[]);
    labels("topk by (group) (3, lag)", &["group", "instance", "job", "partition", "topic"]);
    labels("count_values by (topic) (\"count\", lag)", &["count", "topic"]);
    labels("absent(lag{topic=\"a\", group=~\"b\"})", &["topic"]);
    labels("absent(lag{topic=\"a\", topic=\"b\"})", &[]);
    labels("max by (topic) (lag) > on (topic) retention_seconds", &["topic"]);
    labels(
        "lag > on (topic) group_left () retention_seconds",
        &["group", "instance", "job", "partition", "topic"],
    );
    labels(
        "retention_seconds * on (topic) group_left (team) owner_info",
        &["instance", "job", "team", "topic"],
    );
    labels(
        "failures_total{reason=\"io\"} / ignoring (reason) failures_total{reason=\"denied\"}",
        &["group", "instance", "job"],
    );
    labels("max by (group) (lag) and on (group) commits_total", &["group"]);
    labels("max by (group) (lag) or max by (topic) (lag)", &["group", "topic"]);
    labels("label_replace(sum(lag), \"a\", \"b\", \"\", \"\")", &["a"]);
    labels("scalar(sum(lag))", &[]);
    labels("vector(1)", &[]);
}

#[test]
fn an_outcome_names_the_metrics_that_were_read() {
    let outcome =
        inspect("rate(wait_seconds_sum[5m]) > 1 and on () up == 1", declared::METRICS, &[]).expect("sound");
    assert_eq!(outcome.metrics.into_iter().collect::<Vec<_>>(), ["wait_seconds"]);
}

#[test]
fn problems_come_in_the_order_of_the_text_each_with_its_place() {
    let text = "sum by (team) (lag{a=\"b\"})\n  / on (nowhere)\nrate(\n  lag[$__rate_interval]\n) + -gone + 3 > bool other";
    let problems = check(text, declared::METRICS, &[]).expect_err(text);
    let places: Vec<_> = problems.iter().map(|problem| problem.place.position).collect();
    assert_eq!(
        places,
        [Some((1, 1)), Some((1, 20)), Some((2, 3)), Some((3, 1)), Some((5, 6)), Some((5, 22))],
        "{problems:#?}"
    );
}

#[test]
fn a_keyword_as_metric_name_costs_the_position_only() {
    let problems = check("sum(by{a=\"b\"}) / gone", declared::METRICS, &[]).expect_err("unknown metrics");
    let places: Vec<_> = problems.iter().map(|problem| problem.place.to_string()).collect();
    assert_eq!(places, ["`by{a=\"b\"}`", "`gone`"]);
}

#[test]
fn long_excerpts_are_cut() {
    let text = format!("gone{{{}}}", "a=\"äöü\",".repeat(40));
    let problems = check(&text, declared::METRICS, &[]).expect_err("unknown metric");
    assert_eq!(problems[0].place.excerpt.chars().count(), 81);
}
