//! The tables, as Diesel knows them. The migrations are the truth; a test compares the two on both databases.

#![allow(missing_docs, clippy::allow_attributes, reason = "Diesel's macro writes public items for every column")]

mod access;
mod admin;
mod earnings;

pub use access::{affiliate_visitors, token_uses};
pub use admin::{
    affiliate_codes, campaign_media, campaign_profiles, invitations, recovery_codes, sessions, sign_in_failures,
};
pub use earnings::{
    affiliate_money, audit_log, commission_rules, commissions, conversion_changes, conversion_details, conversions,
    coupons, erasures, exchange_rates, ledger_entries, payouts, referral_changes, referral_identifiers, referrals,
    refunds,
};

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    installation (singleton) {
        singleton -> Integer,
        key_check -> Text,
        revision -> BigInt,
        created_at -> BigInt,
        audit_count -> BigInt,
        audit_link -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    programs (id) {
        id -> DbUuid,
        slug -> Text,
        name -> Text,
        base_currency -> Text,
        time_zone -> Text,
        click_parameter -> Text,
        fallback_url -> Nullable<Text>,
        default_campaign_id -> Nullable<DbUuid>,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    users (id) {
        id -> DbUuid,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        created_at -> BigInt,
        totp_sealed -> Nullable<Text>,
        totp_last_step -> BigInt,
        password_changed_at -> BigInt,
        last_program_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    memberships (user_id, program_id) {
        user_id -> DbUuid,
        program_id -> DbUuid,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    affiliates (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        code -> Text,
        name -> Text,
        email -> Nullable<Text>,
        status -> Text,
        created_at -> BigInt,
        search_text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    campaigns (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        name -> Text,
        kind -> Text,
        tool_type -> Text,
        method -> Text,
        status -> Text,
        target_url -> Text,
        allowed_hosts -> Text,
        window_days -> Integer,
        starts_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        archived_at -> Nullable<BigInt>,
        direct_mode -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    tokens (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        campaign_id -> Nullable<DbUuid>,
        affiliate_id -> Nullable<DbUuid>,
        kind -> Text,
        mode -> Text,
        name -> Text,
        scopes -> Text,
        selector -> Text,
        verifier -> Text,
        sealed -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    links (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        campaign_id -> DbUuid,
        affiliate_id -> DbUuid,
        code -> Text,
        implicit -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    clicks (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        campaign_id -> DbUuid,
        affiliate_id -> DbUuid,
        link_id -> DbUuid,
        mode -> Text,
        origin -> Text,
        first_of_day -> Bool,
        mark -> Nullable<Text>,
        network -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        referrer -> Nullable<Text>,
        page_url -> Nullable<Text>,
        visitor_id -> Nullable<Text>,
        ignored_fields -> Nullable<Text>,
        sub1 -> Nullable<Text>,
        sub2 -> Nullable<Text>,
        sub3 -> Nullable<Text>,
        sub4 -> Nullable<Text>,
        sub5 -> Nullable<Text>,
        may_name_customer -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    attempts (id) {
        id -> DbUuid,
        program_id -> Nullable<DbUuid>,
        campaign_id -> Nullable<DbUuid>,
        token_id -> Nullable<DbUuid>,
        mode -> Nullable<Text>,
        call -> Text,
        reason -> Text,
        detail -> Text,
        order_id -> Nullable<Text>,
        conversion_id -> Nullable<DbUuid>,
        masked_key -> Nullable<Text>,
        network -> Nullable<Text>,
        payload -> Text,
        received_at -> BigInt,
        trace -> Text,
        report -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    attempt_days (token_id, day) {
        token_id -> DbUuid,
        day -> Integer,
        kept -> BigInt,
        seen -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    campaign_days (campaign_id, day) {
        campaign_id -> DbUuid,
        day -> Integer,
        program_id -> DbUuid,
        clicks -> BigInt,
        unique_clicks -> BigInt,
        screened -> BigInt,
        conversions -> BigInt,
        sales_minor -> BigInt,
        commission_minor -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    affiliate_days (affiliate_id, campaign_id, day) {
        affiliate_id -> DbUuid,
        campaign_id -> DbUuid,
        day -> Integer,
        program_id -> DbUuid,
        clicks -> BigInt,
        unique_clicks -> BigInt,
        screened -> BigInt,
        conversions -> BigInt,
        sales_minor -> BigInt,
        commission_minor -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    affiliate_day_totals (program_id, affiliate_id, day) {
        program_id -> DbUuid,
        affiliate_id -> DbUuid,
        day -> Integer,
        clicks -> BigInt,
        unique_clicks -> BigInt,
        screened -> BigInt,
        conversions -> BigInt,
        sales_minor -> BigInt,
        commission_minor -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    program_quarters (program_id, quarter) {
        program_id -> DbUuid,
        quarter -> BigInt,
        clicks -> BigInt,
        unique_clicks -> BigInt,
        screened -> BigInt,
        conversions -> BigInt,
        sales_minor -> BigInt,
        commission_minor -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::sql_types::DbUuid;

    batches (id) {
        id -> DbUuid,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    installation,
    programs,
    users,
    memberships,
    affiliates,
    affiliate_codes,
    campaigns,
    commission_rules,
    tokens,
    links,
    clicks,
    conversions,
    conversion_details,
    commissions,
    ledger_entries,
    attempts,
    attempt_days,
    campaign_days,
    affiliate_days,
    affiliate_day_totals,
    program_quarters,
    batches,
    recovery_codes,
    sessions,
    sign_in_failures,
    invitations,
    campaign_profiles,
    campaign_media,
    conversion_changes,
    refunds,
    coupons,
    referrals,
    referral_changes,
    referral_identifiers,
    exchange_rates,
    payouts,
    affiliate_money,
    audit_log,
    token_uses,
    affiliate_visitors
);
