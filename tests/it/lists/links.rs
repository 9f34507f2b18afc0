//! Links: found by what they join, made only for what can be promoted, and warned about where they do not credit.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::attribution::Refusal;
use accrue::domain::campaign::CampaignStatus;
use accrue::domain::currency::Currency;
use accrue::domain::id::{AffiliateId, CampaignId, ProgramId};
use accrue::domain::link::{Link, obstacles};
use accrue::operations::create_link::{LinkRefused, promote};
use accrue::recorder::WriteError;
use accrue::storage::links::{self, LinkRow, Wanted};

use crate::support::engine::on_each_engine;
use crate::support::house::{House, affiliate_id, campaign_id, plan};
use crate::support::in_process::wait_for;

fn try_to_promote(
    house: &House,
    program: ProgramId,
    pair: (CampaignId, AffiliateId),
) -> Result<Link, WriteError<LinkRefused>> {
    let environment = house.environment();
    wait_for(house.app().recorder.write(move |write| promote(write, &environment, program, pair)))
}

fn found(house: &House, program: ProgramId, wanted: &Wanted) -> Vec<LinkRow> {
    let found = house.read(|conn| links::newest(conn, program, wanted, (0, 20)));
    let counted = house.read(|conn| links::count(conn, program, wanted));
    assert_eq!(usize::try_from(counted).ok(), Some(found.len()));
    found
}

on_each_engine! {
    fn links_are_found_by_campaign_affiliate_and_code_and_api_clicks_have_none_to_show(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.pass_days(1);
        let second = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        house.merchant(&second).add_click(&second, &shop.ben).click_token.expect("it is registered");
        let all = found(&house, shop.program, &Wanted::default());
        assert_eq!(all.len(), 3, "the implicit link is not shown");
        assert_eq!(all[0].campaign_id, campaign_id(&second), "the newest first");
        let (anna, ben) = (affiliate_id(&shop.anna), affiliate_id(&shop.ben));
        let of = |campaign, affiliate| Wanted { campaign, affiliate, code: None };
        assert_eq!(found(&house, shop.program, &of(None, Some(anna))).len(), 2);
        assert_eq!(found(&house, shop.program, &of(Some(campaign_id(&second)), None)).len(), 1);
        assert!(found(&house, shop.program, &of(Some(campaign_id(&second)), Some(ben))).is_empty());
        let code = all[1].code.as_str();
        for (typed, expected) in [(code.to_owned(), 1), (code[2..6].to_uppercase(), 1), ("%".to_owned(), 0), ("_".to_owned(), 0)] {
            let wanted = Wanted { code: Some(typed.clone()), ..Wanted::default() };
            let found = found(&house, shop.program, &wanted);
            assert_eq!(found.iter().filter(|row| row.code == all[1].code).count(), expected, "{typed}");
        }
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        assert!(found(&house, elsewhere, &of(None, Some(anna))).is_empty());
    }

    fn a_link_is_made_for_what_can_be_promoted_and_for_nothing_else(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let draft = house.admin().campaign(shop.program, plan(), &[]);
        house.admin().change(&draft, |row| row.status = CampaignStatus::Draft);
        let archived = house.admin().campaign(shop.program, plan(), &[]);
        house.admin().archive(&archived);
        let pending = house.admin().affiliate(shop.program, "pending", AffiliateStatus::Pending);
        let rejected = house.admin().affiliate(shop.program, "rejected", AffiliateStatus::Rejected);
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let stranger = house.admin().affiliate(elsewhere, "stranger", AffiliateStatus::Active);
        let foreign = house.admin().campaign(elsewhere, plan(), &[]);
        let (campaign, anna) = (campaign_id(&shop.campaign), affiliate_id(&shop.anna));
        for pair in [(campaign, anna), (campaign, anna), (campaign_id(&draft), affiliate_id(&pending))] {
            let link = try_to_promote(&house, shop.program, pair).expect("it is made");
            assert_eq!((link.campaign_id, link.affiliate_id), pair);
        }
        let refused = |pair| match try_to_promote(&house, shop.program, pair) {
            Err(WriteError::Refused(why)) => why.to_string(),
            other => panic!("{pair:?}: {other:?}"),
        };
        assert_eq!(refused((campaign_id(&archived), anna)), LinkRefused::CampaignArchived.to_string());
        assert_eq!(refused((campaign, affiliate_id(&rejected))), LinkRefused::AffiliateRejected.to_string());
        assert_eq!(refused((campaign, affiliate_id(&stranger))), LinkRefused::UnknownAffiliate.to_string());
        assert_eq!(refused((campaign_id(&foreign), anna)), LinkRefused::UnknownCampaign.to_string());
    }

    /// What the list warns of is what the visitor meets.
    fn the_obstacles_named_are_those_that_visitors_meet(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = shop.campaign.link_of(&shop.anna).code.clone();
        let look = || {
            let catalogue = house.app().catalogue();
            let campaign = catalogue.campaign(shop.program, campaign_id(&shop.campaign)).expect("it is there");
            let anna = catalogue.affiliate(shop.program, affiliate_id(&shop.anna)).expect("she is there");
            let named = obstacles(campaign, anna, house.now());
            let credited = house.visitor().follow(&code).click_token.is_some();
            assert_eq!(credited, named.is_empty(), "{named:?}");
            named
        };
        assert_eq!(look(), []);
        house.admin().set_status(&shop.anna, AffiliateStatus::Paused);
        assert_eq!(look(), [Refusal::AffiliateNotActive]);
        house.admin().change(&shop.campaign, |row| row.status = CampaignStatus::InReview);
        assert_eq!(look(), [Refusal::CampaignNotPublic, Refusal::AffiliateNotActive]);
        house.admin().set_status(&shop.anna, AffiliateStatus::Active);
        let now = house.now();
        house.admin().change(&shop.campaign, move |row| {
            row.status = CampaignStatus::Public;
            row.ends_at = Some(now);
        });
        assert_eq!(look(), [Refusal::CampaignOutsidePeriod]);
        house.admin().archive(&shop.campaign);
        assert_eq!(look(), [Refusal::CampaignArchived]);
    }
}
