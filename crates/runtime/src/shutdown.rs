//! Signals: how the process ends, and SIGHUP, which asks for the configurations to be read again.
//!
//! The first of SIGTERM and SIGINT drains, the second aborts.
//!
//! Draining means that no new connection is accepted and that requests in flight are finished, for a bounded time.
//! Whoever wants to take part holds a [`Shutdown`] and ends by itself; [`serve`](crate::serve) waits for it.

use tokio::sync::watch;

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not ending.
    Running,
    /// Finish what is in flight, take nothing new.
    Draining,
    /// Stop at once.
    Aborting,
}

/// Sets the stage. Dropping it without having done so leaves the process running.
#[derive(Debug)]
pub struct ShutdownTrigger(watch::Sender<Stage>);

/// Learns of the stage. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<Stage>);

/// A trigger and those who listen to it, for tests and for programs that end by themselves.
pub fn shutdown() -> (ShutdownTrigger, Shutdown) {
    let (sender, receiver) = watch::channel(Stage::Running);
    (ShutdownTrigger(sender), Shutdown(receiver))
}

/// A shutdown that follows SIGTERM and SIGINT: each signal is one stage further.
///
/// # Errors
/// The operating system refused to have the signals handled.
pub fn shutdown_on_signals() -> std::io::Result<Shutdown> {
    let (trigger, shutdown) = shutdown();
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        loop {
            let signal = signals.next().await;
            let stage = trigger.advance();
            let meaning = match stage {
                Stage::Draining => "finishing what is in flight; a second signal ends at once",
                Stage::Running | Stage::Aborting => "ending at once",
            };
            tracing::info!(signal, "{meaning}");
        }
    });
    Ok(shutdown)
}

/// Learns of SIGHUP. As long as there is one, the signal does not end the process.
#[derive(Debug)]
pub struct Hangups {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Hangups {
    /// Listens from now on.
    ///
    /// # Errors
    /// The operating system refused to have the signal handled.
    pub fn new() -> std::io::Result<Self> {
        #[cfg(unix)]
        let hangups =
            Self { signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())? };
        #[cfg(not(unix))]
        let hangups = Self {};
        Ok(hangups)
    }

    /// Completes at the next one; several that nobody has waited for are one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if self.signal.recv().await.is_some() {
            return;
        }
        core::future::pending::<()>().await;
    }
}

impl ShutdownTrigger {
    /// One stage further; returns the stage that holds now.
    pub fn advance(&self) -> Stage {
        self.0.send_modify(|stage| {
            *stage = match *stage {
                Stage::Running => Stage::Draining,
                Stage::Draining | Stage::Aborting => Stage::Aborting,
            }
        });
        *self.0.borrow()
    }
}

impl Shutdown {
    /// The stage that holds now.
    pub fn stage(&self) -> Stage {
        *self.0.borrow()
    }

    /// Completes when draining has begun.
    pub async fn draining(&mut self) {
        self.reached(Stage::Draining).await;
    }

    /// Completes when everything is to stop at once.
    pub async fn aborting(&mut self) {
        self.reached(Stage::Aborting).await;
    }

    async fn reached(&mut self, wanted: Stage) {
        if self.0.wait_for(|stage| *stage >= wanted).await.is_err() {
            // The trigger is gone: nobody can end the process this way any more.
            core::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
        "interrupt"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_signal_drains_and_the_second_aborts() {
        let (trigger, shutdown) = shutdown();
        assert_eq!(shutdown.stage(), Stage::Running);
        assert_eq!(trigger.advance(), Stage::Draining);
        shutdown.clone().draining().await;
        assert_eq!(trigger.advance(), Stage::Aborting);
        assert_eq!(trigger.advance(), Stage::Aborting);
        // Who comes late learns of both.
        shutdown.clone().draining().await;
        shutdown.clone().aborting().await;
    }
}
