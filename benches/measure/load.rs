//! Clients, each with one connection kept open, each sending its next request when the last was answered.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::connection::Connection;

/// How many there are, unless the command line says `--clients N`.
const CLIENTS: usize = 64;

fn clients() -> usize {
    let asked = std::env::args().skip_while(|argument| argument != "--clients").nth(1);
    asked.and_then(|number| number.parse().ok()).unwrap_or(CLIENTS)
}

/// Numbers that no two requests of a bench share.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// One client.
pub struct Client {
    /// Its connection.
    pub connection: Connection,
}

impl Client {
    /// A number that no other request has.
    pub fn unique(&self) -> u64 {
        NEXT.fetch_add(1, Ordering::Relaxed)
    }
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
        let connection = Connection::open(self.address).expect("the server takes connections");
        let mut client = Client { connection };
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
