//! Whoever runs the program: makes campaigns and affiliates, changes them, hands out keys.

use std::time::Duration;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
use accrue::domain::campaign_profile::CampaignProfile;
use accrue::domain::click_token::Mode;
use accrue::domain::currency::Currency;
use accrue::domain::handle::{AffiliateCode, EmailAddress};
use accrue::domain::id::{AffiliateId, CampaignId, ProgramId};
use accrue::domain::landing::{AllowedHosts, TargetUrl};
use accrue::domain::name::Name;
use accrue::domain::rate::Rate;
use accrue::domain::rule::Basis;
use accrue::domain::time::{Window, Zone};
use accrue::domain::user::Role;
use accrue::operations::change_rule::change_rule;
use accrue::operations::create_affiliate::{NewAffiliate, create_affiliate};
use accrue::operations::create_campaign::{NewCampaign, create_campaign};
use accrue::operations::create_link::create_link;
use accrue::operations::issue_key::{Holder, issue_key, regenerate_campaign_key};
use accrue::operations::passwords::{self, ChosenPassword};
use accrue::operations::set_up::{NewOwner, NewProgram, create_owner, create_program};
use accrue::storage::campaigns::CampaignRow;
use accrue::storage::memberships::{self, MembershipRow};
use accrue::storage::{affiliates, campaigns, programs, users};

use super::super::world::{Affiliate, Campaign, Link};
use super::House;

/// The password of everybody who works in a house.
pub const PASSWORD: &str = "a lantern over quiet water 71";

/// An admin of every program in the house.
pub struct Admin<'house> {
    house: &'house House,
}

/// A campaign like any other: a public link that pays 10 % of what the shop's server reports, for thirty days.
pub fn plan() -> NewCampaign {
    NewCampaign {
        name: "Alderfinch shop".to_owned(),
        kind: CampaignKind::Link,
        tool_type: ToolType::SaleIntegration,
        method: IntegrationMethod::S2sApi,
        status: CampaignStatus::Public,
        period: Period::default(),
        window: Window::DEFAULT,
        target: TargetUrl::parse("https://shop.example/start").expect("an address"),
        allowed_hosts: AllowedHosts::default(),
        basis: percent("10"),
        direct_mode: None,
        profile: CampaignProfile::default(),
        owner: None,
    }
}

/// A share of the sale, as people write it.
pub fn percent(text: &str) -> Basis {
    Basis::Percent(Rate::parse_percent(text).unwrap_or_else(|why| panic!("{text} {why}")))
}

impl<'house> Admin<'house> {
    pub(super) fn of(house: &'house House) -> Admin<'house> {
        Admin { house }
    }

    /// Makes a program whose days are UTC's.
    pub fn program(&self, name: &str, currency: Currency) -> ProgramId {
        self.program_in(name, currency, "UTC")
    }

    /// Makes a program whose days are this zone's.
    pub fn program_in(&self, name: &str, currency: Currency, zone: &str) -> ProgramId {
        let zone = Zone::parse(zone).unwrap_or_else(|why| panic!("{zone} {why}"));
        let new = NewProgram { name: name.to_owned(), base_currency: currency, zone };
        self.house.write(move |write, env| create_program(write, env, &new)).id
    }

    /// Lets somebody work in a program, and answers with the address they sign in with. Who is there already gets the
    /// role in this program besides.
    pub fn person(&self, name: &str, program: ProgramId, role: Role) -> String {
        let email = format!("{}@people.example", name.to_lowercase());
        let address = EmailAddress::parse(&email).unwrap_or_else(|why| panic!("{email} {why}"));
        let environment = self.house.environment();
        let name = name.to_owned();
        let password = ChosenPassword::choose(PASSWORD, &[]).expect("a password");
        let password = passwords::hash(&password, &environment).expect("the password is hashed");
        self.house.write(move |write, env| {
            let known = users::find_by_email(write.conn(), &address)?;
            let user_id = match known {
                Some(known) => known.id,
                None => create_owner(write, env, &[], NewOwner { email: address, name, password })?,
            };
            let membership = MembershipRow { user_id, program_id: program, role, created_at: env.clock.now() };
            memberships::insert(write, &membership)
        });
        email
    }

    /// Takes an affiliate in under this code, which is the name as well.
    pub fn affiliate(&self, program: ProgramId, code: &str, status: AffiliateStatus) -> Affiliate {
        let name = code.to_owned();
        let code = AffiliateCode::parse(code).unwrap_or_else(|why| panic!("{code} {why}"));
        let called = Name::parse(&name).unwrap_or_else(|why| panic!("{name} {why}"));
        let new = NewAffiliate { code: Some(code), name: called, email: None, status };
        let (id, token) = self.house.write(move |write, env| {
            let id = create_affiliate(write, env, program, new)?;
            Ok((id, issue_key(write, env, program, Mode::Live, Holder::Affiliate(id), "Token")?))
        });
        let status = status.as_str().to_owned();
        Affiliate { id: id.to_string(), code: name.clone(), name, status, token: token.as_str().to_owned() }
    }

    /// Makes a campaign, with a link for each of these affiliates.
    pub fn campaign(&self, program: ProgramId, new: NewCampaign, promoters: &[&Affiliate]) -> Campaign {
        let words = (new.name.clone(), new.kind, new.tool_type, new.method);
        let promoters: Vec<AffiliateId> = promoters.iter().map(|affiliate| affiliate_id(affiliate)).collect();
        let (id, key, links) = self.house.write(move |write, env| {
            let (id, key) = create_campaign(write, env, program, new)?;
            let links = promoters.into_iter().map(|affiliate| create_link(write, env, program, id, affiliate));
            Ok((id, key, links.collect::<Result<Vec<_>, _>>()?))
        });
        let link = |link: accrue::domain::link::Link| {
            let code = link.code.as_str().to_owned();
            let url = format!("http://{}/c/{code}", self.house.addr());
            Link { affiliate_id: link.affiliate_id.to_string(), code, url }
        };
        let (name, kind, tool_type, method) = words;
        Campaign {
            id: id.to_string(),
            name,
            kind: kind.as_str().to_owned(),
            tool_type: tool_type.as_str().to_owned(),
            method: method.as_str().to_owned(),
            api_key: key.as_str().to_owned(),
            direct_mode: method == IntegrationMethod::Mobile,
            links: links.into_iter().map(link).collect(),
        }
    }

    /// Moves an affiliate to another status.
    pub fn set_status(&self, affiliate: &Affiliate, status: AffiliateStatus) {
        let id = affiliate_id(affiliate);
        let program = self.program_that(|program| self.catalogue_has_affiliate(program, id));
        let moved = self.house.write(move |write, _| {
            let row = affiliates::find(write.conn(), program, id)?.expect("it was made here");
            affiliates::change_status(write, program, id, (row.status, status))
        });
        assert!(moved);
    }

    /// Changes a campaign's settings.
    pub fn change(&self, campaign: &Campaign, change: impl FnOnce(&mut CampaignRow) + Send + 'static) {
        let id = campaign_id(campaign);
        let changed = self.house.write(move |write, _| {
            let mut row = campaigns::all(write.conn())?.into_iter().find(|row| row.id == id).expect("it was made here");
            change(&mut row);
            campaigns::update(write, &row)
        });
        assert!(changed, "the campaign is there");
    }

    /// Puts a campaign away.
    pub fn archive(&self, campaign: &Campaign) {
        let now = self.house.now();
        self.change(campaign, move |row| row.archived_at = Some(now));
    }

    /// Lets a campaign take conversions without a click, or not.
    pub fn set_direct_mode(&self, campaign: &Campaign, on: bool) {
        self.change(campaign, move |row| row.direct_mode = on);
    }

    /// Changes what a campaign pays, from now on.
    pub fn pay(&self, campaign: &Campaign, basis: Basis) {
        let id = campaign_id(campaign);
        self.house.write(move |write, env| change_rule(write, env, id, basis));
    }

    /// Sets where visitors go whose link leads nowhere any more.
    pub fn fall_back(&self, program: ProgramId, url: &str) {
        let url = url.to_owned();
        self.house.write(move |write, _| programs::set_fallback(write, program, Some(&url)));
    }

    /// Gives a campaign a new key; the old ones end after the overlap.
    pub fn regenerate_key(&self, campaign: &Campaign, overlap: Duration) -> String {
        let id = campaign_id(campaign);
        let program = self.program_that(|program| self.house.app().catalogue().campaign(program, id).is_some());
        let key =
            self.house.write(move |write, env| regenerate_campaign_key(write, env, program, id, Mode::Live, overlap));
        key.as_str().to_owned()
    }

    /// Hands out a key of any kind.
    pub fn issue_key(&self, program: ProgramId, mode: Mode, holder: Holder) -> String {
        let key = self.house.write(move |write, env| issue_key(write, env, program, mode, holder, "Key"));
        key.as_str().to_owned()
    }

    /// A campaign's key for the test mode.
    pub fn test_key(&self, program: ProgramId, campaign: &Campaign) -> String {
        self.issue_key(program, Mode::Test, Holder::Campaign(campaign_id(campaign)))
    }

    fn program_that(&self, is_so: impl Fn(ProgramId) -> bool) -> ProgramId {
        let catalogue = self.house.app().catalogue();
        let found = catalogue.programs().map(|program| program.id).find(|program| is_so(*program));
        found.expect("everything was made in a program of this house")
    }

    fn catalogue_has_affiliate(&self, program: ProgramId, affiliate: AffiliateId) -> bool {
        self.house.app().catalogue().affiliate(program, affiliate).is_some()
    }
}

/// The campaign's id as the product's own type.
pub fn campaign_id(campaign: &Campaign) -> CampaignId {
    campaign.id.parse().expect("a campaign has a campaign's id")
}

/// The affiliate's id as the product's own type.
pub fn affiliate_id(affiliate: &Affiliate) -> AffiliateId {
    affiliate.id.parse().expect("an affiliate has an affiliate's id")
}
