//! What can stand in the way of a start: one sentence each, and nothing left half made.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::support::connection::Connection;
use crate::support::engine::{Engine, TestDatabase, on_each_engine};
use crate::support::folder::TemporaryFolder;
use crate::support::patience::wait_until;
use crate::support::postgres::Cluster;
use crate::support::process::{CommandOutput, ServerProcess, ServerSettings, accrue, run, run_on};
use crate::support::requirement::{Requirement, skip};
use crate::support::sql::Sql;
use crate::support::wire::Request;
use crate::support::world::Demo;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn sqlite() -> TestDatabase {
    Engine::Sqlite.fresh_database().expect("SQLite is always there")
}

/// A server that must not start on this database with this environment.
fn refused(db: &TestDatabase, environment: &[(&str, &str)]) -> CommandOutput {
    let key_file = db.master_key_file().display().to_string();
    let mut all = vec![("ACCRUE_DATABASE_URL", db.url.as_str()), ("ACCRUE_MASTER_KEY_FILE", &key_file)];
    all.push(("ACCRUE_BIND", "127.0.0.1:0"));
    all.extend(environment);
    let output = run(&["serve"], &all);
    assert_eq!(output.stdout, "", "it does not listen: {output:?}");
    output
}

/// It ended with this code and said one line, which begins and ends so.
fn assert_said(output: &CommandOutput, code: i32, beginning: &str, end: &str) {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let line = output.stderr.strip_suffix('\n').unwrap_or_else(|| panic!("no line: {output:?}"));
    assert!(!line.contains('\n'), "more than one line: {output:?}");
    assert!(line.starts_with(beginning) && line.ends_with(end), "{output:?}");
}

#[test]
fn a_database_url_that_is_none_is_a_sentence_and_exit_code_two() {
    for (url, sentence) in [
        ("mysql://localhost/accrue", "must begin with sqlite:// (a file) or postgres:// (a server)"),
        ("accrue.db", "must begin with sqlite:// (a file) or postgres:// (a server)"),
        ("", "must begin with sqlite:// (a file) or postgres:// (a server)"),
        ("sqlite://", "must name a file, such as sqlite://data/accrue.db, without parameters"),
        ("sqlite://x.db?mode=ro", "must name a file, such as sqlite://data/accrue.db, without parameters"),
    ] {
        let output = run(&["serve"], &[("ACCRUE_DATABASE_URL", url)]);
        assert_eq!(output.status.code(), Some(2), "{url}: {output:?}");
        assert!(output.stderr.contains(sentence), "{url}: {output:?}");
        assert!(output.stdout.is_empty(), "{url}: {output:?}");
    }
}

#[test]
fn other_settings_that_cannot_be_read_are_exit_code_two_as_well() {
    for (name, value) in [
        ("ACCRUE_BIND", "localhost"),
        ("ACCRUE_PUBLIC_URL", "track.example.com"),
        ("ACCRUE_PUBLIC_URL", "https://example.com/track"),
        ("ACCRUE_INSECURE_HTTP", "maybe"),
        ("ACCRUE_TRUSTED_PROXIES", "10.0.0.0/40"),
        ("ACCRUE_LOG_FORMAT", "xml"),
    ] {
        let output = run(&["serve"], &[(name, value)]);
        assert_eq!(output.status.code(), Some(2), "{name}={value}: {output:?}");
        assert!(output.stderr.contains(value), "{name}={value}: {output:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = TemporaryFolder::new();
    fs::write(folder.file("plain"), "").expect("a file can be written");
    let url = format!("sqlite://{}/data/accrue.db", folder.file("plain").display());
    let output = run(&["serve"], &[("ACCRUE_DATABASE_URL", &url), ("ACCRUE_BIND", "127.0.0.1:0")]);
    assert_said(&output, 1, &format!("accrue: the folder for {url} cannot be made: "), "");
}

#[test]
fn a_folder_that_is_missing_is_made() {
    let folder = TemporaryFolder::new();
    let url = format!("sqlite://{}", folder.file("a/b/accrue.db").display());
    let key = folder.file("c/accrue.key");
    let environment = [("ACCRUE_DATABASE_URL", url.as_str()), ("ACCRUE_MASTER_KEY_FILE", key.to_str().expect("text"))];
    run(&["migrate"], &environment).expect_success();
    let mode = fs::metadata(&key).expect("the key was made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner may read the key");
}

#[test]
fn a_busy_port_is_a_sentence() {
    let db = sqlite();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address").to_string();
    let output = refused(&db, &[("ACCRUE_BIND", &address)]);
    let end = "; free it, or choose another with --bind";
    assert_said(&output, 1, &format!("accrue: cannot listen on {address}: Address already in use"), end);
}

#[test]
fn a_postgres_that_is_not_there_is_a_sentence_without_its_password() {
    let url = "postgres://somebody:hidden-word@127.0.0.1:1/accrue";
    let output = run(&["serve"], &[("ACCRUE_DATABASE_URL", url), ("ACCRUE_BIND", "127.0.0.1:0")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.starts_with("accrue: postgres://127.0.0.1:1/accrue: the database is not available: "));
    assert!(!output.stderr.contains("hidden-word"), "{output:?}");
}

on_each_engine! {
    /// Losing the key would cost every affiliate their clicks, so none is made in its place.
    fn a_database_without_its_key_file_does_not_start(db: TestDatabase) {
        Demo::fill(&db);
        let kept = db.folder().join("kept.key");
        fs::rename(db.master_key_file(), &kept).expect("the key was made");
        let beginning = "accrue: this database belongs to a master key that is not here; put its file back at";
        assert_said(&refused(&db, &[]), 1, beginning, "or set ACCRUE_MASTER_KEY");
        assert!(!db.master_key_file().exists(), "no other key is put in its place");
        let health = run_on(&db, &["health"]);
        assert_eq!(health.status.code(), Some(1), "{health:?}");
        assert!(health.stderr.starts_with(beginning), "{health:?}");
        fs::rename(&kept, db.master_key_file()).expect("it is put back");
        drop(ServerProcess::start(&db));
    }

    /// Nor does one with somebody else's.
    fn a_database_with_another_ones_key_does_not_start(db: TestDatabase) {
        Demo::fill(&db);
        let own = fs::read_to_string(db.master_key_file()).expect("the key was made");
        fs::write(db.master_key_file(), format!("{KEY}\n")).expect("it is overwritten");
        let path = db.master_key_file().display().to_string();
        let sentence = format!("accrue: the master key from {path} is not this database's; put the right one back");
        assert_said(&refused(&db, &[]), 1, &sentence, "");
        let named = "accrue: the master key from ACCRUE_MASTER_KEY is not this database's; put the right one back";
        assert_said(&refused(&db, &[("ACCRUE_MASTER_KEY", KEY)]), 1, named, "");
        // The variable takes the file's place, also where the file is wrong.
        let server = ServerSettings::on(&db).env("ACCRUE_MASTER_KEY", own.trim()).start();
        assert!(!server.output().contains(own.trim()), "a key is never printed");
    }
}

#[test]
fn a_key_from_the_environment_leaves_no_file() {
    let db = sqlite();
    let server = ServerSettings::on(&db).env("ACCRUE_MASTER_KEY", KEY).start();
    assert!(!db.master_key_file().exists());
    drop(server);
    let mut digits = KEY.to_owned();
    digits.pop();
    for bad in [digits, KEY.replace('0', "g"), "é".repeat(32)] {
        let sentence = "accrue: the master key must be 64 hexadecimal digits, as accrue writes it into its key file";
        assert_said(&refused(&db, &[("ACCRUE_MASTER_KEY", &bad)]), 1, sentence, "");
    }
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    for mode in [0o644, 0o640, 0o606, 0o660] {
        let db = sqlite();
        run_on(&db, &["migrate"]).expect_success();
        let path = db.master_key_file();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the owner may");
        let shown = path.display();
        let sentence = format!("accrue: the master key file {shown} may be read by others; run: chmod 600 {shown}");
        assert_said(&refused(&db, &[]), 1, &sentence, "");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the owner may");
        drop(ServerProcess::start(&db));
    }
}

#[test]
fn plain_http_is_for_this_machine_unless_somebody_insists() {
    let db = sqlite();
    for url in ["http://track.example.com", "http://10.1.2.3:8080"] {
        let output = refused(&db, &[("ACCRUE_PUBLIC_URL", url)]);
        let beginning = format!("accrue: the public URL {url} would send keys over the network unencrypted; ");
        assert_said(&output, 1, &beginning, "--insecure-http if you know that nobody can listen");
    }
    assert!(!db.master_key_file().exists(), "nothing was made");
    for (url, insist) in [
        ("https://track.example.com", false),
        ("http://localhost:8080", false),
        ("http://[::1]:8080", false),
        ("http://track.example.com", true),
    ] {
        let settings = ServerSettings::on(&db).env("ACCRUE_PUBLIC_URL", url);
        drop(if insist { settings.arg("--insecure-http") } else { settings }.start());
    }
}

#[test]
fn the_address_in_use_stands_on_a_line_of_its_own_and_then_how_to_begin() {
    let db = sqlite();
    let server = ServerProcess::start(&db);
    let healthy = Connection::open(server.addr()).and_then(|mut open| open.send(&Request::get("/readyz")));
    assert_eq!(healthy.expect("an answer").status, 200);
    assert!(wait_until(Duration::from_secs(5), || server.output().lines().count() == 3), "{}", server.output());
    let output = server.output();
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[0], format!("listening on http://{}", server.addr()));
    let code = lines[1].strip_prefix("One-time set-up code: ").unwrap_or_else(|| panic!("no code: {output}"));
    let groups: Vec<usize> = code.split('-').map(str::len).collect();
    assert_eq!(groups, [4, 4, 4], "{output}");
    let program = accrue();
    let how = format!(
        "Nobody is set up yet. Open http://{}/set-up in a browser and type the code there. For a program to try \
         instead, stop this with Ctrl-C and run `{} demo`.",
        server.addr(),
        program.display()
    );
    assert_eq!(lines[2], how);
    drop(server);
    Demo::fill(&db);
    let server = ServerProcess::start(&db);
    assert_eq!(server.output(), format!("listening on http://{}\n", server.addr()));
}

#[test]
fn a_postgres_that_could_forget_is_refused_by_the_settings_name() {
    Engine::Postgres.run(|db| {
        let name = db.url.rsplit('/').next().and_then(|name| name.split('?').next()).expect("a database's name");
        Sql::open(&db.url).run(&format!("ALTER DATABASE {name} SET synchronous_commit = off"));
        let sentence =
            "accrue: PostgreSQL runs with synchronous_commit = off and can lose acknowledged money; switch it on";
        assert_said(&refused(&db, &[]), 1, sentence, "");
        Sql::open(&db.url).run(&format!("ALTER DATABASE {name} RESET synchronous_commit"));
        drop(ServerProcess::start(&db));
    });
}

#[test]
fn a_postgres_without_fsync_or_whole_pages_is_refused_by_the_settings_name() {
    let Some(cluster) = Cluster::own() else {
        return skip(Requirement::Postgres, "no PostgreSQL of the test's own can be made");
    };
    let db = TestDatabase::on(&cluster);
    for name in ["fsync", "full_page_writes"] {
        let mut sql = Sql::open(&db.url);
        sql.run(&format!("ALTER SYSTEM SET {name} = off"));
        sql.run("SELECT pg_reload_conf()");
        let off = wait_until(Duration::from_secs(5), || {
            Sql::open(&db.url).lines(&format!("SELECT current_setting('{name}')")) == ["off"]
        });
        assert!(off, "{name} is still on");
        let sentence =
            format!("accrue: PostgreSQL runs with {name} = off and can lose acknowledged money; switch it on");
        assert_said(&refused(&db, &[]), 1, &sentence, "");
        sql.run(&format!("ALTER SYSTEM RESET {name}"));
        sql.run("SELECT pg_reload_conf()");
    }
}
