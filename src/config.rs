//! Configuration: each setting has a flag, an environment variable and a default.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::builder::{BoolishValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, ValueEnum};
use ipnet::IpNet;
use url::{Host, Url};

use crate::storage::conn::DatabaseUrl;

/// What every command needs to know.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Where the database is: sqlite://PATH (a file, made when missing) or postgres://… (a server).
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "ACCRUE_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/accrue.db",
        value_parser = Sentence("the database URL")
    )]
    pub database_url: DatabaseUrl,

    /// The address to serve on; port 0 picks a free one.
    #[arg(
        long,
        global = true,
        value_name = "ADDRESS",
        env = "ACCRUE_BIND",
        default_value = "127.0.0.1:8080",
        value_parser = parse_address
    )]
    pub bind: SocketAddr,

    /// What every URL shown to people begins with, such as `https://track.example.com`. Default: http:// and the bind
    /// address.
    #[arg(long, global = true, value_name = "URL", env = "ACCRUE_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,

    /// Allow a public URL without TLS on a host other than this machine.
    #[arg(long, global = true, env = "ACCRUE_INSECURE_HTTP", value_parser = BoolishValueParser::new())]
    pub insecure_http: bool,

    /// The file with the master key, made at the first start.
    #[arg(long, global = true, value_name = "FILE", env = "ACCRUE_MASTER_KEY_FILE", default_value = "data/accrue.key")]
    pub master_key_file: PathBuf,

    /// The master key itself (64 hexadecimal digits), in place of the file. Meant for the environment of a container.
    #[arg(long, global = true, value_name = "HEX", env = "ACCRUE_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<Secret>,

    /// Networks of proxies whose forwarding headers are believed, such as 10.0.0.0/8; separated by commas.
    #[arg(long, global = true, value_name = "CIDR", env = "ACCRUE_TRUSTED_PROXIES", value_delimiter = ',', value_parser = parse_network)]
    pub trusted_proxies: Vec<IpNet>,

    /// Where the European Central Bank's rates are fetched from, at the start and every day: https://… or http://… (by
    /// curl, which must be installed), or file:///… . A CSV file, or the .zip with it.
    #[arg(long, global = true, value_name = "URL", env = "ACCRUE_RATES_URL", hide_env_values = true)]
    pub rates_url: Option<RatesUrl>,

    /// What is logged to standard error: error, warn, info, debug, or a filter such as accrue=debug.
    #[arg(long, global = true, value_name = "FILTER", env = "ACCRUE_LOG", default_value = "info")]
    pub log: String,

    /// How it is logged.
    #[arg(long, global = true, env = "ACCRUE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// Reads a value that may hold a secret: what is wrong is said without repeating it.
#[derive(Clone)]
struct Sentence(&'static str);

impl TypedValueParser for Sentence {
    type Value = DatabaseUrl;

    fn parse_ref(
        &self,
        _command: &Command,
        _argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let parsed = value.to_str().ok_or_else(|| "must be text".to_owned()).and_then(str::parse);
        parsed
            .map_err(|problem: String| clap::Error::raw(ErrorKind::ValueValidation, format!("{} {problem}\n", self.0)))
    }
}

fn parse_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080")
}

fn parse_network(text: &str) -> Result<IpNet, &'static str> {
    text.parse().map_err(|_| "must be a network, such as 10.0.0.0/8 or fd00::/8")
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// A value that is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("(hidden)")
    }
}

impl Secret {
    /// The value.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What every URL shown to people begins with. Ends without a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl std::str::FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url =
            Url::parse(text).map_err(|error| format!("must be a URL such as https://track.example.com ({error})"))?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || has_user || has_more {
            return Err(
                "must be http:// or https:// and a host, without user, path, query or fragment: Accrue's pages \
                        begin at the top of a host of their own"
                    .into(),
            );
        }
        Ok(Self(url))
    }
}

impl PublicUrl {
    /// The public URL of a server that nobody told one: http and its own address.
    #[must_use]
    pub fn of_address(address: SocketAddr) -> Option<Self> {
        format!("http://{address}").parse().ok()
    }

    /// The full URL of a path that begins with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }

    /// The URL without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Scheme, host and port, as a browser names where a page comes from (RFC 6454).
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether it is reached through TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it leads to this machine only.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            None => false,
        }
    }
}

/// Where exchange rates are fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RatesUrl {
    /// A file of this machine.
    File(PathBuf),
    /// A page, by http or https.
    Web(Url),
}

impl std::str::FromStr for RatesUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "must be https://…, http://… or file:///…";
        let url = Url::parse(text).map_err(|_| EXPECTED)?;
        match url.scheme() {
            "http" | "https" => Ok(Self::Web(url)),
            "file" => url.to_file_path().map(Self::File).map_err(|()| EXPECTED),
            _ => Err(EXPECTED),
        }
    }
}

/// As much of it as anybody may see: a page's address can hold a password or a key.
impl std::fmt::Display for RatesUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Web(url) => out.write_str(url.host_str().unwrap_or_default()),
        }
    }
}

/// The public URL would show keys to the network.
#[derive(Debug, thiserror::Error)]
#[error(
    "the public URL {0} would send keys over the network unencrypted; set ACCRUE_PUBLIC_URL to an https:// address, or \
     say --insecure-http if you know that nobody can listen"
)]
pub struct InsecurePublicUrl(String);

impl Config {
    /// The public URL for a server on `address`.
    ///
    /// # Errors
    /// [`InsecurePublicUrl`] for plain http on another host than this machine, unless that was asked for.
    pub fn public_url_on(&self, address: SocketAddr) -> Result<PublicUrl, InsecurePublicUrl> {
        let url = self.public_url.clone().or_else(|| PublicUrl::of_address(address));
        let url = url.ok_or_else(|| InsecurePublicUrl(address.to_string()))?;
        if url.is_https() || url.is_loopback() || self.insecure_http {
            return Ok(url);
        }
        Err(InsecurePublicUrl(url.as_str().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{PublicUrl, RatesUrl};

    #[test]
    fn rates_come_from_a_page_or_a_file() {
        let cases = [
            ("https://user:secret@bank.example/rates.zip?key=1", Some("bank.example")),
            ("http://127.0.0.1:9/rates.csv", Some("127.0.0.1")),
            ("file:///var/lib/rates.csv", Some("/var/lib/rates.csv")),
            ("/var/lib/rates.csv", None),
            ("ftp://bank.example/rates.csv", None),
            ("--config=/etc/passwd", None),
            ("", None),
        ];
        for (given, shown) in cases {
            assert_eq!(given.parse::<RatesUrl>().ok().map(|url| url.to_string()).as_deref(), shown, "{given}");
        }
    }

    #[test]
    fn a_public_url_is_a_plain_beginning() {
        let cases = [
            ("https://track.example.com", Some("https://track.example.com")),
            ("https://track.example.com/", Some("https://track.example.com")),
            ("https://example.com/track/", None),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("track.example.com", None),
            ("ftp://example.com", None),
            ("https://user@example.com", None),
            ("https://example.com/?a=b", None),
        ];
        for (given, taken) in cases {
            let parsed = given.parse::<PublicUrl>().ok();
            assert_eq!(parsed.as_ref().map(PublicUrl::as_str), taken, "{given}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://0.0.0.0:8080", false),
            ("http://example.com", false),
        ] {
            assert_eq!(url.parse::<PublicUrl>().unwrap().is_loopback(), loopback, "{url}");
        }
    }
}
