//! Where the affiliates' money stands, all together and one by one, each figure leading to what it is made of.

use super::data::{Figures, MOST_SHOWN};
use crate::domain::id::AffiliateId;
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::report::MoneyTally;
use crate::storage::catalogue::Catalogue;
use crate::web::filters::{amount, grouped};

/// The pots, in the order in which money goes through them: label, and the list of conversions in it.
const POTS: [(&str, &str); 5] = [
    ("Waiting for review", "/conversions?view=review"),
    ("Held", "/conversions?status=approved&state=held"),
    ("Payable", "/conversions?state=payable"),
    ("In payout", "/conversions?state=in_payout"),
    ("Disputed", "/conversions?state=disputed"),
];

/// What is in a pot.
pub(super) struct Cell {
    pub(super) label: &'static str,
    pub(super) amount: String,
    /// Where it is looked at; none where there is nothing.
    pub(super) path: Option<String>,
}

/// An affiliate's pots.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) cells: Vec<Cell>,
}

/// The whole of it.
pub(super) struct Pots {
    pub(super) names: Vec<&'static str>,
    pub(super) all: Vec<Cell>,
    pub(super) lines: Vec<Line>,
    /// How many more affiliates have money in a pot.
    pub(super) others: Option<String>,
}

fn pots(money: &MoneyTally) -> [i64; 5] {
    [money.waiting_minor, money.held_minor, money.payable_minor(), money.in_payout_minor, money.disputed_minor]
}

fn cells(money: &MoneyTally, affiliate: Option<AffiliateId>, program: &Program) -> Vec<Cell> {
    let own = affiliate.map(|id| format!("&affiliate={id}")).unwrap_or_default();
    let cell = |((label, list), minor): ((&'static str, &str), i64)| Cell {
        label,
        amount: amount(Money::new(minor, program.base_currency)),
        path: (minor != 0).then(|| format!("{list}{own}")),
    };
    POTS.into_iter().zip(pots(money)).map(cell).collect()
}

impl Pots {
    pub(super) fn new(figures: &Figures, catalogue: &Catalogue, program: &Program) -> Self {
        let all_in_pots = |money: &MoneyTally| pots(money).iter().map(|minor| i128::from(*minor).abs()).sum::<i128>();
        let mut having: Vec<_> = figures.money.iter().filter(|(_, money)| all_in_pots(money) > 0).collect();
        having.sort_by_key(|(id, money)| (std::cmp::Reverse(all_in_pots(money)), *id));
        let others = having.len().saturating_sub(MOST_SHOWN);
        let line = |(id, money): &&(AffiliateId, MoneyTally)| Line {
            name: catalogue.affiliate(program.id, *id).map_or_else(|| id.to_string(), |found| found.name.clone()),
            path: format!("/affiliates/{id}/money"),
            cells: cells(money, Some(*id), program),
        };
        Self {
            names: POTS.iter().map(|(label, _)| *label).collect(),
            all: cells(&figures.all_money(), None, program),
            lines: having.iter().take(MOST_SHOWN).map(line).collect(),
            others: (others > 0).then(|| grouped(i64::try_from(others).unwrap_or(i64::MAX))),
        }
    }
}
