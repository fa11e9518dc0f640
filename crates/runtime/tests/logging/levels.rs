//! What `--log.level` means, and what it refuses.

use lookout_runtime::logging::{Format, Level, Levels, PACKAGES};

use crate::logged;

#[test]
fn dependencies_are_one_level_quieter_than_asked_for() {
    let events = || {
        tracing::info!(target: "hyper::proto", "theirs");
        tracing::warn!(target: "hyper::proto", "theirs, grave");
        tracing::info!(target: "lookout_runtime::driver", "ours");
        tracing::debug!(target: "lookout_runtime::driver", "ours, detailed");
    };
    let messages = |level| {
        let text = logged(level, Format::Logfmt, events);
        text.lines().map(|line| line.split_once("msg=").unwrap().1.replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(messages(Level::Info), ["theirs, grave", "ours"]);
    assert_eq!(messages(Level::Debug), ["theirs", "theirs, grave", "ours", "ours, detailed"]);
    assert_eq!(messages(Level::Warn), [""; 0]);
}

#[test]
fn words_of_the_command_line_are_known_or_refused_with_the_list() {
    assert_eq!("debug".parse(), Ok(Level::Debug));
    assert_eq!("json".parse(), Ok(Format::Json));
    let error = "verbose".parse::<Level>().unwrap_err();
    assert_eq!(error.to_string(), "`verbose` is not known; use one of error, warn, info, debug, trace");
}

/// The levels that the text means, with one exporter.
fn levels(text: &str) -> Levels {
    Levels::parse(text, &["certs", "probe"]).unwrap()
}

fn refusal(text: &str) -> String {
    Levels::parse(text, &["certs", "probe"]).unwrap_err().to_string()
}

fn check_level(text: &str, expected: &[(&str, &str)]) {
    for (target, level) in expected {
        assert_eq!(levels(text).of(target).to_string(), *level, "{target} in `{text}`");
    }
}

#[test]
fn one_word_means_what_it_always_meant() {
    for level in Level::ALL {
        assert_eq!(levels(level.as_str()), Levels::from(*level));
        assert_eq!(levels(level.as_str()).to_string(), level.as_str());
    }
    assert_eq!(Levels::default(), levels("info"));
    check_level("debug", &[("lookout", "debug"), ("lookout_certs::files", "debug"), ("tower", "info")]);
}

#[test]
fn a_target_has_its_own_level_and_the_most_specific_one_decides() {
    check_level(
        "warn,lookout_certs=debug,runtime::driver=trace,runtime=info,tower=debug",
        &[
            ("lookout_certs", "debug"),
            ("lookout_certs::files::watch", "debug"),
            ("lookout_runtime", "info"),
            ("lookout_runtime::http", "info"),
            ("lookout_runtime::driver", "trace"),
            ("lookout_runtime::driver::keeper", "trace"),
            ("lookout_config", "warn"),
            ("tower::buffer", "debug"),
            ("mio", "error"),
        ],
    );
    // Without a level for everything the default holds for it.
    check_level("certs=off", &[("lookout_certs", "off"), ("lookout_probe", "info"), ("mio", "warn")]);
    check_level(
        "error,lookout=debug,probe=warn",
        &[
            ("lookout_certs", "debug"),
            ("lookout::check", "debug"),
            ("lookout_probe", "warn"),
            ("mio", "error"),
        ],
    );
}

#[test]
fn a_target_ends_where_a_module_ends() {
    check_level(
        "info,certs=trace,runtime::driver=debug,tower=trace",
        &[
            ("lookout_certs_spec", "info"),
            ("lookout_certsx", "info"),
            ("lookout_runtime::driver_of_something", "info"),
            ("tower_http", "warn"),
        ],
    );
    check_level("certs_spec=debug", &[("lookout_certs_spec", "debug"), ("lookout_certs", "info")]);
    // Whatever begins like us is not ours.
    check_level("debug", &[("lookoutside", "info")]);
}

#[test]
fn events_pass_by_the_level_of_their_target() {
    let events = || {
        tracing::debug!(target: "lookout_certs::files", "one");
        tracing::debug!(target: "lookout_certs_spec", "two");
        tracing::debug!(target: "lookout_probe", "three");
        tracing::trace!(target: "lookout_certs", "four");
        tracing::warn!(target: "lookout_probe", "five");
    };
    let text = logged(levels("error,certs=debug"), Format::Logfmt, events);
    let messages: Vec<_> = text.lines().map(|line| line.split_once("msg=").unwrap().1).collect();
    assert_eq!(messages, ["one"]);
}

#[test]
fn names_are_those_of_packages_however_they_are_written() {
    for same in [
        "self_metrics=debug",
        "self-metrics=debug",
        "lookout_self_metrics=debug",
        "lookout-self-metrics=debug",
    ] {
        assert_eq!(levels(same).to_string(), "info,lookout_self_metrics=debug");
        assert_eq!(levels(&levels(same).to_string()), levels(same), "what is shown can be given");
    }
    assert_eq!(levels(" warn , certs = trace ").to_string(), "warn,lookout_certs=trace");
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let packages = crates.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let logs = |package: &std::path::PathBuf| {
        std::fs::read_to_string(package.join("Cargo.toml"))
            .is_ok_and(|manifest| manifest.contains("\ntracing"))
    };
    let names =
        packages.filter(logs).map(|package| package.file_name().unwrap().to_str().unwrap().replace('-', "_"));
    let names: Vec<String> = names.collect();
    assert!(names.contains(&"runtime".to_owned()), "{names:?}");
    let unknown: Vec<_> = names.into_iter().filter(|name| !PACKAGES.contains(&name.as_str())).collect();
    assert_eq!(unknown, [""; 0], "packages that log: add them to `PACKAGES` in logging/levels.rs");
}

#[test]
fn what_cannot_be_understood_is_named_with_what_to_write_instead() {
    let known = "catalog, config, declarations, exposition, kafka_wire, kubernetes, promql, render, runtime, self_metrics, simulator, \
                 testkit, web_config, certs, probe, requests";
    let expected = [
        (
            "inof",
            "`inof` is no level; use one of error, warn, info, debug, trace, or `TARGET=LEVEL` for one part of \
                  Lookout or one library",
        ),
        (
            "off",
            "`off` is no level; use one of error, warn, info, debug, trace, or `TARGET=LEVEL` for one part of \
                 Lookout or one library",
        ),
        ("certs", "`certs` has no level; write `certs=debug`, for example"),
        ("certs=loud", "`certs=loud`: `loud` is no level; use one of off, error, warn, info, debug, trace"),
        ("certs=", "`certs=`: `` is no level; use one of off, error, warn, info, debug, trace"),
        ("debug,cert=trace", "`cert=trace`: Lookout has no part `cert`; did you mean `certs`?"),
        ("lookot=trace", "`lookot=trace`: Lookout has no part `lookot`; did you mean `lookout`?"),
        (
            "lookout_kafka=trace",
            &format!("`lookout_kafka=trace`: Lookout has no part `lookout_kafka`; use one of {known}"),
        ),
        ("info,", "a part is empty; separate parts by one comma each, as in `info,certs=debug`"),
        ("", "a part is empty; separate parts by one comma each, as in `info,certs=debug`"),
        (
            "=debug",
            "`=debug`: `` is no target; it is a name such as `certs`, or the path of a module such as \
                    `runtime::driver`",
        ),
        (
            "runtime:driver=debug",
            "`runtime:driver=debug`: `runtime:driver` is no target; it is a name such as \
                                  `certs`, or the path of a module such as `runtime::driver`",
        ),
        ("info,debug", "`info` and `debug` are levels for the same; leave one out"),
        (
            "certs=info,lookout_certs=debug",
            "`certs=info` and `lookout_certs=debug` are levels for the same; leave one out",
        ),
        (
            "h2=debug",
            "`h2=debug`: `h2` is not logged in such detail, because it would write addresses and header \
                      values as clients sent them; the most is `h2=info`",
        ),
    ];
    for (text, message) in expected {
        assert_eq!(refusal(text), message, "of `{text}`");
    }
}
