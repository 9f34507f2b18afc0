//! An affiliate's money: the balance, the ledger, bonuses and payouts.

use accrue::domain::change::Actor;
use accrue::domain::commission_status::CommissionStatus;
use accrue::domain::conversion::ConversionStatus;
use accrue::domain::id::ConversionId;
use accrue::domain::user::Role;
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};

use crate::earnings::Desk;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::person::{Person, Screen};
use crate::support::personas::Sale;

fn money_of(shop: &Shop) -> String {
    format!("/admin/alderfinch/affiliates/{}/money", shop.anna.id)
}

fn sell(house: &House, shop: &Shop, order: &str, total: &str) -> ConversionId {
    let token = house.visit(&shop.campaign, &shop.anna);
    let answer = house.merchant(&shop.campaign).report(Sale::of(&token).order_id(order).order_total(total));
    assert_eq!(answer.word, "success", "{}", answer.body);
    house.conversion(order).id
}

fn approve(house: &House, shop: &Shop, conversion: ConversionId) {
    let (program, wanted) = (shop.program, ConversionStatus::Approved);
    let decision = Decision { wanted, seen: None, reason: String::new() };
    let reviewed =
        house.write(move |write, env| review_conversion(write, env, program, conversion, Actor::Clock, &decision));
    assert!(matches!(reviewed, Reviewed::Changed), "{reviewed:?}");
}

/// The balance, part by part, without the currency.
fn balance(screen: &Screen) -> String {
    let words = screen.words();
    let parts = words.split_once(" Payable ").map_or("", |(_, rest)| rest);
    format!("Payable {}", parts.split(" Live conversions").next().unwrap_or_default()).replace(" USD", "")
}

/// The address that a link or a form on the page leads to.
fn leads(screen: &Screen, ending: &str) -> String {
    let ends = |part: &&str| part.split('"').next().is_some_and(|address| address.ends_with(ending));
    let found = screen.html.split("action=\"").find(ends).unwrap_or_else(|| panic!("no form leads to …{ending}"));
    found.split('"').next().unwrap().to_owned()
}

fn payout_of(screen: &Screen) -> String {
    let id = screen.html.split("payout=pay_").nth(1).expect("a payout is open");
    format!("pay_{}", &id[..26])
}

fn give(marta: &mut Person, shop: &Shop, amount: &str, reason: &str) -> Screen {
    let form = marta.open(&format!("{}?do=bonus", money_of(shop)));
    let id = form.value_of("bonus").unwrap();
    let address = leads(&form, "/bonuses");
    marta.post(&address, &[("bonus", &id), ("amount", amount), ("reason", reason)])
}

on_each_engine! {
    fn whom_to_pay_is_one_step_from_the_dashboard(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let (dashboard, list) = ("/admin/alderfinch/dashboard", "/admin/alderfinch/affiliates?money=payable");
        let conversion = sell(&house, &shop, "1001", "100.00");
        assert!(!marta.open(dashboard).says("to pay"), "what waits for review is not owed yet");
        let nobody = marta.open(list);
        assert!(nobody.says("No affiliate matches. Clear the filters"), "{}", nobody.words());
        approve(&house, &shop, conversion);
        let shown = marta.open(dashboard);
        assert!(shown.says("1 affiliate to pay anna"), "{}", shown.words());
        assert!(shown.html.contains("/affiliates?money=payable\""), "it leads to them");
        let found = marta.open(list);
        assert!(found.says("anna Code: anna Active 1 1 10.00 10.00") && found.says("1 affiliate"), "{}", found.words());
        assert!(!found.says("Code: ben"), "nothing is payable to ben");
        assert!(found.html.contains(&format!("{}?do=pay-out", money_of(&shop))), "it leads to the payout");
        assert!(!vera.open(list).says("Pay out"), "a viewer pays nobody");
        marta.post(&format!("/admin/alderfinch/affiliates/{}/payouts", shop.anna.id), &[("seen", "1000")]);
        assert!(marta.open(list).says("No affiliate matches."), "what is in a payout is not payable again");
        assert!(!marta.open(dashboard).says("to pay"));
    }

    fn a_payout_takes_what_is_payable_and_once_paid_it_leaves_the_balance(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let first = sell(&house, &shop, "1001", "100.00");
        sell(&house, &shop, "1002", "50.00");
        approve(&house, &shop, first);
        let screen = marta.open(&money_of(&shop));
        let parts = "Payable 10.00 In payout 0.00 Held 0.00 Waiting for review 5.00 Disputed 0.00 Balance 15.00 Paid so far 0.00";
        assert_eq!(balance(&screen), parts);
        assert!(screen.says("Earned Order 1001 10.00"), "{}", screen.words());

        let form = marta.open(&format!("{}?do=pay-out", money_of(&shop)));
        assert!(form.says("Pay out 10.00 USD to anna"), "{}", form.words());
        let begun = marta.submit(&leads(&form, "/payouts"), &[("seen", &form.value_of("seen").unwrap()), ("reference", "")]);
        assert!(begun.says("The payout has begun. Send the money, then mark it as paid."), "{}", begun.words());
        let parts = "Payable 0.00 In payout 10.00 Held 0.00 Waiting for review 5.00 Disputed 0.00 Balance 15.00 Paid so far 0.00";
        assert_eq!(balance(&begun), parts);
        assert!(!begun.html.contains("do=pay-out"), "there is one on its way");

        let payout = payout_of(&begun);
        let form = marta.open(&format!("{}?do=mark-as-paid&payout={payout}", money_of(&shop)));
        let paid = marta.submit(&leads(&form, "/payment"), &[("reference", "SEPA 4711")]);
        assert!(paid.says("The payout is marked as paid"), "{}", paid.words());
        let parts = "Payable 0.00 In payout 0.00 Held 0.00 Waiting for review 5.00 Disputed 0.00 Balance 5.00 Paid so far 10.00";
        assert_eq!(balance(&paid), parts);
        assert!(paid.says("10.00 Paid SEPA 4711"), "{}", paid.words());
        assert!(paid.says("Paid outside Accrue SEPA 4711 Payout −10.00"), "{}", paid.words());
        let called_off = marta.post(&format!("{}/payouts/{payout}/withdrawal", money_of(&shop).trim_end_matches("/money")), &[]);
        assert_eq!(called_off.status, 409);
        assert!(called_off.says("This payout is paid by now and cannot be called off."), "{}", called_off.words());
        house.assert_books_balance();
    }

    fn what_is_called_off_is_payable_again(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let first = sell(&house, &shop, "1001", "100.00");
        approve(&house, &shop, first);
        let form = marta.open(&format!("{}?do=pay-out", money_of(&shop)));
        let begun = marta.submit(&leads(&form, "/payouts"), &[("seen", "1000"), ("reference", "March")]);
        let payout = payout_of(&begun);
        let form = marta.open(&format!("{}?do=call-off&payout={payout}", money_of(&shop)));
        let address = leads(&form, "/withdrawal");
        let screen = marta.submit(&address, &[]);
        assert!(balance(&screen).starts_with("Payable 10.00 In payout 0.00"), "{}", screen.words());
        assert!(screen.says("10.00 Called off March"), "{}", screen.words());
        let again = marta.submit(&address, &[]);
        assert!(again.says("The payout is called off."), "the same decision again changes nothing");
        let paid = marta.post(&address.replace("/withdrawal", "/payment"), &[("reference", "x")]);
        assert_eq!(paid.status, 409, "{}", paid.words());
        let foreign = format!("/admin/alderfinch/affiliates/{}/payouts/{payout}/payment", shop.ben.id);
        assert_eq!(marta.post(&foreign, &[]).status, 404, "it is not Ben's");
        house.assert_books_balance();
    }

    fn a_payout_is_of_the_amount_that_was_seen(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let first = sell(&house, &shop, "1001", "100.00");
        approve(&house, &shop, first);
        let form = marta.open(&format!("{}?do=pay-out", money_of(&shop)));
        let (seen, address) = (form.value_of("seen").unwrap(), leads(&form, "/payouts"));
        assert_eq!(give(&mut marta, &shop, "2.50", "A good month").status, 303);
        let answer = marta.post(&address, &[("seen", &seen), ("reference", "")]);
        assert_eq!(answer.status, 409);
        assert!(answer.says("Something changed meanwhile: 12.50 USD is payable by now. No payout was begun."), "{}", answer.words());
        let screen = marta.open(&money_of(&shop));
        assert!(balance(&screen).starts_with("Payable 12.50 In payout 0.00"), "{}", screen.words());
        assert_eq!(marta.post(&address, &[("seen", "1250")]).status, 303);
        let again = marta.submit(&address, &[("seen", "1250")]);
        assert!(again.says("A payout to this affiliate is on its way already."), "{}", again.words());
    }

    fn a_bonus_is_given_once_with_a_reason(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let cases = [
            ("0", "Thanks", "amount", "Amount must be above zero."),
            ("-1", "Thanks", "amount", "Amount must"),
            ("1.234", "Thanks", "amount", "Amount must"),
            ("10000000000000.01", "Thanks", "amount", "Amount must be at most 10000000000000.00."),
            ("92233720368547758.07", "Thanks", "amount", "Amount must be at most 10000000000000.00."),
            ("92233720368547758.08", "Thanks", "amount", "Amount must"),
            ("5", "  ", "reason", "Reason must not be blank."),
        ];
        for (amount, reason, field, sentence) in cases {
            let answer = give(&mut marta, &shop, amount, reason);
            assert_eq!(answer.status, 422, "{amount} {reason}");
            let said = answer.error_at(field).unwrap_or_default();
            assert!(said.starts_with(sentence), "{amount} {reason}: {said}");
            assert_eq!(answer.value_of("amount").as_deref(), Some(amount), "what was typed is kept");
        }
        let form = marta.open(&format!("{}?do=bonus", money_of(&shop)));
        let (id, address) = (form.value_of("bonus").unwrap(), leads(&form, "/bonuses"));
        for _ in 0..2 {
            let fields = [("bonus", id.as_str()), ("amount", "25.00"), ("reason", "Best of <March>")];
            let screen = marta.submit(&address, &fields);
            assert!(screen.says("The bonus is in the ledger, and payable."), "{}", screen.words());
        }
        let screen = marta.open(&money_of(&shop));
        let parts = "Payable 25.00 In payout 0.00 Held 0.00 Waiting for review 0.00 Disputed 0.00 Balance 25.00 Paid so far 0.00";
        assert_eq!(balance(&screen), parts);
        assert!(screen.says("Bonus Best of <March> – 25.00"), "{}", screen.words());
        let list = marta.open("/admin/alderfinch/affiliates");
        assert!(list.says("25.00 to anna") && list.says("0.00 to ben"), "{}", list.words());
        house.assert_books_balance();
    }

    /// The largest sale, a rule that adds the largest amount to all of it, and the largest bonus.
    fn the_largest_sums_are_shown_and_paid_like_any_other(db: TestDatabase) {
        const MOST: &str = "10000000000000.00";
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let rules = format!("/admin/alderfinch/rules/{}", shop.campaign.id);
        marta.open(&format!("{rules}/new"));
        let both = [("product", "ALL"), ("basis", "both"), ("rate", "100"), ("flat", MOST)];
        let plain = [("duration", "lifetime"), ("hold", "0"), ("approval", "by_hand")];
        marta.submit(&rules, &[&both[..], &plain[..]].concat());
        let token = house.visit(&shop.campaign, &shop.anna);
        for order in ["1001", "1002"] {
            let sale = Sale::of(&token).order_id(order).order_total(MOST).with("product_ids", "ALL");
            assert_eq!(house.merchant(&shop.campaign).report(sale).word, "success");
            approve(&house, &shop, house.conversion(order).id);
        }
        assert_eq!(give(&mut marta, &shop, MOST, "Everything").status, 303);
        for page in ["dashboard", "affiliates", "conversions"] {
            let screen = marta.open(&format!("/admin/alderfinch/{page}"));
            assert_eq!(screen.status, 200, "{page}");
        }
        let screen = marta.open(&money_of(&shop));
        assert!(balance(&screen).starts_with("Payable 50,000,000,000,000.00 "), "{}", screen.words());
        let form = marta.open(&format!("{}?do=pay-out", money_of(&shop)));
        let begun = marta.submit(&leads(&form, "/payouts"), &[("seen", &form.value_of("seen").unwrap()), ("reference", "")]);
        assert!(begun.says("The payout has begun."), "{}", begun.words());
        assert_eq!(marta.open("/admin/alderfinch/dashboard").status, 200);
        house.assert_books_balance();
    }

    fn a_viewer_sees_all_of_it_and_is_offered_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let first = sell(&house, &shop, "1001", "100.00");
        approve(&house, &shop, first);
        let mut tom = house.member("Tom", shop.program, Role::Viewer);
        for question in ["", "?do=bonus", "?do=pay-out"] {
            let screen = tom.open(&format!("{}{question}", money_of(&shop)));
            assert!(screen.says("Earned Order 1001 10.00"), "{}", screen.words());
            assert!(!screen.html.contains("/money?do=") && !screen.html.contains("/bonuses"), "{question}");
        }
    }

    fn a_long_ledger_goes_by_pages(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for order in 1..=30 {
            sell(&house, &shop, &order.to_string(), "10.00");
            house.clock().advance(std::time::Duration::from_secs(1));
        }
        let mut marta = house.member("Marta", shop.program, Role::Viewer);
        let first = marta.open(&money_of(&shop));
        assert!(first.says("Order 30 1.00") && first.says("Order 6 1.00") && !first.says("Order 5 1.00"));
        let older = first.html.split("href=\"").find(|part| part.contains("/money?before=")).unwrap();
        let older = older.split('"').next().unwrap().to_owned();
        let second = marta.open(&older);
        assert!(second.says("Order 5 1.00") && second.says("Order 1 1.00") && !second.says("Order 6 1.00"));
        assert!(second.says("5 entries on this page"), "{}", second.words());
    }

    /// What the shop states to have paid itself stands beside the house's own payouts, and is told apart from them.
    fn what_was_paid_outside_is_shown_as_that(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let paid = desk.states("1001", CommissionStatus::Paid);
        desk.states("1002", CommissionStatus::ProcessingPayout);
        let waiting = desk.states("1003", CommissionStatus::PendingManualApproval);
        desk.states("1004", CommissionStatus::ReadyForPayment);
        let mut marta = house.member("marta", desk.program(), Role::Manager);
        let money = format!("/admin/alderfinch/affiliates/{}/money", desk.anna());
        let screen = marta.open(&money);
        for said in ["Paid outside Order 1001", "Being paid outside Order 1002", "Payable 10.00", "In payout 10.00"] {
            assert!(screen.words().contains(said), "{said}: {}", screen.words());
        }
        assert!(screen.html.contains("do=pay-out"), "the house's own payout can be begun beside it");
        let done = marta.post(
            &format!("{}/payouts/{}/payment", money.trim_end_matches("/money"), payout_of(&screen)),
            &[("reference", "Bank 7")],
        );
        assert_eq!(done.status, 303);
        assert!(marta.open(&money).words().contains("Paid outside Bank 7"));

        let told = |marta: &mut Person, id: ConversionId| marta.open(&format!("/admin/alderfinch/conversions/{id}")).words();
        let words = told(&mut marta, paid);
        assert!(words.contains("The affiliate has it. Stated as paid by your server."), "{words}");
        assert!(words.contains("Status stated"), "{words}");
        let words = told(&mut marta, waiting);
        assert!(words.contains("Stated as waiting for approval by hand by your server."), "{words}");
        house.assert_books_balance();
    }
}
