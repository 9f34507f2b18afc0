//! The people who run programs: what their passwords, codes and links are good for, below the pages.

mod hashing;
mod invitations;
mod memberships;
mod passwords;
mod programs;
mod second_factor;
mod set_up;
mod sign_in;

use std::net::IpAddr;

use accrue::app::people::Credentials;
use accrue::domain::handle::EmailAddress;
use accrue::domain::id::UserId;
use accrue::operations::sign_in::{ConfirmedPassword, Known, SignInRefused};
use accrue::recorder::WriteError;
use accrue::storage::users::{self, UserRow};

use crate::support::house::{House, PASSWORD};
use crate::support::in_process::wait_for;

/// Where somebody sits.
fn at(address: &str) -> Option<IpAddr> {
    Some(address.parse().expect("an address"))
}

/// Tries to sign in from one's desk.
fn sign_in(house: &House, email: &str, password: &str) -> Result<Known, SignInRefused> {
    sign_in_from(house, email, password, "198.51.100.7")
}

/// Tries to sign in from somewhere.
fn sign_in_from(house: &House, email: &str, password: &str, from: &str) -> Result<Known, SignInRefused> {
    let credentials = Credentials { email: email.to_owned(), password: password.to_owned(), from: at(from) };
    refused(wait_for(house.app().sign_in(credentials)))
}

/// Shows that one is still who one was.
fn confirm(house: &House, user: UserId) -> ConfirmedPassword {
    let confirmed = wait_for(house.app().confirm_password(user, PASSWORD.to_owned(), at("198.51.100.7")));
    refused(confirmed).unwrap_or_else(|why| panic!("{why}"))
}

/// What the operation said; the database is there.
fn refused<T, E: std::fmt::Display>(answer: Result<T, WriteError<E>>) -> Result<T, E> {
    answer.map_err(|error| match error {
        WriteError::Refused(why) => why,
        WriteError::NotRecorded(why) => panic!("{why}"),
    })
}

/// A person as they are stored.
fn user(house: &House, email: &str) -> UserRow {
    let email = EmailAddress::parse(email).expect("an address");
    house.read(|conn| users::find_by_email(conn, &email)).expect("somebody signs in with it")
}
