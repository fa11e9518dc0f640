//! What is repeated is written a few times, then counted, and the count is written. Tokio's time is paused.

use std::time::Duration;

use lookout_runtime::logging::{Format, Level, subscriber, suppressed};

use crate::formats::one_event;
use crate::{Memory, logged, without_time};

/// What is logged while the asynchronous `events` run, with Tokio's time paused.
async fn logged_over_time(format: Format, events: impl AsyncFnOnce(&Memory)) -> String {
    let memory = Memory::default();
    let logs = tracing::subscriber::set_default(subscriber(Level::Info, format, memory.clone()));
    events(&memory).await;
    drop(logs);
    memory.text()
}

async fn a_minute() {
    tokio::time::advance(Duration::from_mins(1)).await;
}

fn failing_peer(port: u16) {
    tracing::warn!(target: "lookout_probe", port, "connection refused");
}

const REFUSED: &str = "level=warn target=lookout_probe msg=\"connection refused\" port=1";

#[tokio::test(start_paused = true)]
async fn the_same_line_is_written_five_times_and_then_counted_until_the_next_line_after_a_minute() {
    let before = suppressed();
    let text = logged_over_time(Format::Logfmt, async |memory| {
        for _ in 0..142 {
            failing_peer(1);
        }
        assert_eq!(memory.text().lines().count(), 5);
        // Another line is not a repeat, and comes in between.
        failing_peer(2);
        a_minute().await;
        tracing::info!(target: "lookout_runtime", "of another place");
    })
    .await;
    let mut expected = vec![REFUSED.to_owned(); 5];
    expected.push(REFUSED.replace("port=1", "port=2"));
    expected.push(format!("{REFUSED} repeated=137 repeated_seconds=60"));
    expected.push("level=info target=lookout_runtime msg=\"of another place\"".to_owned());
    assert_eq!(without_time(&text), expected);
    // Other tests of this process count too.
    assert!(suppressed() - before >= 137);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_goes_on_is_written_in_each_minute_after_the_count_of_the_last() {
    let text = logged_over_time(Format::Logfmt, async |_| {
        for _ in 0..180 {
            failing_peer(1);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    })
    .await;
    let minute = |count: &str| {
        let mut lines = vec![REFUSED.to_owned(); 5];
        lines.push(format!("{REFUSED} repeated={count} repeated_seconds=60"));
        lines
    };
    assert_eq!(without_time(&text), [minute("55"), minute("55"), minute("55")].concat());
}

#[tokio::test(start_paused = true)]
async fn what_is_counted_when_the_process_ends_is_said_then() {
    let text = logged_over_time(Format::Logfmt, async |_| {
        (0..9).for_each(|_| failing_peer(1));
        tokio::time::advance(Duration::from_millis(11_500)).await;
    })
    .await;
    assert_eq!(without_time(&text).last().unwrap(), &format!("{REFUSED} repeated=4 repeated_seconds=12"));
}

#[tokio::test(start_paused = true)]
async fn the_same_message_of_two_sources_is_two_lines() {
    let text = logged_over_time(Format::Logfmt, async |_| {
        for source in ["one", "two"] {
            let _entered = tracing::error_span!("source", exporter = "certs", source).entered();
            (0..6).for_each(|_| tracing::warn!(target: "lookout_certs", "the source fails"));
        }
    })
    .await;
    let repeated: Vec<_> = without_time(&text).into_iter().filter(|line| line.contains("repeated")).collect();
    let line = |source| {
        format!(
            "level=warn target=lookout_certs msg=\"the source fails\" exporter=certs source={source} repeated=1 \
             repeated_seconds=1"
        )
    };
    assert_eq!(repeated, [line("one"), line("two")]);
}

#[tokio::test(start_paused = true)]
async fn the_count_is_an_object_of_json_with_the_fields_of_the_line() {
    let text = logged_over_time(Format::Json, async |_| {
        (0..8).for_each(|_| one_event());
        a_minute().await;
    })
    .await;
    let values: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values.len(), 6);
    let (mut count, mut first) = (values[5].clone(), values[0].clone());
    assert_eq!((&count["repeated"], &count["repeated_seconds"]), (&3.into(), &60.into()));
    for name in ["timestamp", "repeated", "repeated_seconds"] {
        count.as_object_mut().unwrap().remove(name);
        first.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(count, first);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_something_else_each_time_is_bounded_and_the_count_names_the_place() {
    for format in [Format::Logfmt, Format::Json] {
        let text = logged_over_time(format, async |_| {
            for number in 0..100_000_u32 {
                tracing::warn!(target: "lookout_probe", answer = number, "an answer that nobody understands");
            }
            // A place of its own is not held back by it.
            tracing::error!(target: "lookout_probe", "the first error");
        })
        .await;
        assert_eq!(text.lines().count(), 202);
        let mut lines = text.lines().rev();
        let count = lines.next().unwrap();
        let module = module_path!();
        assert!(lines.next().unwrap().contains("the first error"));
        let place = match format {
            Format::Logfmt => format!(" place={module}:"),
            Format::Json => format!(",\"place\":\"{module}:"),
        };
        assert!(count.contains(&place), "{count}");
        assert!(count.contains("omitted") && count.contains("99800"), "{count}");
    }
}

fn source_span(source: &str) -> tracing::Span {
    tracing::error_span!("source", exporter = "certs", source)
}

fn refused(endpoint: u32) {
    tracing::warn!(target: "lookout_certs", endpoint, "the source fails");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_says_much_takes_no_line_from_another_and_the_count_names_it() {
    for format in [Format::Logfmt, Format::Json] {
        let text = logged_over_time(format, async |_| {
            source_span("noisy").in_scope(|| (0..1_000).for_each(refused));
            source_span("other").in_scope(|| refused(0));
            a_minute().await;
        })
        .await;
        let lines = without_time(&text);
        let of = |source: &str| lines.iter().filter(|line| line.contains(source)).count();
        assert_eq!(of("other"), 1, "the only line that names its failure");
        assert_eq!((of("noisy"), lines.len()), (201, 202));
        let count = *lines.last().unwrap();
        if matches!(format, Format::Logfmt) {
            assert!(count.contains(" exporter=certs source=noisy place="), "{count}");
            assert!(count.ends_with(" omitted=800 omitted_seconds=60"), "{count}");
        } else {
            let value: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            let span = serde_json::json!({"name": "source", "exporter": "certs", "source": "noisy"});
            assert_eq!((&value["span"], &value["omitted"]), (&span, &800.into()));
            assert!(value["place"].as_str().unwrap().starts_with(module_path!()), "{count}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_span_of_a_source_has_a_bound_of_its_own() {
    let text = logged_over_time(Format::Logfmt, async |_| {
        for number in 0..1_000 {
            tracing::error_span!("request", exporter = "certs", source = number).in_scope(|| refused(number));
        }
        // The same source, started again, and with spans of others further in.
        for number in 0..1_000 {
            let _entered = source_span("noisy").entered();
            tracing::error_span!("attempt", number).in_scope(|| refused(number));
        }
    })
    .await;
    let lines = without_time(&text);
    let omitted: Vec<_> = lines.iter().filter(|line| line.contains(" omitted=800 ")).collect();
    assert_eq!((lines.len(), omitted.len()), (402, 2));
    assert!(!omitted[0].contains(" source=") && omitted[1].contains(" source=noisy "), "{omitted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_new_source_is_heard_though_more_sources_fail_than_are_remembered() {
    let text = logged_over_time(Format::Logfmt, async |_| {
        (0..4_096).for_each(|number| source_span(&number.to_string()).in_scope(|| refused(number)));
        source_span("new").in_scope(|| refused(0));
        (0..1_000).for_each(|number| source_span(&format!("late {number}")).in_scope(|| refused(number)));
    })
    .await;
    let lines = without_time(&text);
    assert_eq!(lines.iter().filter(|line| line.contains("source=new ")).count(), 1);
    // Without room of their own, they share the bound of the place.
    assert_eq!(lines.len(), 4_096 + 200 + 1);
    let count = lines.last().unwrap();
    assert!(count.contains(" omitted=801 ") && !count.contains(" source="), "{count}");
}

#[test]
fn details_are_written_as_often_as_they_happen() {
    let poll = || (0..50).for_each(|_| tracing::debug!(target: "lookout_probe", "polled"));
    assert_eq!(logged(Level::Debug, Format::Logfmt, poll).lines().count(), 50);
}
