//! What a reader must know of the machine to judge the figures, without its name.

use std::fs;

use crate::program::Program;

/// A sentence about processor, memory, system, compiler and load.
pub(super) fn describe() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model).trim();
    let n_cores = processors.lines().filter(|line| line.starts_with("processor")).count();
    let memory = read("/proc/meminfo")
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    let memory =
        memory.map_or(String::new(), |memory| format!(", {:.0} GiB of memory", memory / 1024.0 / 1024.0));
    let system = read("/proc/sys/kernel/osrelease");
    // Of the release, the first two numbers say all that matters; the rest names a build.
    let system: Vec<&str> = system.trim().split('.').take(2).collect();
    let compiler = Program::new("rustc").arg("--version").read().unwrap_or_default();
    let compiler = compiler.split(" (").next().unwrap_or_default();
    let load = load();
    format!(
        "{n_cores} cores of {model}{memory}, Linux {}, {compiler}, `release` profile; load average at the \
         beginning {load}",
        system.join(".")
    )
}

/// The load average of the last minute.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
