//! Watching a process's system calls, and making them fail.
//!
//! Only the kernel can say whether an fsync lay between a write and the answer that promised it. strace writes what it
//! saw to a file; this module starts it and reads that file. Times are whole microseconds.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::background;
use super::folder::TemporaryFolder;
use super::requirement::{Requirement, require_tool, runs_well, skip};
use super::signal;
use super::wire::readable;

/// One system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When it was entered, in microseconds since 1970.
    pub start: u64,
    /// When it returned; `None` when it never did.
    pub end: Option<u64>,
    /// The thread that made it.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// The file descriptor that is its first argument.
    pub fd: Option<i32>,
    /// What that descriptor is open on, or the first path among the arguments.
    pub path: Option<String>,
    /// All arguments as strace prints them.
    pub args: String,
    /// What it returned; `None` when that is unknown.
    pub result: Option<i64>,
    /// The error's name (`EIO`), where it failed.
    pub error: Option<String>,
}

impl Call {
    /// Whether it returned, and not with an error.
    pub fn succeeded(&self) -> bool {
        self.result.is_some_and(|result| result >= 0)
    }
}

/// Whether strace is installed and may watch a process here; where not, the running test is skipped under `tools`.
pub fn is_usable() -> bool {
    static PERMITTED: OnceLock<bool> = OnceLock::new();
    if !require_tool("strace") {
        return false;
    }
    let permitted =
        *PERMITTED.get_or_init(|| runs_well(Command::new("strace").args(["-f", "-o", "/dev/null", "true"])));
    if !permitted {
        skip(Requirement::Tools, "strace is installed, but may not watch processes here");
    }
    permitted
}

/// The words to put before a command so that it runs watched, writing to `file`. `calls` as in `trace=`
/// (`write,fsync`), `injections` as in `inject=` (`fsync:error=EIO:when=3`). The tracer steps aside (`-D`), so that the
/// started process is the program itself.
pub fn prefix(file: &Path, calls: &str, injections: &[&str]) -> Vec<String> {
    let mut words = vec!["strace".to_owned(), "-D".to_owned()];
    words.extend(options(file, calls));
    for injection in injections {
        words.extend(["-e".to_owned(), format!("inject={injection}")]);
    }
    words.push("--".to_owned());
    words
}

/// strace attached to a running process and its threads.
#[derive(Debug)]
pub struct Trace {
    tracer: Child,
    file: PathBuf,
    folder: TemporaryFolder,
}

impl Trace {
    /// Attaches; returns once the process is being watched.
    pub fn attach(process: u32, calls: &str) -> Trace {
        let folder = TemporaryFolder::new();
        let file = folder.file("calls");
        let mut command = Command::new("strace");
        command.args(options(&file, calls)).arg("-p").arg(process.to_string());
        let mut tracer = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("strace can be run");
        let mut messages = BufReader::new(tracer.stderr.take().expect("its messages are piped")).lines();
        let attached = messages.by_ref().map_while(Result::ok).any(|line| line.contains(" attached"));
        assert!(attached, "strace could not attach to process {process}");
        background::start("reader of strace", move || messages.for_each(drop));
        Trace { tracer, file, folder }
    }

    /// Detaches and returns what was seen, in the order of entry.
    pub fn finish(mut self) -> Vec<Call> {
        signal::send("TERM", &[self.tracer.id()]);
        signal::wait_for(&mut self.tracer, Duration::from_secs(10)).expect("strace detaches within ten seconds");
        read(&self.file)
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        signal::send("TERM", &[self.tracer.id()]);
        if signal::wait_for(&mut self.tracer, Duration::from_secs(2)).is_none() {
            let _ = self.tracer.kill();
        }
    }
}

/// Reads the file strace wrote.
pub fn read(file: &Path) -> Vec<Call> {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    parse(&readable(&bytes))
}

/// Reads what strace printed with `-f -ttt -T -y`; lines about signals and ends of processes are passed over. The
/// halves of an interrupted line are joined; the calls come in the order of their entry.
pub fn parse(text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut unfinished: HashMap<u32, (u64, String)> = HashMap::new();
    for line in text.lines() {
        let Some((pid, at, rest)) = stamped(line) else { continue };
        if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            unfinished.insert(pid, (at, begun.trim_end().to_owned()));
        } else if let Some(resumed) = rest.strip_prefix("<... ") {
            let continuation = resumed.split_once("resumed>").map_or("", |(_, more)| more);
            let Some((start, begun)) = unfinished.remove(&pid) else {
                continue;
            };
            calls
                .extend(call(pid, start, &format!("{begun}{continuation}")).map(|call| Call { end: Some(at), ..call }));
        } else {
            calls.extend(call(pid, at, rest));
        }
    }
    calls.extend(unfinished.into_iter().filter_map(|(pid, (start, begun))| call(pid, start, &begun)));
    calls.sort_by_key(|call| call.start);
    calls
}

fn options(file: &Path, calls: &str) -> Vec<String> {
    let words = ["-f", "-ttt", "-T", "-y", "-s", "256", "-e", &format!("trace={calls}"), "-e", "signal=none", "-o"];
    words.into_iter().map(str::to_owned).chain([file.display().to_string()]).collect()
}

/// `7023  1795171327.323523 write(…` → process, microseconds, the rest.
fn stamped(line: &str) -> Option<(u32, u64, &str)> {
    let (pid, rest) = line.trim_start().split_once(' ')?;
    let (at, rest) = rest.trim_start().split_once(' ')?;
    Some((pid.parse().ok()?, microseconds(at)?, rest))
}

/// `12.000345` → 12000345, digit by digit.
fn microseconds(text: &str) -> Option<u64> {
    let (seconds, fraction) = text.split_once('.')?;
    if fraction.len() != 6 {
        return None;
    }
    Some(seconds.parse::<u64>().ok()? * 1_000_000 + fraction.parse::<u64>().ok()?)
}

/// `fsync(3</tmp/x>) = -1 EIO (Input/output error) (INJECTED) <0.000123>`, or only its beginning.
fn call(pid: u32, start: u64, text: &str) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let (args, outcome) = split_outcome(rest);
    let (fd, path) = subject(args);
    let mut words = outcome.split_whitespace();
    let result = words.next().and_then(number);
    let error = words.next().filter(|_| result == Some(-1)).map(str::to_owned);
    let took = outcome.rsplit_once('<').and_then(|(_, took)| microseconds(took.strip_suffix('>')?));
    let end = took.map(|took| start + took);
    Some(Call { start, end, pid, name: name.to_owned(), fd, path, args: args.to_owned(), result, error })
}

/// Splits at the last ` = ` that follows a closing bracket; strings among the arguments may look like one.
fn split_outcome(rest: &str) -> (&str, &str) {
    for (at, _) in rest.rmatch_indices(" = ") {
        if let Some(args) = rest[..at].trim_end().strip_suffix(')') {
            return (args, &rest[at + 3..]);
        }
    }
    (rest, "")
}

/// `3`, `3</tmp/x>` (a returned descriptor names its file too), `0x7f…`; `?` is unknown.
fn number(word: &str) -> Option<i64> {
    match word.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => word.split('<').next()?.parse().ok(),
    }
}

/// The descriptor and file of the first argument, or the first string among the arguments.
fn subject(args: &str) -> (Option<i32>, Option<String>) {
    let digits = args.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(args.len());
    if let Ok(fd) = args[..digits].parse() {
        let file = args[digits..].strip_prefix('<').and_then(|rest| {
            let end = rest.find(">,").or_else(|| rest.rfind('>'))?;
            Some(rest[..end].to_owned())
        });
        return (Some(fd), file);
    }
    let path = args.split_once('"').and_then(|(_, rest)| rest.split_once('"')).map(|(path, _)| path.to_owned());
    (None, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::engine::Engine;
    use crate::support::patience::pause;
    use crate::support::process::ServerSettings;

    const RECORDED: &str = concat!(
        "7023  1795171327.323523 write(1</tmp/st/x>, \"a) = 3, \\\"\", 9) = 9 <0.000011>\n",
        "7024  1795171327.332601 fsync(3</tmp/st/x-wal> <unfinished ...>\n",
        "7025 1795171327.332700 write(5<socket:[77]>, \"HTTP\", 4 <unfinished ...>\n",
        "7025 1795171327.332800 <... write resumed>) = 4 <0.000100>\n",
        "7024  1795171327.342601 <... fsync resumed>)       = 0 <0.010000>\n",
        "7024  1795171327.343000 fdatasync(3</tmp/st/x-wal>) = -1 EIO (Input/output error) (INJECTED) <0.000005>\n",
        "7024  1795171327.343100 unlink(\"/tmp/st/y\")       = 0 <0.000005>\n",
        "7024  1795171327.343200 openat(AT_FDCWD</tmp>, \"z\", O_RDONLY) = 4</tmp/z> <0.000005>\n",
        "7023  1795171327.343484 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=7024} ---\n",
        "7024  1795171327.343500 fsync(3</tmp/st/x-wal> <unfinished ...>\n",
        "7024  1795171327.343807 +++ killed by SIGKILL +++\n",
    );

    #[test]
    fn a_recorded_trace_is_read_line_by_line_and_half_by_half() {
        let calls = parse(RECORDED);
        let names: Vec<_> = calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(names, ["write", "fsync", "write", "fdatasync", "unlink", "openat", "fsync"]);
        assert_eq!(
            calls[1],
            Call {
                start: 1_795_171_327_332_601,
                end: Some(1_795_171_327_342_601),
                pid: 7024,
                name: "fsync".into(),
                fd: Some(3),
                path: Some("/tmp/st/x-wal".into()),
                args: "3</tmp/st/x-wal>".into(),
                result: Some(0),
                error: None,
            }
        );
        assert_eq!((calls[0].result, calls[0].end), (Some(9), Some(1_795_171_327_323_534)));
        assert_eq!((calls[2].fd, calls[2].path.as_deref()), (Some(5), Some("socket:[77]")));
        assert_eq!((calls[3].error.as_deref(), calls[3].succeeded()), (Some("EIO"), false));
        assert_eq!((calls[4].fd, calls[4].path.as_deref()), (None, Some("/tmp/st/y")));
        assert_eq!((calls[5].path.as_deref(), calls[5].result), (Some("z"), Some(4)));
        assert_eq!((calls[6].end, calls[6].result), (None, None));
    }

    #[test]
    fn a_running_process_is_attached_to_and_its_calls_are_seen() {
        if !is_usable() {
            return;
        }
        let folder = TemporaryFolder::new();
        let target = folder.file("written");
        let script = format!("while :; do echo tick; sleep 0.02; done >> '{}'", target.display());
        let mut shell = Command::new("sh").arg("-c").arg(script).spawn().expect("sh can be run");
        let trace = Trace::attach(shell.id(), "write");
        pause(Duration::from_millis(300));
        let calls = trace.finish();
        assert!(signal::is_alive(shell.id()), "the watched process goes on");
        shell.kill().and_then(|()| shell.wait()).expect("the shell ends");
        let ticks = calls.iter().filter(|call| call.path.as_deref() == target.to_str() && call.result == Some(5));
        assert!(ticks.count() >= 2, "{calls:?}");
        assert!(calls.iter().all(|call| call.end.is_some_and(|end| end >= call.start)), "{calls:?}");
    }

    #[test]
    fn a_call_can_be_made_to_fail() {
        if !is_usable() {
            return;
        }
        let folder = TemporaryFolder::new();
        let (log, target) = (folder.file("calls"), folder.file("target"));
        let words = prefix(&log, "fsync", &["fsync:error=EIO:when=1"]);
        fs::write(&target, "x").expect("a file can be written");
        let status = Command::new(&words[0]).args(&words[1..]).arg("sync").arg(&target).stderr(Stdio::null()).status();
        assert!(!status.expect("strace can be run").success());
        pause(Duration::from_millis(200));
        let calls = read(&log);
        assert_eq!(calls[0].error.as_deref(), Some("EIO"), "{calls:?}");
    }
    #[test]
    fn a_server_started_under_strace_is_still_the_process_that_signals_reach() {
        if !is_usable() {
            return;
        }
        let database = Engine::Sqlite.fresh_database().expect("SQLite is always there");
        let log = database.folder().join("calls");
        let script = "trap 'exit 7' TERM; echo listening on http://127.0.0.1:4321; while :; do sleep 0.01; done";
        let settings = ServerSettings::on(&database).program("sh", &["-c", script]);
        let mut server = settings.under(prefix(&log, "write", &[])).start();
        assert_eq!(server.terminate().code(), Some(7));
        let calls = read(&log);
        assert!(calls.iter().any(|call| call.pid == server.pid() && call.args.contains("listening on")), "{calls:?}");
    }
}
