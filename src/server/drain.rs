//! Connections that knock while the server is closing.
//!
//! The system takes connections on the server's behalf and queues them; closing the listener would cut off those that
//! nobody had picked up yet, requests included. So a second handle on the same listener picks them up and tells each to
//! come back. All of them are served side by side, so that one who keeps silent holds up nobody, and each is read to its
//! end after the answer: a socket closed over unread bytes would be reset, and the answer lost with it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a client that knocked may take to say what it wants, and then to go.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long knocks are answered once everything else has ended.
const LAST_KNOCKS: Duration = Duration::from_secs(2);

/// How many are picked up before those in hand are looked after again.
const AT_ONCE: usize = 1_024;

/// How long to wait for the next knock.
const BETWEEN: Duration = Duration::from_millis(2);

const COME_BACK: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-type: text/plain; charset=utf-8\r\n\
    x-content-type-options: nosniff\r\nreferrer-policy: strict-origin-when-cross-origin\r\n\
    content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n\
    content-length: 37\r\nconnection: close\r\n\r\nAccrue is restarting. Send it again.\n";

/// A thread that answers whoever knocks.
pub(super) struct Draining {
    finished: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Draining {
    /// Starts answering.
    pub(super) fn start(listener: TcpListener) -> Self {
        let finished = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&finished);
        let thread = std::thread::Builder::new().name("drain".into()).spawn(move || answer_all(listener, &seen));
        let thread = thread.inspect_err(|error| tracing::warn!(%error, "late connections are not answered")).ok();
        Self { finished, thread }
    }

    /// Answers whoever is still waiting, then closes the listener.
    pub(super) fn finish(self) {
        self.finished.store(true, Ordering::Relaxed);
        if self.thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("answering late connections ended by a panic");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own that has nothing else to do")]
fn answer_all(listener: TcpListener, finished: &AtomicBool) {
    if let Err(error) = listener.set_nonblocking(true) {
        return tracing::warn!(%error, "late connections are not answered");
    }
    let mut late = Vec::new();
    let mut closing_at = None;
    loop {
        let knocked = take_waiting(&listener, &mut late);
        if finished.load(Ordering::Relaxed) {
            let closing_at = *closing_at.get_or_insert_with(|| Instant::now() + LAST_KNOCKS);
            if (!knocked && late.is_empty()) || Instant::now() >= closing_at {
                break;
            }
        }
        late.retain_mut(Late::goes_on);
        if !knocked {
            std::thread::sleep(BETWEEN);
        }
    }
    // At once after nobody was found waiting: whoever knocks in between is cut off.
    drop(listener);
    while !late.is_empty() {
        late.retain_mut(Late::goes_on);
        std::thread::sleep(BETWEEN);
    }
}

/// Picks up everybody who is waiting; answers whether anybody was.
fn take_waiting(listener: &TcpListener, late: &mut Vec<Late>) -> bool {
    let before = late.len();
    for stream in listener.incoming().take(AT_ONCE).map_while(Result::ok) {
        let taken = Late::new(stream).inspect_err(|error| tracing::debug!(%error, "a late connection went away"));
        late.extend(taken);
    }
    late.len() > before
}

/// Somebody who knocked.
struct Late {
    stream: TcpStream,
    answered: bool,
    leaves_at: Instant,
}

impl Late {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self { stream, answered: false, leaves_at: Instant::now() + PATIENCE })
    }

    /// Reads what there is and answers it once; whether there is more to expect.
    fn goes_on(&mut self) -> bool {
        let mut request = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut request) {
                Ok(0) => return false,
                Ok(_) if self.answered => {}
                Ok(_) => match self.answer() {
                    Ok(()) => self.answered = true,
                    Err(_) => return false,
                },
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Instant::now() < self.leaves_at,
                Err(_) => return false,
            }
        }
    }

    fn answer(&mut self) -> io::Result<()> {
        self.stream.write_all(COME_BACK)?;
        self.stream.shutdown(Shutdown::Write)
    }
}
