//! A source that does what a test tells it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::{Gauge, Reason, label, metrics};
use lookout_exposition::{Batch, Family};
use lookout_runtime::{Before, Clock, CollectError, Collected, Fault, Finding, Objects, Source};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

label! {
    /// Which source said it.
    pub(crate) By = "by";
}
metrics! {
    /// What the scripted source read.
    pub(crate) VALUE: Gauge<(By,)> = Gauge::new("example_value", "What was read.");
    /// How old the model is by the clock of the judgement.
    pub(crate) AGE: Gauge<(By,)> = Gauge::new("example_judged_age_seconds", "Age at the judgement.");
}

pub(crate) const EXPORTER: &str = "example";
pub(crate) const REASONS: &[Reason] = &[Reason::Unreachable, Reason::Malformed];

/// What one call of `collect` does.
pub(crate) enum Step {
    /// Reads this value.
    Read(f64),
    /// Reads it after this time.
    Slowly(Duration, f64),
    /// Reads it, with one item that cannot be read.
    Partly(f64),
    /// Reads it; judging it panics.
    JudgePanics,
    /// Reads it; judging it blocks its thread until the test lets go.
    JudgeBlocks(mpsc::Receiver<()>),
    /// Reads it; while it is being published its thread is blocked until the test lets go.
    PublishBlocks(f64, mpsc::Receiver<()>),
    /// Blocks its thread until the test lets go.
    Block(mpsc::Receiver<()>),
    /// Reads it; dropping the model panics.
    DropPanics(f64),
    Fail(Reason),
    Hang,
    Panic,
}

pub(crate) struct Model {
    value: f64,
    read_at: Timestamp,
    judge: Mutex<Judge>,
    drop_panics: bool,
}

enum Judge {
    Quietly,
    Panic,
    Block(mpsc::Receiver<()>),
    BlockPublishing(mpsc::Receiver<()>),
}

impl Drop for Model {
    fn drop(&mut self) {
        assert!(!self.drop_panics, "the model is dropped, as the test wants");
    }
}

/// What the test and the source share.
#[derive(Default)]
pub(crate) struct Script {
    steps: Mutex<VecDeque<Step>>,
    starts: Mutex<Vec<Instant>>,
    running: AtomicUsize,
    most_running: AtomicUsize,
    recoveries: AtomicUsize,
    changes: Notify,
    change_panics: Notify,
}

impl Script {
    pub(crate) fn then(&self, step: Step) {
        self.steps.lock().unwrap().push_back(step);
    }

    pub(crate) fn change(&self) {
        self.changes.notify_one();
    }

    pub(crate) fn panic_in_changed(&self) {
        self.change_panics.notify_one();
    }

    pub(crate) fn recoveries(&self) -> usize {
        self.recoveries.load(Ordering::SeqCst)
    }

    pub(crate) fn most_running(&self) -> usize {
        self.most_running.load(Ordering::SeqCst)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.load(Ordering::SeqCst) > 0
    }

    /// When each cycle began, in milliseconds after the first.
    pub(crate) fn starts(&self) -> Vec<u128> {
        let starts = self.starts.lock().unwrap();
        starts.iter().map(|start| (*start - starts[0]).as_millis()).collect()
    }

    pub(crate) fn first_start(&self) -> Option<Instant> {
        self.starts.lock().unwrap().first().copied()
    }
}

pub(crate) struct Scripted {
    pub(crate) name: String,
    pub(crate) script: Arc<Script>,
    pub(crate) clock: Clock,
}

/// Counts a call of `collect` for as long as its future lives.
struct Running(Arc<Script>);

impl Running {
    fn new(script: &Arc<Script>) -> Self {
        let running = script.running.fetch_add(1, Ordering::SeqCst) + 1;
        script.most_running.fetch_max(running, Ordering::SeqCst);
        Self(Arc::clone(script))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Source for Scripted {
    type Model = Model;

    async fn collect(&mut self) -> Result<Collected<Model>, CollectError> {
        let _running = Running::new(&self.script);
        self.script.starts.lock().unwrap().push(Instant::now());
        // The last step is repeated for ever where it can be.
        let step = {
            let mut steps = self.script.steps.lock().unwrap();
            let step = steps.pop_front().expect("the script has ended");
            if let (true, Some(again)) = (steps.is_empty(), again(&step)) {
                steps.push_back(again);
            }
            step
        };
        let model = |value, judge, drop_panics| Model {
            value,
            read_at: self.clock.now(),
            judge: Mutex::new(judge),
            drop_panics,
        };
        match step {
            Step::Read(value) => Ok(Collected::complete(model(value, Judge::Quietly, false))),
            Step::Slowly(time, value) => {
                sleep(time).await;
                Ok(Collected::complete(model(value, Judge::Quietly, false)))
            }
            Step::Partly(value) => Ok(Collected {
                model: model(value, Judge::Quietly, false),
                faults: vec![Fault {
                    reason: Reason::Malformed,
                    subject: "item 7".to_owned(),
                    message: "is garbage".to_owned(),
                }],
            }),
            Step::JudgePanics => Ok(Collected::complete(model(0.0, Judge::Panic, false))),
            Step::JudgeBlocks(until) => Ok(Collected::complete(model(0.0, Judge::Block(until), false))),
            Step::DropPanics(value) => Ok(Collected::complete(model(value, Judge::Quietly, true))),
            Step::PublishBlocks(value, until) => {
                Ok(Collected::complete(model(value, Judge::BlockPublishing(until), false)))
            }
            Step::Block(until) => {
                until.recv().expect("the test lets go");
                Ok(Collected::complete(model(0.0, Judge::Quietly, false)))
            }
            Step::Fail(reason) => Err(CollectError::new(reason, "as the test wants")),
            Step::Hang => std::future::pending().await,
            Step::Panic => panic!("collecting panics, as the test wants"),
        }
    }

    async fn changed(&mut self) {
        tokio::select! {
            () = self.script.changes.notified() => {}
            () = self.script.change_panics.notified() => panic!("watching panics, as the test wants"),
        }
    }

    fn assess(&self, model: &Model, now: Timestamp, batch: &mut Batch) {
        match &*model.judge.lock().unwrap() {
            Judge::Quietly | Judge::BlockPublishing(_) => {}
            Judge::Panic => panic!("judging panics, as the test wants"),
            Judge::Block(until) => until.recv().expect("the test lets go"),
        }
        let mut value = Family::new(&VALUE);
        value.set((&self.name,), model.value);
        batch.add(value);
        let mut age = Family::new(&AGE);
        age.set((&self.name,), now.duration_since(model.read_at).as_secs_f64());
        batch.add(age);
    }

    fn assess_objects(
        &self,
        model: &Model,
        _before: Option<Before<'_, Model>>,
        _now: Timestamp,
        _objects: &mut Objects<'_>,
    ) {
        if let Judge::BlockPublishing(until) = &*model.judge.lock().unwrap() {
            until.recv().expect("the test lets go");
        }
    }

    fn findings(&self, model: &Model, _now: Timestamp) -> Vec<Finding> {
        let finding = |message: &str| Finding {
            subject: self.name.clone(),
            message: message.to_owned(),
            remedy: "turn it round".to_owned(),
            alert: None,
        };
        (model.value < 0.0).then(|| finding("is negative")).into_iter().collect()
    }

    fn recover(&mut self) {
        self.script.recoveries.fetch_add(1, Ordering::SeqCst);
    }
}

fn again(step: &Step) -> Option<Step> {
    match step {
        Step::Read(value) => Some(Step::Read(*value)),
        Step::Slowly(time, value) => Some(Step::Slowly(*time, *value)),
        Step::Partly(value) => Some(Step::Partly(*value)),
        Step::Fail(reason) => Some(Step::Fail(*reason)),
        Step::Hang => Some(Step::Hang),
        Step::Panic => Some(Step::Panic),
        Step::DropPanics(_)
        | Step::JudgePanics
        | Step::JudgeBlocks(_)
        | Step::PublishBlocks(..)
        | Step::Block(_) => None,
    }
}
