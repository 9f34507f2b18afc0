//! Reports: what is told by whichever way, and what is stored of it.

use std::collections::BTreeMap;
use std::time::Duration;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::CampaignStatus;

use super::scene::Scene;
use super::ways::{Facts, Told, Trusted, WAYS, Way};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

/// What happens, one after the other.
enum Step {
    /// This is reported, and this told.
    Report(fn(&Facts) -> Facts, Told),
    /// Something else happens.
    Meanwhile(fn(&Scene<'_>)),
}

use Step::{Meanwhile, Report};

/// By whom a row is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    Everybody,
    /// A browser's word makes another story of it.
    WhoHasAKey,
    /// The AffiliatePro dialect takes no sale without its click.
    WhoNeedsNoClick,
    /// In the AffiliatePro dialect a report may name the affiliate itself.
    WhoNamesAffiliates,
    WhoNamesNobody,
}

impl Whom {
    fn is_among(self, way: &Way) -> bool {
        let has_key = way.trusted != Trusted::AsABrowser;
        match self {
            Self::Everybody => true,
            Self::WhoHasAKey => has_key,
            Self::WhoNeedsNoClick => has_key && !way.needs_click,
            Self::WhoNamesAffiliates => way.names_affiliates,
            Self::WhoNamesNobody => !way.names_affiliates,
        }
    }
}

/// One row of the table.
struct Case {
    name: &'static str,
    steps: &'static [Step],
    told_by: Whom,
}

const fn case(name: &'static str, steps: &'static [Step]) -> Case {
    Case { name, steps, told_by: Whom::Everybody }
}

/// 99.99 USD by the visitor's click.
fn as_it_is(facts: &Facts) -> Facts {
    facts.clone()
}

fn after(scene: &Scene<'_>, passed: Duration) {
    let wanted = scene.clicked_at.plus(passed);
    scene.house.clock().advance(wanted.since(scene.house.now()));
}

fn long_after(scene: &Scene<'_>) {
    after(scene, 2 * WINDOW);
}

fn allow_without_click(scene: &Scene<'_>) {
    scene.house.admin().set_direct_mode(&scene.campaign, true);
}

fn naming_anna(facts: &Facts) -> Facts {
    Facts { names_anna: true, ..facts.clone() }
}

const WINDOW: Duration = Duration::from_secs(30 * 86_400);

const TABLE: &[Case] = &[
    case("a sale by its click", &[Report(as_it_is, Told::Recorded)]),
    case("the same again", &[Report(as_it_is, Told::Recorded), Report(as_it_is, Told::Repeat)]),
    case(
        "another amount under the same order",
        &[
            Report(as_it_is, Told::Recorded),
            Report(|facts| Facts { amount: Some("5.00"), ..facts.clone() }, Told::Repeat),
        ],
    ),
    case(
        "two orders of one click",
        &[Report(as_it_is, Told::Recorded), Report(|facts| Facts { order: "1002", ..facts.clone() }, Told::Recorded)],
    ),
    case("in a currency without a rate", &[Report(|facts| Facts { currency: "GBP", ..facts.clone() }, Told::Recorded)]),
    case(
        "in yen, which have no cents",
        &[Report(|facts| Facts { amount: Some("9999"), currency: "JPY", ..facts.clone() }, Told::Recorded)],
    ),
    case(
        "more decimals than the currency has",
        &[Report(|facts| Facts { amount: Some("99.99"), currency: "JPY", ..facts.clone() }, Told::BadAmount)],
    ),
    case("without an amount", &[Report(|facts| Facts { amount: None, ..facts.clone() }, Told::NoAmount)]),
    case("a comma in the amount", &[Report(|facts| Facts { amount: Some("1,5"), ..facts.clone() }, Told::BadAmount)]),
    case("a sale of nothing", &[Report(|facts| Facts { amount: Some("0"), ..facts.clone() }, Told::BadAmount)]),
    Case {
        name: "with a key that is none",
        steps: &[Report(|facts| Facts { has_key: false, ..facts.clone() }, Told::NoKey)],
        told_by: Whom::WhoHasAKey,
    },
    Case {
        name: "a forged click",
        steps: &[Report(|facts| Facts { click: Some("clk_forged".into()), ..facts.clone() }, Told::UnknownClick)],
        // What a page has kept is passed over, as a cookie is.
        told_by: Whom::WhoHasAKey,
    },
    case("at the very end of the window", &[Meanwhile(|scene| after(scene, WINDOW)), Report(as_it_is, Told::Recorded)]),
    case(
        "a second after the window",
        &[Meanwhile(|scene| after(scene, WINDOW + Duration::from_secs(1))), Report(as_it_is, Told::Expired)],
    ),
    case(
        "an old click beside an affiliate, where there must be a click",
        &[Meanwhile(long_after), Report(naming_anna, Told::Expired)],
    ),
    Case {
        name: "an old click beside an affiliate, where there need be none",
        steps: &[
            Meanwhile(allow_without_click),
            Meanwhile(long_after),
            Report(naming_anna, Told::Recorded),
            Report(naming_anna, Told::Repeat),
        ],
        told_by: Whom::WhoNamesAffiliates,
    },
    Case {
        name: "an old click beside nobody, where there need be none",
        steps: &[Meanwhile(allow_without_click), Meanwhile(long_after), Report(naming_anna, Told::Expired)],
        told_by: Whom::WhoNamesNobody,
    },
    Case {
        name: "a click and an affiliate, and again when the click is old",
        steps: &[
            Meanwhile(allow_without_click),
            Report(naming_anna, Told::Recorded),
            Meanwhile(long_after),
            Report(naming_anna, Told::Repeat),
        ],
        told_by: Whom::Everybody,
    },
    case(
        "a repeat after the window",
        &[
            Report(as_it_is, Told::Recorded),
            Meanwhile(|scene| after(scene, 2 * WINDOW)),
            Report(as_it_is, Told::Repeat),
        ],
    ),
    case(
        "the campaign is no longer public",
        &[
            Meanwhile(|scene| scene.house.admin().change(&scene.campaign, |row| row.status = CampaignStatus::Draft)),
            Report(as_it_is, Told::Recorded),
        ],
    ),
    case(
        "the campaign is archived",
        &[Meanwhile(|scene| scene.house.admin().archive(&scene.campaign)), Report(as_it_is, Told::Archived)],
    ),
    case(
        "a repeat after the campaign was archived",
        &[
            Report(as_it_is, Told::Recorded),
            Meanwhile(|scene| scene.house.admin().archive(&scene.campaign)),
            Report(as_it_is, Told::Repeat),
        ],
    ),
    case(
        "the affiliate is paused since",
        &[
            Meanwhile(|scene| scene.house.admin().set_status(&scene.anna, AffiliateStatus::Paused)),
            Report(as_it_is, Told::Recorded),
        ],
    ),
    case(
        "the affiliate is rejected",
        &[
            Meanwhile(|scene| scene.house.admin().set_status(&scene.anna, AffiliateStatus::Rejected)),
            Report(as_it_is, Told::Rejected),
        ],
    ),
    Case {
        name: "a customer comes back without a click",
        steps: &[
            Report(|facts| Facts { customer: Some("c-7"), ..facts.clone() }, Told::Recorded),
            Report(
                |facts| Facts { click: None, order: "1002", customer: Some("c-7"), ..facts.clone() },
                Told::Recorded,
            ),
        ],
        told_by: Whom::WhoNeedsNoClick,
    },
    Case {
        name: "a customer whom nobody knows",
        steps: &[Report(|facts| Facts { click: None, customer: Some("c-9"), ..facts.clone() }, Told::UnknownCustomer)],
        told_by: Whom::WhoNeedsNoClick,
    },
];

on_each_engine! {
    fn whatever_is_reported_is_stored_alike_by_whichever_way_it_comes(db: TestDatabase) {
        let house = House::open(&db);
        for (number, case) in TABLE.iter().enumerate() {
            let ways = WAYS.iter().filter(|way| case.told_by.is_among(way));
            let stored: BTreeMap<&str, Vec<String>> =
                ways.enumerate().map(|(place, way)| (way.name, play(&house, case, way, &format!("{number}-{place}")))).collect();
            let first = stored.values().next().expect("a way");
            for (way, lines) in &stored {
                assert_eq!(lines, first, "{}: by {way}, and by {}", case.name, stored.keys().next().unwrap());
            }
        }
        house.assert_books_balance();
    }
}

/// Plays a row in a shop of its own, and answers with what is stored.
fn play(house: &House, case: &Case, way: &Way, name: &str) -> Vec<String> {
    let scene = Scene::open(house, name);
    let facts = Facts {
        click: Some(scene.click.clone()),
        order: "1001",
        amount: Some("99.99"),
        currency: "USD",
        customer: None,
        names_anna: false,
        has_key: true,
    };
    for step in case.steps {
        match step {
            Report(said, told) => way.assert_tells(*told, &way.report(&scene, &said(&facts)), case.name),
            Meanwhile(happens) => happens(&scene),
        }
    }
    scene.stored()
}
