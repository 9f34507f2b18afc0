//! Folders that live as long as the value that made them, and at most as long as this process.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, process};

use super::watchdog::Watchdog;

/// A name no other test of this or any other run has: process, counter and chance.
pub fn unique_name(prefix: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let chance = RandomState::new().build_hasher().finish();
    format!("{prefix}_{}_{count}_{chance:x}", process::id())
}

/// A new, empty folder where the system keeps temporary files (`TMPDIR` moves it), removed with all it holds on drop.
#[derive(Debug)]
pub struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    /// Makes the folder. Should the process be killed, a watchdog removes it.
    pub fn new() -> TemporaryFolder {
        TemporaryFolder::make(&folder_of_this_process().join(unique_name("test")))
    }

    /// Makes a folder that only its owner removes, because something may still run in it when this process is gone.
    pub fn unwatched() -> TemporaryFolder {
        TemporaryFolder::make(&env::temp_dir().join(unique_name("accrue")))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in it, which need not exist.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn make(path: &Path) -> TemporaryFolder {
        fs::create_dir_all(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        TemporaryFolder { path: path.to_path_buf() }
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// What holds all watched folders. A server that is being killed may still write into it, so it is removed twice.
fn folder_of_this_process() -> &'static Path {
    static FOLDER: OnceLock<(PathBuf, Watchdog)> = OnceLock::new();
    let (path, _) = FOLDER.get_or_init(|| {
        let path = env::temp_dir().join(unique_name("accrue"));
        let watchdog = Watchdog::arm(&format!("rm -rf '{0}'; sleep 1; rm -rf '{0}'", path.display()), None);
        (path, watchdog)
    });
    path
}
