//! A batch: what is recorded in one transaction, and who waits for it.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::asides::{Asides, Counted};
use super::{Answered, NotRecorded, deliver};
use crate::domain::attempt::Attempt;
use crate::domain::click::Click;
use crate::environment::Environment;
use crate::operations::record_attempts::record_attempts;
use crate::operations::record_clicks::{Visitor, Visitors, record_clicks};
use crate::operations::record_conversions::{Incoming, Outcome, record_conversions};
use crate::storage::catalogue::Catalogue;
use crate::storage::error::Stored;
use crate::storage::new_rows::{NewConversion, NewConversions, NewRows};
use crate::storage::write::Write;

/// What whoever reports is told of what is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// Under which id.
    Id,
    /// All of it.
    Rows,
}

type Answer<T> = oneshot::Sender<Result<T, NotRecorded>>;

/// One thing to be recorded.
#[expect(clippy::large_enum_variant, reason = "elements wait in a box; a second one would cost another allocation")]
pub(super) enum Element {
    Click(Click, Answer<()>),
    Conversion(Incoming, Telling, Answer<Answered>),
    Attempt(Attempt, Answer<()>),
}

impl Element {
    /// Whether whoever sent it has stopped waiting, so that recording it would be against their belief.
    pub(super) fn is_withdrawn(&self) -> bool {
        match self {
            Self::Click(_, answer) | Self::Attempt(_, answer) => answer.is_closed(),
            Self::Conversion(_, _, answer) => answer.is_closed(),
        }
    }
}

/// What is recorded in one transaction.
#[derive(Default)]
pub(super) struct Batch {
    clicks: Vec<Click>,
    incoming: Vec<Incoming>,
    telling: Vec<Telling>,
    attempts: Vec<Attempt>,
    counted: Counted,
    waiting_for_clicks: Vec<Answer<()>>,
    waiting_for_conversions: Vec<Answer<Answered>>,
    waiting_for_attempts: Vec<Answer<()>>,
}

/// What a batch came to, to be told once it is committed.
#[derive(Default)]
pub(super) struct Results {
    /// What became of each report.
    outcomes: Vec<Outcome>,
    /// What is new.
    new: NewConversions,
    pub(super) visitors: HashSet<Visitor>,
}

impl Batch {
    pub(super) fn add(&mut self, element: Element) {
        match element {
            Element::Click(click, answer) => {
                self.clicks.push(click);
                self.waiting_for_clicks.push(answer);
            }
            Element::Conversion(incoming, telling, answer) => {
                self.incoming.push(incoming);
                self.telling.push(telling);
                self.waiting_for_conversions.push(answer);
            }
            Element::Attempt(attempt, answer) => {
                self.attempts.push(attempt);
                self.waiting_for_attempts.push(answer);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.clicks.len() + self.incoming.len() + self.attempts.len()
    }

    /// Takes along what was only counted.
    pub(super) fn take_along(&mut self, asides: &Asides) {
        self.counted = asides.take();
    }

    /// Gives back what was only counted, because nothing of this batch was written.
    pub(super) fn give_back(&mut self, asides: &Asides) {
        asides.put_back(std::mem::take(&mut self.counted));
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0 && self.counted.is_empty()
    }

    /// Records everything in the running transaction.
    pub(super) fn record(
        &self,
        write: &mut Write<'_>,
        env: &Environment,
        catalogue: &Catalogue,
        visitors: &Visitors,
    ) -> Stored<Results> {
        let mut rows = NewRows::default();
        let visitors = record_clicks(catalogue, visitors, self.clicks.clone(), &mut rows);
        let recorded = record_conversions(write, env, catalogue, &self.incoming, &mut rows)?;
        let attempts = self.attempts.iter().cloned().chain(recorded.attempts).collect();
        record_attempts(write.conn(), catalogue, attempts, self.counted.keyless.clone(), &mut rows)?;
        rows.tallies.add(self.counted.screened.clone());
        let new = rows.write(write)?;
        Ok(Results { outcomes: recorded.outcomes, new, visitors })
    }

    /// Tells everybody that what they sent is on disk. Answers with the new conversions, which those who are told of them may
    /// look at for a while.
    pub(super) fn answer(self, results: Results) -> Arc<NewConversions> {
        let new = Arc::new(results.new);
        let asked = self.waiting_for_conversions.into_iter().zip(self.telling);
        for ((answer, telling), outcome) in asked.zip(results.outcomes) {
            let told = match (telling, outcome) {
                (Telling::Rows, Outcome::Recorded(id)) => NewConversion::find(&new, id),
                _ => None,
            };
            deliver(answer, Ok(Answered { outcome, told }));
        }
        for answer in self.waiting_for_clicks.into_iter().chain(self.waiting_for_attempts) {
            deliver(answer, Ok(()));
        }
        new
    }

    /// Tells everybody that nothing is known to be recorded.
    pub(super) fn refuse(self, reason: NotRecorded) {
        for answer in self.waiting_for_conversions {
            deliver(answer, Err(reason));
        }
        for answer in self.waiting_for_clicks.into_iter().chain(self.waiting_for_attempts) {
            deliver(answer, Err(reason));
        }
    }

    /// The same, as batches of one.
    pub(super) fn one_by_one(self) -> Vec<Self> {
        let clicks = self.clicks.into_iter().zip(self.waiting_for_clicks);
        let conversions = self.incoming.into_iter().zip(self.telling).zip(self.waiting_for_conversions);
        let attempts = self.attempts.into_iter().zip(self.waiting_for_attempts);
        let elements = clicks
            .map(|(click, answer)| Element::Click(click, answer))
            .chain(conversions.map(|((incoming, telling), answer)| Element::Conversion(incoming, telling, answer)))
            .chain(attempts.map(|(attempt, answer)| Element::Attempt(attempt, answer)));
        let alone = |element| {
            let mut batch = Self::default();
            batch.add(element);
            batch
        };
        elements.map(alone).collect()
    }
}
