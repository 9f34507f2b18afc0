//! The tables of money: what was reported, what it earns by which rule, and everything that was decided about it.

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    commission_rules (id) {
        id -> DbUuid,
        campaign_id -> DbUuid,
        version -> Integer,
        rate_ppm -> Nullable<Integer>,
        flat_minor -> Nullable<BigInt>,
        flat_currency -> Nullable<Text>,
        since -> BigInt,
        number -> Integer,
        name -> Text,
        product_id -> Nullable<Text>,
        price_id -> Nullable<Text>,
        subscription -> Nullable<Text>,
        affiliate_id -> Nullable<DbUuid>,
        event_type -> Nullable<Text>,
        event_name -> Nullable<Text>,
        plus_minor -> Nullable<BigInt>,
        duration -> Text,
        duration_count -> Nullable<Integer>,
        hold_days -> Integer,
        approval -> Text,
        ended -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    conversions (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        order_id -> Text,
        action -> Text,
        mode -> Text,
        campaign_id -> DbUuid,
        affiliate_id -> DbUuid,
        link_id -> Nullable<DbUuid>,
        click_id -> Nullable<DbUuid>,
        token_id -> DbUuid,
        channel -> Text,
        trust -> Integer,
        event_type -> Text,
        event_name -> Nullable<Text>,
        amount_minor -> BigInt,
        currency -> Text,
        base_minor -> Nullable<BigInt>,
        base_currency -> Text,
        status -> Text,
        sale_status -> Text,
        repeats -> BigInt,
        received_at -> BigInt,
        updated_at -> BigInt,
        adjusted_minor -> BigInt,
        refunded_minor -> BigInt,
        fx_rate -> Nullable<Text>,
        fx_day -> Nullable<Integer>,
        referral_id -> Nullable<DbUuid>,
        flags -> Text,
        edition -> BigInt,
        said -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    conversion_details (conversion_id) {
        conversion_id -> DbUuid,
        customer_id -> Nullable<Text>,
        external_user_id -> Nullable<Text>,
        email_hash -> Nullable<Text>,
        coupon_code -> Nullable<Text>,
        product_ids -> Text,
        ignored_fields -> Text,
        referrer -> Nullable<Text>,
        landing_page -> Nullable<Text>,
        sub1 -> Nullable<Text>,
        sub2 -> Nullable<Text>,
        sub3 -> Nullable<Text>,
        sub4 -> Nullable<Text>,
        sub5 -> Nullable<Text>,
        claimed_at -> Nullable<BigInt>,
        price_ids -> Text,
        subscription -> Nullable<Text>,
        metadata -> Nullable<Text>,
        trace -> Text,
        click_origin -> Nullable<Text>,
        click_window_days -> Nullable<Integer>,
        stated -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    commissions (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        conversion_id -> DbUuid,
        affiliate_id -> DbUuid,
        rule_id -> Nullable<DbUuid>,
        amount_minor -> Nullable<BigInt>,
        currency -> Text,
        state -> Text,
        hold_reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        booked_minor -> BigInt,
        hold_until -> Nullable<BigInt>,
        release_at -> Nullable<BigInt>,
        payment_number -> Nullable<Integer>,
        first_paid_at -> Nullable<BigInt>,
        compensated_minor -> BigInt,
        entitled_id -> Nullable<DbUuid>,
        payout_id -> Nullable<DbUuid>,
        payment_made_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    ledger_entries (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        mode -> Text,
        affiliate_id -> DbUuid,
        commission_id -> Nullable<DbUuid>,
        conversion_id -> Nullable<DbUuid>,
        kind -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        booked_at -> BigInt,
        reference_id -> Nullable<DbUuid>,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    conversion_changes (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        conversion_id -> DbUuid,
        kind -> Text,
        actor -> Text,
        actor_id -> Nullable<DbUuid>,
        reason -> Text,
        detail -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    refunds (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        conversion_id -> DbUuid,
        event_id -> Text,
        kind -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        reason -> Text,
        claimed_at -> Nullable<BigInt>,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    coupons (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        campaign_id -> DbUuid,
        affiliate_id -> DbUuid,
        code -> Text,
        folded -> Text,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    referrals (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        mode -> Text,
        campaign_id -> DbUuid,
        affiliate_id -> DbUuid,
        click_id -> Nullable<DbUuid>,
        link_id -> Nullable<DbUuid>,
        name -> Nullable<Text>,
        created_at -> BigInt,
        trust -> Integer,
        merged_into_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    erasures (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        user_id -> DbUuid,
        referrals -> BigInt,
        orders -> BigInt,
        clicks -> BigInt,
        attempts -> BigInt,
        erased_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    referral_changes (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        referral_id -> DbUuid,
        kind -> Text,
        actor -> Text,
        actor_id -> Nullable<DbUuid>,
        reason -> Text,
        from_affiliate_id -> Nullable<DbUuid>,
        to_affiliate_id -> Nullable<DbUuid>,
        cause_id -> Nullable<DbUuid>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    referral_identifiers (value, kind, program_id, mode) {
        program_id -> DbUuid,
        mode -> Text,
        kind -> Text,
        value -> Text,
        referral_id -> DbUuid,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    exchange_rates (program_id, currency, day) {
        program_id -> DbUuid,
        currency -> Text,
        day -> Integer,
        rate -> Text,
        imported_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    payouts (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        affiliate_id -> DbUuid,
        amount_minor -> BigInt,
        currency -> Text,
        state -> Text,
        reference -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        mode -> Text,
        outside -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    affiliate_money (affiliate_id) {
        affiliate_id -> DbUuid,
        program_id -> DbUuid,
        balance_minor -> BigInt,
        waiting_minor -> BigInt,
        held_minor -> BigInt,
        disputed_minor -> BigInt,
        in_payout_minor -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    audit_log (sequence) {
        sequence -> BigInt,
        program_id -> Nullable<DbUuid>,
        actor -> Text,
        user_id -> Nullable<DbUuid>,
        action -> Text,
        subject -> Text,
        noted_at -> BigInt,
        link -> Text,
    }
}
