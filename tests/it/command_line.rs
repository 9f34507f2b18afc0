//! The command line: each command, and each sentence with which it refuses.

mod commands;
mod start_up;
mod verifying;

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::engine::TestDatabase;
use crate::support::process::{CommandOutput, accrue};
use crate::support::wire::readable;

/// Runs a command on a database and tells it something on its standard input.
pub fn tell(database: &TestDatabase, arguments: &[&str], input: &str) -> CommandOutput {
    let mut command = Command::new(accrue());
    command.args(arguments).args(["--database-url", &database.url, "--master-key-file"]);
    command.arg(database.master_key_file()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program can be run");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it listens");
    let output = child.wait_with_output().expect("a child can be waited for");
    CommandOutput { status: output.status, stdout: readable(&output.stdout), stderr: readable(&output.stderr) }
}
