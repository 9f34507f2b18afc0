//! The tables of the admin in the browser: what people carry, and what a campaign shows.

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    recovery_codes (id) {
        id -> DbUuid,
        user_id -> DbUuid,
        code_hash -> Text,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    sessions (id) {
        id -> DbUuid,
        key_hash -> Text,
        user_id -> Nullable<DbUuid>,
        state -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    sign_in_failures (id) {
        id -> DbUuid,
        account_hash -> Text,
        address_hash -> Text,
        failed_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    invitations (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        role -> Text,
        email -> Text,
        secret_hash -> Text,
        sealed -> Text,
        invited_by -> DbUuid,
        created_at -> BigInt,
        expires_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    campaign_profiles (campaign_id) {
        campaign_id -> DbUuid,
        program_id -> DbUuid,
        owner_id -> Nullable<DbUuid>,
        category -> Text,
        plugin_name -> Text,
        headline -> Text,
        ad_text -> Text,
        video_url -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    campaign_media (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        campaign_id -> DbUuid,
        file_name -> Text,
        content_type -> Text,
        width -> Integer,
        height -> Integer,
        size -> Integer,
        content -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use super::super::super::sql_types::DbUuid;

    affiliate_codes (program_id, code) {
        program_id -> DbUuid,
        code -> Text,
        affiliate_id -> DbUuid,
    }
}
