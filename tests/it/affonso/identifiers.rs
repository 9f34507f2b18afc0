//! Who is meant: identifiers that lead to somebody must lead to the same affiliate.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::permission::Scope;
use serde_json::{Value, json};

use super::{SIGN_UPS, Server, assert_invalid, assert_problem, data, decided};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, plan};

const NOTHING: &str = "No click, coupon or customer leads to an affiliate";
const MISSING: (u16, &str, Option<&str>) = (404, "NOT_FOUND", None);

fn signs_up(server: &Server<'_>, click: &str, user: &str) -> Value {
    data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": user})), 201)
}

on_each_engine! {
    /// A person gave Anna's customer to Ben: what is known of the customer is Ben's now, and an order that comes with Anna's
    /// click goes to its click, as in every other dialect.
    fn a_customer_who_was_reassigned_does_not_contradict_the_click(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let annas = house.visit(&shop.campaign, &shop.anna);
        let given = signs_up(&server, &annas, "u-1")["id"].clone();
        let to_ben = [("affiliate", "ben"), ("campaign", shop.campaign.id.as_str()), ("reason", "they called")];
        decided(&house, &shop, &given, ("reassign", "reassignment"), &to_ben);
        let whose = |said: Value| server.sells(said)["affiliate_id"].clone();
        let (anna, ben) = (json!(shop.anna.id), json!(shop.ben.id));
        for said in [json!({"external_user_id": "u-1"}), json!({"referral_id": given}), json!({"external_user_id": "u-1", "referral_id": given})] {
            assert_eq!(whose(said.clone()), ben, "{said}");
        }
        for said in [
            json!({"external_user_id": "u-1", "click_id": annas}),
            json!({"referral_id": given, "click_id": annas, "customer_id": "c-1"}),
            json!({"click_id": annas}),
        ] {
            assert_eq!(whose(said.clone()), anna, "{said}");
        }
        assert_eq!(whose(json!({"customer_id": "c-1"})), ben, "it did not make them hers again");
        let fresh = house.visit(&shop.campaign, &shop.anna);
        assert_eq!(whose(json!({"external_user_id": "u-1", "click_id": fresh})), anna, "a click that nobody goes by");
        house.clock().advance(std::time::Duration::from_secs(60));
        let other = signs_up(&server, &house.visit(&shop.campaign, &shop.anna), "u-2")["id"].clone();
        let bens = signs_up(&server, &house.visit(&shop.campaign, &shop.ben), "u-3")["id"].clone();
        let sentence = "The identifiers lead to different affiliates";
        for said in [
            json!({"external_user_id": "u-1", "referral_id": other, "click_id": annas}),
            json!({"external_user_id": "u-1", "referral_id": other}),
            json!({"referral_id": bens, "click_id": annas}),
        ] {
            assert_problem(&said.to_string(), &server.report(said.clone()), (400, "VALIDATION_ERROR", None), sentence);
        }
        decided(&house, &shop, &given, ("merge", "merger"), &[("into", other.as_str().unwrap())]);
        assert_eq!(whose(json!({"external_user_id": "u-2"})), ben, "the claim that was there first holds");
        assert_eq!(whose(json!({"external_user_id": "u-2", "click_id": annas})), anna);
        house.pass_days(31);
        assert_eq!(whose(json!({"external_user_id": "u-1", "click_id": annas})), ben, "a click that is too old leads nowhere");
        house.assert_books_balance();
    }

    /// The same customer, who never signed up: their first order names them, and nobody goes by its click.
    fn a_customer_who_was_reassigned_after_an_order_may_come_again_through_its_click(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let order = json!({"external_user_id": "u-1", "click_id": house.visit(&shop.campaign, &shop.anna)});
        let first = server.sells(order.clone());
        let to_ben = [("affiliate", "ben"), ("campaign", shop.campaign.id.as_str()), ("reason", "they called")];
        decided(&house, &shop, &first["referral_id"], ("reassign", "reassignment"), &to_ben);
        let again = server.sells(order);
        assert_eq!((&again["affiliate_id"], &again["referral_id"]), (&json!(shop.anna.id), &first["referral_id"]));
        assert_eq!(server.sells(json!({"external_user_id": "u-1"}))["affiliate_id"], json!(shop.ben.id));
        house.assert_books_balance();
    }

    fn each_identifier_alone_leads_to_whoever_sent_the_customer(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let referral = signs_up(&server, &click, "u-1");
        let first = server.sells(json!({"click_id": click, "customer_id": "c-1"}));
        assert_eq!(first["referral_id"], referral["id"], "the click is the customer's, and the new name is kept for them");
        house.pass_days(200);
        for said in [json!({"referral_id": referral["id"]}), json!({"external_user_id": "u-1"}), json!({"customer_id": "c-1"})] {
            let told = server.sells(said.clone());
            assert_eq!((&told["affiliate_id"], &told["referral_id"]), (&json!(shop.anna.id), &referral["id"]), "{said}");
        }
        let told = server.sells(json!({"click_id": click}));
        assert_eq!(told["referral_id"], referral["id"], "the click is too old, but its customer is known");
        house.assert_books_balance();
    }

    fn unknown_names_beside_one_that_resolves_are_kept_for_the_customer(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let referral = signs_up(&server, &house.visit(&shop.campaign, &shop.anna), "u-1")["id"].clone();
        let steps = [
            ("by the referral", json!({"referral_id": referral, "customer_id": "c-1"})),
            ("by the customer", json!({"customer_id": "c-1", "external_user_id": "u-2"})),
            ("by the second user", json!({"external_user_id": "u-2", "customer_id": "c-2"})),
            ("by the second customer", json!({"customer_id": "c-2"})),
        ];
        for (name, said) in steps {
            assert_eq!(server.sells(said)["referral_id"], referral, "{name}");
        }
    }

    /// Affonso has one id for a click and its referral, which shops keep under the referral's name.
    fn a_click_in_the_referrals_place_is_the_click(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let [annas, others, bens] = [&shop.anna, &shop.anna, &shop.ben].map(|who| house.visit(&shop.campaign, who));
        let first = server.sells(json!({"referral_id": annas, "customer_id": "c-1"}));
        assert_eq!(first["affiliate_id"], json!(shop.anna.id));
        assert_eq!(house.conversion(first["external_event_id"].as_str().unwrap()).click_id, house.click(&annas).id.into());
        let again = server.sells(json!({"referral_id": annas, "click_id": annas, "customer_id": "c-1"}));
        assert_eq!(again["referral_id"], first["referral_id"], "said twice is said once");
        let message = "Invalid parameter: referral_id must be the click of click_id, or the customer's own id, ref_…";
        for other in [&others, &bens] {
            let answer = server.report(json!({"referral_id": annas, "click_id": other}));
            assert_invalid(other, &answer, "referral_id", message);
        }
        let contradicting = server.report(json!({"referral_id": bens, "customer_id": "c-1"}));
        let sentence = "The identifiers lead to different affiliates";
        assert_problem("another's click", &contradicting, (400, "VALIDATION_ERROR", None), sentence);
        assert_problem("forged", &server.report(json!({"referral_id": "clk_forged", "customer_id": "c-1"})), MISSING, "Unknown click token");
        house.pass_days(200);
        assert_eq!(server.sells(json!({"referral_id": annas, "customer_id": "c-1"}))["referral_id"], first["referral_id"]);
        house.assert_books_balance();
    }

    /// Affonso's own SDK has further names for both, and shops send what it lets them.
    fn a_referral_and_a_click_may_go_by_the_names_that_the_sdk_has(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let referral = signs_up(&server, &click, "u-1")["id"].clone();
        for name in ["referral_id", "referralId", "affonso_id", "affonsoId", "affonso_referral", "affonsoReferral"] {
            for value in [&referral, &json!(click)] {
                let event = format!("{name} {value}");
                let told = server.sells(json!({name: value, "external_event_id": event}));
                assert_eq!(told["referral_id"], referral, "{event}");
                assert_eq!(house.details(&event).ignored_fields, "[]", "{event}");
            }
            let answer = server.report(json!({name: "ref_x"}));
            assert_invalid(name, &answer, name, &format!("Invalid parameter: {name} must be ref_ followed by 26 characters of lower-case base32"));
            let answer = server.report(json!({name: "{referral}"}));
            assert_eq!((answer.status, answer.json()["error"]["field"].clone()), (400, json!(name)));
        }
        for theirs in [json!("cm5x1abc"), json!(7), json!("{referral}")] {
            let told = server.sells(json!({"click_id": click, "affonso_referral": theirs}));
            assert_eq!(told["referral_id"], referral, "{theirs}: an id of Affonso's own, out of an old cookie");
        }
        let other = house.visit(&shop.campaign, &shop.ben);
        let two = server.report(json!({"click_id": click, "affonso_referral": other}));
        assert_invalid("two clicks", &two, "affonso_referral", "Invalid parameter: affonso_referral must be the click of click_id, or the customer's own id, ref_…");
        let two = server.report(json!({"referral_id": referral, "affonsoId": "ref_01h455vb4pex5vsknk084sn02q"}));
        assert_invalid("two customers", &two, "affonsoId", "Invalid parameter: affonsoId must be the same customer as referral_id");
        assert_eq!(server.sells(json!({"clickId": click}))["referral_id"], referral);
        assert_eq!(server.sells(json!({"clickId": click, "click_id": click, "affonsoId": referral}))["referral_id"], referral);
        assert_eq!(server.sells(json!({"referral_id": referral, "affonsoReferral": click}))["referral_id"], referral);
        house.assert_books_balance();
    }

    fn a_click_that_is_too_old_contradicts_nobody(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let annas = house.visit(&shop.campaign, &shop.anna);
        let ben = signs_up(&server, &house.visit(&shop.campaign, &shop.ben), "u-ben")["id"].clone();
        house.pass_days(200);
        let told = server.sells(json!({"click_id": annas, "external_user_id": "u-ben"}));
        assert_eq!((&told["affiliate_id"], &told["referral_id"]), (&json!(shop.ben.id), &ben));
    }

    fn what_leads_nowhere_is_404_and_what_disagrees_is_400(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let [annas, bens] = [&shop.anna, &shop.ben].map(|who| house.visit(&shop.campaign, who));
        let anna = signs_up(&server, &annas, "u-anna")["id"].clone();
        let ben = signs_up(&server, &bens, "u-ben")["id"].clone();
        let unknown_id = "ref_01h455vb4pex5vsknk084sn02q";
        for said in [
            json!({"customer_id": "nobody"}),
            json!({"external_user_id": "nobody"}),
            json!({"referral_id": unknown_id}),
            json!({"referral_id": unknown_id, "customer_id": "nobody", "external_user_id": "nobody"}),
        ] {
            assert_problem(&said.to_string(), &server.report(said.clone()), MISSING, NOTHING);
        }
        for forged in ["clk_forged", "ref_clk_xyz789", &format!("{annas}x")] {
            let answer = server.report(json!({"click_id": forged, "external_user_id": "u-anna"}));
            assert_problem(forged, &answer, MISSING, "Unknown click token");
        }
        let sentence = "The identifiers lead to different affiliates";
        for said in [
            json!({"click_id": annas, "referral_id": ben}),
            json!({"click_id": bens, "external_user_id": "u-anna"}),
            json!({"referral_id": anna, "external_user_id": "u-ben"}),
            json!({"referral_id": ben, "click_id": annas, "customer_id": "nobody"}),
        ] {
            assert_problem(&said.to_string(), &server.report(said.clone()), (400, "VALIDATION_ERROR", None), sentence);
        }
        assert!(house.conversions().is_empty());
        let reasons: std::collections::BTreeSet<String> =
            house.attempts(shop.program).into_iter().map(|attempt| attempt.reason).collect();
        let expected = ["identifiers_disagree", "nothing_matches", "unknown_click_token"];
        assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        let agreeing = server.sells(json!({"click_id": annas, "referral_id": anna, "external_user_id": "u-anna", "customer_id": "new"}));
        assert_eq!(agreeing["referral_id"], anna);
    }

    /// Another program's referral is nobody, and nothing of this program is ever attached to it.
    fn a_referral_of_another_program_is_not_found(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let elsewhere = admin.program("Elsewhere", Currency::USD);
        let dora = admin.affiliate(elsewhere, "dora", AffiliateStatus::Active);
        let theirs = admin.campaign(elsewhere, plan(), &[&dora]);
        let there = Shop { program: elsewhere, campaign: theirs, anna: dora.clone(), ben: dora };
        let their_server = Server::tracking(&house, &there);
        let foreign = signs_up(&their_server, &house.visit(&there.campaign, &there.anna), "u-1")["id"].clone();
        let server = Server::tracking(&house, &shop);
        let own = signs_up(&server, &house.visit(&shop.campaign, &shop.anna), "u-1")["id"].clone();
        assert_problem("alone", &server.report(json!({"referral_id": foreign})), MISSING, NOTHING);
        let told = server.sells(json!({"referral_id": foreign, "external_user_id": "u-1", "customer_id": "c-1"}));
        assert_eq!((&told["referral_id"], &told["affiliate_id"]), (&own, &json!(shop.anna.id)));
        let answer = their_server.report(json!({"customer_id": "c-1"}));
        assert_problem("what was attached here is unknown there", &answer, MISSING, NOTHING);
    }

    fn an_old_click_of_nobody_is_404_and_closed_doors_are_409(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let admin = house.admin();
        let archived = admin.campaign(shop.program, plan(), &[&shop.anna]);
        let put_away = house.visit(&archived, &shop.anna);
        let click = house.visit(&shop.campaign, &shop.anna);
        admin.archive(&archived);
        let conflict = (409, "CONFLICT", None);
        assert_problem("archived", &server.report(json!({"click_id": put_away})), conflict, "Campaign is archived");
        admin.set_status(&shop.ben, AffiliateStatus::Rejected);
        house.pass_days(31);
        assert_problem("old", &server.report(json!({"click_id": click})), MISSING, "Click token expired");
        let manager = Server::may(&house, &shop, &[Scope::Manage]);
        assert_problem("old, whoever asks", &manager.report(json!({"click_id": click})), MISSING, "Click token expired");
    }
}
