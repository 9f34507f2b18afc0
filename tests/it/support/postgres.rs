//! A throw-away PostgreSQL server.
//!
//! `ACCRUE_TEST_PG_URL` names a server on which databases may be created; without it the harness makes a cluster of its
//! own with the programs it finds. Durability stays at its defaults: Accrue refuses a server that could forget. A
//! watchdog stops the cluster and removes its folder when the test process ends, whatever ended it.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use super::folder::{TemporaryFolder, unique_name};
use super::patience::pause;
use super::port::free_port;
use super::requirement::{find_program, runs_well, setting};
use super::signal;
use super::watchdog::{Account, Watchdog};
use super::wire::readable;

/// The cluster's only user, who may do everything.
const USER: &str = "accrue";
const START_LIMIT: Duration = Duration::from_secs(60);

/// A PostgreSQL server: one that was there, or one made here.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    psql: PathBuf,
    own: Option<OwnServer>,
}

/// What it takes to stop, kill and start a server made here.
#[derive(Debug)]
struct OwnServer {
    programs: Programs,
    folder: TemporaryFolder,
    port: u16,
    running: Mutex<Option<Child>>,
    watchdog: Mutex<Watchdog>,
}

/// PostgreSQL's programs, and who may run them: its server refuses to run as root.
#[derive(Debug, Clone)]
struct Programs {
    folder: PathBuf,
    account: Option<Account>,
}

impl Cluster {
    /// The one server all tests of this process share, each in a database of its own.
    pub fn shared() -> Option<&'static Cluster> {
        Cluster::shared_or_why_not().ok()
    }

    /// The shared server, or the reason why there is none.
    pub fn shared_or_why_not() -> Result<&'static Cluster, &'static str> {
        static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| match setting("ACCRUE_TEST_PG_URL") {
            Some(url) => Ok(Cluster::at(&url)),
            None => Cluster::make(),
        });
        shared.as_ref().map_err(String::as_str)
    }

    /// A server for one test alone, which may stop, kill and freeze it. Gone on drop.
    pub fn own() -> Option<Cluster> {
        Cluster::make().ok()
    }

    /// The URL of the database one connects to in order to create others.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes a new, empty database and returns its URL.
    pub fn create_database(&self) -> String {
        let name = unique_name("accrue_test");
        self.query(&self.url, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
        with_database(&self.url, &name)
    }

    /// Removes a database made by `create_database`, closing what is connected to it. A server that is down keeps it.
    pub fn drop_database(&self, url: &str) {
        let name = database_of(url);
        runs_well(&mut self.psql(&self.url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
    }

    /// Runs SQL with psql and returns what it printed: a line for each row, `|` between columns.
    pub fn query(&self, url: &str, sql: &str) -> String {
        let output = self.psql(url, sql).output().expect("psql can be run");
        let errors = readable(&output.stderr);
        assert!(output.status.success(), "{sql}: {errors}");
        readable(&output.stdout).trim_end().to_owned()
    }

    /// Stops it as a power cut would, but for the operating system's caches (`pg_ctl stop -m immediate`).
    pub fn stop_immediate(&self) {
        let own = self.own_server();
        let mut running = own.lock_running();
        let data = own.data();
        assert!(runs_well(own.programs.command("pg_ctl").arg("-D").arg(data).args(["stop", "-w", "-m", "immediate"])));
        running.take().expect("it runs").wait().expect("a child can be waited for");
    }

    /// Kills every process of it with SIGKILL.
    pub fn kill(&self) {
        let mut running = self.own_server().lock_running();
        let mut server = running.take().expect("it runs");
        signal::send("STOP", &[server.id()]);
        let workers = signal::children_of(server.id());
        server.kill().expect("a child can be killed");
        signal::send("KILL", &workers);
        server.wait().expect("a child can be waited for");
        assert!(signal::wait_until_gone(&workers, Duration::from_secs(10)), "its processes end within ten seconds");
    }

    /// Starts it again, on the same port and with the same data; returns once it answers.
    pub fn start(&self) {
        self.own_server().start().unwrap_or_else(|why| panic!("{why}"));
        self.wait_until_ready().unwrap_or_else(|why| panic!("{why}"));
    }

    /// Stops all its processes in their tracks: connections stay open and nothing answers.
    pub fn freeze(&self) {
        let running = self.own_server().lock_running();
        let server = running.as_ref().expect("it runs").id();
        signal::send("STOP", &[server]);
        signal::send("STOP", &signal::children_of(server));
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        let running = self.own_server().lock_running();
        let server = running.as_ref().expect("it runs").id();
        signal::send("CONT", &signal::children_of(server));
        signal::send("CONT", &[server]);
    }

    fn at(url: &str) -> Cluster {
        let psql = find_program("psql").or_else(|| Some(Programs::find().ok()?.folder.join("psql")));
        let psql = psql.expect("ACCRUE_TEST_PG_URL is set, so psql has to be in PATH");
        let cluster = Cluster { url: url.to_owned(), psql, own: None };
        cluster.query(url, "SELECT 1");
        cluster
    }

    fn make() -> Result<Cluster, String> {
        let own = OwnServer::make(Programs::find()?)?;
        let url = format!("postgres://{USER}@{}:{}/postgres", Ipv4Addr::LOCALHOST, own.port);
        let cluster = Cluster { url, psql: own.programs.folder.join("psql"), own: Some(own) };
        cluster.own_server().start()?;
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    fn own_server(&self) -> &OwnServer {
        self.own.as_ref().expect("only a server made by Cluster::own may be stopped, killed or frozen")
    }

    fn psql(&self, url: &str, sql: &str) -> Command {
        let mut command = Command::new(&self.psql);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]).current_dir("/");
        command.env("PGCONNECT_TIMEOUT", "10").stdin(Stdio::null());
        command
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let own = self.own_server();
        let end = Instant::now() + START_LIMIT;
        while !runs_well(&mut self.psql(&self.url, "SELECT 1")) {
            let mut running = own.lock_running();
            let ended = running.as_mut().is_none_or(|server| !matches!(server.try_wait(), Ok(None)));
            if ended || Instant::now() > end {
                return Err(format!("PostgreSQL does not start:\n{}", own.log()));
            }
            drop(running);
            pause(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            own.watchdog.lock().expect("a watchdog does not panic").fire();
            if let Some(mut server) = own.lock_running().take() {
                let _ = server.kill();
                let _ = server.wait();
            }
        }
    }
}

impl OwnServer {
    fn make(programs: Programs) -> Result<OwnServer, String> {
        let folder = TemporaryFolder::unwatched();
        let failed = |error| format!("{}: {error}", folder.path().display());
        if let Some(account) = programs.account {
            chown(folder.path(), Some(account.user), Some(account.group)).map_err(failed)?;
        }
        let watchdog = Mutex::new(Watchdog::arm(&programs.tidying_up(folder.path()), programs.account));
        let own = OwnServer { programs, folder, port: free_port(), running: Mutex::new(None), watchdog };
        let mut initdb = own.programs.command("initdb");
        initdb.arg("-D").arg(own.data()).args(["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let output = initdb.output().map_err(|error| format!("initdb: {error}"))?;
        if !output.status.success() {
            return Err(format!("initdb fails: {}", readable(&output.stderr)));
        }
        Ok(own)
    }

    fn start(&self) -> Result<(), String> {
        let mut running = self.lock_running();
        assert!(running.is_none(), "it runs already");
        let log = File::options().create(true).append(true).open(self.folder.file("log")).map_err(|e| e.to_string())?;
        let mut command = self.programs.command("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        command.arg("-c").arg(format!("unix_socket_directories={}", self.folder.path().display()));
        command.args(["-c", "max_connections=300", "-c", "timezone=UTC"]);
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        *running = Some(command.spawn().map_err(|error| format!("postgres: {error}"))?);
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.file("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.file("log")).unwrap_or_default()
    }

    fn lock_running(&self) -> MutexGuard<'_, Option<Child>> {
        self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Programs {
    /// The newest version under `/usr/lib/postgresql`, else what is in `PATH`, that runs as somebody other than root.
    fn find() -> Result<Programs, String> {
        let account = if is_root() { Some(unprivileged_account()?) } else { None };
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin"))))
            .collect();
        versions.sort();
        let in_path = find_program("initdb").and_then(|file| Some(file.canonicalize().ok()?.parent()?.to_path_buf()));
        let folders = versions.into_iter().rev().map(|(_, folder)| folder).chain(in_path);
        let mut candidates = folders.map(|folder| Programs { folder, account });
        candidates
            .find(Programs::work)
            .ok_or_else(|| "neither PATH nor /usr/lib/postgresql holds its programs".to_owned())
    }

    fn work(&self) -> bool {
        let needed = ["initdb", "pg_ctl", "postgres", "psql"];
        needed.iter().all(|program| runs_well(self.command(program).arg("--version")))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command.current_dir("/").stdin(Stdio::null());
        if let Some(account) = self.account {
            account.runs(&mut command);
        }
        command
    }

    /// A frozen server is woken first; one that does not stop is killed; the folder goes.
    fn tidying_up(&self, folder: &Path) -> String {
        let (pg_ctl, folder) = (self.folder.join("pg_ctl"), folder.display());
        format!(
            "pid=$(head -n 1 '{folder}/data/postmaster.pid'); \
             if [ -n \"$pid\" ]; then \
               for stat in /proc/[0-9]*/stat; do set -- $(sed 's/.*) //' $stat); \
                 if [ \"$2\" = \"$pid\" ]; then stat=${{stat#/proc/}}; kill -CONT ${{stat%/stat}}; fi; done; \
               kill -CONT $pid; '{pg_ctl}' -D '{folder}/data' stop -w -t 10 -m immediate || kill -KILL $pid; \
             fi; rm -rf '{folder}'",
            pg_ctl = pg_ctl.display(),
        )
    }
}

fn is_root() -> bool {
    number_from("id", &["-u"]) == Some(0)
}

fn unprivileged_account() -> Result<Account, String> {
    let mut accounts = ["postgres", "nobody"].into_iter().filter_map(|name| {
        Some(Account { user: number_from("id", &["-u", name])?, group: number_from("id", &["-g", name])? })
    });
    accounts.next().ok_or_else(|| "its server may not run as root, and nobody else is known here".to_owned())
}

fn number_from(program: &str, arguments: &[&str]) -> Option<u32> {
    let output = Command::new(program).args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Replaces the database in a URL and keeps who, where and the parameters.
fn with_database(url: &str, name: &str) -> String {
    let (before, parameters) =
        url.split_once('?').map_or((url, String::new()), |(url, rest)| (url, format!("?{rest}")));
    let authority = before.find("://").map_or(0, |at| at + 3);
    let end = before[authority..].find('/').map_or(before.len(), |at| authority + at);
    format!("{}/{name}{parameters}", &before[..end])
}

fn database_of(url: &str) -> &str {
    let before = url.split('?').next().unwrap_or_default();
    before.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::requirement::{Requirement, skip};

    fn own_cluster() -> Option<Cluster> {
        Cluster::make().inspect_err(|why| skip(Requirement::Postgres, why)).ok()
    }

    #[test]
    fn the_database_in_a_url_is_replaced_and_nothing_else() {
        assert_eq!(
            with_database("postgres://u:p@h:1/old?sslmode=disable", "new"),
            "postgres://u:p@h:1/new?sslmode=disable"
        );
        assert_eq!(with_database("postgres://u@h", "new"), "postgres://u@h/new");
        assert_eq!(database_of("postgres://u@h:1/name?x=y"), "name");
    }

    #[test]
    fn databases_of_one_cluster_are_apart_and_durability_is_on() {
        let Ok(cluster) = Cluster::shared_or_why_not().inspect_err(|why| skip(Requirement::Postgres, why)) else {
            return;
        };
        let [first, second] = [cluster.create_database(), cluster.create_database()];
        cluster.query(&first, "CREATE TABLE t (x int); INSERT INTO t VALUES (1), (2)");
        assert_eq!(cluster.query(&first, "SELECT x, x * 2 FROM t ORDER BY x"), "1|2\n2|4");
        assert_eq!(cluster.query(&second, "SELECT count(*) FROM pg_tables WHERE tablename = 't'"), "0");
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            assert_eq!(cluster.query(&first, &format!("SHOW {setting}")), "on");
        }
        cluster.drop_database(&first);
        cluster.drop_database(&second);
        let left = format!("SELECT count(*) FROM pg_database WHERE datname = '{}'", database_of(&first));
        assert_eq!(cluster.query(cluster.url(), &left), "0");
    }

    #[test]
    fn what_was_committed_outlives_a_kill_and_an_immediate_stop() {
        let Some(cluster) = own_cluster() else { return };
        let url = cluster.create_database();
        cluster.query(&url, "CREATE TABLE t (x int); INSERT INTO t VALUES (1)");
        cluster.kill();
        assert!(!runs_well(&mut cluster.psql(&url, "SELECT 1")), "a killed server answers nobody");
        cluster.start();
        cluster.query(&url, "INSERT INTO t VALUES (2)");
        cluster.stop_immediate();
        cluster.start();
        assert_eq!(cluster.query(&url, "SELECT count(*) FROM t"), "2");
    }

    #[test]
    fn a_frozen_cluster_is_silent_until_it_thaws_and_goes_away_even_frozen() {
        let Some(cluster) = own_cluster() else { return };
        let mut asking = cluster.psql(&cluster.url, "SELECT pg_sleep(0.3), 'awake'");
        let mut asking = asking.stdout(Stdio::null()).spawn().expect("psql can be run");
        pause(Duration::from_millis(100));
        cluster.freeze();
        assert!(signal::wait_for(&mut asking, Duration::from_millis(800)).is_none());
        cluster.thaw();
        assert!(signal::wait_for(&mut asking, Duration::from_secs(10)).is_some_and(|status| status.success()));
        cluster.freeze();
        let folder = cluster.own_server().folder.path().to_path_buf();
        drop(cluster);
        assert!(!folder.exists());
    }
}
