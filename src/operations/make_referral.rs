//! Making the referral of a customer who signed up after a click.
//!
//! Whom a sign-up means, its names say ([`crate::domain::sign_up`]); a name is unique, so that a sign-up which is told again,
//! or by many at once, is one customer. Whoever is a customer already stays whose they are, unless only a browser had said
//! whose ([`crate::domain::referral::Claim`]); that another affiliate's click came with them is kept as an attempt, beside
//! the referral that stands. Every name that comes with a customer is kept for them, for their orders may give no other.

use std::collections::HashMap;

use crate::domain::attempt::{Attempt, AttemptKey, Call, Payload};
use crate::domain::attribution::{self, Candidate, Credit, Refusal, Scope, Source};
use crate::domain::change::Actor;
use crate::domain::event::Channel;
use crate::domain::free_text::FreeText;
use crate::domain::id::{AffiliateId, ReferralId};
use crate::domain::referral::{self, Claim, Hearing, Identifier, IdentifierKind, ReferralChange};
use crate::domain::sign_up::{Holder, Meant, Return, meant};
use crate::domain::time::Timestamp;
use crate::domain::trace::Trace;
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::installation;
use crate::storage::new_rows::NewRows;
use crate::storage::referral_changes::ReferralChangeRow;
use crate::storage::referrals::{self, Named, Paid, ReferralIdentifierRow, ReferralRow};
use crate::storage::write::Write;

use super::record_attempts::{Keyless, record_attempts};
use super::record_conversions::Presented;

/// A sign-up that the merchant's server reports.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The key: its program, and its mode.
    pub key: AttemptKey,
    /// When it came.
    pub received_at: Timestamp,
    /// The click.
    pub click: Presented,
    /// What the customer is called.
    pub names: Vec<Identifier>,
    /// What people call the customer.
    pub called: Option<FreeText>,
    /// What was sent, in case it is kept as an attempt.
    pub payload: Payload,
}

/// A customer as whoever reported the sign-up is told of them.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The referral.
    pub referral: ReferralRow,
    /// What the customer is called: by the sign-up first, then in the order in which the names became known.
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
/// read again. Who is known needs no click that still counts: a repeat is one even after its window.
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
    let standing = sign_up.judged(catalogue, &credit);
    let on_record = OnRecord::load(write.conn(), sign_up)?;
    let meant = on_record.meant(sign_up);
    let (rows, new_names) = (NewRows::default(), Vec::new());
    let making = Making { write, env, catalogue, sign_up, credit, standing, on_record, rows, new_names };
    match (meant, standing) {
        (Meant::Known(id), _) => making.come_again(id),
        (Meant::Unnamed(id), _) => making.say_who_they_are(id),
        (Meant::Nobody, Ok(())) => making.meet(),
        (Meant::Nobody, Err(why)) => Ok(SignedUp::Refused(why)),
    }
}

impl SignUp {
    fn credit(&self) -> Result<Credit, Refusal> {
        let scope = Scope { program_id: self.key.program_id, campaign_id: None, mode: self.key.mode };
        attribution::belongs(&self.click.claims, self.click.link.as_deref(), &scope)
    }

    fn judged(&self, catalogue: &Catalogue, credit: &Credit) -> Result<(), Refusal> {
        let campaign = catalogue.campaign(self.key.program_id, credit.campaign_id).ok_or(Refusal::UnknownCampaign)?;
        let affiliate = catalogue.affiliate(self.key.program_id, credit.affiliate_id);
        attribution::judge_click(&self.click.claims, campaign, affiliate, self.received_at)
    }

    fn click_name(&self) -> Identifier {
        referral::by_click(self.click.claims.click)
    }

    fn named(&self, name: &Identifier) -> Named {
        (self.key.program_id, self.key.mode, name.clone())
    }
}

/// Whom the click and the names of a sign-up lead to.
struct OnRecord {
    known: HashMap<Named, ReferralId>,
    referrals: HashMap<ReferralId, ReferralRow>,
    names: HashMap<ReferralId, Vec<Identifier>>,
}

impl OnRecord {
    fn load(conn: &mut Conn, sign_up: &SignUp) -> Stored<Self> {
        let asked: Vec<Named> =
            sign_up.names.iter().chain(&[sign_up.click_name()]).map(|name| sign_up.named(name)).collect();
        let known = referrals::named(conn, &asked)?;
        let known: HashMap<Named, ReferralId> = known.into_iter().filter(|(name, _)| asked.contains(name)).collect();
        let mut ids: Vec<ReferralId> = known.values().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = referrals::find_all(conn, &ids)?;
        let mut names: HashMap<ReferralId, Vec<Identifier>> = HashMap::new();
        for row in referrals::list::names(conn, &ids)?.into_values().flatten() {
            names.entry(row.referral_id).or_default().push(Identifier { kind: row.kind, value: row.value });
        }
        Ok(Self { known, referrals: rows.into_iter().map(|row| (row.id, row)).collect(), names })
    }

    fn leads_to(&self, sign_up: &SignUp, name: &Identifier) -> Option<ReferralId> {
        self.known.get(&sign_up.named(name)).copied()
    }

    fn holder(&self, sign_up: &SignUp) -> Option<Holder> {
        let referral = self.leads_to(sign_up, &sign_up.click_name())?;
        let mut names = self.names.get(&referral).into_iter().flatten();
        Some(Holder { referral, is_named: names.any(|name| name.kind != IdentifierKind::Click) })
    }

    fn meant(&self, sign_up: &SignUp) -> Meant {
        let named: Vec<_> = sign_up.names.iter().filter_map(|name| self.leads_to(sign_up, name)).collect();
        meant(&named, self.holder(sign_up))
    }
}

struct Making<'a, 'w> {
    write: &'a mut Write<'w>,
    env: &'a Environment,
    catalogue: &'a Catalogue,
    sign_up: &'a SignUp,
    credit: Credit,
    /// Whether the click may be credited.
    standing: Result<(), Refusal>,
    on_record: OnRecord,
    rows: NewRows,
    /// Names that nobody went by. They are written one by one, so that of two writers one is told.
    new_names: Vec<ReferralIdentifierRow>,
}

impl Making<'_, '_> {
    fn customer(&mut self, id: ReferralId) -> Stored<Customer> {
        let referral = self.on_record.referrals.get(&id).cloned();
        let referral = referral.ok_or(StorageError::Inconsistent("a name without a referral"))?;
        let names = self.on_record.names.get(&id).cloned().unwrap_or_default();
        let paid = referrals::paid(self.write.conn(), &[id])?.remove(&id);
        Ok(Customer { referral, names, paid })
    }

    /// The customer was known, by whoever brought them.
    fn come_again(mut self, id: ReferralId) -> Stored<SignedUp> {
        let mut customer = self.customer(id)?;
        if self.standing.is_ok() {
            self.hear(&mut customer)?;
        }
        self.take_names(&mut customer)?;
        let named: Vec<AffiliateId> = self.brought_named(&customer);
        let returned = self.returned(&customer, &named);
        if returned.takes_click() {
            self.add_name(&mut customer, self.sign_up.click_name());
        }
        if returned.disagrees() {
            self.keep_attempt(&customer)?;
        }
        Ok(SignedUp::Known(self.written(customer)?))
    }

    /// Nothing but clicks was known of the customer, this one among them.
    fn say_who_they_are(mut self, id: ReferralId) -> Stored<SignedUp> {
        let mut customer = self.customer(id)?;
        self.take_names(&mut customer)?;
        Ok(SignedUp::Made(self.written(customer)?))
    }

    /// Nobody knows the customer. The click is their name where it is nobody's.
    fn meet(mut self) -> Stored<SignedUp> {
        let SignUp { key, received_at, called, .. } = self.sign_up;
        let (of, met) = ((key.program_id, key.mode), (trust(), *received_at));
        let new = ReferralRow::new(self.env.mint.id(*received_at), of, &self.credit, met);
        let referral = ReferralRow { name: called.as_ref().map(|name| name.as_str().to_owned()), ..new };
        self.rows.referrals.push(referral.clone());
        let mut customer = Customer { referral, names: Vec::new(), paid: None };
        self.take_names(&mut customer)?;
        if self.on_record.holder(self.sign_up).is_none() {
            self.add_name(&mut customer, self.sign_up.click_name());
        }
        Ok(SignedUp::Made(self.written(customer)?))
    }

    fn written(self, mut customer: Customer) -> Stored<Customer> {
        self.rows.write(self.write)?;
        for name in &self.new_names {
            referrals::add_name(self.write, name)?;
        }
        customer.names.sort_by_key(|name| !self.sign_up.names.contains(name));
        Ok(customer)
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
            actor: Actor::Key(self.sign_up.key.token_id),
            reason: String::new(),
            affiliates: (before.affiliate, referral.affiliate_id),
            cause: None,
            at: self.sign_up.received_at,
        }));
        customer.referral = referral;
        Ok(())
    }

    /// Adds those of the names that nobody goes by yet, and what people call a customer of whom that was not known.
    fn take_names(&mut self, customer: &mut Customer) -> Stored<()> {
        for name in &self.sign_up.names {
            if self.on_record.leads_to(self.sign_up, name).is_none() {
                self.add_name(customer, name.clone());
            }
        }
        if let (None, Some(called)) = (&customer.referral.name, &self.sign_up.called) {
            referrals::set_name(self.write, customer.referral.id, called.as_str())?;
            customer.referral.name = Some(called.as_str().to_owned());
        }
        Ok(())
    }

    fn add_name(&mut self, customer: &mut Customer, name: Identifier) {
        self.new_names.push(ReferralIdentifierRow {
            program_id: self.sign_up.key.program_id,
            mode: self.sign_up.key.mode,
            kind: name.kind,
            value: name.value.clone(),
            referral_id: customer.referral.id,
            created_at: self.sign_up.received_at,
        });
        customer.names.push(name);
    }

    /// Whom the names lead to, the customer as they stand now among them.
    fn led_to<'a>(&'a self, customer: &'a Customer) -> impl Iterator<Item = (&'a Identifier, &'a ReferralRow)> {
        self.sign_up.names.iter().filter_map(|name| {
            let id = self.on_record.leads_to(self.sign_up, name)?;
            let row =
                if id == customer.referral.id { Some(&customer.referral) } else { self.on_record.referrals.get(&id) };
            Some((name, row?))
        })
    }

    fn brought_named(&self, customer: &Customer) -> Vec<AffiliateId> {
        self.led_to(customer).map(|(_, row)| row.affiliate_id).collect()
    }

    fn returned<'a>(&self, customer: &Customer, named: &'a [AffiliateId]) -> Return<'a> {
        let referral = &customer.referral;
        Return {
            referral: referral.id,
            brought_by: referral.affiliate_id,
            named,
            click_of: self.credit.affiliate_id,
            counts: self.standing.is_ok(),
            came_by: referral.click_id == Some(self.sign_up.click.claims.click),
            holder: self.on_record.holder(self.sign_up).map(|holder| holder.referral),
        }
    }

    /// Keeps what came with a customer and says that somebody else brought them.
    fn keep_attempt(&mut self, customer: &Customer) -> Stored<()> {
        let SignUp { key, received_at, payload, .. } = self.sign_up;
        let click = Candidate { source: Source::ClickToken, credit: Some(self.credit), standing: self.standing };
        let known = self.led_to(customer).map(|(name, row)| {
            let credit = Credit { campaign_id: row.campaign_id, affiliate_id: row.affiliate_id, click: None };
            Candidate { source: name.kind.source(), credit: Some(credit), standing: Ok(()) }
        });
        let found: Vec<Candidate> = [click].into_iter().chain(known).collect();
        let attempt = Attempt {
            id: self.env.mint.id(*received_at),
            key: *key,
            call: Call::ReportSignUp,
            received_at: *received_at,
            reason: Refusal::CustomerOfAnother,
            detail: customer.referral.id.to_string(),
            order_id: None,
            conversion_id: None,
            payload: payload.clone(),
            // The first name that is known decided.
            trace: Trace::of(&found, Some(1)),
            report: None,
        };
        record_attempts(self.write.conn(), self.catalogue, vec![attempt], Keyless::default(), &mut self.rows)
    }
}

/// How far the merchant's own server is believed.
fn trust() -> i32 {
    i32::from(Channel::Server.trust().level())
}
