//! Clients, each with one connection kept open, each sending its next request when the last was answered.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::wire::Request;

/// How many there are, unless the command line says `--clients N`.
const CLIENTS: usize = 64;

fn clients() -> usize {
    let asked = std::env::args().skip_while(|argument| argument != "--clients").nth(1);
    asked.and_then(|number| number.parse().ok()).unwrap_or(CLIENTS)
}

/// Numbers that no two requests of a bench share.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// More than any answer to a report has, in bytes.
const ROOM: usize = 16 * 1024;

/// One client. It runs on the processors that the server runs on, so of an answer it looks at no more than the status and where
/// it ends: what a client does with what it is told is not what is measured.
pub struct Client {
    host: String,
    stream: TcpStream,
    answer: Box<[u8]>,
}

impl Client {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { host: address.to_string(), stream, answer: vec![0; ROOM].into_boxed_slice() })
    }

    /// A number that no other request has.
    pub fn unique(&self) -> u64 {
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether this is answered with this status.
    pub fn is_answered(&mut self, request: &Request, status: u16) -> bool {
        let answered = self.stream.write_all(&request.to_bytes(&self.host)).and_then(|()| self.read_status());
        answered.is_ok_and(|answered| answered == status)
    }

    fn read_status(&mut self) -> io::Result<u16> {
        let (mut read, mut whole) = (0, None);
        while whole.is_none_or(|whole| read < whole) {
            let more = self.stream.read(&mut self.answer[read..])?;
            if more == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            read += more;
            whole = whole.or_else(|| whole_length(&self.answer[..read]));
        }
        let status = self.answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        status.ok_or_else(|| ErrorKind::InvalidData.into())
    }
}

/// How long the answer is that begins so, in bytes; none while its head is not there. An answer without a length has no body.
fn whole_length(begun: &[u8]) -> Option<usize> {
    let head = begun.windows(4).position(|four| four == b"\r\n\r\n")?;
    let length = begun[..head].split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(b"content-length:".len())?;
        let is_length = name.eq_ignore_ascii_case(b"content-length:");
        is_length.then(|| std::str::from_utf8(value).ok()?.trim().parse::<usize>().ok()).flatten()
    });
    Some(head + 4 + length.unwrap_or(0))
}

/// The load on one address.
pub struct Load {
    address: SocketAddr,
}

/// What a turn came to.
#[derive(Clone, Debug)]
pub struct Measured {
    answered: u64,
    failed: u64,
    took: Duration,
    latencies: Vec<u32>,
}

impl Load {
    /// A load on this address.
    pub fn on(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Lets all clients send for so long. `send` answers whether its request was answered as it should be.
    pub fn run(&self, turn: Duration, send: &(impl Fn(&mut Client) -> bool + Sync)) -> Measured {
        let began = Instant::now();
        let turns: Vec<(u64, Vec<u32>)> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..clients()).map(|_| scope.spawn(|| self.one_client(began, turn, send))).collect();
            clients.into_iter().map(|client| client.join().expect("a client runs to its end")).collect()
        });
        let took = began.elapsed();
        let failed = turns.iter().map(|(failed, _)| failed).sum();
        let mut latencies: Vec<u32> = turns.into_iter().flat_map(|(_, latencies)| latencies).collect();
        latencies.sort_unstable();
        Measured { answered: latencies.len() as u64, failed, took, latencies }
    }

    fn one_client(&self, began: Instant, turn: Duration, send: &impl Fn(&mut Client) -> bool) -> (u64, Vec<u32>) {
        let mut client = Client::open(self.address).expect("the server takes connections");
        let (mut failed, mut latencies) = (0, Vec::with_capacity(8_192));
        while began.elapsed() < turn {
            let asked = Instant::now();
            if send(&mut client) {
                latencies.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
            } else {
                failed += 1;
            }
        }
        (failed, latencies)
    }
}

impl Measured {
    /// How many requests were answered, as they should be or not.
    pub fn requests(&self) -> u64 {
        self.answered + self.failed
    }

    /// Requests answered as they should be, per second.
    pub fn per_second(&self) -> u64 {
        self.answered * 1000 / (self.took.as_millis() as u64).max(1)
    }

    /// The turn in the middle, by speed.
    pub fn median(mut turns: Vec<Self>) -> Self {
        turns.sort_unstable_by_key(Self::per_second);
        turns.swap_remove(turns.len() / 2)
    }

    fn percentile(&self, percent: usize) -> u32 {
        let place = self.latencies.len().saturating_sub(1) * percent / 100;
        self.latencies.get(place).copied().unwrap_or(0)
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (speed, failed) = (self.per_second(), self.failed);
        let (middle, slow) = (self.percentile(50), self.percentile(99));
        write!(formatter, "{speed:>7}/s   p50 {middle:>6} µs   p99 {slow:>6} µs   {failed} failed")
    }
}
