//! Whom a report names: each of its identifiers led to an affiliate, in the order in which they are believed.

use crate::domain::affiliate::{Affiliate, AffiliateRef};
use crate::domain::attribution::{self, Candidate, Credit, Refusal, Scope, Source};
use crate::domain::campaign::Campaign;
use crate::domain::coupon;
use crate::domain::handle::ExternalId;
use crate::domain::id::{AffiliateId, CampaignId};
use crate::domain::referral::{self, Identifier};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::referrals::ReferralRow;

use super::on_record::OnRecord;
use super::{Incoming, Presented};

/// Everybody whom a report names, judged as of `at`.
///
/// # Errors
/// [`Refusal::UnknownClickToken`] for a click token that is not the key's: it is refused at once, whatever else there is.
pub(super) fn candidates(
    catalogue: &Catalogue,
    on_record: &OnRecord,
    incoming: &Incoming,
    at: Timestamp,
) -> Result<Vec<Candidate>, Refusal> {
    let asking = Asking { catalogue, on_record, scope: incoming.scope(), at };
    let evidence = &incoming.evidence;
    if let Some(credit) = evidence.by_hand {
        return Ok(vec![asking.by_hand(credit)]);
    }
    let mut found = Vec::new();
    if let Some(token) = &evidence.token {
        found.push(asking.by_click(Source::ClickToken, token)?);
    }
    if let Some(cookie) = &evidence.cookie {
        found.push(
            asking.by_click(Source::Cookie, cookie).unwrap_or_else(|why| Candidate::unknown(Source::Cookie, why)),
        );
    }
    if let Some(code) = &incoming.report.customer.coupon_code {
        found.push(asking.by_coupon(code));
    }
    if evidence.referral.is_some() {
        found.push(asking.by_known(Source::Referral, on_record.referral_named(incoming)));
    }
    for name in referral::identifiers(&incoming.report.customer) {
        found.push(asking.by_customer(name));
    }
    found.extend(asking.by_old_click(&found, incoming));
    if let Some(named) = &evidence.direct {
        found.push(asking.direct(named));
    }
    Ok(found)
}

/// What every identifier is judged by.
struct Asking<'a> {
    catalogue: &'a Catalogue,
    on_record: &'a OnRecord,
    scope: Scope,
    at: Timestamp,
}

impl Asking<'_> {
    fn by_click(&self, source: Source, presented: &Presented) -> Result<Candidate, Refusal> {
        let Presented { claims, link } = presented;
        let credit = attribution::belongs(claims, link.as_deref(), &self.scope)?;
        let affiliate = self.affiliate(credit.affiliate_id);
        let standing = self
            .campaign(credit.campaign_id)
            .and_then(|campaign| attribution::judge_click(claims, campaign, affiliate, self.at));
        Ok(Candidate { source, credit: Some(credit), standing })
    }

    fn by_coupon(&self, code: &ExternalId) -> Candidate {
        let coupon = self.catalogue.coupon(self.scope.program_id, &coupon::folded(code.as_str()));
        let counting = coupon.filter(|coupon| coupon.counts_at(self.at) && self.scope.covers(coupon.campaign_id));
        match counting {
            Some(coupon) => self.at_report(Source::Coupon, (coupon.campaign_id, coupon.affiliate_id)),
            None => Candidate::unknown(Source::Coupon, Refusal::UnknownCoupon),
        }
    }

    fn by_customer(&self, name: Identifier) -> Candidate {
        let source = name.kind.source();
        let named = (self.scope.program_id, self.scope.mode, name);
        self.by_known(source, self.on_record.customer(&named))
    }

    /// The customer who signed up with a click that is older than its window by now. One of whom nothing but the click is known
    /// prolongs it for nobody.
    fn by_old_click(&self, found: &[Candidate], incoming: &Incoming) -> Option<Candidate> {
        let is_old = |it: &Candidate| it.standing == Err(Refusal::ClickTokenExpired) && it.source == Source::ClickToken;
        if !found.iter().any(is_old) {
            return None;
        }
        let customer = self.on_record.customer_of_click(incoming).filter(|it| self.on_record.is_named(it.id))?;
        Some(self.by_known(Source::CustomerId, Some(customer)))
    }

    fn by_known(&self, source: Source, row: Option<&ReferralRow>) -> Candidate {
        match row.filter(|row| self.scope.covers(row.campaign_id)) {
            Some(row) => self.at_report(source, (row.campaign_id, row.affiliate_id)),
            None => Candidate::unknown(source, Refusal::UnknownCustomer),
        }
    }

    fn at_report(&self, source: Source, (campaign_id, affiliate_id): (CampaignId, AffiliateId)) -> Candidate {
        let standing = self
            .pair(campaign_id, affiliate_id)
            .and_then(|(campaign, affiliate)| attribution::judge_at_report(campaign, affiliate, self.at));
        Candidate { source, credit: Some(Credit { campaign_id, affiliate_id, click: None }), standing }
    }

    fn direct(&self, named: &AffiliateRef) -> Candidate {
        let affiliate = self.catalogue.affiliate_named(self.scope.program_id, named);
        let (Some(affiliate), Some(campaign_id)) = (affiliate, self.scope.campaign_id) else {
            let why = if affiliate.is_none() { Refusal::UnknownAffiliate } else { Refusal::UnknownCampaign };
            return Candidate::unknown(Source::Direct, why);
        };
        let standing =
            self.campaign(campaign_id).and_then(|campaign| attribution::judge_direct(campaign, affiliate, self.at));
        let credit = Credit { campaign_id, affiliate_id: affiliate.id, click: None };
        Candidate { source: Source::Direct, credit: Some(credit), standing }
    }

    fn by_hand(&self, credit: Credit) -> Candidate {
        let standing = self
            .pair(credit.campaign_id, credit.affiliate_id)
            .and_then(|(campaign, affiliate)| attribution::judge_by_hand(campaign, affiliate));
        Candidate { source: Source::ByHand, credit: Some(credit), standing }
    }

    fn pair(&self, campaign: CampaignId, affiliate: AffiliateId) -> Result<(&Campaign, &Affiliate), Refusal> {
        Ok((self.campaign(campaign)?, self.affiliate(affiliate).ok_or(Refusal::UnknownAffiliate)?))
    }

    fn campaign(&self, id: CampaignId) -> Result<&Campaign, Refusal> {
        self.catalogue.campaign(self.scope.program_id, id).ok_or(Refusal::UnknownCampaign)
    }

    fn affiliate(&self, id: AffiliateId) -> Option<&Affiliate> {
        self.catalogue.affiliate(self.scope.program_id, id)
    }
}
