//! How long a process had a processor, which tells what its work costs however much of the machine its clients take.

use std::time::Duration;

/// What all threads of this process had so far; none where the system does not say (Linux does: `schedstat` of each thread).
pub fn time_of(process: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let each = threads.map(|thread| {
        let told = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    });
    each.sum()
}
