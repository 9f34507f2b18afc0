//! Who is credited, and who is not, with the reason.
//!
//! A click token says everything that crediting needs: which click, through which link, when, and for how long. What it
//! cannot say is what became of the campaign and the affiliate since, which is judged here, at the report. The rule is
//! that a promise made at the click is kept (a campaign paused or ended later still pays for it) unless the merchant
//! took it back in so many words: by archiving the campaign or rejecting the affiliate (CONTRACT, Rules: Attribution).

use std::time::Duration;

use super::affiliate::Affiliate;
use super::campaign::Campaign;
use super::click_token::{Claims, Mode, Origin};
use super::id::{AffiliateId, CampaignId, ClickId, LinkId, ProgramId};
use super::link::Link;
use super::text_enum;
use super::time::{Timestamp, Window};

text_enum! {
    /// Why a report was not credited. The word is the stable code under which an attempt is kept.
    pub enum Refusal {
        /// A field is missing, malformed or given twice; nothing could be judged.
        InvalidRequest => "invalid_request",
        /// The token is good, and may not report.
        ScopeMissing => "scope_missing",
        /// The campaign named is not the key's, or does not exist.
        UnknownCampaign => "unknown_campaign",
        /// No such affiliate in the program.
        UnknownAffiliate => "unknown_affiliate",
        /// Forged, altered, or of another campaign or mode.
        UnknownClickToken => "unknown_click_token",
        /// The click is older than its window.
        ClickTokenExpired => "click_token_expired",
        /// The click happened when the order was on record already.
        ClickAfterOrder => "click_after_order",
        /// The campaign was put away.
        CampaignArchived => "campaign_archived",
        /// The campaign is a draft or in review.
        CampaignNotPublic => "campaign_not_public",
        /// The campaign has not begun or has ended.
        CampaignOutsidePeriod => "campaign_outside_period",
        /// The campaign takes no conversion without a click.
        DirectModeOff => "direct_mode_off",
        /// The affiliate was rejected.
        AffiliateRejected => "affiliate_rejected",
        /// The affiliate is pending or paused.
        AffiliateNotActive => "affiliate_not_active",
        /// The order is on record with other facts.
        PayloadMismatch => "payload_mismatch",
        /// No click, coupon, customer or affiliate that was named leads anywhere.
        NothingMatches => "nothing_matches",
        /// What was named leads to different affiliates, and the request asked for one.
        IdentifiersDisagree => "identifiers_disagree",
        /// Nobody has this coupon code, or nobody has it any more.
        UnknownCoupon => "unknown_coupon",
        /// No affiliate is known to have sent this customer.
        UnknownCustomer => "unknown_customer",
        /// The customer who signed up is another affiliate's, and stays so.
        CustomerOfAnother => "customer_of_another",
        /// A browser said it of a page that is on none of the campaign's hosts.
        ForeignPage => "foreign_page",
        /// The program named is not the key's.
        UnknownProgram => "unknown_program",
    }
}

impl Refusal {
    /// One sentence for the developer who sent the report.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request could not be read",
            Self::ScopeMissing => "The token may not do this",
            Self::UnknownCampaign => "Unknown campaign",
            Self::UnknownAffiliate => "Unknown affiliate",
            Self::UnknownClickToken => "Unknown click token",
            Self::ClickTokenExpired => "Click token expired",
            Self::ClickAfterOrder => "The click came after the order",
            Self::CampaignArchived => "Campaign is archived",
            Self::CampaignNotPublic => "Campaign is not public",
            Self::CampaignOutsidePeriod => "Campaign is outside its period",
            Self::DirectModeOff => "Campaign does not allow conversions without a click",
            Self::AffiliateRejected => "Affiliate is rejected",
            Self::AffiliateNotActive => "Affiliate is not active",
            Self::PayloadMismatch => "Order already recorded with other facts",
            Self::NothingMatches => "No click, coupon or customer leads to an affiliate",
            Self::IdentifiersDisagree => "The identifiers lead to different affiliates",
            Self::UnknownCoupon => "Unknown coupon code",
            Self::UnknownCustomer => "Unknown customer",
            Self::CustomerOfAnother => "The customer was brought by another affiliate",
            Self::ForeignPage => "The page is on none of the campaign's hosts",
            Self::UnknownProgram => "Unknown program",
        }
    }
}

/// Who gets the credit, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What was promoted.
    pub campaign_id: CampaignId,
    /// By whom.
    pub affiliate_id: AffiliateId,
    /// The click it rests on; none in direct mode.
    pub click: Option<CreditedClick>,
}

/// The click a credit rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditedClick {
    /// The click.
    pub id: ClickId,
    /// The link it came through.
    pub link_id: LinkId,
    /// When it happened: its id's milliseconds.
    pub clicked_at: Timestamp,
    /// For how long it counts, as it was promised then.
    pub window: Window,
    /// How it came to be.
    pub origin: Origin,
}

text_enum! {
    /// What named an affiliate, in the order in which it is believed (CONTRACT, Rules: Attribution).
    pub enum Source {
        /// Somebody decided it in the admin.
        ByHand => "by_hand",
        /// The click token that the report carries.
        ClickToken => "click_token",
        /// The click token in the visitor's cookie.
        Cookie => "cookie",
        /// A coupon.
        Coupon => "coupon_code",
        /// A known customer, by the referral's own id.
        Referral => "referral_id",
        /// A known customer, by the merchant's id of the account.
        ExternalUserId => "external_user_id",
        /// A known customer, by the merchant's id.
        CustomerId => "customer_id",
        /// A known customer, by e-mail address.
        Email => "customer_email",
        /// The report itself, without a click.
        Direct => "direct",
    }
}

impl Source {
    /// Whether it is no more than what was known of the customer before. Everything else is the report's own evidence.
    #[must_use]
    pub const fn is_known_customer(self) -> bool {
        matches!(self, Self::Referral | Self::ExternalUserId | Self::CustomerId | Self::Email)
    }
}

/// Somebody whom a report names, in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// In which way.
    pub source: Source,
    /// Who would be credited; none if what was named leads to nobody.
    pub credit: Option<Credit>,
    /// Whether it may be credited, or why not.
    pub standing: Result<(), Refusal>,
}

impl Candidate {
    /// What names nobody.
    #[must_use]
    pub const fn unknown(source: Source, why: Refusal) -> Self {
        Self { source, credit: None, standing: Err(why) }
    }
}

/// Whether a report's identifiers have to lead to the same affiliate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Agreement {
    /// The first that leads anywhere decides.
    #[default]
    NotAsked,
    /// All that lead anywhere must lead to the same.
    Asked,
    /// The same, of a customer whom a person gave to another affiliate: the click that an order comes with is the order's own,
    /// and what is known of the customer does not contradict it any more.
    AskedButOfTheClick,
}

/// Who of the candidates, which stand in the order of [`Source`], gets the credit: the first that may have it. An expired
/// click token, a coupon or a customer that may not be credited gives way to the next; a click token that may not be
/// credited for another reason ends it, because the visitor did come through that link.
///
/// # Errors
/// The refusal to answer with when nobody gets it: that of the token, else that of direct mode, else the first.
pub fn choose(candidates: &[Candidate], agreement: Agreement) -> Result<usize, Refusal> {
    let leaves_out = |left_out: fn(Source) -> bool| disagree(candidates, left_out);
    let disagree = match agreement {
        Agreement::NotAsked => false,
        Agreement::Asked => leaves_out(|_| false),
        Agreement::AskedButOfTheClick => {
            leaves_out(Source::is_known_customer) || leaves_out(|source| source == Source::ClickToken)
        }
    };
    if disagree {
        return Err(Refusal::IdentifiersDisagree);
    }
    for (place, candidate) in candidates.iter().enumerate() {
        match (candidate.source, candidate.standing) {
            (_, Ok(())) => return Ok(place),
            (Source::ClickToken, Err(why)) if why != Refusal::ClickTokenExpired => return Err(why),
            _ => {}
        }
    }
    let of_source = |source| candidates.iter().find(|candidate| candidate.source == source);
    let known = candidates.iter().find(|candidate| candidate.credit.is_some());
    let telling = of_source(Source::ClickToken).or_else(|| of_source(Source::Direct)).or(known);
    Err(telling.and_then(|candidate| candidate.standing.err()).unwrap_or(Refusal::NothingMatches))
}

/// Whether those that are not left out lead to different affiliates. A click that is too old leads nowhere any more.
fn disagree(candidates: &[Candidate], left_out: fn(Source) -> bool) -> bool {
    let asked = candidates.iter().filter(|candidate| !left_out(candidate.source));
    let leading = asked.filter(|candidate| candidate.standing != Err(Refusal::ClickTokenExpired));
    let mut affiliates = leading.filter_map(|candidate| Some(candidate.credit?.affiliate_id));
    affiliates.next().is_some_and(|first| affiliates.any(|other| other != first))
}

/// For what a key speaks: its program, and only one campaign of it if it is a campaign's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The program.
    pub program_id: ProgramId,
    /// The campaign, for a campaign's key.
    pub campaign_id: Option<CampaignId>,
    /// Live or test.
    pub mode: Mode,
}

impl Scope {
    /// Whether a campaign of its program lies inside.
    #[must_use]
    pub fn covers(&self, campaign: CampaignId) -> bool {
        self.campaign_id.is_none_or(|own| own == campaign)
    }
}

/// Whether a verified token belongs to the key that presents it: same program, campaign and mode.
/// A link that is not known any more belongs to nobody.
///
/// # Errors
/// [`Refusal::UnknownClickToken`], whichever of these it is: a key must not learn of others' clicks.
pub fn belongs(claims: &Claims, link: Option<&Link>, scope: &Scope) -> Result<Credit, Refusal> {
    let own = |link: &&Link| link.program_id == scope.program_id && scope.covers(link.campaign_id);
    let link = link.filter(own).filter(|link| claims.mode == scope.mode && link.id == claims.link);
    let link = link.ok_or(Refusal::UnknownClickToken)?;
    let Claims { click: id, window, origin, .. } = *claims;
    let click = CreditedClick { id, link_id: link.id, clicked_at: claims.clicked_at(), window, origin };
    Ok(Credit { campaign_id: link.campaign_id, affiliate_id: link.affiliate_id, click: Some(click) })
}

/// How far the clocks of the machines may differ that a click and an order arrived at.
const CLOCKS: Duration = Duration::from_secs(60);

/// Whether a click may still be credited at `now`: inside its window, the campaign not archived, the affiliate not
/// rejected. What takes an order over is judged as of its first report, and no click of a later time led to it.
///
/// # Errors
/// The refusal to answer with.
pub fn judge_click(
    claims: &Claims,
    campaign: &Campaign,
    affiliate: Option<&Affiliate>,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !claims.window.covers(claims.clicked_at(), now) {
        return Err(Refusal::ClickTokenExpired);
    }
    if claims.clicked_at() > now.plus(CLOCKS) {
        return Err(Refusal::ClickAfterOrder);
    }
    campaign.still_credits()?;
    affiliate.ok_or(Refusal::AffiliateRejected)?.may_earn()
}

/// Whether a conversion without a click may be credited at `now`: the campaign allows it, and as [`judge_at_report`].
///
/// # Errors
/// The refusal to answer with.
pub fn judge_direct(campaign: &Campaign, affiliate: &Affiliate, now: Timestamp) -> Result<(), Refusal> {
    if !campaign.direct_mode {
        return Err(Refusal::DirectModeOff);
    }
    judge_at_report(campaign, affiliate, now)
}

/// Whether a coupon's or a known customer's order may be credited at `now`: the campaign takes visitors and the affiliate
/// is active, judged at the report because there is no click to judge them at.
///
/// # Errors
/// The refusal to answer with.
pub fn judge_at_report(campaign: &Campaign, affiliate: &Affiliate, now: Timestamp) -> Result<(), Refusal> {
    campaign.takes_visitors(now)?;
    affiliate.may_send()
}

/// Whether an admin may credit by hand: neither window nor period stands in the way, but what was put away or turned out
/// stays so.
///
/// # Errors
/// The refusal to tell.
pub fn judge_by_hand(campaign: &Campaign, affiliate: &Affiliate) -> Result<(), Refusal> {
    campaign.still_credits()?;
    affiliate.may_earn()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        Agreement, CLOCKS, Candidate, Credit, Refusal, Scope, Source, belongs, choose, judge_click, judge_direct,
    };
    use crate::domain::affiliate::{Affiliate, AffiliateStatus};
    use crate::domain::campaign::{Campaign, CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
    use crate::domain::click_token::{Claims, Mode, Origin};
    use crate::domain::handle::{AffiliateCode, LinkCode};
    use crate::domain::id::Id;
    use crate::domain::landing::{AllowedHosts, TargetUrl};
    use crate::domain::link::Link;
    use crate::domain::time::{Timestamp, Window};

    const CLICKED: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn campaign() -> Campaign {
        Campaign {
            id: Id::at(CLICKED, [1; 10]),
            program_id: Id::at(CLICKED, [0; 10]),
            name: "Autumn".into(),
            kind: CampaignKind::Link,
            tool_type: ToolType::SaleIntegration,
            method: IntegrationMethod::S2sApi,
            status: CampaignStatus::Public,
            period: Period::default(),
            archived: false,
            direct_mode: true,
            window: Window::DEFAULT,
            target: TargetUrl::parse("https://alderfinch.example/").unwrap(),
            allowed_hosts: AllowedHosts::default(),
        }
    }

    fn affiliate(status: AffiliateStatus) -> Affiliate {
        Affiliate {
            id: Id::at(CLICKED, [2; 10]),
            program_id: campaign().program_id,
            code: AffiliateCode::parse("wander").unwrap(),
            name: "Wander Weekly".into(),
            email: None,
            status,
        }
    }

    fn link() -> Link {
        Link {
            id: Id::at(CLICKED, [3; 10]),
            program_id: campaign().program_id,
            campaign_id: campaign().id,
            affiliate_id: affiliate(AffiliateStatus::Active).id,
            code: LinkCode::parse("autumn24").unwrap(),
        }
    }

    fn claims() -> Claims {
        Claims {
            mode: Mode::Live,
            origin: Origin::Redirect,
            window: Window::DEFAULT,
            click: Id::at(CLICKED, [4; 10]),
            link: link().id,
        }
    }

    #[test]
    fn a_token_belongs_to_its_own_campaign_and_mode_and_to_nobody_else() {
        let scope = Scope { program_id: campaign().program_id, campaign_id: Some(campaign().id), mode: Mode::Live };
        let other = Some(Id::at(CLICKED, [9; 10]));
        let elsewhere = Link { id: Id::at(CLICKED, [9; 10]), ..link() };
        let unknown = Err(Refusal::UnknownClickToken);
        let judged = |link: Option<Link>, scope| belongs(&claims(), link.as_ref(), &scope).map(|_| ());
        let foreign = Scope { program_id: Id::at(CLICKED, [8; 10]), campaign_id: None, ..scope };
        let cases = [
            ("its own", judged(Some(link()), scope), Ok(())),
            ("of a key for all campaigns", judged(Some(link()), Scope { campaign_id: None, ..scope }), Ok(())),
            ("of another campaign", judged(Some(link()), Scope { campaign_id: other, ..scope }), unknown),
            ("of another program", judged(Some(link()), foreign), unknown),
            ("of the other mode", judged(Some(link()), Scope { mode: Mode::Test, ..scope }), unknown),
            ("of no link", judged(None, scope), unknown),
            ("of another link", judged(Some(elsewhere), scope), unknown),
        ];
        for (name, found, expected) in cases {
            assert_eq!(found, expected, "{name}");
        }
        let Credit { affiliate_id, click, .. } = belongs(&claims(), Some(&link()), &scope).expect("it belongs");
        assert_eq!(affiliate_id, link().affiliate_id);
        assert_eq!(click.map(|click| click.clicked_at), Some(CLICKED));
    }

    fn candidate(source: Source, affiliate: u8, standing: Result<(), Refusal>) -> Candidate {
        let affiliate_id = Id::at(CLICKED, [affiliate; 10]);
        Candidate { source, credit: Some(Credit { campaign_id: campaign().id, affiliate_id, click: None }), standing }
    }

    #[test]
    fn the_first_that_may_be_credited_wins_in_the_written_order() {
        use Refusal::{CampaignArchived, ClickTokenExpired, DirectModeOff, NothingMatches, UnknownCoupon};
        let good = |source| candidate(source, 1, Ok(()));
        let bad = |source, why| candidate(source, 1, Err(why));
        let all: Vec<Candidate> = Source::ALL.iter().skip(1).map(|source| good(*source)).collect();
        for first in 0..all.len() {
            assert_eq!(choose(&all[first..], Agreement::NotAsked), Ok(0), "{}", all[first].source);
        }
        let expired = bad(Source::ClickToken, ClickTokenExpired);
        let archived = bad(Source::ClickToken, CampaignArchived);
        let no_coupon = Candidate::unknown(Source::Coupon, UnknownCoupon);
        let cases = [
            ("an expired token gives way to the cookie", vec![expired, good(Source::Cookie)], Ok(1)),
            ("and to a coupon", vec![expired, good(Source::Coupon)], Ok(1)),
            ("and is the answer if nothing else matches", vec![expired, no_coupon], Err(ClickTokenExpired)),
            (
                "an archived campaign's token gives way to nothing",
                vec![archived, good(Source::Coupon)],
                Err(CampaignArchived),
            ),
            ("an unknown coupon gives way", vec![no_coupon, good(Source::Email)], Ok(1)),
            (
                "direct mode tells why it failed",
                vec![no_coupon, bad(Source::Direct, DirectModeOff)],
                Err(DirectModeOff),
            ),
            (
                "a customer who may not be credited is told",
                vec![bad(Source::Email, CampaignArchived)],
                Err(CampaignArchived),
            ),
            ("what leads nowhere is nothing", vec![no_coupon], Err(NothingMatches)),
            ("nothing is nothing", vec![], Err(NothingMatches)),
        ];
        for (name, candidates, expected) in cases {
            assert_eq!(choose(&candidates, Agreement::NotAsked), expected, "{name}");
        }
    }

    #[test]
    fn where_agreement_is_asked_two_affiliates_are_refused_and_unknown_names_are_not() {
        let one = candidate(Source::CustomerId, 1, Ok(()));
        let other = candidate(Source::Email, 2, Ok(()));
        let unknown = Candidate::unknown(Source::ExternalUserId, Refusal::UnknownCustomer);
        assert_eq!(choose(&[one, other], Agreement::Asked), Err(Refusal::IdentifiersDisagree));
        assert_eq!(choose(&[one, other], Agreement::NotAsked), Ok(0));
        assert_eq!(choose(&[unknown, one], Agreement::Asked), Ok(1));
        let expired = candidate(Source::ClickToken, 2, Err(Refusal::ClickTokenExpired));
        let archived = candidate(Source::ClickToken, 2, Err(Refusal::CampaignArchived));
        assert_eq!(choose(&[expired, one], Agreement::Asked), Ok(1), "an old click gives way");
        assert_eq!(choose(&[archived, one], Agreement::Asked), Err(Refusal::IdentifiersDisagree));
    }

    #[test]
    fn what_a_person_said_of_a_customer_does_not_contradict_the_click_and_nothing_else() {
        let agreement = Agreement::AskedButOfTheClick;
        let click = candidate(Source::ClickToken, 1, Ok(()));
        let customer = candidate(Source::CustomerId, 2, Ok(()));
        let cases = [
            ("the click decides", vec![click, customer], Ok(0)),
            ("without one the customer does", vec![customer], Ok(0)),
            (
                "two customers",
                vec![click, customer, candidate(Source::Email, 1, Ok(()))],
                Err(Refusal::IdentifiersDisagree),
            ),
            (
                "a coupon against the click",
                vec![click, candidate(Source::Coupon, 2, Ok(())), customer],
                Err(Refusal::IdentifiersDisagree),
            ),
            (
                "a coupon against the customer",
                vec![click, candidate(Source::Coupon, 1, Ok(())), customer],
                Err(Refusal::IdentifiersDisagree),
            ),
        ];
        for (name, candidates, expected) in cases {
            assert_eq!(choose(&candidates, agreement), expected, "{name}");
        }
    }

    #[test]
    fn a_promise_made_at_the_click_is_kept_unless_it_was_taken_back() {
        let end = CLICKED.plus(DAY * 30);
        let draft = Campaign { status: CampaignStatus::Draft, ..campaign() };
        let over = Campaign { period: Period { starts_at: None, ends_at: Some(CLICKED) }, ..campaign() };
        let archived = Campaign { archived: true, ..campaign() };
        let active = affiliate(AffiliateStatus::Active);
        let paused = affiliate(AffiliateStatus::Paused);
        let rejected = affiliate(AffiliateStatus::Rejected);
        let late = end.plus(Duration::from_millis(1));
        let cases = [
            ("at the end of the window", judge_click(&claims(), &campaign(), Some(&active), end), Ok(())),
            ("after it", judge_click(&claims(), &campaign(), Some(&active), late), Err(Refusal::ClickTokenExpired)),
            ("clocks that differ", judge_click(&claims(), &campaign(), Some(&active), CLICKED.minus(CLOCKS)), Ok(())),
            (
                "an order from before the click",
                judge_click(&claims(), &campaign(), Some(&active), CLICKED.minus(CLOCKS + Duration::from_millis(1))),
                Err(Refusal::ClickAfterOrder),
            ),
            ("campaign withdrawn to draft", judge_click(&claims(), &draft, Some(&active), end), Ok(())),
            ("campaign over", judge_click(&claims(), &over, Some(&active), end), Ok(())),
            (
                "campaign archived",
                judge_click(&claims(), &archived, Some(&active), end),
                Err(Refusal::CampaignArchived),
            ),
            ("affiliate paused", judge_click(&claims(), &campaign(), Some(&paused), end), Ok(())),
            (
                "affiliate rejected",
                judge_click(&claims(), &campaign(), Some(&rejected), end),
                Err(Refusal::AffiliateRejected),
            ),
            (
                "expired and archived: the click is judged first",
                judge_click(&claims(), &archived, Some(&active), late),
                Err(Refusal::ClickTokenExpired),
            ),
        ];
        for (name, found, expected) in cases {
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn without_a_click_everything_is_judged_at_the_report() {
        let now = CLICKED;
        let later = Some(now.plus(DAY));
        let open = campaign();
        let with = |change: fn(&mut Campaign)| {
            let mut changed = campaign();
            change(&mut changed);
            changed
        };
        let not_yet = Campaign { period: Period { starts_at: later, ends_at: None }, ..campaign() };
        let over = Campaign { period: Period { starts_at: None, ends_at: Some(now) }, ..campaign() };
        let active = AffiliateStatus::Active;
        let cases = [
            ("all in order", &open, active, Ok(())),
            ("direct mode off", &with(|c| c.direct_mode = false), active, Err(Refusal::DirectModeOff)),
            ("in review", &with(|c| c.status = CampaignStatus::InReview), active, Err(Refusal::CampaignNotPublic)),
            ("archived", &with(|c| c.archived = true), active, Err(Refusal::CampaignArchived)),
            ("not begun", &not_yet, active, Err(Refusal::CampaignOutsidePeriod)),
            ("ended this moment", &over, active, Err(Refusal::CampaignOutsidePeriod)),
            ("affiliate pending", &open, AffiliateStatus::Pending, Err(Refusal::AffiliateNotActive)),
            ("affiliate paused", &open, AffiliateStatus::Paused, Err(Refusal::AffiliateNotActive)),
            ("affiliate rejected", &open, AffiliateStatus::Rejected, Err(Refusal::AffiliateRejected)),
        ];
        for (name, campaign, status, expected) in cases {
            assert_eq!(judge_direct(campaign, &affiliate(status), now), expected, "{name}");
        }
    }
}
