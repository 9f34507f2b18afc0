use super::{Said, Standing};
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{CustomerFacts, Purchase, SaleStatus};
use crate::domain::handle::ExternalId;
use crate::domain::rule::Subscription;

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

#[test]
fn it_reads_back_and_tells_nobody_what_was_said() {
    for said in [Said::default(), said(&purchase()), said(&Purchase::default())] {
        assert_eq!(Said::read(&said.written()), said);
    }
    let written = said(&purchase()).written();
    assert!(!written.contains("c-1") && !written.contains("SPRING") && !written.contains("plan"), "{written}");
    assert_eq!(Said::read("sale=failed shape=round nothing"), Said::read("sale=failed"));
}
