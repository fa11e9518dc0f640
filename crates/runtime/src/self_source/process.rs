//! The process's own figures, from `/proc/self`; on other systems there are none.

use super::ProcessFigures;

/// The figures of this process; absent on a system without them.
#[cfg(target_os = "linux")]
pub(super) fn figures() -> procfs::ProcResult<Option<ProcessFigures>> {
    use procfs::WithCurrentSystemInfo as _;
    use procfs::process::{LimitValue, Process};

    let process = Process::myself()?;
    let stat = process.stat()?;
    let ticks = procfs::ticks_per_second() as f64;
    // Without the right to read one of these the others are still good.
    let open_fds = process.fd_count().ok().and_then(|count| u64::try_from(count).ok());
    let max_fds = process.limits().ok().map(|limits| match limits.max_open_files.soft_limit {
        LimitValue::Unlimited => f64::INFINITY,
        LimitValue::Value(value) => value as f64,
    });
    let boot_seconds = procfs::boot_time_secs().ok();
    Ok(Some(ProcessFigures {
        cpu_seconds: Some((stat.utime + stat.stime) as f64 / ticks),
        resident_bytes: Some(stat.rss_bytes().get()),
        virtual_bytes: Some(stat.vsize),
        open_fds,
        max_fds,
        start_seconds: boot_seconds.map(|boot| boot as f64 + stat.starttime as f64 / ticks),
        threads: u64::try_from(stat.num_threads).ok(),
    }))
}

/// There are no figures on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn figures() -> Result<Option<ProcessFigures>, core::convert::Infallible> {
    Ok(None)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_files_and_a_start_in_the_past() {
        let figures = figures().unwrap().unwrap();
        assert!(figures.resident_bytes.unwrap() > 100_000);
        assert!(figures.virtual_bytes >= figures.resident_bytes);
        assert!(figures.open_fds.unwrap() >= 3);
        assert!(figures.max_fds.unwrap() >= figures.open_fds.unwrap() as f64);
        assert!(figures.threads.unwrap() >= 1);
        let now = crate::Clock::system().now().as_second() as f64;
        let start = figures.start_seconds.unwrap();
        // The clock of the boot time has whole seconds.
        assert!(start <= now + 2.0 && start > now - 86_400.0 * 365.0, "started at {start}, now {now}");
    }
}
