//! Where a database is, and what follows from that before anybody connects.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use url::Url;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`: a file, made when it is not there.
    Sqlite(PathBuf),
    /// `postgres://…`, passed on as it is.
    Postgres(String),
}

impl std::str::FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            let named = !path.is_empty() && !path.contains(['\0', '?']);
            let path = named.then(|| PathBuf::from(path));
            return path
                .map(Self::Sqlite)
                .ok_or_else(|| "must name a file, such as sqlite://data/accrue.db, without parameters".into());
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // libpq repeats parts of a URL that it cannot read, passwords included; so it is never given one.
            let readable = Url::parse(url).is_ok();
            let encoded = !url.contains(char::is_whitespace) && !has_stray_percent(url);
            return if readable && encoded {
                Ok(Self::Postgres(url.to_owned()))
            } else {
                Err("cannot be read; percent-encode what is special in the user's name and password".into())
            };
        }
        Err("must begin with sqlite:// (a file) or postgres:// (a server)".into())
    }
}

/// A percent sign that does not begin an encoded byte.
fn has_stray_percent(url: &str) -> bool {
    url.split('%').skip(1).any(|after| {
        let digits = after.as_bytes().get(..2);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Never shows a user or a password.
impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let parsed = Url::parse(url).ok();
                let host = parsed.and_then(|url| {
                    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                    url.host_str().map(|host| format!("{host}{port}"))
                });
                let name = url.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
                match host {
                    Some(host) if !name.contains('@') => write!(formatter, "postgres://{host}/{name}"),
                    _ => formatter.write_str("postgres://…"),
                }
            }
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self}")
    }
}

impl DatabaseUrl {
    /// Makes the folder of an embedded database, so that a fresh machine needs no preparation.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn prepare_folder(&self) -> std::io::Result<()> {
        match self {
            Self::Sqlite(path) => match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
                _ => Ok(()),
            },
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Takes the right to write to this database, if it is free: a lock on a file beside an embedded one. On a server
    /// the right belongs to the writing connection itself ([`Conn::take_writing_right`]), so there is nothing to take.
    ///
    /// # Errors
    /// [`NoRight::InUse`] when another process holds it.
    pub fn lock_file(&self) -> Result<Option<File>, NoRight> {
        let Self::Sqlite(path) = self else { return Ok(None) };
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let file = File::options().create(true).truncate(false).write(true).open(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(NoRight::InUse),
            Err(TryLockError::Error(error)) => Err(NoRight::Impossible(error)),
        }
    }

    /// How many requests the recorder handles as one set here; more made neither engine faster.
    #[must_use]
    pub const fn batch_size(&self) -> usize {
        match self {
            Self::Sqlite(_) => 128,
            Self::Postgres(_) => 512,
        }
    }

    /// Whether a second server waits for the first one's end (a standby), instead of refusing to start.
    #[must_use]
    pub const fn has_standby(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

/// Why the right to write was not given.
#[derive(Debug, thiserror::Error)]
pub enum NoRight {
    /// Another process serves or writes this database.
    #[error("another accrue process is using this database; stop it first")]
    InUse,
    /// The lock file cannot be opened.
    #[error("the lock file beside the database cannot be opened: {0}")]
    Impossible(#[from] std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    #[test]
    fn a_url_is_shown_without_whoever_signs_in_with_it() {
        let cases = [
            ("sqlite://data/accrue.db", "sqlite://data/accrue.db"),
            ("postgres://localhost/accrue", "postgres://localhost/accrue"),
            ("postgres://ines:secret@db.example:5433/accrue?sslmode=require", "postgres://db.example:5433/accrue"),
            ("postgres://ines:p%40ss@db.example/accrue", "postgres://db.example/accrue"),
            ("postgres:///accrue?host=/run/db&password=se@cret", "postgres://…"),
        ];
        for (url, shown) in cases {
            assert_eq!(url.parse::<DatabaseUrl>().unwrap().to_string(), shown, "{url}");
        }
    }

    #[test]
    fn a_url_that_cannot_be_read_is_refused_without_repeating_it() {
        for url in [
            "mysql://u:secretpw@h/d",
            "postgres://u:secretpw%zz@h/d",
            "postgres://u:secret pw@h/d",
            "postgres://u:secret/pw@h/d",
            "sqlite://",
            "sqlite://file?mode=ro",
            "accrue.db",
        ] {
            let refused = url.parse::<DatabaseUrl>().unwrap_err();
            assert!(refused.starts_with("must") || refused.starts_with("cannot"), "{refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
