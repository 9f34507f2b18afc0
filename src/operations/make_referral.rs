//! Making the referral of a customer who signed up after a click.
//!
//! One click is one sign-up: the click becomes a name of the customer, and the name is unique, so that a sign-up which is
//! told again, or by many at once, is one row. Whoever is a customer already stays whose they are, unless only a browser
//! had said whose ([`crate::domain::referral::Claim`]).

use crate::domain::attribution::{self, Credit, Refusal, Scope, Source};
use crate::domain::change::Actor;
use crate::domain::click_token::Mode;
use crate::domain::event::Channel;
use crate::domain::free_text::FreeText;
use crate::domain::id::{ProgramId, TokenId};
use crate::domain::referral::{self, Claim, Hearing, Identifier, IdentifierKind, ReferralChange};
use crate::domain::time::Timestamp;
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::installation;
use crate::storage::new_rows::NewRows;
use crate::storage::referral_changes::ReferralChangeRow;
use crate::storage::referrals::{self, Named, Paid, ReferralIdentifierRow, ReferralRow};
use crate::storage::write::Write;

use super::record_conversions::Presented;

/// A sign-up that the merchant's server reports.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The program of the key.
    pub program_id: ProgramId,
    /// Its mode.
    pub mode: Mode,
    /// The key.
    pub token_id: TokenId,
    /// When it came.
    pub received_at: Timestamp,
    /// The click.
    pub click: Presented,
    /// What the customer is called.
    pub names: Vec<Identifier>,
    /// What people call the customer.
    pub called: Option<FreeText>,
}

/// A customer as whoever reported the sign-up is told of them.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The referral.
    pub referral: ReferralRow,
    /// What the customer is called.
    pub names: Vec<Identifier>,
    /// What the customer has paid so far.
    pub paid: Option<Paid>,
}

/// What became of a sign-up.
#[derive(Clone, Debug)]
pub enum SignedUp {
    /// It is on record now.
    Made(Customer),
    /// The customer was known.
    Known(Customer),
    /// Nobody is credited.
    Refused(Refusal),
}

/// Puts a sign-up on record. `known` is the catalogue as the caller has it; where something in it has changed since, it is
/// read again. A repeat is one even after the click's window, and changes nothing.
///
/// # Errors
/// [`StorageError`].
pub fn make_referral(
    write: &mut Write<'_>,
    env: &Environment,
    known: &Catalogue,
    sign_up: &SignUp,
) -> Stored<SignedUp> {
    let is_fresh = installation::revision(write.conn())? == known.revision();
    let read = if is_fresh { None } else { Some(Catalogue::load(write.conn(), env.clock.now())?) };
    let catalogue = read.as_ref().unwrap_or(known);
    let credit = match sign_up.credit() {
        Ok(credit) => credit,
        Err(why) => return Ok(SignedUp::Refused(why)),
    };
    let mut making = Making { write, env, sign_up, credit, rows: NewRows::default() };
    if let Some(customer) = making.find(&[sign_up.click_name()])? {
        return making.signed_up_before(customer);
    }
    if let Err(why) = sign_up.judged(catalogue, &credit) {
        return Ok(SignedUp::Refused(why));
    }
    match making.find(&sign_up.names)? {
        Some(customer) => making.came_again(customer),
        None => making.meet(),
    }
}

impl SignUp {
    fn scope(&self) -> Scope {
        Scope { program_id: self.program_id, campaign_id: None, mode: self.mode }
    }

    fn credit(&self) -> Result<Credit, Refusal> {
        attribution::belongs(&self.click.claims, self.click.link.as_deref(), &self.scope())
    }

    fn judged(&self, catalogue: &Catalogue, credit: &Credit) -> Result<(), Refusal> {
        let campaign = catalogue.campaign(self.program_id, credit.campaign_id).ok_or(Refusal::UnknownCampaign)?;
        let affiliate = catalogue.affiliate(self.program_id, credit.affiliate_id);
        attribution::judge_click(&self.click.claims, campaign, affiliate, self.received_at)
    }

    fn click_name(&self) -> Identifier {
        referral::by_click(self.click.claims.click)
    }

    fn named(&self, name: &Identifier) -> Named {
        (self.program_id, self.mode, name.clone())
    }
}

struct Making<'a, 'w> {
    write: &'a mut Write<'w>,
    env: &'a Environment,
    sign_up: &'a SignUp,
    credit: Credit,
    rows: NewRows,
}

impl Making<'_, '_> {
    /// The customer who goes by one of these names, the first that is known.
    fn find(&mut self, names: &[Identifier]) -> Stored<Option<Customer>> {
        let names: Vec<Named> = names.iter().map(|name| self.sign_up.named(name)).collect();
        let known = referrals::named(self.write.conn(), &names)?;
        let Some(id) = names.iter().find_map(|name| known.get(name)).copied() else { return Ok(None) };
        let referral = referrals::find_all(self.write.conn(), &[id])?.pop();
        let referral = referral.ok_or(StorageError::Inconsistent("a name without a referral"))?;
        let rows = referrals::list::names(self.write.conn(), &[id])?.remove(&id).unwrap_or_default();
        let names = rows.into_iter().map(|row| Identifier { kind: row.kind, value: row.value }).collect();
        let paid = referrals::paid(self.write.conn(), &[id])?.remove(&id);
        Ok(Some(Customer { referral, names, paid }))
    }

    /// The click is a customer's. One who is called nothing else has bought before anything was known of them, and signs up
    /// now.
    fn signed_up_before(mut self, mut customer: Customer) -> Stored<SignedUp> {
        if customer.names.iter().any(|name| name.kind != IdentifierKind::Click) {
            return Ok(SignedUp::Known(customer));
        }
        if let Some(called) = &self.sign_up.called {
            customer.referral.name = Some(called.as_str().to_owned());
            referrals::set_name(self.write, customer.referral.id, called.as_str())?;
        }
        self.add_names(&mut customer, &self.sign_up.names.clone())?;
        self.rows.write(self.write)?;
        Ok(SignedUp::Made(customer))
    }

    /// The customer was known, by whoever brought them. From now on the click is a name of theirs, unless it is another
    /// affiliate's, whose later orders must not be taken for theirs.
    fn came_again(mut self, mut customer: Customer) -> Stored<SignedUp> {
        self.hear(&mut customer)?;
        if customer.referral.affiliate_id == self.credit.affiliate_id {
            let names: Vec<Identifier> =
                [self.sign_up.click_name()].into_iter().chain(self.sign_up.names.clone()).collect();
            self.add_names(&mut customer, &names)?;
        }
        self.rows.write(self.write)?;
        Ok(SignedUp::Known(customer))
    }

    fn meet(mut self) -> Stored<SignedUp> {
        let SignUp { program_id, mode, received_at, called, .. } = self.sign_up;
        let met = (trust(), *received_at);
        let new = ReferralRow::new(self.env.mint.id(*received_at), (*program_id, *mode), &self.credit, met);
        let referral = ReferralRow { name: called.as_ref().map(|name| name.as_str().to_owned()), ..new };
        self.rows.referrals.push(referral.clone());
        let mut customer = Customer { referral, names: Vec::new(), paid: None };
        let names: Vec<Identifier> =
            [self.sign_up.click_name()].into_iter().chain(self.sign_up.names.clone()).collect();
        self.add_names(&mut customer, &names)?;
        self.rows.write(self.write)?;
        Ok(SignedUp::Made(customer))
    }

    /// What the merchant's server says of who brought the customer is believed more than what a browser said.
    fn hear(&mut self, customer: &mut Customer) -> Stored<()> {
        let before = customer.referral.claim();
        let Credit { affiliate_id, campaign_id, .. } = self.credit;
        let said = Claim { affiliate: affiliate_id, campaign: campaign_id, trust: trust() };
        let hearing = before.hear(Source::ClickToken, said);
        let Some(kind) = hearing.change() else { return Ok(()) };
        let referral = match hearing {
            Hearing::GivesWay => customer.referral.brought_by(&self.credit, said.trust),
            Hearing::Confirmed | Hearing::Stands => ReferralRow { trust: said.trust, ..customer.referral.clone() },
        };
        if !referrals::set_claim(self.write, before, &referral)? {
            return Err(StorageError::Taken(Unique::Other));
        }
        self.rows.referral_changes.push(ReferralChangeRow::from(ReferralChange {
            id: self.env.mint.id(self.sign_up.received_at),
            program_id: referral.program_id,
            referral_id: referral.id,
            kind,
            actor: Actor::Key(self.sign_up.token_id),
            reason: String::new(),
            affiliates: (before.affiliate, referral.affiliate_id),
            cause: None,
            at: self.sign_up.received_at,
        }));
        customer.referral = referral;
        Ok(())
    }

    /// Adds those of the names that nobody goes by yet.
    fn add_names(&mut self, customer: &mut Customer, names: &[Identifier]) -> Stored<()> {
        let asked: Vec<Named> = names.iter().map(|name| self.sign_up.named(name)).collect();
        let known = referrals::named(self.write.conn(), &asked)?;
        for (program_id, mode, name) in asked.into_iter().filter(|name| !known.contains_key(name)) {
            self.rows.referral_identifiers.push(ReferralIdentifierRow {
                program_id,
                mode,
                kind: name.kind,
                value: name.value.clone(),
                referral_id: customer.referral.id,
                created_at: self.sign_up.received_at,
            });
            customer.names.push(name);
        }
        Ok(())
    }
}

/// How far the merchant's own server is believed.
fn trust() -> i32 {
    i32::from(Channel::Server.trust().level())
}
