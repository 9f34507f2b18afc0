//! Counting: what the roll-ups hold.
//!
//! Reports never scan clicks. Every batch adds, in its own transaction, what it did to four tables: per campaign and
//! day, per affiliate, campaign and day, per affiliate and day, and per program and quarter of an hour. The day is the click's or the
//! conversion's own, in the program's zone; test mode is never counted.
//!
//! [`Tallies`] gathers the deltas of one batch. Its maps are ordered, so rows are always touched in the same order.

use std::fmt;

use std::collections::BTreeMap;

use super::commission::CommissionState;
use super::conversion::ConversionStatus;
use super::id::{AffiliateId, CampaignId, ProgramId};
use super::money::Money;
use super::time::{LocalDay, Timestamp, Zone};

/// What is counted in every roll-up. Money is minor units of the program's base currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Clicks recorded.
    pub clicks: i64,
    /// Clicks by a visitor not seen before that day.
    pub unique_clicks: i64,
    /// Visits redirected without credit: crawlers, previews, prefetches.
    pub screened: i64,
    /// Conversions recorded.
    pub conversions: i64,
    /// Their sum in the base currency, as far as an exchange rate is known.
    pub sales_minor: i64,
    /// Their commissions, as far as they could be computed.
    pub commission_minor: i64,
}

/// In words, for whoever compares two of them.
impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clicks, unique_clicks, screened, conversions, sales_minor, commission_minor } = self;
        write!(out, "{clicks} clicks ({unique_clicks} unique, {screened} screened), {conversions} conversions, ")?;
        write!(out, "sales of {sales_minor} and commissions of {commission_minor} minor units")
    }
}

impl Tally {
    /// Adds another tally. Sums saturate: a report may stand at the end of the scale, money does not pass through here.
    pub fn add(&mut self, other: &Self) {
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.unique_clicks = self.unique_clicks.saturating_add(other.unique_clicks);
        self.screened = self.screened.saturating_add(other.screened);
        self.conversions = self.conversions.saturating_add(other.conversions);
        self.sales_minor = self.sales_minor.saturating_add(other.sales_minor);
        self.commission_minor = self.commission_minor.saturating_add(other.commission_minor);
    }

    /// The same so many times; −1 takes it back.
    #[must_use]
    pub fn times(&self, factor: i64) -> Self {
        Self {
            clicks: self.clicks.saturating_mul(factor),
            unique_clicks: self.unique_clicks.saturating_mul(factor),
            screened: self.screened.saturating_mul(factor),
            conversions: self.conversions.saturating_mul(factor),
            sales_minor: self.sales_minor.saturating_mul(factor),
            commission_minor: self.commission_minor.saturating_mul(factor),
        }
    }

    /// Conversions per hundred clicks, with two decimals, rounded half up: `3.42`. None without clicks.
    #[must_use]
    pub fn ratio(&self) -> Option<String> {
        let (clicks, conversions) = (i128::from(self.clicks.max(0)), i128::from(self.conversions.max(0)));
        let hundredths = (conversions * 10_000 + clicks / 2).checked_div(clicks)?;
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }

    /// One click.
    #[must_use]
    pub fn click(unique: bool) -> Self {
        Self { clicks: 1, unique_clicks: i64::from(unique), ..Self::default() }
    }

    /// One visit that was not credited.
    #[must_use]
    pub fn screened() -> Self {
        Self { screened: 1, ..Self::default() }
    }

    /// One conversion as it stands: a rejected one counts no more, but for what the ledger still holds for it.
    #[must_use]
    pub fn standing(status: ConversionStatus, base: Option<Money>, booked: Money) -> Self {
        if status == ConversionStatus::Rejected {
            return Self { commission_minor: booked.minor(), ..Self::default() };
        }
        Self::conversion(base, Some(booked))
    }

    /// One conversion, with what is known of its money.
    #[must_use]
    pub fn conversion(base: Option<Money>, commission: Option<Money>) -> Self {
        Self {
            conversions: 1,
            sales_minor: base.map_or(0, Money::minor),
            commission_minor: commission.map_or(0, Money::minor),
            ..Self::default()
        }
    }
}

/// Where an affiliate's live money stands, in minor units of the program's base currency. The balance is the sum of the
/// ledger; the others are the parts of it that are not payable. What is left is: what of it is payable, less what was paid
/// too much and is kept back from the next payout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MoneyTally {
    /// Everything booked.
    pub balance_minor: i64,
    /// Of conversions that nobody has decided about.
    pub waiting_minor: i64,
    /// Of approved conversions: until a hold ends, a purchase is paid for, or a rate arrives.
    pub held_minor: i64,
    /// Of purchases that a bank is disputing.
    pub disputed_minor: i64,
    /// On its way to the affiliate: the amount of the open payout. What is taken back of its commissions meanwhile is kept
    /// back from the next one.
    pub in_payout_minor: i64,
}

/// In words, for whoever compares two of them.
impl fmt::Display for MoneyTally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { balance_minor, waiting_minor, held_minor, disputed_minor, in_payout_minor } = self;
        write!(out, "a balance of {balance_minor} minor units, {waiting_minor} waiting, {held_minor} held, ")?;
        write!(out, "{disputed_minor} disputed, {in_payout_minor} in a payout")
    }
}

impl MoneyTally {
    /// What a commission adds that stands so and of which this much is booked. What is in a payout is counted by
    /// [`Self::payout`], once for all its commissions.
    #[must_use]
    pub fn of(status: ConversionStatus, state: CommissionState, booked: Money) -> Self {
        let minor = booked.minor();
        let only = |holds: bool| if holds { minor } else { 0 };
        let is_pending = status == ConversionStatus::Pending;
        Self {
            balance_minor: minor,
            waiting_minor: only(state == CommissionState::Held && is_pending),
            held_minor: only(state == CommissionState::Held && !is_pending),
            disputed_minor: only(state == CommissionState::Disputed),
            in_payout_minor: 0,
        }
    }

    /// An entry that belongs to no commission: a bonus, a payout.
    #[must_use]
    pub fn entry(amount: Money) -> Self {
        Self { balance_minor: amount.minor(), ..Self::default() }
    }

    /// A payout that is open.
    #[must_use]
    pub fn payout(amount: Money) -> Self {
        Self { in_payout_minor: amount.minor(), ..Self::default() }
    }

    /// Adds another tally; sums saturate, as in [`Tally::add`].
    pub fn add(&mut self, other: &Self) {
        self.balance_minor = self.balance_minor.saturating_add(other.balance_minor);
        self.waiting_minor = self.waiting_minor.saturating_add(other.waiting_minor);
        self.held_minor = self.held_minor.saturating_add(other.held_minor);
        self.disputed_minor = self.disputed_minor.saturating_add(other.disputed_minor);
        self.in_payout_minor = self.in_payout_minor.saturating_add(other.in_payout_minor);
    }

    /// What leads from `before` to this.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            balance_minor: self.balance_minor.saturating_sub(before.balance_minor),
            waiting_minor: self.waiting_minor.saturating_sub(before.waiting_minor),
            held_minor: self.held_minor.saturating_sub(before.held_minor),
            disputed_minor: self.disputed_minor.saturating_sub(before.disputed_minor),
            in_payout_minor: self.in_payout_minor.saturating_sub(before.in_payout_minor),
        }
    }

    /// What may go into the next payout; below zero when more was paid than is owed.
    #[must_use]
    pub fn payable_minor(&self) -> i64 {
        let kept_back = [self.waiting_minor, self.held_minor, self.disputed_minor, self.in_payout_minor];
        kept_back.iter().fold(self.balance_minor, |left, part| left.saturating_sub(*part))
    }
}

/// Where something is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The program.
    pub program_id: ProgramId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The affiliate.
    pub affiliate_id: AffiliateId,
}

/// The deltas of one batch, or the whole of a program when it is counted again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Per campaign and day.
    pub campaign_days: BTreeMap<(CampaignId, LocalDay), (ProgramId, Tally)>,
    /// Per affiliate, campaign and day.
    pub affiliate_days: BTreeMap<(AffiliateId, CampaignId, LocalDay), (ProgramId, Tally)>,
    /// Per program and quarter of an hour, counted from the epoch.
    pub program_quarters: BTreeMap<(ProgramId, i64), Tally>,
    /// Per affiliate.
    pub affiliate_money: BTreeMap<AffiliateId, (ProgramId, MoneyTally)>,
}

impl Tallies {
    /// Counts what changed in an affiliate's money.
    pub fn count_money(&mut self, program: ProgramId, affiliate: AffiliateId, money: &MoneyTally) {
        if *money != MoneyTally::default() {
            self.affiliate_money.entry(affiliate).or_insert((program, MoneyTally::default())).1.add(money);
        }
    }

    /// Counts `tally` at `place`, in the day of `zone` and the quarter hour of `at`.
    pub fn count(&mut self, place: &Place, zone: &Zone, at: Timestamp, tally: &Tally) {
        let day = zone.local_day(at);
        let by_campaign = self.campaign_days.entry((place.campaign_id, day));
        by_campaign.or_insert((place.program_id, Tally::default())).1.add(tally);
        let by_affiliate = self.affiliate_days.entry((place.affiliate_id, place.campaign_id, day));
        by_affiliate.or_insert((place.program_id, Tally::default())).1.add(tally);
        self.program_quarters.entry((place.program_id, at.quarter_hour())).or_default().add(tally);
    }

    /// Adds everything that others have counted.
    pub fn add(&mut self, others: Self) {
        for (key, (program, tally)) in others.campaign_days {
            self.campaign_days.entry(key).or_insert((program, Tally::default())).1.add(&tally);
        }
        for (key, (program, tally)) in others.affiliate_days {
            self.affiliate_days.entry(key).or_insert((program, Tally::default())).1.add(&tally);
        }
        for (key, tally) in others.program_quarters {
            self.program_quarters.entry(key).or_default().add(&tally);
        }
        for (affiliate, (program, money)) in others.affiliate_money {
            self.count_money(program, affiliate, &money);
        }
    }

    /// Per affiliate and day, all campaigns together.
    #[must_use]
    pub fn affiliate_day_totals(&self) -> BTreeMap<(AffiliateId, LocalDay), (ProgramId, Tally)> {
        let mut totals = BTreeMap::new();
        for ((affiliate, _, day), (program, tally)) in &self.affiliate_days {
            totals.entry((*affiliate, *day)).or_insert((*program, Tally::default())).1.add(tally);
        }
        totals
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.program_quarters.is_empty() && self.affiliate_money.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Tallies, Tally};
    use crate::domain::currency::Currency;
    use crate::domain::id::Id;
    use crate::domain::money::Money;
    use crate::domain::time::{Timestamp, Zone};

    #[test]
    fn everything_is_counted_once_per_table_in_its_own_local_day() {
        let at = Timestamp::parse_rfc3339("2026-11-20T23:30:00Z").unwrap();
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let place = Place {
            program_id: Id::at(at, [1; 10]),
            campaign_id: Id::at(at, [2; 10]),
            affiliate_id: Id::at(at, [3; 10]),
        };
        let mut tallies = Tallies::default();
        let sale = Money::new(9_999, Currency::USD);
        tallies.count(&place, &berlin, at, &Tally::click(true));
        tallies.count(&place, &berlin, at, &Tally::click(false));
        tallies.count(&place, &berlin, at, &Tally::screened());
        tallies.count(&place, &berlin, at, &Tally::conversion(Some(sale), Some(Money::new(1_000, Currency::USD))));
        tallies.count(&place, &berlin, at, &Tally::conversion(None, None));
        let expected = Tally {
            clicks: 2,
            unique_clicks: 1,
            screened: 1,
            conversions: 2,
            sales_minor: 9_999,
            commission_minor: 1_000,
        };
        let days: Vec<_> =
            tallies.campaign_days.iter().map(|((_, day), (_, tally))| (day.to_string(), *tally)).collect();
        assert_eq!(days, [("2026-11-21".to_owned(), expected)]);
        assert_eq!(tallies.affiliate_days.values().map(|(_, tally)| *tally).collect::<Vec<_>>(), [expected]);
        assert_eq!(
            tallies.program_quarters.into_iter().collect::<Vec<_>>(),
            [((place.program_id, at.quarter_hour()), expected)]
        );
    }

    #[test]
    fn the_ratio_is_conversions_per_hundred_clicks_in_whole_hundredths() {
        let cases = [
            ("no clicks", 0, 0, None),
            ("direct only", 0, 7, None),
            ("none", 10, 0, Some("0.00")),
            ("all", 10, 10, Some("100.00")),
            ("a third", 3, 1, Some("33.33")),
            ("two thirds", 3, 2, Some("66.67")),
            ("half a hundredth goes up", 80_000, 1, Some("0.00")),
            ("exactly half", 20_000, 1, Some("0.01")),
            ("more conversions than clicks", 2, 5, Some("250.00")),
            ("the end of the scale", i64::MAX, i64::MAX, Some("100.00")),
        ];
        for (name, clicks, conversions, ratio) in cases {
            let tally = Tally { clicks, conversions, ..Tally::default() };
            assert_eq!(tally.ratio().as_deref(), ratio, "{name}");
        }
    }
}
