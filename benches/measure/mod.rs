//! What the benches share: a load of 64 clients, a bare endpoint to compare with, and rounds that alternate between the
//! two, so that whatever else the machine does befalls both alike. What is printed are shares, not speeds.

#![allow(dead_code, reason = "each bench uses another part of this")]

pub mod bare;
pub mod load;
pub mod prefill;
pub mod processor;
pub mod statements;
pub mod year;

use std::net::SocketAddr;
use std::time::Duration;

use load::{Load, Measured};

use crate::support::process::ServerProcess;

/// How thorough a bench is. `--short` is for making sure that it runs; its figures mean little.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often bare and real take turns.
    pub rounds: usize,
    /// How long each turn takes.
    pub turn: Duration,
    /// How many rows are in the table, one run for each.
    pub rows: &'static [usize],
}

impl Effort {
    /// As the command line asks.
    pub fn asked_for() -> Self {
        if std::env::args().any(|argument| argument == "--short") {
            return Self { rounds: 1, turn: Duration::from_millis(500), rows: &[0] };
        }
        Self { rounds: 5, turn: Duration::from_secs(3), rows: &[0, 1_000_000] }
    }
}

/// How many rounds stand for one where two are nearly alike.
const FINER: u32 = 5;

/// Lets both take turns and prints the medians and the share.
pub fn compare<F>(name: &str, effort: Effort, bare: (SocketAddr, &F), real: (SocketAddr, &F))
where
    F: Fn(&mut load::Client) -> bool + Sync,
{
    let turn = |(server, send): (SocketAddr, &F)| Load::on(server).run(effort.turn, send);
    let rounds = take_turns(effort.rounds, || turn(bare), || turn(real));
    rounds.print(name, ["bare", "real", "of bare"]);
}

/// The same for two ways to report to one server: the share of the second in the first. They are nearly alike, and a disk that
/// pauses for a moment would decide a round, so there are more and shorter ones. Behind that, what the server alone spent on
/// each, for its clients take a good part of the processors and have more to send and to read in one way than in the other.
pub fn beside<F>(name: &str, effort: Effort, server: &ServerProcess, (usual, other): (&F, &F))
where
    F: Fn(&mut load::Client) -> bool + Sync,
{
    let spent = || processor::time_of(server.pid()).unwrap_or_default();
    let turn = |send: &F, cost: &mut Cost| {
        let before = spent();
        let measured = Load::on(server.addr()).run(effort.turn / FINER, send);
        cost.add(spent().saturating_sub(before), measured.requests());
        measured
    };
    let (mut of_usual, mut of_other) = (Cost::default(), Cost::default());
    let rounds =
        take_turns(effort.rounds * FINER as usize, || turn(usual, &mut of_usual), || turn(other, &mut of_other));
    rounds.print(name, ["usual", "other", "of the usual"]);
    println!(
        "  processor time of the server, each: usual {of_usual}, other {of_other}, {}",
        of_other.beside(&of_usual)
    );
}

/// What requests cost their server.
#[derive(Default)]
struct Cost {
    spent: Duration,
    requests: u64,
}

impl Cost {
    fn add(&mut self, spent: Duration, requests: u64) {
        self.spent += spent;
        self.requests += requests;
    }

    /// One request's, in nanoseconds.
    fn each(&self) -> u128 {
        self.spent.as_nanos() / u128::from(self.requests.max(1))
    }

    /// This as a share of what others cost; a system that does not tell is said to.
    fn beside(&self, others: &Self) -> String {
        if self.each() == 0 || others.each() == 0 {
            return "which this system does not tell".to_owned();
        }
        let share = self.each() * 1000 / others.each();
        format!("share {}.{} %", share / 10, share % 10)
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = self.each() / 100;
        write!(formatter, "{}.{} µs", tenths / 10, tenths % 10)
    }
}

/// What two that took turns reached.
struct Rounds {
    of_one: Vec<Measured>,
    of_other: Vec<Measured>,
}

/// Lets both take this many turns. Each goes first in every other round, for the table grows meanwhile.
fn take_turns(rounds: usize, mut one: impl FnMut() -> Measured, mut other: impl FnMut() -> Measured) -> Rounds {
    let mut taken = Rounds { of_one: Vec::new(), of_other: Vec::new() };
    for round in 0..rounds {
        if round % 2 == 0 {
            taken.of_one.push(one());
            taken.of_other.push(other());
        } else {
            taken.of_other.push(other());
            taken.of_one.push(one());
        }
    }
    taken
}

impl Rounds {
    /// The medians, and the median of the shares that the rounds had.
    fn print(self, name: &str, [one, other, whole]: [&str; 3]) {
        let pairs = self.of_one.iter().zip(&self.of_other);
        let mut shares: Vec<u64> =
            pairs.map(|(one, other)| other.per_second() * 1000 / one.per_second().max(1)).collect();
        shares.sort_unstable();
        let (rounds, share) = (shares.len(), shares[shares.len() / 2]);
        println!("{name}");
        println!("  {one:<5} {}", Measured::median(self.of_one));
        println!("  {other:<5} {}", Measured::median(self.of_other));
        println!("  share {}.{} % {whole} (median of {rounds} rounds)", share / 10, share % 10);
    }
}
