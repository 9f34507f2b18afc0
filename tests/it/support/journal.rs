//! Driver and journal, in Jepsen's set logic.
//!
//! Each client notes what it is about to send before it sends it, then what became of it: ok, fail, or indeterminate
//! (the connection broke, or the server said it could not). Indeterminate is sent again under the same order id until
//! it is known. Afterwards the checker holds the notes against what is stored.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::checker::{Fate, Findings, Order, StoredRow, examine};
use super::connection::Connection;
use super::patience;
use super::personas::Answer;

/// What became of sending an order once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempted {
    /// Recorded now or before, under this conversion id.
    Ok {
        /// The id the answer names.
        conversion_id: String,
    },
    /// Refused for good.
    Fail {
        /// What the server said.
        reason: String,
    },
    /// Nobody knows.
    Indeterminate {
        /// What was seen.
        reason: String,
    },
}

/// 2xx with a conversion id is ok; 5xx, 429 and a broken connection are indeterminate; all else is refused for good.
impl From<io::Result<Answer>> for Attempted {
    fn from(result: io::Result<Answer>) -> Attempted {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => {
                return Attempted::Indeterminate { reason: error.to_string() };
            }
        };
        match (answer.status, answer.conversion_id) {
            (200..=299, Some(conversion_id)) => Attempted::Ok { conversion_id },
            (500..=599 | 429, _) => Attempted::Indeterminate { reason: answer.body },
            (status, _) => Attempted::Fail { reason: format!("{status} {}", answer.body) },
        }
    }
}

/// What all clients noted about one order.
#[derive(Debug, Clone, Default)]
struct Notes {
    sent: usize,
    conversion_ids: BTreeSet<String>,
    refusals: Vec<String>,
    indeterminate: usize,
}

/// The notes of all clients, readable while they work.
#[derive(Debug, Default)]
pub struct Journal {
    notes: Mutex<HashMap<String, Notes>>,
    acknowledged: AtomicUsize,
}

impl Journal {
    /// An empty journal.
    pub fn new() -> Journal {
        Journal::default()
    }

    /// How many orders are known to be recorded; cheap enough to be asked in a loop.
    pub fn acknowledged_count(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// How often a request was sent whose fate stayed unknown.
    pub fn indeterminate_count(&self) -> usize {
        self.snapshot().values().map(|notes| notes.indeterminate).sum()
    }

    /// Orders sent and never heard of again.
    pub fn unresolved(&self) -> Vec<String> {
        let open = |notes: &Notes| notes.conversion_ids.is_empty() && notes.refusals.is_empty();
        self.snapshot().into_iter().filter(|(_, notes)| open(notes)).map(|(order_id, _)| order_id).collect()
    }

    /// Every order that was sent, or was about to be.
    pub fn sent(&self) -> Vec<String> {
        self.snapshot().into_keys().collect()
    }

    /// Orders that were refused, with what the server said.
    pub fn refused(&self) -> Vec<(String, String)> {
        let refused = self.snapshot().into_iter().filter(|(_, notes)| !notes.refusals.is_empty());
        refused.map(|(order_id, notes)| (order_id, notes.refusals.join("; "))).collect()
    }

    /// Panics unless every order is known to be recorded. A check of the store alone is content where nothing was sent.
    pub fn assert_all_acknowledged(&self, orders: &[Order]) {
        let notes = self.snapshot();
        let recorded =
            |order: &&Order| notes.get(&order.order_id).is_some_and(|notes| !notes.conversion_ids.is_empty());
        let (known, open): (Vec<_>, Vec<_>) = orders.iter().partition(recorded);
        let first: Vec<_> = open.iter().take(10).map(|order| (&order.order_id, notes.get(&order.order_id))).collect();
        assert!(open.is_empty(), "{} of {} orders are acknowledged, not: {first:?}", known.len(), orders.len());
    }

    /// Notes that an order is about to be sent.
    pub fn intend(&self, order: &Order) {
        self.note(order, |notes| notes.sent += 1);
    }

    /// Notes what became of it.
    pub fn conclude(&self, order: &Order, attempted: Attempted) {
        self.note(order, |notes| match attempted {
            Attempted::Ok { conversion_id } => {
                if notes.conversion_ids.is_empty() {
                    self.acknowledged.fetch_add(1, Ordering::SeqCst);
                }
                notes.conversion_ids.insert(conversion_id);
            }
            Attempted::Fail { reason } => notes.refusals.push(reason),
            Attempted::Indeterminate { .. } => notes.indeterminate += 1,
        });
    }

    /// Holds the notes against what is stored, after the clients are done.
    pub fn check(&self, orders: &[Order], stored: &[StoredRow]) -> Findings {
        let notes = self.snapshot();
        examine(orders, |order_id| fate(notes.get(order_id), notes.get(order_id)), stored)
    }

    /// Holds the notes against what is stored while clients go on: what was acknowledged before reading must be there,
    /// and what is there must have been sent by the end of reading.
    pub fn check_while_driving(&self, orders: &[Order], read: impl FnOnce() -> Vec<StoredRow>) -> Findings {
        let before = self.snapshot();
        let stored = read();
        let after = self.snapshot();
        examine(orders, |order_id| fate(before.get(order_id), after.get(order_id)), &stored)
    }

    fn note(&self, order: &Order, write: impl FnOnce(&mut Notes)) {
        let mut notes = self.notes.lock().expect("no client panics while it writes");
        write(notes.entry(order.order_id.clone()).or_default());
    }

    fn snapshot(&self) -> HashMap<String, Notes> {
        self.notes.lock().expect("no client panics while it writes").clone()
    }
}

/// Clients at work.
pub struct Driver<'a> {
    clients: usize,
    address: &'a (dyn Fn() -> SocketAddr + Sync),
    deadline: Duration,
}

impl<'a> Driver<'a> {
    /// So many clients; each asks for the address whenever it connects, because a server may have moved.
    pub fn new(clients: usize, address: &'a (dyn Fn() -> SocketAddr + Sync)) -> Driver<'a> {
        Driver { clients, address, deadline: Duration::from_secs(120) }
    }

    /// How long the whole work may take; what is still unknown then stays unresolved.
    pub fn deadline(self, deadline: Duration) -> Driver<'a> {
        Driver { deadline, ..self }
    }

    /// Sends every order until its fate is known. Returns when all are done or the deadline has passed.
    pub fn drive<W>(&self, journal: &Journal, orders: &[Order], work: W)
    where
        W: Fn(&mut Connection, &Order) -> Attempted + Sync,
    {
        let end = Instant::now() + self.deadline;
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..self.clients {
                scope.spawn(|| {
                    let mut connection = None;
                    while let Some(order) = orders.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.send_until_known(&mut connection, journal, order, &work, end);
                    }
                });
            }
        });
    }

    fn send_until_known<W>(
        &self,
        connection: &mut Option<Connection>,
        journal: &Journal,
        order: &Order,
        work: &W,
        end: Instant,
    ) where
        W: Fn(&mut Connection, &Order) -> Attempted,
    {
        let mut pause = Duration::from_millis(5);
        while Instant::now() < end {
            if connection.is_none() {
                *connection = Connection::open((self.address)()).ok();
            }
            if let Some(open) = connection {
                journal.intend(order);
                let attempted = work(open, order);
                let known = !matches!(attempted, Attempted::Indeterminate { .. });
                journal.conclude(order, attempted);
                if known {
                    return;
                }
                *connection = None;
            }
            patience::pause(pause);
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }
}

fn fate<'a>(before: Option<&'a Notes>, after: Option<&'a Notes>) -> Fate<'a> {
    match (before, after) {
        (Some(notes), later) if !notes.conversion_ids.is_empty() => {
            Fate::Recorded(&later.unwrap_or(notes).conversion_ids)
        }
        (_, Some(notes)) if notes.sent > 0 && (notes.refusals.is_empty() || !notes.conversion_ids.is_empty()) => {
            Fate::Open(&notes.conversion_ids)
        }
        _ => Fate::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::super::checker::tests::{order, row, three};
    use super::*;
    use crate::support::background;

    fn ok(number: u32) -> Attempted {
        Attempted::Ok { conversion_id: format!("conv_{number}") }
    }

    fn indeterminate() -> Attempted {
        Attempted::Indeterminate { reason: "cut".into() }
    }

    /// A journal in which the orders were sent and concluded as given.
    fn journal_of(attempts: &[(u32, Attempted)]) -> Journal {
        let journal = Journal::new();
        for (number, attempted) in attempts {
            journal.intend(&order(*number));
            journal.conclude(&order(*number), attempted.clone());
        }
        journal
    }

    #[test]
    fn a_sound_store_has_no_findings() {
        let (orders, rows) = three();
        super::super::checker::Checker::check(&orders, &rows).assert_none();
        let attempts = [(1, ok(1)), (2, indeterminate()), (2, ok(2)), (3, ok(3)), (3, ok(3))];
        let journal = journal_of(&attempts);
        journal.check(&orders, &rows).assert_none();
        assert_eq!((journal.acknowledged_count(), journal.indeterminate_count()), (3, 1));
    }

    #[test]
    fn a_phantom_is_found_whether_unknown_never_sent_or_refused() {
        let (orders, mut rows) = three();
        rows.push(row(4));
        assert_eq!(super::super::checker::Checker::check(&orders, &rows).phantom, ["o4 was never sent"]);
        let refused = Attempted::Fail { reason: "409".into() };
        let journal = journal_of(&[(1, ok(1)), (2, refused)]);
        assert_eq!(journal.check(&orders, &rows).phantom.len(), 3, "o2 refused, o3 not sent yet, o4 unknown");
    }

    #[test]
    fn a_split_order_is_found_in_answers_in_the_store_and_between_orders() {
        let (orders, rows) = three();
        let two_answers = journal_of(&[(1, ok(1)), (1, ok(9)), (2, ok(2)), (3, ok(3))]);
        assert_eq!(two_answers.check(&orders, &rows).split.len(), 1);
        let stored_elsewhere = journal_of(&[(1, ok(9)), (2, ok(2)), (3, ok(3))]);
        assert_eq!(stored_elsewhere.check(&orders, &rows).split.len(), 1);
        let mut shared = rows;
        shared[1].conversion_id = "conv_1".into();
        assert_eq!(super::super::checker::Checker::check(&orders, &shared).split.len(), 1);
    }

    #[test]
    fn an_order_of_unknown_fate_may_be_there_or_not() {
        let (orders, mut rows) = three();
        let journal = journal_of(&[(1, ok(1)), (2, ok(2)), (3, indeterminate())]);
        journal.check(&orders, &rows).assert_none();
        rows.pop();
        journal.check(&orders, &rows).assert_none();
        assert_eq!(journal.unresolved(), ["o3"]);
        rows.pop();
        assert_eq!(journal.check(&orders, &rows).lost, ["o2"]);
    }

    #[test]
    fn what_is_recorded_while_the_store_is_read_is_neither_lost_nor_phantom() {
        let (orders, rows) = three();
        let journal = journal_of(&[(1, ok(1))]);
        let read = || {
            journal.intend(&order(2));
            journal.conclude(&order(2), ok(2));
            journal.intend(&order(3));
            vec![rows[0].clone(), rows[2].clone()]
        };
        journal.check_while_driving(&orders, read).assert_none();
    }

    #[test]
    #[should_panic(expected = "1 of 3 orders are acknowledged")]
    fn orders_nobody_ever_sent_are_not_taken_for_acknowledged() {
        let journal = journal_of(&[(1, ok(1)), (2, indeterminate())]);
        journal.assert_all_acknowledged(&three().0);
    }

    #[test]
    fn clients_send_again_under_the_same_order_id_until_it_is_known() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        background::start("silent server", move || listener.incoming().for_each(drop));
        let orders: Vec<Order> = (1..=200).map(order).collect();
        let tries: Mutex<HashMap<String, usize>> = Mutex::default();
        let journal = Journal::new();
        let address_of = || address;
        let driver = Driver::new(8, &address_of).deadline(Duration::from_secs(20));
        driver.drive(&journal, &orders, |_, order| {
            let mut tries = tries.lock().expect("no client panics");
            let count = tries.entry(order.order_id.clone()).or_default();
            *count += 1;
            let number = order.order_id[1..].parse().expect("o and a number");
            if *count <= number as usize % 3 { indeterminate() } else { ok(number) }
        });
        let rows: Vec<StoredRow> = (1..=200).map(row).collect();
        journal.check(&orders, &rows).assert_none();
        journal.assert_all_acknowledged(&orders);
        assert!(journal.indeterminate_count() > 100);
    }
}
