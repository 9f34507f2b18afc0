use super::{Said, Standing};
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{CustomerFacts, Purchase, SaleStatus};
use crate::domain::currency::Currency;
use crate::domain::dedup::Facts;
use crate::domain::event::Event;
use crate::domain::handle::{ActionCode, ExternalId};
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::rule::Subscription;
use crate::domain::time::Timestamp;

const UNMOVED: Standing = Standing { sale: SaleStatus::Complete, came_the_same_way: true };

fn ids(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn id(text: &str) -> Option<ExternalId> {
    Some(ExternalId::parse(text).unwrap())
}

fn purchase() -> Purchase {
    Purchase {
        product_ids: ids(&["a", "b"]),
        price_ids: ids(&["p"]),
        subscription: Some(Subscription::Monthly),
        is_no_subscription: false,
        sale: Some(SaleStatus::Complete),
        claimed_at: None,
        metadata: Some(r#"{"plan":"pro, \"gold\"}","seats":3,"left":2}"#.to_owned()),
        stated: Some(CommissionStatus::Paid),
    }
}

fn customer() -> CustomerFacts {
    CustomerFacts { customer_id: id("c-1"), external_user_id: id("u-1"), email: None, coupon_code: id("SPRING") }
}

fn said(purchase: &Purchase) -> Said {
    Said::of(&customer(), purchase)
}

#[test]
fn a_repeat_is_held_against_what_was_said_field_by_field() {
    let same = purchase();
    let cases: Vec<(&str, Purchase, &[&str])> = vec![
        ("the same", same.clone(), &[]),
        ("nothing said", Purchase::default(), &[]),
        ("products in another order", Purchase { product_ids: ids(&["b", "a"]), ..same.clone() }, &[]),
        ("another product", Purchase { product_ids: ids(&["a"]), ..same.clone() }, &["product"]),
        ("another price", Purchase { price_ids: ids(&["q"]), ..same.clone() }, &["price"]),
        ("another interval", Purchase { subscription: Some(Subscription::Yearly), ..same.clone() }, &["interval"]),
        (
            "of no subscription",
            Purchase { subscription: None, is_no_subscription: true, ..same.clone() },
            &["interval"],
        ),
        ("nothing said of it", Purchase { subscription: None, ..same.clone() }, &[]),
        ("it failed", Purchase { sale: Some(SaleStatus::Failed), ..same.clone() }, &["sales_status"]),
        ("declined", Purchase { stated: Some(CommissionStatus::Declined), ..same.clone() }, &["status"]),
        (
            "metadata in another order",
            Purchase { metadata: Some(r#"{"left":2,"plan":"pro, \"gold\"}","seats":3}"#.to_owned()), ..same.clone() },
            &[],
        ),
        (
            "its values in each other's place",
            Purchase { metadata: Some(r#"{"plan":"pro, \"gold\"}","seats":2,"left":3}"#.to_owned()), ..same.clone() },
            &["metadata"],
        ),
        ("other metadata", Purchase { metadata: Some(r#"{"plan":"free"}"#.to_owned()), ..same.clone() }, &["metadata"]),
    ];
    for (name, repeat, differing) in cases {
        assert_eq!(said(&same).differing(&said(&repeat), &UNMOVED), differing, "{name}");
    }
    let other = CustomerFacts { customer_id: id("c-2"), external_user_id: id("u-2"), ..customer() };
    assert_eq!(said(&same).differing(&Said::of(&other, &same), &UNMOVED), ["customer"], "named once");
    let coupon = CustomerFacts { coupon_code: id("SUMMER"), ..CustomerFacts::default() };
    assert_eq!(said(&same).differing(&Said::of(&coupon, &same), &UNMOVED), ["coupon"]);
    assert!(Said::default().differing(&said(&same), &UNMOVED).is_empty(), "what the first left out is no difference");
}

#[test]
fn a_purchase_of_which_nothing_was_said_was_a_sale_and_what_stands_is_no_news() {
    let tells = |sale| Said::of(&CustomerFacts::default(), &Purchase { sale: Some(sale), ..Purchase::default() });
    let now = |sale| Standing { sale, came_the_same_way: true };
    use SaleStatus::{Complete, Failed, Open, Refunded};
    let cases = [
        ("complete, as it was", Said::default(), Complete, Complete, true),
        ("failed, and it was a sale", Said::default(), Failed, Complete, false),
        ("failed, as somebody said since", Said::default(), Failed, Failed, true),
        ("the first report again, after it was refunded", Said::default(), Complete, Refunded, true),
        ("the first report again, after it was paid", tells(Open), Open, Complete, true),
        ("paid, as it is by now", tells(Open), Complete, Complete, true),
        ("failed, which it never was", tells(Open), Failed, Complete, false),
    ];
    for (name, first, told, stands, is_same) in cases {
        assert_eq!(first.differing(&tells(told), &now(stands)).is_empty(), is_same, "{name}");
    }
}

#[test]
fn what_a_browser_wants_to_find_again_is_not_held_against_a_server() {
    let other = Purchase { metadata: Some("{}".to_owned()), ..purchase() };
    let elsewhere = Standing { came_the_same_way: false, ..UNMOVED };
    assert!(said(&purchase()).differing(&said(&other), &elsewhere).is_empty());
}

#[test]
fn a_better_report_is_believed_in_what_it_says() {
    let first = said(&purchase());
    let better = Said::of(
        &CustomerFacts { customer_id: id("c-2"), ..CustomerFacts::default() },
        &Purchase { sale: Some(SaleStatus::Failed), ..Purchase::default() },
    );
    let both = first.followed_by(&better);
    assert!(both.differing(&better, &UNMOVED).is_empty());
    assert_eq!(both.differing(&first, &UNMOVED), ["customer"]);
    assert_eq!(first.followed_by(&Said::default()), first);
}

fn facts() -> Facts {
    let id = |number| Id::at(Timestamp::from_millis(1_790_000_000_000), [number; 10]);
    Facts {
        amount: Money::new(15_000, Currency::USD),
        event: Event::SALE,
        campaign_id: Id::from_uuid(id(1).uuid()),
        affiliate_id: Id::from_uuid(id(2).uuid()),
        click_id: Some(id(3)),
    }
}

#[test]
fn the_facts_of_a_better_report_are_known_again_and_no_others() {
    let other = |number: i64| Timestamp::from_millis(1_790_000_000_000 + number);
    let lead = Event::from_action(ActionCode::parse("lead").unwrap());
    let cases = [
        ("the same", facts(), true),
        ("no click named", Facts { click_id: None, ..facts() }, true),
        ("a cent more", Facts { amount: Money::new(15_001, Currency::USD), ..facts() }, false),
        ("another currency", Facts { amount: Money::new(15_000, Currency::EUR), ..facts() }, false),
        ("another event", Facts { event: lead, ..facts() }, false),
        ("another campaign", Facts { campaign_id: Id::at(other(1), [1; 10]), ..facts() }, false),
        ("another affiliate", Facts { affiliate_id: Id::at(other(2), [2; 10]), ..facts() }, false),
        ("another click", Facts { click_id: Some(Id::at(other(3), [3; 10])), ..facts() }, false),
    ];
    let better = said(&purchase()).beside(&facts());
    for (name, told, is_known) in cases {
        assert_eq!(better.has_told(&told), is_known, "{name}");
        assert_eq!(Said::read(&better.written()).has_told(&told), is_known, "{name}, read back");
        assert!(!said(&purchase()).has_told(&told), "{name}, of a report whose facts the row shows");
    }
    assert!(!better.followed_by(&said(&purchase())).has_told(&facts()), "the next report's word counts");
    let without_click = Said::default().beside(&Facts { click_id: None, ..facts() });
    assert!(without_click.has_told(&facts()) && Said::read(&without_click.written()) == without_click);
}

#[test]
fn it_reads_back_and_tells_nobody_what_was_said() {
    for said in [Said::default(), said(&purchase()), said(&Purchase::default()), said(&purchase()).beside(&facts())] {
        assert_eq!(Said::read(&said.written()), said);
    }
    let written = said(&purchase()).written();
    assert!(!written.contains("c-1") && !written.contains("SPRING") && !written.contains("plan"), "{written}");
    assert_eq!(Said::read("sale=failed shape=round nothing"), Said::read("sale=failed"));
}

#[test]
fn metadata_is_known_again_in_whatever_order_its_keys_stand_however_deep() {
    let first = r#"{"cart":{"items":[{"sku":"a,b","n":1},{"sku":"c"}],"of":{}},"note":"}{,:"}"#;
    let cases: [(&str, &str, bool); 8] = [
        ("the same", first, true),
        (
            "keys in another order",
            r#"{"note":"}{,:","cart":{"of":{},"items":[{"n":1,"sku":"a,b"},{"sku":"c"}]}}"#,
            true,
        ),
        (
            "a list in another order",
            r#"{"cart":{"items":[{"sku":"c"},{"sku":"a,b","n":1}],"of":{}},"note":"}{,:"}"#,
            false,
        ),
        (
            "a key that moved out",
            r#"{"cart":{"items":[{"sku":"a,b","n":1},{"sku":"c"}]},"of":{},"note":"}{,:"}"#,
            false,
        ),
        ("a key that moved in", r#"{"cart":{"items":[{"sku":"a,b","n":1},{"sku":"c"}],"of":{},"note":"}{,:"}}"#, false),
        (
            "another value inside",
            r#"{"cart":{"items":[{"sku":"a,b","n":2},{"sku":"c"}],"of":{}},"note":"}{,:"}"#,
            false,
        ),
        (
            "a list for an object",
            r#"{"cart":{"items":[{"sku":"a,b","n":1},{"sku":"c"}],"of":[]},"note":"}{,:"}"#,
            false,
        ),
        ("another text", r#"{"cart":{"items":[{"sku":"a,b","n":1},{"sku":"c"}],"of":{}},"note":"}{,"}"#, false),
    ];
    let of = |metadata: &str| said(&Purchase { metadata: Some(metadata.to_owned()), ..Purchase::default() });
    for (name, again, is_same) in cases {
        assert_eq!(of(first).differing(&of(again), &UNMOVED).is_empty(), is_same, "{name}");
    }
}

#[test]
fn what_was_kept_of_plain_metadata_is_known_again() {
    let text = r#"{"plan":"pro, \"gold\"}","seats":3,"left":2}"#;
    let kept = Said::read("metadata=0fa7811172d60e46");
    let again = said(&Purchase { metadata: Some(text.to_owned()), ..Purchase::default() });
    assert!(kept.differing(&again, &UNMOVED).is_empty(), "a digest of before is one of now: {}", again.written());
}
