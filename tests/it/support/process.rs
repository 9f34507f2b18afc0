//! The real program as a process: started, watched, frozen, killed and started again.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::background;
use super::engine::TestDatabase;
use super::patience::wait_until;
use super::port::free_port;
use super::signal;
use super::watchdog::Watchdog;
use super::wire::readable;

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(40);
const COMMAND_LIMIT: Duration = Duration::from_secs(120);
const ANNOUNCEMENT: &str = "listening on http://";

/// How a server is to be started.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    prefix: Vec<String>,
    bind: String,
}

/// A running `accrue serve`. Killed on drop, and also when the test process is killed.
#[derive(Debug)]
pub struct ServerProcess {
    settings: ServerSettings,
    address: SocketAddr,
    child: Child,
    watchdog: Watchdog,
    output: Transcript,
}

/// A server that ended, or kept silent, instead of listening.
#[derive(Debug)]
pub struct NotStarted {
    /// How it ended; `None` when it had to be killed.
    pub status: Option<ExitStatus>,
    /// All it printed.
    pub output: String,
}

/// What a command did.
#[derive(Debug)]
pub struct CommandOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl ServerSettings {
    /// The server on this database, on a port the kernel picks, with every other setting at its default.
    pub fn on(database: &TestDatabase) -> ServerSettings {
        let environment = environment_of(database).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        ServerSettings {
            program: accrue(),
            arguments: vec!["serve".to_owned()],
            environment,
            prefix: Vec::new(),
            bind: "127.0.0.1:0".to_owned(),
        }
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> ServerSettings {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an argument to `accrue serve`.
    pub fn arg(mut self, argument: &str) -> ServerSettings {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Binds to a port on which it can be started again and again while clients keep knocking.
    pub fn on_a_lasting_port(self) -> ServerSettings {
        self.bind(&format!("127.0.0.1:{}", free_port()))
    }

    /// Binds to this address.
    pub fn bind(mut self, address: &str) -> ServerSettings {
        address.clone_into(&mut self.bind);
        self
    }

    /// The address it is to listen on.
    pub fn address(&self) -> SocketAddr {
        self.bind.parse().expect("tests bind to addresses")
    }

    /// Runs it under another command, such as `strace::prefix(…)`, which must become the program itself.
    pub fn under(mut self, prefix: Vec<String>) -> ServerSettings {
        self.prefix = prefix;
        self
    }

    /// Another program in the server's place.
    pub fn program(mut self, program: impl Into<PathBuf>, arguments: &[&str]) -> ServerSettings {
        self.program = program.into();
        self.arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self
    }

    /// Starts it and waits until it listens.
    pub fn start(self) -> ServerProcess {
        self.try_start().unwrap_or_else(|failure| panic!("the server does not start: {failure}"))
    }

    /// Starts it and waits until it listens; a refusal to start is a value.
    pub fn try_start(self) -> Result<ServerProcess, NotStarted> {
        let (mut child, watchdog, output, announced) = self.spawn();
        let end = Instant::now() + START_LIMIT;
        let address = loop {
            match announced.recv_timeout(Duration::from_millis(20)) {
                Ok(address) => break Some(address),
                Err(_) if Instant::now() > end => break None,
                Err(_) if matches!(child.try_wait(), Ok(None)) => {}
                Err(_) => break announced.recv_timeout(Duration::from_millis(200)).ok(),
            }
        };
        let Some(address) = address else {
            return Err(give_up(child, watchdog, &output));
        };
        Ok(ServerProcess { settings: self, address, child, watchdog, output })
    }

    fn spawn(&self) -> (Child, Watchdog, Transcript, mpsc::Receiver<SocketAddr>) {
        let program = self.program.to_str().expect("the program's path is text").to_owned();
        let words: Vec<&String> = self.prefix.iter().chain([&program]).chain(&self.arguments).collect();
        let mut command = without_settings(Command::new(words[0]));
        command.args(&words[1..]).env("ACCRUE_BIND", &self.bind);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", words[0]));
        let watchdog = Watchdog::arm(&format!("kill -KILL {}", child.id()), None);
        let (sender, announced) = mpsc::sync_channel(2);
        let output = Transcript::default();
        output.follow(child.stdout.take().expect("it is piped"), Some(sender.clone()));
        output.follow(child.stderr.take().expect("it is piped"), Some(sender));
        (child, watchdog, output, announced)
    }
}

impl ServerProcess {
    /// Starts the server on this database with default settings.
    pub fn start(database: &TestDatabase) -> ServerProcess {
        ServerSettings::on(database).start()
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All it printed so far, both streams as they came.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL; returns once it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("a child can be waited for");
        self.watchdog.disarm();
    }

    /// SIGTERM; returns once it has ended, which has to be within forty seconds.
    pub fn terminate(&mut self) -> ExitStatus {
        signal::send("TERM", &[self.pid()]);
        self.wait(STOP_LIMIT)
    }

    /// Waits for it to end by itself.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let status = signal::wait_for(&mut self.child, limit);
        let status = status.unwrap_or_else(|| panic!("the server does not end within {limit:?}:\n{}", self.output()));
        self.watchdog.disarm();
        self.output.settle();
        status
    }

    /// Stops it in its tracks: connections stay open and nothing answers.
    pub fn freeze(&self) {
        signal::send("STOP", &[self.pid()]);
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        signal::send("CONT", &[self.pid()]);
    }

    /// Kills it if it runs, and starts it again on the same address with the same settings.
    pub fn restart(&mut self) {
        self.kill();
        *self = self.settings.clone().bind(&self.address.to_string()).start();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("--- the server printed ---\n{}", self.output());
        }
    }
}

impl std::fmt::Display for NotStarted {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.status {
            Some(status) => write!(out, "it ended with {status}:\n{}", self.output),
            None => write!(out, "it did not listen within {START_LIMIT:?}:\n{}", self.output),
        }
    }
}

impl CommandOutput {
    /// What it printed, where it ended well; panics with its complaint where it did not.
    pub fn expect_success(self) -> String {
        assert!(self.status.success(), "{}: {}{}", self.status, self.stdout, self.stderr);
        self.stdout
    }
}

/// Runs `accrue` with these arguments and this environment, and waits for its end.
pub fn run(arguments: &[&str], environment: &[(&str, &str)]) -> CommandOutput {
    run_program(accrue().as_os_str(), arguments, environment)
}

/// Runs `accrue` on a database and with the master key beside it.
pub fn run_on(database: &TestDatabase, arguments: &[&str]) -> CommandOutput {
    let environment = environment_of(database);
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    run(arguments, &environment)
}

/// The program under test.
pub fn accrue() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_accrue"))
}

fn run_program(program: &OsStr, arguments: &[&str], environment: &[(&str, &str)]) -> CommandOutput {
    let mut command = without_settings(Command::new(program));
    command.args(arguments).envs(environment.iter().copied()).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be run");
    let (stdout, stderr) = (Transcript::default(), Transcript::default());
    stdout.follow(child.stdout.take().expect("it is piped"), None);
    stderr.follow(child.stderr.take().expect("it is piped"), None);
    let Some(status) = signal::wait_for(&mut child, COMMAND_LIMIT) else {
        let _ = child.kill();
        panic!("{arguments:?} does not end within {COMMAND_LIMIT:?}:\n{}{}", stdout.text(), stderr.text());
    };
    stdout.settle();
    stderr.settle();
    CommandOutput { status, stdout: stdout.text(), stderr: stderr.text() }
}

fn environment_of(database: &TestDatabase) -> Vec<(&'static str, String)> {
    let key_file = database.master_key_file().display().to_string();
    vec![("ACCRUE_DATABASE_URL", database.url.clone()), ("ACCRUE_MASTER_KEY_FILE", key_file)]
}

/// Takes away every `ACCRUE_…` the tests themselves were started with.
fn without_settings(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ACCRUE_")) {
        command.env_remove(name);
    }
    command
}

fn give_up(mut child: Child, mut watchdog: Watchdog, output: &Transcript) -> NotStarted {
    let status = child.try_wait().expect("a child can be waited for");
    let _ = child.kill();
    let _ = child.wait();
    watchdog.disarm();
    output.settle();
    NotStarted { status, output: output.text() }
}

/// What a process prints, gathered while it runs.
#[derive(Debug, Clone, Default)]
struct Transcript {
    lines: Arc<Mutex<Vec<u8>>>,
    readers: Arc<Mutex<Vec<thread::JoinHandle<()>>>>,
}

impl Transcript {
    /// Reads a stream to its end in a thread of its own, and passes on the address it announces.
    fn follow(&self, stream: impl Read + Send + 'static, announce: Option<mpsc::SyncSender<SocketAddr>>) {
        let lines = Arc::clone(&self.lines);
        let reader = background::start("reader of output", move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                lines.lock().expect("no reader panics").extend_from_slice(&line);
                if let (Some(sender), Some(address)) = (&announce, announced_address(&readable(&line))) {
                    let _ = sender.try_send(address);
                }
                line.clear();
            }
        });
        self.readers.lock().expect("no reader panics").push(reader);
    }

    fn text(&self) -> String {
        readable(&self.lines.lock().expect("no reader panics"))
    }

    /// Waits until all is read; a grandchild that still holds the stream is not waited for.
    fn settle(&self) {
        let all_read = || self.readers.lock().expect("no reader panics").iter().all(thread::JoinHandle::is_finished);
        wait_until(Duration::from_secs(1), all_read);
    }
}

fn announced_address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once(ANNOUNCEMENT)?;
    rest.trim_end().trim_end_matches('/').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::engine::Engine;

    const LISTENING: &str = "echo starting; env | grep ^ACCRUE_ >&2; echo listening on http://127.0.0.1:4321 >&2;";

    fn stand_in(script: &str) -> (TestDatabase, ServerSettings) {
        let database = Engine::Sqlite.fresh_database().expect("SQLite is always there");
        let settings = ServerSettings::on(&database).program("sh", &["-c", script]);
        (database, settings)
    }

    #[test]
    fn a_server_is_started_with_its_settings_and_ends_on_request() {
        let waiting = "while :; do sleep 0.01; done";
        let (database, settings) = stand_in(&format!("trap 'echo bye; exit 7' TERM; {LISTENING} {waiting}"));
        let mut server = settings.env("ACCRUE_LOG", "debug").start();
        assert_eq!(server.addr().to_string(), "127.0.0.1:4321");
        assert_eq!(server.terminate().code(), Some(7));
        for part in ["starting", &database.url, "ACCRUE_BIND=127.0.0.1:0", "ACCRUE_LOG=debug", "accrue.key", "bye"] {
            assert!(server.output().contains(part), "{part} in {}", server.output());
        }
    }

    #[test]
    fn a_server_that_refuses_to_start_says_why() {
        let (_database, settings) = stand_in("echo the database is in use >&2; exit 2");
        let failure = settings.try_start().expect_err("it ends");
        assert_eq!(failure.status.and_then(|status| status.code()), Some(2));
        assert_eq!(failure.output, "the database is in use\n");
    }

    #[test]
    fn a_server_is_killed_restarted_on_its_address_and_gone_on_drop() {
        let (_database, settings) = stand_in(&format!("{LISTENING} exec sleep 60"));
        let mut server = settings.start();
        let first = server.pid();
        server.freeze();
        server.restart();
        assert!(!signal::is_alive(first) && server.is_running());
        assert!(server.output().contains("ACCRUE_BIND=127.0.0.1:4321"));
        let second = server.pid();
        drop(server);
        assert!(!signal::is_alive(second));
    }

    #[test]
    fn a_command_returns_its_status_and_both_streams_apart() {
        let arguments = ["-c", "echo $ACCRUE_X; echo oops >&2; exit 3"];
        let output = run_program(OsStr::new("sh"), &arguments, &[("ACCRUE_X", "out")]);
        assert_eq!(
            (output.status.code(), output.stdout.as_str(), output.stderr.as_str()),
            (Some(3), "out\n", "oops\n")
        );
    }
}
