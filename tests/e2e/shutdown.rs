//! How the demo ends when a person presses Ctrl-C.

use std::process::Command;

use crate::demo::Demo;
use crate::tools::succeed;

#[test]
fn an_interrupt_ends_the_demo_cleanly() {
    let mut demo = Demo::start();
    succeed(Command::new("kill").args(["-INT", &demo.process.id().to_string()]), b"");
    let status = demo.process.until_ended();
    assert!(status.success(), "{status}:\n{}", demo.process.log());
}
