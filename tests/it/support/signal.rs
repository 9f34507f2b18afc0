//! Signals and family ties of processes, by the shell's own `kill` and `/proc`: the harness holds no unsafe code.

use std::fs;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::patience::wait_until;

/// Sends a signal (`"STOP"`, `"TERM"`, …) to processes. One that is already gone is no mistake.
pub fn send(name: &str, processes: &[u32]) {
    if processes.is_empty() {
        return;
    }
    let list: Vec<String> = processes.iter().map(u32::to_string).collect();
    let script = format!("kill -{name} {}", list.join(" "));
    let _ = Command::new("sh").arg("-c").arg(script).stderr(Stdio::null()).status().expect("sh can be run");
}

/// The direct children of a process.
pub fn children_of(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process| parent_and_state(*process).is_some_and(|(its_parent, _)| its_parent == parent))
        .collect()
}

/// Whether a process is there and not only waiting for its parent to take notice of its end.
pub fn is_alive(process: u32) -> bool {
    parent_and_state(process).is_some_and(|(_, state)| state != 'Z' && state != 'X')
}

/// Waits until none of the processes is alive; false when some still is at the end of the time limit.
pub fn wait_until_gone(processes: &[u32], limit: Duration) -> bool {
    wait_until(limit, || !processes.iter().any(|process| is_alive(*process)))
}

/// Waits for a child to end; `None` when it has not within the time limit.
pub fn wait_for(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let mut status = None;
    wait_until(limit, || {
        status = child.try_wait().expect("a child can be waited for");
        status.is_some()
    });
    status
}

/// Reads `/proc/PID/stat`: `pid (name) state parent …`, where the name may hold blanks and brackets.
fn parent_and_state(process: u32) -> Option<(u32, char)> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = line.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((fields.next()?.parse().ok()?, state))
}
