//! A shop of its own for one row of a table in one of its columns, and what is stored of it.

use std::time::Duration;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::click_token::Mode;
use accrue::domain::currency::Currency;
use accrue::domain::flag::Flag;
use accrue::domain::id::ProgramId;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::time::Timestamp;
use accrue::operations::issue_key::Holder;
use accrue::storage::conversions::ConversionRow;

use crate::support::connection::Connection;
use crate::support::house::{House, plan};
use crate::support::wire::{Request, Response};
use crate::support::world::{Affiliate, Campaign};

/// A shop with one affiliate, whose visitor came a minute ago.
pub struct Scene<'a> {
    pub house: &'a House,
    pub program: ProgramId,
    pub campaign: Campaign,
    pub anna: Affiliate,
    /// The visitor's click.
    pub click: String,
    /// When it was.
    pub clicked_at: Timestamp,
    /// A token of the program that may do everything.
    pub token: String,
    /// One for postbacks.
    pub postback: String,
}

impl<'a> Scene<'a> {
    pub fn open(house: &'a House, name: &str) -> Scene<'a> {
        let admin = house.admin();
        let program = admin.program(name, Currency::USD);
        let anna = admin.affiliate(program, "anna", AffiliateStatus::Active);
        let campaign = admin.campaign(program, plan(), &[&anna]);
        let token = |scopes: &[Scope]| admin.issue_key(program, Mode::Live, Holder::Program(Scopes::new(scopes)));
        let (token, postback) = (token(&[Scope::Track, Scope::Read, Scope::Manage]), token(&[Scope::Postback]));
        let (click, clicked_at) = (house.visit(&campaign, &anna), house.now());
        // An order at once would want a look.
        house.clock().advance(Duration::from_secs(60));
        Scene { house, program, campaign, anna, click, clicked_at, token, postback }
    }

    pub fn send(&self, request: &Request) -> Response {
        Connection::open(self.house.addr()).unwrap().send(request).unwrap()
    }

    /// The orders of the shop, the first one first.
    pub fn rows(&self) -> Vec<ConversionRow> {
        let mut rows: Vec<_> =
            self.house.conversions().into_iter().filter(|row| row.program_id == self.program).collect();
        rows.sort_by(|one, other| one.order_id.as_str().cmp(other.order_id.as_str()));
        rows
    }

    /// What is stored, but for whichever way it came: one line for each order, each entry and each attempt.
    pub fn stored(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for row in self.rows() {
            let order = row.order_id.as_str();
            let flags: Vec<Flag> = row.flags.iter().collect();
            lines.push(format!(
                "{order}: {} {} {} of {}, {} adjusted, {} refunded, {:?} {}, {} {}, {} repeats, click {}, {flags:?}",
                row.event_type,
                row.amount_minor,
                row.currency.code(),
                if row.affiliate_id.to_string() == self.anna.id { "anna" } else { "nobody" },
                row.adjusted_minor,
                row.refunded_minor,
                row.base_minor,
                row.base_currency.code(),
                row.status,
                row.sale_status,
                row.repeats,
                row.click_id.is_some(),
            ));
            let commission =
                self.house.read(|conn| accrue::storage::commissions::of_conversion(conn, self.program, row.id));
            let commission = commission.unwrap_or_else(|| panic!("{order} has no commission"));
            lines.push(format!(
                "  {:?} {}, booked {}, {:?}",
                commission.amount_minor, commission.state, commission.booked_minor, commission.hold_reason
            ));
            let entries =
                self.house.read(|conn| accrue::storage::ledger_entries::of_commissions(conn, &[commission.id]));
            lines.extend(entries.iter().map(|entry| format!("  {} {}", entry.kind, entry.amount_minor)));
        }
        let mut attempts: Vec<String> =
            self.house.attempts(self.program).iter().map(|attempt| format!("kept: {}", attempt.reason)).collect();
        attempts.sort();
        lines.extend(attempts);
        lines
    }
}
