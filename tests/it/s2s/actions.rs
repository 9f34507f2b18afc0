//! Leads, signups, trials and named actions: what may be free, and where one order may be two things.

use accrue::domain::campaign::ToolType;
use accrue::domain::event::EventType;
use accrue::operations::create_campaign::NewCampaign;

use super::{WIRES, assert_refused, duplicate, recorded_now, written};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, plan};
use crate::support::personas::Sale;
use crate::support::world::Campaign;

/// A campaign of this tool type, with a link for Anna.
fn campaign_of(house: &House, shop: &Shop, tool_type: ToolType) -> Campaign {
    house.admin().campaign(shop.program, NewCampaign { tool_type, ..plan() }, &[&shop.anna])
}

on_each_engine! {
    fn an_action_may_be_free_and_a_sale_may_not(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        for wire in WIRES {
            for action in ["lead", "signup", "trial", "LEAD"] {
                for nothing in ["0", "0.00"] {
                    recorded_now(
                        &merchant.report(written(Sale::of(&token).with("action", action).order_total(nothing), wire)),
                    );
                }
            }
            for sale in
                [Sale::of(&token), Sale::of(&token).with("action", "sale"), Sale::of(&token).with("action", "Sale")]
            {
                for nothing in ["0", "0.00"] {
                    let answer = merchant.report(written(sale.clone().order_total(nothing), wire));
                    assert_refused(
                        nothing,
                        &answer,
                        422,
                        "Invalid parameter: order_total must be more than 0 for a sale",
                    );
                }
            }
        }
        assert!(house.conversions().iter().all(|row| row.amount_minor == 0 && row.event_type != EventType::Sale));
        house.assert_books_balance();
    }

    fn on_a_multi_action_campaign_one_order_is_a_trial_and_later_a_sale(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let campaign = campaign_of(&house, &shop, ToolType::MultiActionIntegration);
        let mut merchant = house.merchant(&campaign);
        let sale = Sale::of(&house.visit(&campaign, &shop.anna)).order_id("1001");
        let trial = sale.clone().with("action", "trial").order_total("0");
        let named = sale.clone().with("action", "newsletter.v2").order_total("0");
        let ids = [
            recorded_now(&merchant.report(trial.clone())),
            recorded_now(&merchant.report(named.clone())),
            recorded_now(&merchant.report(sale.clone())),
        ];
        assert_eq!(merchant.report(trial.clone().with("action", "TRIAL")).body, duplicate(&ids[0]), "in either case");
        assert_eq!(merchant.report(named).body, duplicate(&ids[1]));
        assert_eq!(
            merchant.report(sale.clone().with("action", "sale")).body,
            duplicate(&ids[2]),
            "a sale, named or not"
        );
        let mut stored: Vec<(EventType, Option<String>)> =
            house.conversions_of("1001").into_iter().map(|row| (row.event_type, row.event_name)).collect();
        stored.sort_unstable();
        let newsletter = Some("newsletter.v2".to_owned());
        assert_eq!(stored, [(EventType::Sale, None), (EventType::Trial, None), (EventType::Action, newsletter)]);
        assert!(house.attempts(shop.program).is_empty());
        house.assert_books_balance();
    }

    fn on_every_other_campaign_a_second_action_is_a_duplicate_that_is_flagged(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for tool_type in [ToolType::SaleIntegration, ToolType::SingleActionIntegration, ToolType::ClickIntegration] {
            let campaign = campaign_of(&house, &shop, tool_type);
            let mut merchant = house.merchant(&campaign);
            let sale = Sale::of(&house.visit(&campaign, &shop.anna)).order_id(tool_type.as_str());
            let id = recorded_now(&merchant.report(sale.clone().with("action", "trial")));
            assert_eq!(merchant.report(sale).body, duplicate(&id), "{tool_type}");
            assert_eq!(house.conversion(tool_type.as_str()).event_type, EventType::Trial, "{tool_type}");
            let attempts = house.attempts(shop.program);
            let flagged: Vec<_> =
                attempts.iter().filter(|row| row.order_id.as_deref() == Some(tool_type.as_str())).collect();
            assert_eq!((flagged.len(), flagged[0].detail.as_str()), (1, "event_type"), "{tool_type}");
        }
    }
}
