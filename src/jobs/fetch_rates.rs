//! Fetching exchange rates by oneself: at the start, then every day once the bank has published, and again soon after a
//! failure. Nobody waits for it, and what went wrong stands on the page of the rates.
//!
//! A file is read; an address is asked by `curl`. A TLS stack of our own would be a tenth of the program for one request a
//! day, with roots of trust that age; the machine's `curl` has the machine's roots and knows its proxies.

use std::fs::File;
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::app::App;
use crate::app::rates::{Bringing, RatesRefused};
use crate::config::RatesUrl;
use crate::domain::id::ProgramId;
use crate::domain::time::Timestamp;
use crate::operations::read_rates::LONGEST;

/// When the day's rates are there for certain, as a time of day in UTC: half past four. They are published at about four
/// in Frankfurt.
const PUBLISHED: Duration = Duration::from_secs((16 * 60 + 30) * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after a failure it is tried again.
const AGAIN: Duration = Duration::from_secs(30 * 60);

/// How long a fetch may take, in seconds.
const PATIENCE: &str = "60";

/// Fetches for as long as the server runs, if there is something to fetch.
pub async fn run(app: &App) {
    let Some(url) = app.rates.url().cloned() else {
        return std::future::pending().await;
    };
    loop {
        let fetched = fetch_into_all(app, &url).await;
        let now = app.environment.clock.now();
        let wait = if fetched.is_ok() { until_published(now) } else { AGAIN };
        if let Err(why) = &fetched {
            tracing::warn!(%why, "exchange rates could not be fetched; trying again in half an hour");
        }
        app.rates.note_fetch(now, fetched.err());
        tokio::time::sleep(wait).await;
    }
}

/// How long it is until the bank publishes next.
fn until_published(now: Timestamp) -> Duration {
    let day = i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX);
    let of_day = Duration::from_millis(now.millis().rem_euclid(day).unsigned_abs());
    if of_day < PUBLISHED { PUBLISHED - of_day } else { PUBLISHED + DAY - of_day }
}

async fn fetch_into_all(app: &App, url: &RatesUrl) -> Result<(), String> {
    let bytes = fetch_aside(url.clone()).await?;
    let file = app.read_rates(bytes).await.map_err(|error| error.to_string())?;
    let file = Arc::new(file.map_err(|why| why.to_string())?);
    let programs: Vec<ProgramId> = app.catalogue().programs().map(|program| program.id).collect();
    let mut refused = None;
    for program in programs {
        match app.import_rates(program, &file, Bringing::default()).await {
            Ok(imported) => {
                tracing::info!(%program, added = imported.added, changed = imported.changed, "exchange rates fetched");
            }
            // A program that knows better keeps no other from its rates.
            Err(why @ RatesRefused::Implausible(_)) => {
                tracing::warn!(%program, %why, "exchange rates were fetched and not taken");
                refused = Some(why.to_string());
            }
            Err(RatesRefused::Write(error)) => return Err(error.to_string()),
        }
    }
    refused.map_or(Ok(()), Err)
}

/// Fetches on a thread of its own, which nobody waits for when the server stops.
async fn fetch_aside(url: RatesUrl) -> Result<Vec<u8>, String> {
    let (answer, answered) = oneshot::channel();
    let thread = std::thread::Builder::new().name("rates".into()).spawn(move || {
        let fetched = fetch(&url);
        if answer.send(fetched).is_err() {
            tracing::debug!("the server stopped before the exchange rates were there");
        }
    });
    thread.map_err(|error| error.to_string())?;
    answered.await.unwrap_or_else(|_| Err("the fetch broke off".to_owned()))
}

fn fetch(url: &RatesUrl) -> Result<Vec<u8>, String> {
    match url {
        RatesUrl::File(path) => {
            File::open(path).and_then(bounded).map_err(|cause| format!("{} cannot be read: {cause}", path.display()))
        }
        RatesUrl::Web(url) => ask(url.as_str()),
    }
}

/// All of it, or a little more than any such file has.
fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Asks for a page with `curl`, without anybody's own settings for it.
fn ask(url: &str) -> Result<Vec<u8>, String> {
    let only = if url.starts_with("https:") { "=https" } else { "=http,https" };
    let longest = LONGEST.to_string();
    let mut command = Command::new("curl");
    command.args(["-q", "--fail", "--silent", "--show-error", "--location", "--max-redirs", "5"]);
    command.args(["--proto", only, "--proto-redir", only, "--max-time", PATIENCE, "--max-filesize", &longest]);
    command.args(["--url", url]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => "curl is not installed here; install it, or name a file by file:///…".to_owned(),
        _ => format!("curl cannot be run: {cause}"),
    })?;
    let read = child.stdout.take().map_or_else(|| Ok(Vec::new()), bounded);
    // What is longer than any such file is read no further: curl ends when nobody listens.
    let complaint = child.stderr.take().map_or_else(|| Ok(Vec::new()), bounded).unwrap_or_default();
    let ended = child.wait().map_err(|cause| cause.to_string())?;
    match read {
        Ok(bytes) if ended.success() || bytes.len() > LONGEST => Ok(bytes),
        Ok(_) => Err(first_line(&complaint).unwrap_or_else(|| format!("curl ended with {ended}"))),
        Err(cause) => Err(cause.to_string()),
    }
}

fn first_line(complaint: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(complaint).ok()?;
    text.lines().next().filter(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_for_the_next_time_the_bank_publishes() {
        let cases = [
            ("2026-11-20T16:29:59Z", 1),
            ("2026-11-20T16:30:00Z", 86_400),
            ("2026-11-20T16:30:01Z", 86_399),
            ("2026-11-20T00:00:00Z", 59_400),
            ("1969-12-31T23:59:59Z", 59_401),
        ];
        for (now, seconds) in cases {
            let now = Timestamp::parse_rfc3339(now).unwrap();
            assert_eq!(until_published(now).as_secs(), seconds, "{now}");
        }
    }
}
