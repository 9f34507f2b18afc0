//! What the benches share: a load of 64 clients, a bare endpoint to compare with, and rounds that alternate between the
//! two, so that whatever else the machine does befalls both alike. What is printed are shares, not speeds.

#![allow(dead_code, reason = "each bench uses another part of this")]

pub mod bare;
pub mod load;
pub mod prefill;
pub mod statements;
pub mod year;

use std::net::SocketAddr;
use std::time::Duration;

use load::{Load, Measured};

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
const FINER: usize = 5;

/// Lets both take turns and prints the medians and the share.
pub fn compare<F>(name: &str, effort: Effort, bare: (SocketAddr, &F), real: (SocketAddr, &F))
where
    F: Fn(&mut load::Client) -> bool + Sync,
{
    let words = ["bare", "real", "of bare"];
    take_turns((name, words), effort, bare, real);
}

/// The same for two ways to report to one server: the share of the second in the first. They are nearly alike, and a disk that
/// pauses for a moment would decide a round, so there are more and shorter ones.
pub fn beside<F>(name: &str, effort: Effort, server: SocketAddr, (usual, other): (&F, &F))
where
    F: Fn(&mut load::Client) -> bool + Sync,
{
    let words = ["usual", "other", "of the usual"];
    let finer = Effort { rounds: effort.rounds * FINER, turn: effort.turn / (FINER as u32), ..effort };
    take_turns((name, words), finer, (server, usual), (server, other));
}

fn take_turns<F>(
    (name, [one, other, whole]): (&str, [&str; 3]),
    effort: Effort,
    bare: (SocketAddr, &F),
    real: (SocketAddr, &F),
) where
    F: Fn(&mut load::Client) -> bool + Sync,
{
    let mut shares = Vec::new();
    let (mut of_bare, mut of_real) = (Vec::new(), Vec::new());
    let turn = |(server, send): (SocketAddr, &F)| Load::on(server).run(effort.turn, send);
    for round in 0..effort.rounds {
        // Each goes first in every other round, for the table grows meanwhile.
        let (bare, real) = if round % 2 == 0 {
            let first = turn(bare);
            (first, turn(real))
        } else {
            let first = turn(real);
            (turn(bare), first)
        };
        shares.push(real.per_second() * 1000 / bare.per_second().max(1));
        of_bare.push(bare);
        of_real.push(real);
    }
    shares.sort_unstable();
    let share = shares[shares.len() / 2];
    println!("{name}");
    println!("  {one:<5} {}", Measured::median(of_bare));
    println!("  {other:<5} {}", Measured::median(of_real));
    println!("  share {}.{} % {whole} (median of {} rounds)", share / 10, share % 10, effort.rounds);
}
