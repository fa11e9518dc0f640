//! Blocking work that never runs twice at the same time.
//!
//! A cycle is cut off at its deadline, but a thread that hangs in a file system is not. So the work that was begun is
//! waited for by the next cycle, instead of another thread being sent after it.

use tokio::task::JoinHandle;

/// Work on a `W` that gives an `R`: at rest, or on its thread.
pub(crate) struct Blocking<W, R> {
    fresh: Box<dyn Fn() -> W + Send>,
    rest: Option<W>,
    running: Option<JoinHandle<(W, R)>>,
}

impl<W: Send + 'static, R: Send + 'static> Blocking<W, R> {
    /// Work that begins with what `fresh` makes, and begins again with it after a defect.
    pub(crate) fn new(fresh: impl Fn() -> W + Send + 'static) -> Self {
        Self { fresh: Box::new(fresh), rest: None, running: None }
    }

    /// Does `work` on a blocking thread, or waits for what an earlier call began. A panic of the work goes on here.
    pub(crate) async fn run(&mut self, work: fn(&mut W) -> R) -> R {
        let Self { fresh, rest, running } = self;
        let handle = running.get_or_insert_with(|| {
            let mut material = rest.take().unwrap_or_else(fresh);
            tokio::task::spawn_blocking(move || {
                let result = work(&mut material);
                (material, result)
            })
        });
        let outcome = handle.await;
        self.running = None;
        match outcome {
            Ok((material, result)) => {
                self.rest = Some(material);
                result
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}
