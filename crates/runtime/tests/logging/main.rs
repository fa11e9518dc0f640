//! Logs as they are written: one line per event, at the levels asked for, what is repeated summed up, nothing secret.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod formats;
mod guarded;
mod levels;
mod repeats;

use std::io;
use std::sync::{Arc, Mutex};

use lookout_runtime::logging::{Format, Levels, subscriber};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl<'a> MakeWriter<'a> for Memory {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is logged while `events` runs.
pub(crate) fn logged(levels: impl Into<Levels>, format: Format, events: impl FnOnce()) -> String {
    let memory = Memory::default();
    tracing::subscriber::with_default(subscriber(levels, format, memory.clone()), events);
    memory.text()
}

/// The lines without their time.
pub(crate) fn without_time(text: &str) -> Vec<&str> {
    text.lines().map(|line| line.split_once(' ').unwrap().1).collect()
}
