//! The tables of keys at work: when they were used, and from where affiliates themselves ask.

diesel::table! {
    use diesel::sql_types::BigInt;
    use super::super::super::sql_types::DbUuid;

    token_uses (token_id) {
        token_id -> DbUuid,
        used_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use super::super::super::sql_types::DbUuid;

    affiliate_visitors (affiliate_id, fingerprint) {
        affiliate_id -> DbUuid,
        fingerprint -> Text,
        program_id -> DbUuid,
        seen_at -> BigInt,
    }
}
