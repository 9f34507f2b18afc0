//! Deciding about conversions, as the people who do it see it.

use accrue::domain::commission::CommissionState;
use accrue::domain::conversion::{ConversionStatus, SaleStatus};
use accrue::domain::user::Role;

use super::affiliates::MARKUP;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id};
use crate::support::person::{Person, Screen};
use crate::support::personas::Sale;

const LIST: &str = "/admin/alderfinch/conversions";

/// A shop with these orders of anna's, of 100.00 each.
fn shop_with(house: &House, orders: &[&str]) -> Shop {
    let shop = house.shop();
    let token = house.visit(&shop.campaign, &shop.anna);
    for order in orders {
        house.clock().advance(std::time::Duration::from_secs(60));
        let answer = house.merchant(&shop.campaign).report(Sale::of(&token).order_id(order).order_total("100.00"));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    shop
}

fn page_of(house: &House, order: &str) -> String {
    format!("{LIST}/{}", house.conversion(order).id)
}

/// Opens a dialog and sends it, with these fields in it besides what stands there.
fn send(person: &mut Person, page: &str, (word, path): (&str, &str), fields: &[(&str, &str)]) -> Screen {
    let dialog = person.open(&format!("{page}?do={word}"));
    let edition = dialog.value_of("edition").expect("every form carries the edition");
    let event = dialog.value_of("event_id").unwrap_or_default();
    let mut all: Vec<(&str, &str)> = vec![("edition", &edition)];
    if !event.is_empty() && !fields.iter().any(|(name, _)| *name == "event_id") {
        all.push(("event_id", &event));
    }
    all.extend(fields);
    person.post(&format!("{page}/{path}"), &all)
}

fn approve(person: &mut Person, page: &str) -> Screen {
    let edition = person.open(page).value_of("edition").expect("it can be approved");
    person.post(&format!("{page}/approval"), &[("edition", &edition)])
}

fn follow(person: &mut Person, answer: &Screen) -> Screen {
    assert_eq!(answer.status, 303, "{}", answer.words());
    person.open(answer.location.as_deref().expect("it leads on"))
}

on_each_engine! {
    fn approving_takes_one_press_and_says_what_follows(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001"]);
        let page = page_of(&house, "1001");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let answer = approve(&mut mara, &page);
        let shown = follow(&mut mara, &answer);
        assert!(shown.says("The conversion is approved.") && shown.says("Order 1001 Approved"), "{}", shown.words());
        assert!(shown.says("Payable It is owed, and goes into the affiliate’s next payout."), "{}", shown.words());
        assert!(shown.says("Approved by Mara · 20 Mar 2026, 12:01:00"), "{}", shown.words());
        assert!(!shown.says("Reject") && shown.says("Back to pending"), "only what is possible is offered");
        assert_eq!(house.conversion("1001").status, ConversionStatus::Approved);
        assert_eq!(house.commission("1001").state, CommissionState::Payable);
        house.assert_books_balance();
    }

    fn of_two_who_decide_the_second_is_told_by_whom_they_were_overtaken(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001"]);
        let page = page_of(&house, "1001");
        house.clock().advance(std::time::Duration::from_secs(9_540));
        let mut ines = house.member("Ines", shop.program, Role::Manager);
        let mut otto = house.member("Otto", shop.program, Role::Owner);
        let seen = otto.open(&format!("{page}?do=reject")).value_of("edition").expect("an edition");
        approve(&mut ines, &page);
        let late = otto.post(&format!("{page}/rejection"), &[("edition", &seen), ("reason", "a test order")]);
        assert_eq!(late.status, 409);
        assert!(late.says("Ines approved this at 14:40. Nothing was changed. This is how it stands now."), "{}", late.words());
        assert!(late.says("Order 1001 Approved") && house.conversion("1001").status == ConversionStatus::Approved);
        let same = otto.post(&format!("{page}/approval"), &[("edition", &seen)]);
        assert_eq!(same.status, 303, "the same decision is no conflict");
        assert_eq!(house.conversion("1001").edition, 1, "and changes nothing");
        let turned = send(&mut otto, &page, ("reject", "rejection"), &[("reason", "a test order")]);
        assert_eq!(turned.status, 409);
        assert!(turned.says("It was decided the other way. Set it back to pending first. Nothing was changed."), "{}", turned.words());
        house.assert_books_balance();
    }

    fn rejecting_takes_a_reason_and_can_be_taken_back_with_another(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001", "1002"]);
        let page = page_of(&house, "1001");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let dialog = mara.open(&format!("{page}?do=reject"));
        assert!(dialog.says("Reject order 1001 The commission of 10.00 USD is voided."), "{}", dialog.words());
        let blank = send(&mut mara, &page, ("reject", "rejection"), &[("reason", "  ")]);
        assert_eq!((blank.status, blank.error_at("reason").as_deref()), (422, Some("Reason must not be blank.")));
        let answer = send(&mut mara, &page, ("reject", "rejection"), &[("reason", MARKUP)]);
        let shown = follow(&mut mara, &answer);
        assert!(shown.says("Void Nothing is owed: the conversion is rejected."), "{}", shown.words());
        assert!(shown.says(&format!("Rejected “{MARKUP}” by Mara")) && !shown.html.contains("<img src=x"), "{}", shown.words());
        assert!(shown.says("Sum 0.00 USD"), "{}", shown.words());
        let list = mara.open(LIST);
        assert!(list.says("1 conversion · 100.00 USD sales · 10.00 USD commission · 1 rejected, not counted"), "{}", list.words());
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.conversions, tally.sales_minor, tally.commission_minor), (1, 10_000, 1_000), "as reports say");
        let answer = send(&mut mara, &page, ("reopen", "reopening"), &[("reason", "it was real")]);
        let shown = follow(&mut mara, &answer);
        assert!(shown.says("Order 1001 Pending") && shown.says("Set back to pending “it was real” by Mara"), "{}", shown.words());
        assert_eq!(house.commission("1001").booked_minor, 1_000);
        house.assert_books_balance();
    }

    fn a_partial_return_is_adjusted_and_the_arithmetic_follows(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001"]);
        let page = page_of(&house, "1001");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        for (amount, said) in [
            ("100.00", "New amount must be lower than 100.00 USD, which was reported."),
            ("0.00", "New amount must be above zero; to leave nothing, reject the conversion."),
            ("", "New amount must"),
            ("ten", "New amount must"),
        ] {
            let refused = send(&mut mara, &page, ("adjust", "adjustments"), &[("amount", amount), ("reason", "half came back")]);
            let told = refused.error_at("amount").unwrap_or_default();
            assert!(refused.status == 422 && told.starts_with(said), "{amount}: {} {told}", refused.status);
            assert_eq!(refused.value_of("amount").as_deref(), Some(amount), "what was typed is kept");
        }
        let answer = send(&mut mara, &page, ("adjust", "adjustments"), &[("amount", "33.33"), ("reason", "half came back")]);
        let shown = follow(&mut mara, &answer);
        for words in [
            "Order total 100.00 USD Adjusted (after a partial return) 33.33 USD What remains 33.33 USD",
            "Commission (3.333, rounded once, half away from zero) 3.33 USD",
            "Amount adjusted “half came back” 33.33 USD, was 100.00 USD · by Mara",
            "Adjusted (half came back) 20 Mar 2026, 12:01:00 −6.67 USD Sum 3.33 USD",
        ] {
            assert!(shown.says(words), "{words}: {}", shown.words());
        }
        assert!(mara.open(LIST).says("100.00 USD 33.33 remains 3.33 Pending"), "{}", mara.open(LIST).words());
        approve(&mut mara, &page);
        let seen = house.conversion("1001").edition.to_string();
        let late = mara.post(&format!("{page}/adjustments"), &[("edition", &seen), ("amount", "20.00"), ("reason", "more")]);
        assert!(late.status == 409 && late.says("Only what is pending can be adjusted; give money back by a refund."), "{}", late.words());
        house.assert_books_balance();
    }

    fn refunds_are_counted_once_each_and_end_at_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001"]);
        let page = page_of(&house, "1001");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        approve(&mut mara, &page);
        let first = [("event_id", "R-1"), ("amount", "66.67"), ("reason", "two of three")];
        let answer = send(&mut mara, &page, ("refund", "refunds"), &first);
        let shown = follow(&mut mara, &answer);
        assert!(shown.says("The refund is recorded") && shown.says("Given back to the customer − 66.67 USD What remains 33.33 USD"), "{}", shown.words());
        assert!(shown.says("Refund R-1 (two of three) 20 Mar 2026, 12:01:00 66.67 USD"), "{}", shown.words());
        let answer = send(&mut mara, &page, ("refund", "refunds"), &first);
        assert!(follow(&mut mara, &answer).says("This refund was on record already. It is counted once."));
        let other = send(&mut mara, &page, ("refund", "refunds"), &[("event_id", "R-1"), ("amount", "1.00")]);
        assert_eq!(other.error_at("event_id").as_deref(), Some("Refund id must not be used twice: 66.67 USD is on record under it."));
        let beyond = send(&mut mara, &page, ("refund", "refunds"), &[("amount", "33.34")]);
        assert_eq!(beyond.error_at("amount").as_deref(), Some("Refunded amount must not be more than 33.33 USD, which is left of the order."));
        assert_eq!(house.conversion("1001").refunded_minor, 6_667);
        let answer = send(&mut mara, &page, ("refund", "refunds"), &[("kind", "chargeback")]);
        let shown = follow(&mut mara, &answer);
        assert!(shown.says("Void Nothing is owed: the customer got everything back.") && shown.says("Sum 0.00 USD"), "{}", shown.words());
        assert!(shown.says("Chargeback rfd_") && !shown.says("Adjust"), "{}", shown.words());
        assert_eq!((house.commission("1001").booked_minor, house.conversion("1001").sale_status), (0, SaleStatus::Refunded));
        house.assert_books_balance();
    }

    fn a_dispute_keeps_the_money_until_the_bank_has_decided(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001", "1002"]);
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        for (order, end, said) in [
            ("1001", "won", "Payable It is owed"),
            ("1002", "lost", "Void Nothing is owed: the customer got everything back."),
        ] {
            let page = page_of(&house, order);
            approve(&mut mara, &page);
            let answer = send(&mut mara, &page, ("dispute", "dispute"), &[("reason", "case 77")]);
            let shown = follow(&mut mara, &answer);
            assert!(shown.says("Disputed The customer’s bank is asking for the money back."), "{}", shown.words());
            assert!(shown.says("Disputed “case 77” by Mara") && !shown.says("Back to pending"), "{}", shown.words());
            let unsaid = send(&mut mara, &page, ("end-dispute", "dispute/end"), &[]);
            assert_eq!((unsaid.status, unsaid.error_at("end").as_deref()), (422, Some("The bank’s decision must be chosen.")));
            let answer = send(&mut mara, &page, ("end-dispute", "dispute/end"), &[("end", end)]);
            let shown = follow(&mut mara, &answer);
            assert!(shown.says(said), "{said}: {}", shown.words());
        }
        house.assert_books_balance();
    }

    fn what_is_not_paid_for_is_not_owed(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001"]);
        let page = page_of(&house, "1001");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        approve(&mut mara, &page);
        let answer = send(&mut mara, &page, ("sale", "sale"), &[("sale_status", "open")]);
        let shown = follow(&mut mara, &answer);
        assert!(shown.says("Held The purchase is not paid for: it is open. Until it is, nothing is owed."), "{}", shown.words());
        assert!(mara.open(&format!("{LIST}?sale=open")).says("1001 Sale"));
        let answer = send(&mut mara, &page, ("sale", "sale"), &[("sale_status", "complete")]);
        assert!(follow(&mut mara, &answer).says("Payable It is owed"));
        let seen = house.conversion("1001").edition.to_string();
        let odd = mara.post(&format!("{page}/sale"), &[("edition", &seen), ("sale_status", "refunded")]);
        assert!(odd.status == 409 && odd.says("Record a refund to say that money was given back."), "{}", odd.words());
        let payouts = format!("/admin/alderfinch/affiliates/{}/payouts", affiliate_id(&shop.anna));
        assert_eq!(mara.post(&payouts, &[("seen", "1000")]).status, 303);
        let seen = house.conversion("1001").edition.to_string();
        let failed = mara.post(&format!("{page}/sale"), &[("edition", &seen), ("sale_status", "failed")]);
        let sentence = "Its commission is in a payout. Record a refund to say that money was given back.";
        assert!(failed.status == 409 && failed.says(sentence), "{}", failed.words());
        house.assert_books_balance();
    }

    fn many_are_decided_about_at_once_each_by_itself(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001", "1002", "1003", "1004"]);
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let queue = mara.open(&format!("{LIST}?view=review"));
        assert!(queue.says("To review 4") && queue.says("4 wait for a decision, the oldest since 20 Mar 2026."), "{}", queue.words());
        let at = |order: &str| queue.html.find(&format!(">{order}</a>")).expect("it is listed");
        assert!(at("1001") < at("1002") && at("1002") < at("1004"), "the oldest first");
        let tick = |order: &str| format!("{}:{}", house.conversion(order).id, 0);
        let [first, second, third, fourth] = ["1001", "1002", "1003", "1004"].map(tick);
        approve(&mut mara, &page_of(&house, "1002"));
        let fields = [("decision", "reject"), ("conversion", &first), ("conversion", &second), ("back", "/admin/alderfinch/conversions?view=review")];
        let asked = mara.post(&format!("{LIST}/reviews"), &fields);
        assert!(asked.status == 200 && asked.says("Reject 2 conversions") && asked.says("1001 anna 100.00 USD 10.00"), "{}", asked.words());
        assert!(house.conversion("1001").status == ConversionStatus::Pending, "nothing is decided before there is a reason");
        let blank = mara.post(&format!("{LIST}/reviews"), &[&fields[..], &[("reason", " ")]].concat());
        assert_eq!((blank.status, blank.error_at("reason").as_deref()), (422, Some("Reason must not be blank.")));
        let done = mara.post(&format!("{LIST}/reviews"), &[&fields[..], &[("reason", "test orders")]].concat());
        assert!(done.says("1 of 2 rejected") && done.says("1001 anna 100.00 USD 0.00 Rejected"), "{}", done.words());
        assert!(done.says("1002 anna 100.00 USD 10.00 Not changed Somebody changed it after you opened the list. It is approved."), "{}", done.words());
        assert!(done.html.contains("href=\"/admin/alderfinch/conversions?view=review\""), "it leads back where it came from");
        let away = mara.post(&format!("{LIST}/reviews"), &[("decision", "approve"), ("conversion", &third), ("conversion", &third), ("conversion", &fourth), ("back", "//evil.example/")]);
        assert!(away.says("2 of 2 approved") && !away.html.contains("evil.example"), "{}", away.words());
        let nothing = mara.post(&format!("{LIST}/reviews"), &[("decision", "approve")]);
        assert!(follow(&mut mara, &nothing).says("No conversion was ticked, so nothing was changed."));
        assert!(mara.open(&format!("{LIST}?view=review")).says("Everything is decided"));
        let many: Vec<String> = (0..101).map(|_| format!("{}:0", house.environment().mint.id::<accrue::domain::id::Conversion>(house.now()))).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|tick| ("conversion", tick.as_str())).chain([("decision", "approve")]).collect();
        assert_eq!(mara.post(&format!("{LIST}/reviews"), &many).status, 413);
        house.assert_books_balance();
    }

    fn one_decision_leads_to_the_next_that_waits(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001", "1002", "1003"]);
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let next = |screen: &Screen| {
            let before = screen.html.split("Next to review").next().filter(|before| *before != screen.html);
            before.and_then(|before| before.rsplit("href=\"").next()?.split('"').next()).map(str::to_owned)
        };
        let [first, second, third] = ["1001", "1002", "1003"].map(|order| page_of(&house, order));
        assert_eq!(next(&mara.open(&first)), Some(second.clone()), "in the order of the queue");
        assert_eq!(next(&mara.open(&third)), Some(first.clone()), "after the last comes the first");
        assert_eq!(next(&vera.open(&first)), None, "a viewer decides nothing");
        let answer = approve(&mut mara, &second);
        assert_eq!(next(&follow(&mut mara, &answer)), Some(third.clone()));
        assert_eq!(next(&mara.open(&first)), Some(third.clone()), "what is decided waits no more");
        approve(&mut mara, &third);
        assert_eq!(next(&mara.open(&first)), None, "nothing else waits");
        assert_eq!(next(&mara.open(&third)), Some(first));
    }

    fn a_viewer_looks_and_decides_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = shop_with(&house, &["1001"]);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let page = page_of(&house, "1001");
        let shown = vera.open(&format!("{page}?do=reject"));
        assert!(shown.value_of("edition").is_none() && !shown.says("Reject"), "{}", shown.words());
        assert!(!vera.open(&format!("{LIST}?view=review")).html.contains("name=\"conversion\""));
        let refused = vera.post(&format!("{page}/approval"), &[("edition", "0")]);
        assert_eq!(refused.status, 403);
        assert_eq!(house.conversion("1001").status, ConversionStatus::Pending);
    }
}
