//! What must be tidied up even when the test process is killed.
//!
//! Statics are never dropped, and nothing is dropped after SIGKILL. A watchdog is a small shell that reads from a pipe
//! only this process holds: when the process ends, however it ends, the pipe closes and the shell runs its script.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::signal;

/// Who runs a program: a user and its group by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// The user's number.
    pub user: u32,
    /// The number of the user's group.
    pub group: u32,
}

impl Account {
    /// Makes a command run as this account; the standard library also drops all further groups.
    pub fn runs(self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }
}

/// A shell waiting for the end of this process.
#[derive(Debug)]
pub struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Starts the shell. It stands in a process group of its own, so that Ctrl-C in a terminal does not reach it.
    pub fn arm(script: &str, account: Option<Account>) -> Watchdog {
        let waiting = format!("trap '' INT TERM HUP; while read -r _; do :; done; {script}");
        let mut command = Command::new("sh");
        command.arg("-c").arg(waiting).current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(account) = account {
            account.runs(&mut command);
        }
        Watchdog { shell: command.spawn().expect("sh can be run") }
    }

    /// Closes the pipe and waits for the script to end.
    pub fn fire(&mut self) {
        drop(self.shell.stdin.take());
        let _ = signal::wait_for(&mut self.shell, Duration::from_secs(30));
    }

    /// Ends the shell without running its script.
    pub fn disarm(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::folder::TemporaryFolder;

    #[test]
    fn a_watchdog_runs_its_script_when_fired_and_never_when_disarmed() {
        let folder = TemporaryFolder::new();
        let [fired, disarmed] = ["fired", "disarmed"].map(|name| folder.file(name));
        Watchdog::arm(&format!("touch '{}'", fired.display()), None).fire();
        Watchdog::arm(&format!("touch '{}'", disarmed.display()), None).disarm();
        assert!(fired.exists());
        assert!(!disarmed.exists());
    }
}
