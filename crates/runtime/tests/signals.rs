//! Real signals to this process; alone in its file, because signals are for the whole process.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::Command;

use lookout_runtime::{Hangups, Stage, shutdown_on_signals};

fn signal_myself(name: &str) {
    let status = Command::new("kill").args([name, &std::process::id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn sighup_ends_nothing_sigterm_drains_and_sigint_after_it_aborts() {
    let mut shutdown = shutdown_on_signals().unwrap();
    assert_eq!(shutdown.stage(), Stage::Running);
    let mut hangups = Hangups::new().unwrap();
    signal_myself("-HUP");
    hangups.next().await;
    assert_eq!(shutdown.stage(), Stage::Running);
    signal_myself("-TERM");
    shutdown.draining().await;
    assert_eq!(shutdown.stage(), Stage::Draining);
    signal_myself("-INT");
    shutdown.aborting().await;
    assert_eq!(shutdown.stage(), Stage::Aborting);
}
