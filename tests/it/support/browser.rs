//! Stories told in a real browser: node runs a file of `tests/browser/stories`, which drives the chromium of the machine.
//!
//! The two packages that it takes are installed once for each state of their lock, beside what cargo builds. Nothing
//! ever downloads a browser.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use super::folder::{TemporaryFolder, unique_name};
use super::patience::pause;
use super::requirement::{Requirement, find_program, runs_well, setting, skip};
use super::signal;
use super::turn;
use super::watchdog::Watchdog;

/// How long a story may take on a slow machine.
const STORY_LIMIT: Duration = Duration::from_secs(20 * 60);
const INSTALL_LIMIT: Duration = Duration::from_secs(5 * 60);
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// What is installed, from where it stands in the project.
const PACKAGE_FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// What it takes to tell a story, found on this machine.
#[derive(Debug)]
pub struct Browser {
    node: PathBuf,
    chromium: PathBuf,
    packages: PathBuf,
}

impl Browser {
    /// The browser of this machine; where there is none the running test is reported as skipped.
    pub fn here() -> Option<&'static Browser> {
        static FOUND: OnceLock<Result<Browser, String>> = OnceLock::new();
        let found = FOUND.get_or_init(Browser::find);
        found.as_ref().inspect_err(|why| skip(Requirement::Browser, why)).ok()
    }

    fn find() -> Result<Browser, String> {
        let node = find_program("node").ok_or("node is not installed")?;
        let named = setting("CHROME").map(PathBuf::from);
        let chromium = named.or_else(|| CHROMIUM_NAMES.into_iter().find_map(find_program));
        let chromium = chromium.ok_or("neither PATH nor CHROME leads to a chromium")?;
        if !runs_well(
            Command::new(&node).args(["--eval", "process.exit(parseInt(process.version.slice(1)) < 18 ? 1 : 0)"]),
        ) {
            return Err("node is older than 18".to_owned());
        }
        Ok(Browser { packages: installed_packages()?, node, chromium })
    }

    /// Tells a story of `tests/browser/stories` to its end, about the server at this address; panics with all that it
    /// found. Two stories at once, or one beside a test under load, would only wait for each other.
    pub fn tell(&self, story: &str, url: &str, facts: &Value) {
        let _turn = turn::alone();
        let folder = TemporaryFolder::new();
        let [facts_file, told_file] = ["facts.json", "told.txt"].map(|name| folder.file(name));
        fs::write(&facts_file, facts.to_string()).expect("a file can be written");
        let told = File::create(&told_file).expect("a file can be made");
        let mut command = Command::new(&self.node);
        command.arg(project_folder().join("stories").join(format!("{story}.js"))).current_dir(folder.path());
        command.env("ACCRUE_STORY_URL", url).env("ACCRUE_STORY_FACTS", &facts_file);
        command.env("ACCRUE_BROWSER_PACKAGES", &self.packages).env("CHROME", &self.chromium);
        command.envs(pictures_folder().map(|pictures| ("ACCRUE_SCREENSHOTS", pictures)));
        command.stdout(told.try_clone().expect("a file can be shared")).stderr(told);
        let status = run_to_the_end(command, STORY_LIMIT);
        let told = fs::read_to_string(&told_file).unwrap_or_default();
        println!("{told}");
        match status {
            Some(status) if status.success() => {}
            Some(_) => panic!("the story {story} found faults:\n{told}"),
            None => panic!("the story {story} does not end within {STORY_LIMIT:?}:\n{told}"),
        }
    }
}

/// Where the stories are.
pub fn project_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Where pictures are wanted, if they are; a relative folder is the project's.
fn pictures_folder() -> Option<PathBuf> {
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(setting("ACCRUE_SCREENSHOTS")?))
}

/// Runs a command in a process group of its own, which ends with this process; `None` when it had to be killed.
fn run_to_the_end(mut command: Command, limit: Duration) -> Option<ExitStatus> {
    let mut child = command.process_group(0).stdin(Stdio::null()).spawn().expect("a program that was found can be run");
    let mut watchdog = Watchdog::arm(&format!("kill -TERM -{0}; sleep 2; kill -KILL -{0}", child.id()), None);
    let status = signal::wait_for(&mut child, limit);
    match status {
        Some(_) => watchdog.disarm(),
        None => end(&mut child, &mut watchdog),
    }
    status
}

fn end(child: &mut Child, watchdog: &mut Watchdog) {
    watchdog.fire();
    let _ = child.wait();
}

/// The folder that holds `node_modules` for the lock as it is; made where it is missing. Several test processes may do
/// this at once: each installs into a folder of its own, and the first one to move it into place has done it for all.
fn installed_packages() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("browser");
    let place = target.join(hash_of_packages());
    if place.join("node_modules").is_dir() {
        return Ok(place);
    }
    let npm = find_program("npm").ok_or("npm is not installed")?;
    let making = target.join(unique_name("making"));
    fs::create_dir_all(&making).map_err(|error| format!("{}: {error}", making.display()))?;
    for file in PACKAGE_FILES {
        fs::copy(project_folder().join(file), making.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let installed = install(&npm, &making);
    let moved = installed.and_then(|()| fs::rename(&making, &place).map_err(|error| error.to_string()));
    let _ = fs::remove_dir_all(&making);
    if place.join("node_modules").is_dir() { Ok(place) } else { Err(moved.err().unwrap_or_default()) }
}

fn install(npm: &Path, folder: &Path) -> Result<(), String> {
    let log = folder.join("npm.log");
    for attempt in 1..=3 {
        let output = File::create(&log).map_err(|error| error.to_string())?;
        let mut command = Command::new(npm);
        command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
        command.stdout(output.try_clone().map_err(|error| error.to_string())?).stderr(output);
        if run_to_the_end(command, INSTALL_LIMIT).is_some_and(|status| status.success()) {
            return Ok(());
        }
        pause(Duration::from_secs(attempt * 3));
    }
    Err(format!("npm cannot install the packages: {}", fs::read_to_string(&log).unwrap_or_default()))
}

fn hash_of_packages() -> String {
    let mut hasher = DefaultHasher::new();
    for file in PACKAGE_FILES {
        fs::read(project_folder().join(file)).expect("the project holds its packages' names").hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
