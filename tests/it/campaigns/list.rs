//! The list of campaigns: filters, order, and what was counted.

use std::time::Duration;

use accrue::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod};
use accrue::domain::currency::Currency;
use accrue::domain::id::{CampaignId, ProgramId};
use accrue::operations::create_campaign::NewCampaign;
use accrue::storage::campaign_list::{CampaignFilter, ListedCampaign, lines, matching};

use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id, plan};
use crate::support::personas::Sale;
use crate::support::world::Campaign;

/// Makes a campaign a moment after the one before, so that it is the newer one.
fn make(house: &House, program: ProgramId, new: NewCampaign) -> Campaign {
    house.clock().advance(Duration::from_millis(1));
    house.admin().campaign(program, new, &[])
}

fn named(house: &House, program: ProgramId, name: &str) -> CampaignId {
    campaign_id(&make(house, program, NewCampaign { name: name.to_owned(), ..plan() }))
}

fn found(house: &House, program: ProgramId, filter: CampaignFilter) -> Vec<String> {
    let rows = house.read(move |conn| {
        let ids = matching(conn, program, &filter)?;
        lines(conn, program, &ids)
    });
    rows.into_iter().map(|line| line.campaign.name).collect()
}

fn by_name(name: &str) -> CampaignFilter {
    CampaignFilter { name: name.to_owned(), ..CampaignFilter::default() }
}

fn line(house: &House, program: ProgramId, id: CampaignId) -> ListedCampaign {
    house.read(move |conn| lines(conn, program, &[id])).pop().expect("it is listed")
}

on_each_engine! {
    fn a_name_is_found_in_any_case_and_wildcards_are_letters(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        for name in ["Äpfel & Birnen", "100 % Rabatt", "10_Prozent", "Plain \\ backslash"] {
            named(&house, program, name);
        }
        for (asked, expected) in [
            ("", &["Plain \\ backslash", "10_Prozent", "100 % Rabatt", "Äpfel & Birnen"][..]),
            ("äpfel", &["Äpfel & Birnen"]),
            ("ÄPFEL", &["Äpfel & Birnen"]),
            ("%", &["100 % Rabatt"]),
            ("_", &["10_Prozent"]),
            ("\\", &["Plain \\ backslash"]),
            ("PRO", &["10_Prozent"]),
            ("' OR 1=1 --", &[]),
        ] {
            assert_eq!(found(&house, program, by_name(asked)), expected, "{asked}");
        }
    }

    fn filters_add_up_and_the_archived_stand_apart(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let other = house.admin().program("Somebody else", Currency::USD);
        named(&house, other, "Foreign");
        let plans = [
            ("one", CampaignKind::Banner, IntegrationMethod::S2sApi, CampaignStatus::Public),
            ("two", CampaignKind::Banner, IntegrationMethod::Mobile, CampaignStatus::Draft),
            ("three", CampaignKind::Text, IntegrationMethod::S2sApi, CampaignStatus::Draft),
        ];
        for (name, kind, method, status) in plans {
            make(&house, program, NewCampaign { name: name.into(), kind, method, status, ..plan() });
        }
        let gone = make(&house, program, NewCampaign { name: "gone".into(), ..plan() });
        house.admin().archive(&gone);
        let all = CampaignFilter::default();
        let banner = CampaignFilter { kind: Some(CampaignKind::Banner), ..all.clone() };
        let s2s = CampaignFilter { method: Some(IntegrationMethod::S2sApi), ..all.clone() };
        let draft = CampaignFilter { status: Some(CampaignStatus::Draft), ..all.clone() };
        for (case, filter, expected) in [
            ("all", all.clone(), &["three", "two", "one"][..]),
            ("banners", banner.clone(), &["two", "one"]),
            ("S2S", s2s.clone(), &["three", "one"]),
            ("drafts", draft.clone(), &["three", "two"]),
            ("banner drafts", CampaignFilter { kind: banner.kind, ..draft.clone() }, &["two"]),
            ("S2S banners by name", CampaignFilter { kind: banner.kind, method: s2s.method, ..by_name("ON") }, &["one"]),
            ("nothing fits", CampaignFilter { kind: Some(CampaignKind::Video), ..all.clone() }, &[]),
            ("archived", CampaignFilter { archived: true, ..all }, &["gone"]),
            ("archived drafts", CampaignFilter { archived: true, ..draft }, &[]),
        ] {
            assert_eq!(found(&house, program, filter), expected, "{case}");
        }
        assert_eq!(found(&house, other, CampaignFilter::default()), ["Foreign"]);
    }

    /// What the table shows of a campaign that works, and of one nobody has clicked.
    fn clicks_and_conversions_are_counted_per_campaign(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let idle = named(&house, shop.program, "Idle");
        let id = campaign_id(&shop.campaign);
        let tokens: Vec<String> = (0..3).map(|_| house.visit(&shop.campaign, &shop.anna)).collect();
        let first = house.merchant(&shop.campaign).report(Sale::of(&tokens[0]));
        assert_eq!(first.status, 200, "{first:?}");
        house.pass_days(2);
        house.visit(&shop.campaign, &shop.ben);
        let shown = line(&house, shop.program, id);
        assert_eq!((shown.tally.clicks, shown.tally.conversions), (4, 1));
        assert_eq!(shown.tally.ratio().as_deref(), Some("25.00"));
        assert_eq!(shown.last_report.map(|day| day.to_string()).as_deref(), Some("2026-03-20"));
        let idle = line(&house, shop.program, idle);
        assert_eq!((idle.tally.clicks, idle.tally.ratio(), idle.last_report), (0, None, None));
        assert!(idle.image.is_none() && idle.profile.is_some());
    }

    /// An id of another program is no line, whoever asks.
    fn lines_of_another_program_are_not_there(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().program("Somebody else", Currency::USD);
        let id = campaign_id(&shop.campaign);
        assert!(house.read(move |conn| lines(conn, other, &[id])).is_empty());
    }
}
