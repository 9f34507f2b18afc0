//! Passwords: which may be chosen, and how they are kept and checked.
//!
//! A chosen password must withstand guessing: zxcvbn knows the breached lists, keyboard rows, dates and the words that
//! somebody who knows the person would try first, which are passed to it. It is not pure, for it asks the clock for the
//! year (a birthday is easier to guess than a page number), so it stands here and not in the domain.
//!
//! Everything here is slow on purpose or by nature. Call it outside any transaction and off the async threads, through
//! the gate in `app::hashing`, which lets few through at once.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::{Score, zxcvbn};

use crate::domain::user::{Password, PasswordRefused};
use crate::environment::Environment;

/// Memory in KiB, OWASP's minimum for two passes.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;

/// What is checked where there is no account, so that nobody can tell by the time it takes. It has the form and the cost of
/// every other hash, and no password is known that it is of.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdC4uLg$CWb7/x2T+PNYqBFEf/Lm+B3ZMcAtdr8v8llMP5XRMsI";

/// Letters and digits that a password must have besides one's own words.
const FOREIGN_CHARACTERS: usize = 6;

/// The most bytes of a typed password that are looked at. Every password that was ever taken is shorter.
const LONGEST: usize = 1_024;

/// Why a password was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Too short or too long.
    #[error(transparent)]
    Length(#[from] PasswordRefused),
    /// It consists of what everybody tries who knows the person or the program.
    #[error(
        "must be harder to guess: leave out your name, your e-mail address and the program's name, or add other words"
    )]
    OwnWords,
    /// It is on the lists, or nearly.
    #[error("must be harder to guess: {0}")]
    Easy(String),
}

/// A password that may be somebody's: hard enough to guess, or made by the house.
#[derive(Clone, Debug)]
pub struct ChosenPassword(Password);

impl ChosenPassword {
    /// Takes what somebody typed, unless it is easily guessed by who knows `about`: their name and address, the program.
    ///
    /// # Errors
    /// [`PasswordProblem`], a sentence for the field.
    pub fn choose(typed: &str, about: &[&str]) -> Result<Self, PasswordProblem> {
        let password = Password::new(typed)?;
        let own: Vec<String> = about.iter().chain(&["accrue"]).flat_map(|text| words_of(text)).collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        if leans_on(password.reveal(), &own) {
            return Err(PasswordProblem::OwnWords);
        }
        if is_hard(password.reveal(), &own) {
            return Ok(Self(password));
        }
        if is_hard(password.reveal(), &[]) {
            return Err(PasswordProblem::OwnWords);
        }
        Err(PasswordProblem::Easy(advice(password.reveal())))
    }

    /// Makes one: twenty random characters.
    #[must_use]
    pub fn made(env: &Environment) -> Self {
        Self(env.mint.password())
    }

    /// The password, to be shown once to the person it was made for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

fn is_hard(password: &str, own: &[&str]) -> bool {
    zxcvbn(password, own).score() >= Score::Three
}

/// Whether hardly anything is left of a password without one's own words. zxcvbn takes every sequence of three words for
/// hard to guess, one's own three as well.
fn leans_on(password: &str, own: &[&str]) -> bool {
    let mut left = password.to_lowercase();
    for word in own {
        left = left.replace(&word.to_lowercase(), " ");
    }
    left.chars().filter(|character| character.is_alphanumeric()).count() < FOREIGN_CHARACTERS
}

/// The whole text, and each word of it that is long enough to matter.
fn words_of(text: &str) -> Vec<String> {
    let parts = text.split(|character: char| !character.is_alphanumeric());
    let squeezed: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
    // The longest first: what is left of a password is looked at after they are taken out of it.
    let whole = [text.to_owned(), squeezed].into_iter();
    whole.chain(parts.map(str::to_owned)).filter(|word| word.chars().count() >= 3).collect()
}

fn advice(password: &str) -> String {
    let judged = zxcvbn(password, &[]);
    let warning = judged.feedback().and_then(zxcvbn::feedback::Feedback::warning).map(|warning| warning.to_string());
    let said = warning.unwrap_or_else(|| "it is too short or too regular".to_owned());
    let mut letters = said.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let said: String = first.into_iter().chain(letters).collect();
    format!("{said}; add another word or two, uncommon ones")
}

/// A password as it is stored: a hash in PHC form.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password could not be hashed: the machine has no memory for it.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingFailed(String);

impl HashingFailed {
    /// A failure with this cause.
    #[must_use]
    pub fn new(cause: &str) -> Self {
        Self(cause.to_owned())
    }
}

/// Hashes a password with Argon2id.
///
/// # Errors
/// [`HashingFailed`].
pub fn hash(password: &ChosenPassword, env: &Environment) -> Result<HashedPassword, HashingFailed> {
    let failed = |error: &dyn std::fmt::Display| HashingFailed(error.to_string());
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(|error| failed(&error))?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = env.mint.bytes::<16>();
    let hash = hasher.hash_password_with_salt(password.0.as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(HashedPassword(hash.to_string()))
}

/// Whether what somebody typed is the password of a stored hash. Without a hash, because nobody has that address, it takes
/// as long and is wrong.
///
/// # Errors
/// [`HashingFailed`] when the machine has no memory for it, or the stored text is no hash.
pub fn is_right(typed: &str, stored: Option<&str>) -> Result<bool, HashingFailed> {
    use argon2::password_hash::Error;
    // Cut generously before composing, which is slow, and then to what is looked at.
    let typed: String = typed[..typed.floor_char_boundary(8 * LONGEST)].nfc().collect();
    let typed = &typed[..typed.floor_char_boundary(LONGEST)];
    let failed = |error: Error| HashingFailed(error.to_string());
    let hash = PasswordHash::new(stored.unwrap_or(NOBODYS)).map_err(|error| HashingFailed(error.to_string()))?;
    match Argon2::default().verify_password(typed.as_bytes(), &hash) {
        Ok(()) => Ok(stored.is_some()),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::clock::Clock;
    use crate::environment::keys::{Keys, MasterKey};
    use crate::environment::mint::Mint;

    fn environment() -> Environment {
        let keys = Keys::derived_from(&MasterKey::generate(Mint));
        Environment { clock: Clock::system(), mint: Mint, keys }
    }

    const ABOUT: [&str; 3] = ["Ana Prieto", "ana.prieto@alderfinch.example", "Alder & Finch"];

    #[test]
    fn what_is_easily_guessed_is_refused_with_a_sentence() {
        for typed in [
            "password",
            "password1",
            "P@ssw0rd",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "letmein123",
            "aaaaaaaa",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "abcdefgh",
            "19840512",
            "accrue2026",
            "accrueaccrue",
            "accrue-accrue",
            "Accrue/Ana/Prieto",
            "ana prieto alder finch 99",
            "anaprieto",
            "AnaPrieto1",
            "alderfinch",
            "alderfinch2026",
            "Alder&Finch1",
            "ana.prieto@alderfinch.example",
        ] {
            let refused = ChosenPassword::choose(typed, &ABOUT).expect_err(typed).to_string();
            assert!(refused.starts_with("must be harder to guess: ") && !refused.ends_with('.'), "{typed}: {refused}");
            assert!(typed == "password" || !refused.contains(typed), "it does not repeat it: {refused}");
        }
    }

    #[test]
    fn what_is_hard_to_guess_is_taken_whatever_it_is_made_of() {
        let hundred: String = "abcdefghij klmnopqr".chars().cycle().take(128).collect();
        for typed in
            ["correct horse battery staple", "wobbly-teapot 41 lanterns", "Жёлтая_черепаха7", "x7#kQ9!vLw2", &hundred]
        {
            let taken = ChosenPassword::choose(typed, &ABOUT);
            assert!(taken.is_ok(), "{typed}: {:?}", taken.err());
        }
    }

    #[test]
    fn own_words_are_named_as_the_reason() {
        let refused = ChosenPassword::choose("zorbflaxquib", &["Zorbflaxquib"]).expect_err("it is the name");
        assert_eq!(refused, PasswordProblem::OwnWords);
        assert!(ChosenPassword::choose("zorbflaxquib", &ABOUT).is_ok());
    }

    #[test]
    fn length_comes_first() {
        let short = ChosenPassword::choose("pass", &[]).expect_err("four");
        assert_eq!(short.to_string(), "must have at least 8 characters");
        let long = ChosenPassword::choose(&"x9".repeat(65), &[]).expect_err("130");
        assert_eq!(long.to_string(), "must have at most 128 characters");
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let env = environment();
        let chosen = ChosenPassword::choose("correct horse battery staple", &[]).expect("it is hard");
        let hashed = hash(&chosen, &env).expect("there is memory");
        assert!(hashed.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashed.as_str());
        assert_ne!(hash(&chosen, &env).expect("there is memory").as_str(), hashed.as_str(), "salted");
        let right = |typed: &str| is_right(typed, Some(hashed.as_str())).expect("there is memory");
        assert!(right("correct horse battery staple"));
        for wrong in ["", "correct horse battery stapl", "Correct horse battery staple", &"x".repeat(16_000)] {
            assert!(!right(wrong), "{wrong}");
        }
    }

    #[test]
    fn nobodys_hash_costs_what_everybodys_does_and_is_never_right() {
        let hash = hash(&ChosenPassword::made(&environment()), &environment()).expect("there is memory");
        let cost = |text: &str| text.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        let lengths = |text: &str| text.split('$').map(str::len).collect::<Vec<_>>();
        assert_eq!((cost(NOBODYS), lengths(NOBODYS)), (cost(hash.as_str()), lengths(hash.as_str())));
        for typed in ["", "nobody", "correct horse battery staple"] {
            assert!(!is_right(typed, None).expect("there is memory"));
        }
    }
}
