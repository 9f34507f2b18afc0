//! What a house has on record, row by row.

use accrue::domain::id::{ConversionId, ProgramId};
use accrue::domain::report::Tally;
use accrue::domain::time::Zone;
use accrue::operations::verify::verify;
use accrue::storage::attempts::{self, AttemptDayRow, AttemptRow};
use accrue::storage::clicks::{self, ClickRow};
use accrue::storage::commissions::{self, CommissionRow};
use accrue::storage::conn::Conn;
use accrue::storage::conversions::{self, ConversionRow};
use accrue::storage::error::Stored;
use accrue::storage::ledger_entries::{self, LedgerEntryRow};
use accrue::storage::roll_ups;
use accrue::storage::sql_types::DbUuid;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::super::world::Campaign;
use super::House;
use super::admin::campaign_id;

/// More rows than any story makes.
const ALL: i64 = 100_000;

/// What is kept beside a conversion.
#[derive(QueryableByName, Clone, Debug)]
pub struct Details {
    /// Of which conversion.
    #[diesel(sql_type = DbUuid)]
    pub conversion_id: ConversionId,
    /// The merchant's customer.
    #[diesel(sql_type = Nullable<Text>)]
    pub customer_id: Option<String>,
    /// The merchant's user account.
    #[diesel(sql_type = Nullable<Text>)]
    pub external_user_id: Option<String>,
    /// The customer's e-mail address, hashed.
    #[diesel(sql_type = Nullable<Text>)]
    pub email_hash: Option<String>,
    /// The coupon.
    #[diesel(sql_type = Nullable<Text>)]
    pub coupon_code: Option<String>,
    /// The products, as a JSON list.
    #[diesel(sql_type = Text)]
    pub product_ids: String,
    /// The names of the fields nobody reads, as a JSON list.
    #[diesel(sql_type = Text)]
    pub ignored_fields: String,
    /// Where the click came from.
    #[diesel(sql_type = Nullable<Text>)]
    pub referrer: Option<String>,
    /// The click's first sub id.
    #[diesel(sql_type = Nullable<Text>)]
    pub sub1: Option<String>,
}

impl House {
    /// Every conversion.
    pub fn conversions(&self) -> Vec<ConversionRow> {
        self.read(|conn| conversions::page(conn, None, ALL))
    }

    /// The one conversion of an order; panics unless there is exactly one.
    pub fn conversion(&self, order_id: &str) -> ConversionRow {
        let mut found = self.conversions_of(order_id);
        assert_eq!(found.len(), 1, "conversions of order {order_id}");
        found.remove(0)
    }

    /// The conversions of an order.
    pub fn conversions_of(&self, order_id: &str) -> Vec<ConversionRow> {
        self.conversions().into_iter().filter(|row| row.order_id.as_str() == order_id).collect()
    }

    /// What an order earned.
    pub fn commission(&self, order_id: &str) -> CommissionRow {
        let conversion = self.conversion(order_id).id;
        let mut found = self.read(|conn| commissions::of_conversions(conn, &[conversion]));
        assert_eq!(found.len(), 1, "commissions of order {order_id}");
        found.remove(0)
    }

    /// What the ledger books for an order.
    pub fn entries(&self, order_id: &str) -> Vec<LedgerEntryRow> {
        let commission = self.commission(order_id).id;
        self.read(|conn| ledger_entries::of_commissions(conn, &[commission]))
    }

    /// What is kept beside an order.
    pub fn details(&self, order_id: &str) -> Details {
        let conversion = self.conversion(order_id).id;
        let details: Vec<Details> = self.read(all_details);
        details.into_iter().find(|row| row.conversion_id == conversion).expect("every conversion has details")
    }

    /// The click behind a token that this house sealed.
    pub fn click(&self, token: &str) -> ClickRow {
        let claims = self.app().environment.keys.click_tokens().open(token).expect("a token of this house");
        let mut found = self.read(|conn| clicks::find_all(conn, &[claims.click]));
        assert_eq!(found.len(), 1, "the click of {token}");
        found.remove(0)
    }

    /// How many live clicks there are.
    pub fn click_count(&self) -> usize {
        self.read(|conn| clicks::page_of_counted(conn, None, ALL)).len()
    }

    /// A program's attempts, in no order.
    pub fn attempts(&self, program: ProgramId) -> Vec<AttemptRow> {
        self.read(|conn| attempts::newest(conn, Some(program), ALL))
    }

    /// The reports without a valid key of which a sample is kept, in no order.
    pub fn keyless(&self) -> Vec<AttemptRow> {
        self.read(|conn| attempts::newest(conn, None, ALL))
    }

    /// Today's counter of the key that an attempt came with, or of no key.
    pub fn attempts_today(&self, attempt: &AttemptRow) -> AttemptDayRow {
        let (token, day) = (attempt.counted_under(), Zone::utc().local_day(self.now()));
        let mut counted = self.read(|conn| attempts::days(conn, &[token], &[day]));
        counted.remove(&(token, day)).expect("what is kept is counted")
    }

    /// What the reports say of a campaign, all days together.
    pub fn tally(&self, campaign: &Campaign) -> Tally {
        let id = campaign_id(campaign);
        let days = self.read(roll_ups::all).campaign_days;
        let mut sum = Tally::default();
        for (_, (_, tally)) in days.into_iter().filter(|((campaign, _), _)| *campaign == id) {
            sum.clicks += tally.clicks;
            sum.unique_clicks += tally.unique_clicks;
            sum.screened += tally.screened;
            sum.conversions += tally.conversions;
            sum.sales_minor += tally.sales_minor;
            sum.commission_minor += tally.commission_minor;
        }
        sum
    }

    /// Panics with every difference that `accrue verify` would print.
    pub fn assert_books_balance(&self) {
        let now = self.now();
        let verified = self.read(|conn| verify(conn, now));
        assert!(verified.differences.is_empty(), "{:#?}", verified.differences);
    }
}

fn all_details(conn: &mut Conn) -> Stored<Vec<Details>> {
    let statement = diesel::sql_query("SELECT * FROM conversion_details");
    let loaded = match conn {
        Conn::Sqlite(conn) => statement.load(conn),
        Conn::Postgres(conn) => statement.load(conn),
    };
    loaded.map_err(Into::into)
}
