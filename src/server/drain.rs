//! Connections that knocked while the server was closing.
//!
//! The system takes connections on the server's behalf and queues them; closing the listener would cut off those that
//! nobody had picked up yet, requests included. So a second handle on the same listener picks them up and tells each to
//! come back.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a client that knocked may take to say what it wants.
const PATIENCE: Duration = Duration::from_millis(500);

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
        let thread = std::thread::Builder::new().name("drain".into()).spawn(move || answer_all(&listener, &seen));
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
fn answer_all(listener: &TcpListener, finished: &AtomicBool) {
    if let Err(error) = listener.set_nonblocking(true) {
        return tracing::warn!(%error, "late connections are not answered");
    }
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                if let Err(error) = answer(stream) {
                    tracing::debug!(%error, "a late connection went away by itself");
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if finished.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(BETWEEN);
            }
            Err(error) => return tracing::debug!(%error, "the listener is gone"),
        }
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut request = [0; 16 * 1024];
    if stream.read(&mut request)? > 0 {
        stream.write_all(COME_BACK)?;
    }
    stream.shutdown(std::net::Shutdown::Write)
}
