//! How the domain's types lie in columns, on both engines.
//!
//! The domain knows nothing of Diesel, so the bridge stands here: ids as 16 bytes (native `uuid` on PostgreSQL, a BLOB on
//! SQLite), words and handles as TEXT, times as BIGINT milliseconds, days as INTEGER. A value that does not read back
//! into its type is an error of the read, never a guess.

use std::io::Write;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, HasSqlType, Integer, SqlType, Text};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use super::conn::MultiBackend;
use crate::domain::affiliate::AffiliateStatus;
use crate::domain::attempt::Call;
use crate::domain::attribution::Refusal;
use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod, ToolType};
use crate::domain::change::ChangeKind;
use crate::domain::click_token::{Mode, Origin};
use crate::domain::commission::{CommissionState, HoldReason};
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::coupon::CouponCode;
use crate::domain::currency::Currency;
use crate::domain::event::{Channel, EventType};
use crate::domain::exchange::ExchangeRate;
use crate::domain::flag::Flags;
use crate::domain::handle::{AffiliateCode, LinkCode, OrderId, ProgramSlug};
use crate::domain::id::{Entity, Id};
use crate::domain::key::KeyKind;
use crate::domain::ledger::EntryKind;
use crate::domain::media::ImageFormat;
use crate::domain::payout::{PayoutState, RefundKind};
use crate::domain::referral::{IdentifierKind, ReferralChangeKind};
use crate::domain::rule::{Approval, Subscription, SubscriptionCondition};
use crate::domain::said::Said;
use crate::domain::time::{LocalDay, Timestamp};
use crate::domain::user::Role;

/// The SQL side of every id.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct DbUuid;

impl HasSqlType<DbUuid> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<DbUuid>(lookup)
    }
}

#[derive(AsExpression, FromSqlRow)]
#[diesel(foreign_derive, sql_type = DbUuid)]
#[expect(dead_code, reason = "it only carries the derives over to the domain's type")]
struct IdProxy<T: Entity>(Id<T>);

fn id_from_bytes<T: Entity>(bytes: &[u8]) -> deserialize::Result<Id<T>> {
    Ok(Id::from_uuid(Uuid::from_slice(bytes)?))
}

impl<T: Entity> FromSql<DbUuid, Pg> for Id<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        id_from_bytes(value.as_bytes())
    }
}

impl<T: Entity> FromSql<DbUuid, Sqlite> for Id<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        id_from_bytes(&<Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?)
    }
}

impl<T: Entity> FromSql<DbUuid, MultiBackend> for Id<T> {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, DbUuid>()
    }
}

impl<T: Entity> ToSql<DbUuid, Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.uuid().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<T: Entity> ToSql<DbUuid, Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().as_bytes().to_vec());
        Ok(IsNull::No)
    }
}

impl<T: Entity> ToSql<DbUuid, MultiBackend> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((DbUuid, self));
        Ok(IsNull::No)
    }
}

/// Bridges a domain type to one SQL type by way of a plain Rust value that both engines know.
macro_rules! stored_as {
    ($sql:ident via $plain:ty: $($domain:ty { $write:expr, $read:expr }),+ $(,)?) => { $(const _: () = {
        #[derive(AsExpression, FromSqlRow)]
        #[diesel(foreign_derive, sql_type = $sql)]
        #[expect(dead_code, reason = "it only carries the derives over to the domain's type")]
        struct Proxy($domain);

        fn write(value: &$domain) -> $plain { $write(value) }
        fn read(plain: $plain) -> deserialize::Result<$domain> { $read(plain) }

        impl FromSql<$sql, Pg> for $domain {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                read(<$plain as FromSql<$sql, Pg>>::from_sql(value)?)
            }
        }
        impl FromSql<$sql, Sqlite> for $domain {
            fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                read(<$plain as FromSql<$sql, Sqlite>>::from_sql(value)?)
            }
        }
        impl FromSql<$sql, MultiBackend> for $domain {
            fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $sql>()
            }
        }
        impl ToSql<$sql, Pg> for $domain {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <$plain as ToSql<$sql, Pg>>::to_sql(&write(self), &mut out.reborrow())
            }
        }
        impl ToSql<$sql, Sqlite> for $domain {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(write(self));
                Ok(IsNull::No)
            }
        }
        impl ToSql<$sql, MultiBackend> for $domain {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    };)+ };
}

/// A word of a closed set, stored as the word.
macro_rules! stored_words {
    ($($word:ty),+ $(,)?) => {
        stored_as! { Text via String: $($word { |word: &$word| word.as_str().to_owned(), |text: String| Ok(<$word>::from_str(&text)?) }),+ }
    };
}

/// A handle, stored as its text.
macro_rules! stored_handles {
    ($($handle:ty),+ $(,)?) => {
        stored_as! { Text via String: $($handle { |handle: &$handle| handle.as_str().to_owned(), |text: String| Ok(<$handle>::parse(&text)?) }),+ }
    };
}

stored_words!(
    AffiliateStatus,
    Approval,
    Call,
    CampaignKind,
    CampaignStatus,
    ChangeKind,
    Channel,
    CommissionState,
    CommissionStatus,
    ConversionStatus,
    EntryKind,
    EventType,
    HoldReason,
    IdentifierKind,
    ImageFormat,
    IntegrationMethod,
    KeyKind,
    Mode,
    Origin,
    PayoutState,
    ReferralChangeKind,
    Refusal,
    RefundKind,
    Role,
    SaleStatus,
    Subscription,
    SubscriptionCondition,
    ToolType,
);

stored_handles!(AffiliateCode, CouponCode, LinkCode, OrderId, ProgramSlug);

stored_as! {
    Text via String:
    Currency { |currency: &Currency| currency.code().to_owned(), |text: String| Ok(Currency::parse(&text)?) },
    ExchangeRate { |rate: &ExchangeRate| rate.to_string(), |text: String| Ok(ExchangeRate::parse(&text)?) },
    Flags {
        |flags: &Flags| flags.words(),
        |text: String| Flags::from_words(&text).ok_or_else(|| format!("unknown flags: {text}").into())
    },
    Said { |said: &Said| said.written(), |text: String| Ok(Said::read(&text)) },
}

stored_as! {
    BigInt via i64:
    Timestamp { |time: &Timestamp| time.millis(), |millis: i64| Ok(Timestamp::from_millis(millis)) },
}

stored_as! {
    Integer via i32:
    LocalDay { |day: &LocalDay| day.number(), |number: i32| Ok(LocalDay::from_number(number)) },
}
