//! Whatever a page writes is noted with who sent its form: the table in `src/web/routes.rs`, form by form.

use accrue::domain::totp::TotpSecret;
use accrue::domain::user::Role;
use accrue::web::routes::{Asker, PAGES, Page};

use super::campaign_desk::Filled;
use super::estate::Estate;
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::person::{Person, Screen};
use crate::support::sql::Sql;

/// Forms of strangers, who are nobody yet, and the one that is kept by the browser alone.
const OF_NOBODY: [&str; 5] = ["/set-up", "/sign-in", "/sign-in/code", "/invitations/{secret}", "/theme"];

/// What is filled in, by the end of the page's path. A new page whose form is not taken empty fails until it is here.
const FILLED: &[(&str, &[(&str, &str)])] = &[
    ("/affiliates", &[("name", "Nora"), ("status", "active")]),
    ("/affiliates/{id}", &[("name", "Anna"), ("code", "anna-2")]),
    ("/affiliates/{id}/status", &[("seen", "active"), ("status", "paused")]),
    ("/conversions/reviews", &[("decision", "approve")]),
    ("/conversions/{id}/rejection", &[("reason", "returned")]),
    ("/conversions/{id}/reopening", &[("reason", "a mistake")]),
    ("/conversions/{id}/adjustments", &[("amount", "50.00"), ("reason", "sent back in part")]),
    ("/conversions/{id}/refunds", &[("event_id", "r-1"), ("amount", "10.00"), ("reason", "late")]),
    ("/conversions/{id}/dispute", &[("reason", "the bank asks")]),
    ("/conversions/{id}/dispute/end", &[("end", "won"), ("reason", "the bank decided")]),
    ("/conversions/{id}/sale", &[("sale_status", "failed"), ("reason", "the card was refused")]),
    (
        "/rules/{campaign}",
        &[("product", "stove"), ("basis", "percent"), ("rate", "5"), ("duration", "lifetime"), ("hold", "0"), BY_HAND],
    ),
    (
        "/rules/{campaign}/{number}",
        &[
            VERSION,
            ("product", "tent"),
            ("basis", "flat"),
            ("flat", "5"),
            ("duration", "lifetime"),
            ("hold", "0"),
            BY_HAND,
        ],
    ),
    ("/rules/{campaign}/{number}/ending", &[VERSION]),
    ("/coupons", &[("code", "SPRING10")]),
    (
        "/attempts/{id}/credit",
        &[("order_id", "9"), ("event", "sale"), ("amount", "5.00"), ("currency", "USD"), ("note", "it was hers")],
    ),
    ("/referrals/{id}/reassignment", &[("reason", "they called")]),
    ("/affiliates/{id}/bonuses", &[("amount", "5.00"), ("reason", "a good month")]),
    ("/affiliates/{id}/payouts/{payout}/payment", &[("reference", "SEPA 1")]),
    (
        "/settings/program",
        &[("name", "Renamed"), ("base_currency", "USD"), ("time_zone", "UTC"), ("click_parameter", "click_token")],
    ),
    ("/settings/programs", &[("name", "Another"), ("base_currency", "EUR"), ("time_zone", "Europe/Berlin")]),
    (
        "/settings/security/password",
        &[("current_password", PASSWORD), ("new_password", "another harbour, seventeen gulls")],
    ),
    ("/settings/erasures", &[("kind", "customer_id"), ("who", "cus_1")]),
    ("/settings/security/totp", &[("password", PASSWORD)]),
    ("/settings/security/totp/removal", &[("removal_password", PASSWORD)]),
    ("/settings/security/recovery-codes", &[("codes_password", PASSWORD)]),
    ("/settings/tokens", &[("name", "Shop server"), ("holder", "program"), ("scope", "track"), ("mode", "live")]),
    ("/settings/tokens/{token}/rotation", &[("overlap", "hour")]),
    ("/settings/users/{user}/role", &[("role", "viewer")]),
    ("/settings/invitations", &[("email", "new@people.example"), ("role", "viewer")]),
];

const BY_HAND: (&str, &str) = ("approval", "by_hand");

const VERSION: (&str, &str) = ("version", "1");

/// Rates as the bank publishes them.
const RATES: &[u8] = b"Date, USD, JPY, \n19 March 2026, 1.0837, 163.42, \n";

type Fields = Vec<(String, String)>;

/// One form, filled in, and whatever must have happened before it can be taken.
struct Form<'a> {
    page: &'a Page,
    address: String,
    fields: Fields,
}

impl<'a> Form<'a> {
    fn fill((house, db): (&House, &TestDatabase), owner: &mut Person, (estate, page): (&Estate, &'a Page)) -> Form<'a> {
        let address = estate.address(db, page, Role::Owner);
        let filled = FILLED.iter().find(|(path, _)| page.path == format!("/admin/{{program}}{path}"));
        let own = filled.map_or(&[][..], |(_, fields)| fields);
        let mut form = Form { page, address, fields: texts(own) };
        form.fields.extend(form.found(db, owner, estate));
        if page.path.contains("/totp") || page.path.contains("/recovery-codes") {
            form.second_factor(house, owner, estate);
        }
        form
    }

    /// What a form carries that only the page or the estate knows.
    fn found(&self, db: &TestDatabase, owner: &mut Person, estate: &Estate) -> Fields {
        let base = format!("/admin/{}", estate.name);
        match self.page.path.trim_start_matches("/admin/{program}") {
            "/links" | "/coupons" | "/attempts/{id}/credit" => {
                texts(&[("campaign", &estate.campaign.id), ("affiliate", &estate.affiliate.id)])
            }
            "/conversions/reviews" => {
                let list = owner.open(&format!("{base}/conversions?view=review"));
                texts(&[("conversion", &list.value_of("conversion").expect("something waits"))])
            }
            "/affiliates/{id}/bonuses" => {
                let asked = owner.open(&self.address.replace("/bonuses", "/money?do=bonus"));
                texts(&[("bonus", &asked.value_of("bonus").expect("the form carries it"))])
            }
            "/affiliates/{id}/payouts" => {
                // One at a time: what is open is called off, and what was in it is payable again.
                let money = self.address.replace("/payouts", "/money");
                let shown = owner.open(&money).html;
                let open: String = shown.split("pay_").nth(1).expect("a payout is open").chars().take(26).collect();
                owner.submit(&format!("{}/pay_{open}/withdrawal", self.address), &[]);
                let asked = owner.open(&format!("{money}?do=pay-out"));
                texts(&[("seen", &asked.value_of("seen").expect("the form carries it"))])
            }
            path if path.starts_with("/referrals/{id}/") => {
                // A browser alone said whose the customer is, and the customer is known twice.
                let mut sql = Sql::open(&db.url);
                sql.run("UPDATE referrals SET trust = 1");
                sql.run(&format!(
                    "INSERT INTO referrals (id, program_id, mode, campaign_id, affiliate_id, created_at, trust)
                     SELECT affiliate_id, program_id, mode, campaign_id, affiliate_id, 0, 3 FROM referrals WHERE {} = '{}'",
                    sql.hex("program_id"),
                    estate.hex
                ));
                let shown = self.address.rsplit_once('/').expect("a path").0;
                let seen = owner.open(&format!("{shown}?do=merge")).value_of("seen").expect("the form carries it");
                let into = estate.affiliate.id.replace("aff_", "ref_");
                texts(&[
                    ("seen", &seen),
                    ("affiliate", &estate.affiliate.id),
                    ("campaign", &estate.campaign.id),
                    ("into", &into),
                ])
            }
            path if path.starts_with("/conversions/{id}/") => {
                let shown = self.address.split('/').take(5).collect::<Vec<_>>().join("/");
                let edition = || edition_of(db, &estate.name);
                let first = match path.rsplit('/').next() {
                    Some("reopening") => Some("approval"),
                    Some("end") => Some("dispute"),
                    _ => None,
                };
                if let Some(first) = first {
                    let seen = edition();
                    owner.submit(&format!("{shown}/{first}"), &[("edition", &seen), ("reason", "first")]);
                }
                texts(&[("edition", &edition())])
            }
            _ => Fields::new(),
        }
    }

    /// Fills in what turns the second factor on; where it is to be on already, turns it on.
    fn second_factor(&mut self, house: &House, owner: &mut Person, estate: &Estate) {
        let totp = format!("/admin/{}/settings/security/totp", estate.name);
        let page = owner.open(&totp);
        let text = page.html.split("id=\"totp-secret\"").nth(1).and_then(|rest| rest.split_once('>'));
        let text = text.and_then(|(_, rest)| rest.split('<').next()).expect("the secret is shown");
        let secret = TotpSecret::from_text(&text.replace(' ', "")).expect("a secret");
        let sealed = page.value_of("sealed").expect("the form carries it");
        let on = [("sealed", sealed.as_str()), ("code", &*secret.code_at(house.now()))];
        if self.address == totp {
            self.fields.extend(texts(&on));
        } else {
            assert_eq!(owner.post(&totp, &[&on[..], &[("password", PASSWORD)]].concat()).status, 200);
        }
    }

    fn send(&self, owner: &mut Person) -> Screen {
        match self.page.path {
            "/admin/{program}/campaigns" => Filled::new("link").send(owner, &self.address),
            "/admin/{program}/campaigns/{id}" => {
                let shown = owner.open(&self.address);
                let new_key = Filled::of(&shown).with("regenerate", "s2s_api").with("overlap_s2s_api", "none");
                new_key.send(owner, &self.address)
            }
            "/admin/{program}/settings/exchange-rates" => {
                owner.upload(&self.address, &[], &[("file", "eurofxref.csv", RATES)])
            }
            _ => {
                let fields: Vec<_> = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                owner.post(&self.address, &fields)
            }
        }
    }
}

fn texts(fields: &[(&str, &str)]) -> Fields {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The edition of the program's conversion.
fn edition_of(db: &TestDatabase, program: &str) -> String {
    let of = format!("FROM conversions c JOIN programs p ON p.id = c.program_id WHERE p.slug = '{program}'");
    Sql::open(&db.url).number(&format!("SELECT c.edition {of} ORDER BY c.id")).to_string()
}

/// How many rows name this person.
fn noted_of(db: &TestDatabase, user: &str) -> i64 {
    let mut sql = Sql::open(&db.url);
    let of = sql.hex("user_id");
    sql.number(&format!("SELECT count(*) FROM audit_log WHERE {of} = '{user}'"))
}

on_each_engine! {
    /// Derived from the table of pages: a page that writes and notes nothing cannot be added.
    fn every_form_that_is_taken_is_noted_with_who_sent_it(db: TestDatabase) {
        let house = House::open(&db);
        let posts = PAGES.iter().filter(|page| page.method == "post" && !OF_NOBODY.contains(&page.path));
        for (at, page) in posts.enumerate() {
            let estate = Estate::found(&house, &db, &format!("estate{at}"));
            let mut owner = estate.member(&house, Role::Owner);
            let user = estate.user(&db, "owner");
            let form = Form::fill((&house, &db), &mut owner, (&estate, page));
            let before = noted_of(&db, &user);
            let answer = form.send(&mut owner);
            let taken = matches!(answer.status, 200 | 303);
            assert!(taken, "nobody said how {} is filled in: {} {}", page.path, answer.status, answer.words());
            assert!(noted_of(&db, &user) > before, "{} wrote, and nobody noted who", page.path);
        }
        assert!(PAGES.iter().filter(|page| OF_NOBODY.contains(&page.path)).all(|page| page.asker == Asker::Anybody));
    }
}
