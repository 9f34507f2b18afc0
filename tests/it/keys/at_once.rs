//! Two who change the same token at once: one does, and there is never more than one successor.

use accrue::domain::click_token::Mode;
use accrue::domain::id::TokenId;
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;
use accrue::operations::revoke_token::{NotRevoked, revoke_token};
use accrue::operations::rotate_token::{NotRotated, rotate_token};
use accrue::storage::error::StorageError;
use accrue::storage::tokens;
use std::time::Duration;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, race};

/// A token of the program.
fn scene(house: &House) -> (Shop, TokenId) {
    let shop = house.shop();
    house.admin().issue_key(shop.program, Mode::Live, Holder::Program(Scopes::new(&[Scope::Read])));
    let (program, now) = (shop.program, house.now());
    let working = house.read(move |conn| tokens::valid_api_tokens(conn, program, now));
    let token = working.iter().find(|row| row.affiliate_id.is_none()).expect("it was issued").id;
    (shop, token)
}

/// How many tokens of the program work.
fn working(house: &House, shop: &Shop) -> usize {
    let (program, now) = (shop.program, house.now());
    house
        .read(move |conn| tokens::valid_api_tokens(conn, program, now))
        .iter()
        .filter(|row| row.affiliate_id.is_none())
        .count()
}

on_each_engine! {
    fn of_two_who_rotate_a_token_one_does(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, token) = scene(&house);
        let (env, program) = (house.environment(), shop.program);
        let rotate = |write: &mut accrue::storage::write::Write<'_>| {
            rotate_token(write, &env, program, token, Duration::ZERO).map(|(id, _)| id)
        };
        let (first, second) = race(&db, rotate, rotate);
        assert!(first.is_ok());
        assert!(matches!(second, Err(NotRotated::Ending)), "{second:?}");
        assert_eq!(working(&house, &shop), 1, "one successor");
    }

    fn who_rotates_what_is_being_revoked_makes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, token) = scene(&house);
        let (env, program) = (house.environment(), shop.program);
        let (revoked, rotated) = race(
            &db,
            |write| revoke_token(write, &env, program, token).map_err(|why| StorageError::Unavailable(why.to_string())).map(Some),
            |write| match rotate_token(write, &env, program, token, Duration::from_secs(60)) {
                Err(NotRotated::Ending) => Ok(None),
                other => panic!("{other:?}"),
            },
        );
        assert_eq!((revoked.unwrap(), rotated.unwrap()), (Some(true), None));
        assert_eq!(working(&house, &shop), 0);
    }

    fn who_revokes_what_is_being_rotated_ends_it_or_is_told(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, token) = scene(&house);
        let (env, program) = (house.environment(), shop.program);
        let overlap = Duration::from_secs(3_600);
        let (rotated, revoked) = race(
            &db,
            |write| rotate_token(write, &env, program, token, overlap).map(|_| true).map_err(|why| StorageError::Unavailable(why.to_string())),
            |write| match revoke_token(write, &env, program, token) {
                Ok(ended) => Ok(ended),
                Err(NotRevoked::Overtaken) => Ok(false),
                Err(other) => panic!("{other:?}"),
            },
        );
        assert!(rotated.unwrap());
        let left = if revoked.unwrap() { 1 } else { 2 };
        assert_eq!(working(&house, &shop), left, "the successor works; the old one does unless it was said that it ended");
    }
}
