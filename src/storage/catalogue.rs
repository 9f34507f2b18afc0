//! The catalogue: everything a request is judged by and that changes only when an admin changes it, in memory.
//!
//! Programs, campaigns, rules, affiliates' states and keys are few and are needed by every request, so they are read
//! once and kept as one value that is swapped whole. The value knows the revision it was read at; every batch compares
//! that with the database before it decides anything.

use std::collections::{HashMap, HashSet};

use super::campaigns::unreadable;
use super::conn::Conn;
use super::error::Stored;
use super::programs::ProgramRow;
use super::tokens::TokenRow;
use super::{
    affiliate_visitors, affiliates, campaigns, commission_rules, coupons, exchange_rates, installation, programs,
    tokens,
};
use crate::domain::affiliate::{Affiliate, AffiliateRef};
use crate::domain::campaign::Campaign;
use crate::domain::click_token::Mode;
use crate::domain::coupon::Coupon;
use crate::domain::currency::Currency;
use crate::domain::exchange::{EuroRates, Quote};
use crate::domain::handle::{AffiliateCode, ClickParameter};
use crate::domain::id::{AffiliateId, CampaignId, ProgramId, TokenId};
use crate::domain::key::{KeyKind, Verifier};
use crate::domain::landing::TargetUrl;
use crate::domain::permission::Scopes;
use crate::domain::program::Program;
use crate::domain::rule::{Rule, in_force};
use crate::domain::time::{LocalDay, Timestamp, Zone};
use crate::domain::visitor_print::VisitorPrint;

/// How many days back exchange rates are held: what arrives now is converted by the rates of the last seven days.
const HELD_RATE_DAYS: i32 = 40;

/// A key, as far as checking a request needs it.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its row.
    pub token_id: TokenId,
    /// Whose kind of key it is.
    pub kind: KeyKind,
    /// Live or test.
    pub mode: Mode,
    /// The program.
    pub program_id: ProgramId,
    /// The campaign, for a campaign's key.
    pub campaign_id: Option<CampaignId>,
    /// The affiliate, for an affiliate's token.
    pub affiliate_id: Option<AffiliateId>,
    /// What a program's or affiliate's token may do.
    pub scopes: Scopes,
    /// What the presented key must hash to.
    pub verifier: Verifier,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

/// One consistent view of what admins have set up.
#[derive(Debug, Default)]
pub struct Catalogue {
    revision: i64,
    programs: HashMap<ProgramId, Program>,
    campaigns: HashMap<CampaignId, Campaign>,
    rules: HashMap<CampaignId, Vec<Rule>>,
    affiliates: HashMap<AffiliateId, Affiliate>,
    affiliate_codes: HashMap<(ProgramId, AffiliateCode), AffiliateId>,
    coupons: HashMap<ProgramId, HashMap<String, Coupon>>,
    keys: HashMap<String, Key>,
    rates: HashMap<ProgramId, EuroRates>,
    visitors: HashMap<AffiliateId, HashSet<VisitorPrint>>,
}

impl Catalogue {
    /// Reads everything. Run it in a transaction or a snapshot, so that it is of one piece.
    ///
    /// # Errors
    /// [`super::error::StorageError`], also for a stored value that its own type refuses.
    pub fn load(conn: &mut Conn, now: Timestamp) -> Stored<Self> {
        let mut catalogue = Self { revision: installation::revision(conn)?, ..Self::default() };
        for row in programs::all(conn)? {
            catalogue.programs.insert(row.id, read_program(row)?);
        }
        for row in campaigns::all(conn)? {
            catalogue.campaigns.insert(row.id, Campaign::try_from(row)?);
        }
        for rule in commission_rules::all(conn)? {
            catalogue.rules.entry(rule.campaign_id).or_default().push(rule);
        }
        for row in affiliates::all(conn)? {
            catalogue.affiliates.insert(row.id, Affiliate::from(row));
        }
        for (program, code, affiliate) in affiliates::all_codes(conn)? {
            catalogue.affiliate_codes.insert((program, code), affiliate);
        }
        for coupon in coupons::all(conn)? {
            catalogue.coupons.entry(coupon.program_id).or_default().insert(coupon.code.folded(), coupon);
        }
        for row in tokens::all_valid(conn, now)? {
            catalogue.keys.insert(row.selector.clone(), read_key(&row)?);
        }
        for row in exchange_rates::since(conn, oldest_rate(now))? {
            catalogue.rates.entry(row.program_id).or_default().add(row.currency, row.day, row.rate);
        }
        for row in affiliate_visitors::all(conn)? {
            let print = VisitorPrint::from_text(&row.fingerprint);
            catalogue.visitors.entry(row.affiliate_id).or_default().extend(print);
        }
        Ok(catalogue)
    }

    /// The revision it was read at.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.revision
    }

    /// A program.
    #[must_use]
    pub fn program(&self, id: ProgramId) -> Option<&Program> {
        self.programs.get(&id)
    }

    /// Every program, in no order.
    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        self.programs.values()
    }

    /// A campaign of this program.
    #[must_use]
    pub fn campaign(&self, program: ProgramId, id: CampaignId) -> Option<&Campaign> {
        self.campaigns.get(&id).filter(|campaign| campaign.program_id == program)
    }

    /// The campaign that a page names, which names its program by that: a browser has no key that would.
    #[must_use]
    pub fn campaign_named(&self, id: CampaignId) -> Option<&Campaign> {
        self.campaigns.get(&id)
    }

    /// Every campaign of this program, in no order.
    pub fn campaigns_of(&self, program: ProgramId) -> impl Iterator<Item = &Campaign> {
        self.campaigns.values().filter(move |campaign| campaign.program_id == program)
    }

    /// The default rule of a campaign, as it is in force at `now`.
    #[must_use]
    pub fn default_rule(&self, campaign: CampaignId, now: Timestamp) -> Option<&Rule> {
        in_force(self.rules.get(&campaign)?, now).find(|rule| rule.number == 0)
    }

    /// Every version of a campaign's rules, by number and version.
    #[must_use]
    pub fn rules(&self, campaign: CampaignId) -> &[Rule] {
        self.rules.get(&campaign).map_or(&[], Vec::as_slice)
    }

    /// An affiliate of this program.
    #[must_use]
    pub fn affiliate(&self, program: ProgramId, id: AffiliateId) -> Option<&Affiliate> {
        self.affiliates.get(&id).filter(|affiliate| affiliate.program_id == program)
    }

    /// Every affiliate of this program, in no order.
    pub fn affiliates_of(&self, program: ProgramId) -> impl Iterator<Item = &Affiliate> {
        self.affiliates.values().filter(move |affiliate| affiliate.program_id == program)
    }

    /// From where an affiliate asks for their own figures, if that is known.
    #[must_use]
    pub fn visitors_of(&self, affiliate: AffiliateId) -> Option<&HashSet<VisitorPrint>> {
        self.visitors.get(&affiliate)
    }

    /// The affiliate of this program that is named so, by id or by a code it has or had.
    #[must_use]
    pub fn affiliate_named(&self, program: ProgramId, named: &AffiliateRef) -> Option<&Affiliate> {
        match named {
            AffiliateRef::Id(id) => self.affiliate(program, *id),
            AffiliateRef::Code(code) => {
                let id = self.affiliate_codes.get(&(program, code.clone()))?;
                self.affiliates.get(id)
            }
        }
    }

    /// The coupon of this program with this code, as [`crate::domain::coupon::folded`] makes it of what a customer typed;
    /// ended ones included, so that a report of one can be told so.
    #[must_use]
    pub fn coupon(&self, program: ProgramId, folded: &str) -> Option<&Coupon> {
        self.coupons.get(&program)?.get(folded)
    }

    /// Every coupon of this program, ended ones included, in no order.
    pub fn coupons_of(&self, program: ProgramId) -> impl Iterator<Item = &Coupon> {
        self.coupons.get(&program).into_iter().flat_map(HashMap::values)
    }

    /// The key with this selector, if it has not ended.
    #[must_use]
    pub fn key(&self, selector: &str, now: Timestamp) -> Option<&Key> {
        self.keys.get(selector).filter(|key| key.expires_at.is_none_or(|end| now < end))
    }

    /// What one unit of a currency is worth in the program's base currency on a day of the last weeks, as
    /// [`EuroRates::quote`] finds it. Older days are only in the database.
    #[must_use]
    pub fn quote(&self, program: ProgramId, from: Currency, day: LocalDay) -> Option<Quote> {
        let base = self.program(program)?.base_currency;
        self.rates.get(&program)?.quote(from, base, day)
    }
}

/// The first day whose exchange rates a catalogue holds that is read at `now`.
#[must_use]
pub fn oldest_rate(now: Timestamp) -> LocalDay {
    LocalDay::from_number(Zone::utc().local_day(now).number().saturating_sub(HELD_RATE_DAYS))
}

fn read_program(row: ProgramRow) -> Stored<Program> {
    Ok(Program {
        id: row.id,
        slug: row.slug,
        name: row.name,
        base_currency: row.base_currency,
        zone: Zone::parse(&row.time_zone).map_err(unreadable)?,
        click_parameter: ClickParameter::parse(&row.click_parameter).map_err(unreadable)?,
        fallback: row.fallback_url.as_deref().map(TargetUrl::parse).transpose().map_err(unreadable)?,
        default_campaign: row.default_campaign_id,
    })
}

fn read_key(row: &TokenRow) -> Stored<Key> {
    let verifier = Verifier::from_hex(&row.verifier);
    Ok(Key {
        token_id: row.id,
        kind: row.kind,
        mode: row.mode,
        program_id: row.program_id,
        campaign_id: row.campaign_id,
        affiliate_id: row.affiliate_id,
        scopes: row.rights()?,
        verifier: verifier.ok_or(super::error::StorageError::Failed(diesel::result::Error::NotFound))?,
        expires_at: row.expires_at,
    })
}
