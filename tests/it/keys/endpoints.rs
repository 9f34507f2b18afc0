//! Every endpoint of the table, asked with every kind of key in every place where one can stand (AUT-3, AUT-4).
//!
//! The table makes the routes, so an endpoint that nobody thought about is asked here, and fails until somebody has said
//! what stands for its variable parts.

use std::time::Duration;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::click_token::Mode;
use accrue::domain::currency::Currency;
use accrue::domain::key::{KeyKind, SecretKey};
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;
use accrue::operations::revoke_token::revoke_token;
use accrue::storage::tokens;
use accrue::web::routes::{ENDPOINTS, Endpoint, Right};
use serde_json::Value;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, plan};
use crate::support::personas::Sale;
use crate::support::wire::{Request, Response};

/// What a key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opens {
    Nothing,
    OneCampaign,
    OneAffiliate,
    Program(Scope),
}

/// A key and whose it is.
struct Held {
    name: String,
    key: String,
    opens: Opens,
    is_ours: bool,
}

/// Where a key stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Bearer,
    Url,
    Body,
}

const PLACES: [Place; 3] = [Place::Bearer, Place::Url, Place::Body];

/// Two programs that know nothing of each other, each with an order.
struct Scene {
    ours: Shop,
    token: String,
    conversion: String,
    keys: Vec<Held>,
}

fn sold(house: &House, shop: &Shop, order: &str) -> (String, String) {
    let token = house.visit(&shop.campaign, &shop.anna);
    let answer = house.merchant(&shop.campaign).report(Sale::of(&token).order_id(order));
    (token, answer.conversion_id.expect("it is recorded"))
}

fn another_shop(house: &House) -> Shop {
    let admin = house.admin();
    let program = admin.program("Elsewhere", Currency::USD);
    let [anna, ben] = ["anna", "ben"].map(|code| admin.affiliate(program, code, AffiliateStatus::Active));
    let campaign = admin.campaign(program, plan(), &[&anna, &ben]);
    Shop { program, campaign, anna, ben }
}

impl Scene {
    fn of(house: &House) -> Scene {
        let ours = house.shop();
        let theirs = another_shop(house);
        let (token, conversion) = sold(house, &ours, "ours-1");
        sold(house, &theirs, "theirs-1");
        let mut keys = Vec::new();
        let mut hold = |name: &str, key: &str, opens, is_ours| {
            keys.push(Held { name: name.to_owned(), key: key.to_owned(), opens, is_ours });
        };
        hold("no key", "", Opens::Nothing, false);
        hold("no text of a key", "hunter2", Opens::Nothing, false);
        for kind in KeyKind::ALL {
            let never = SecretKey::from_random(*kind, Mode::Live, [9; 44]);
            hold(&format!("a {kind} key that was never issued"), never.as_str(), Opens::Nothing, false);
        }
        let old = ours.campaign.api_key.clone();
        let new = house.admin().regenerate_key(&ours.campaign, Duration::ZERO);
        hold("a regenerated campaign key", &old, Opens::Nothing, false);
        hold("a revoked token", &revoked(house, &ours), Opens::Nothing, false);
        hold("the campaign's key", &new, Opens::OneCampaign, true);
        hold("another program's campaign key", &theirs.campaign.api_key, Opens::OneCampaign, false);
        hold("an affiliate's token", &ours.anna.token, Opens::OneAffiliate, true);
        hold("another affiliate's token", &ours.ben.token, Opens::OneAffiliate, false);
        for scope in Scope::ALL {
            for (whose, program, mode, is_ours) in [
                ("our", ours.program, Mode::Live, true),
                ("our test", ours.program, Mode::Test, false),
                ("another program's", theirs.program, Mode::Live, false),
            ] {
                let key = house.admin().issue_key(program, mode, Holder::Program(Scopes::new(&[*scope])));
                hold(&format!("{whose} token to {scope}"), &key, Opens::Program(*scope), is_ours);
            }
        }
        Scene { ours, token, conversion, keys }
    }

    /// A request that is good but for its key.
    fn ask(&self, endpoint: &Endpoint, held: &Held, (place, order): (Place, &str)) -> Request {
        let code = &self.ours.campaign.link_of(&self.ours.anna).code;
        let path = endpoint.path.replace("{code}", code).replace("{id}", &self.conversion);
        assert!(!path.contains('{'), "nobody said what stands in {}", endpoint.path);
        let mut fields = vec![
            ("campaign_id", self.ours.campaign.id.as_str()),
            ("affiliate_id", &self.ours.anna.id),
            ("order_id", order),
            ("status", "approved"),
        ];
        let sale = [("order_total", "5.00"), ("order_currency", "USD"), ("amount", "5.00"), ("currency", "USD")];
        if endpoint.right != Right::Read {
            fields.extend(sale);
            fields.extend([("click_token", self.token.as_str()), ("click_id", &self.token)]);
        }
        if endpoint.path.ends_with("Click") || endpoint.right == Right::Manage {
            fields.retain(|(name, _)| !matches!(*name, "click_token" | "click_id"));
        }
        let program = self.ours.program.to_string();
        if endpoint.path.starts_with("/advertiser") {
            let review = [("program", &*program), ("id", &self.conversion), ("amount", "400"), ("reason", "sent back")];
            fields = if endpoint.right == Right::Manage { review.into() } else { vec![("externalId", "ours-1")] };
        }
        let v1 = [("programId", &*program), ("trackingId", code), ("external_user_id", order)];
        if endpoint.path.starts_with("/v1/") && endpoint.right == Right::Track {
            fields = v1.into();
            fields.extend([("click_id", &*self.token), ("sale_amount", "5.00"), ("external_event_id", order)]);
        }
        if endpoint.path.starts_with("/v1/") && endpoint.right == Right::Manage {
            fields = vec![("status", "pending"), ("amount", "1.00"), ("external_event_id", order)];
        }
        if endpoint.path.ends_with("s2sConvert") {
            fields.retain(|(name, _)| !matches!(*name, "campaign_id" | "affiliate_id"));
        }
        if place == Place::Body && !held.key.is_empty() {
            fields.push(("api_key", &held.key));
        }
        let request = Request::new(&endpoint.method.to_uppercase(), &path);
        let request = match endpoint.method {
            "get" | "head" if endpoint.right == Right::Read || endpoint.right == Right::Anybody => request,
            "get" | "head" => request.query(&fields),
            _ => request.json(&json(&fields)),
        };
        match place {
            _ if held.key.is_empty() => request,
            Place::Bearer => request.bearer(&held.key),
            Place::Url => request.query(&[("api_key", &held.key)]),
            Place::Body => request,
        }
    }
}

/// Fields as a JSON object.
fn json(fields: &[(&str, &str)]) -> String {
    let members = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    Value::Object(members.collect()).to_string()
}

/// A token that opened everything until a moment ago.
fn revoked(house: &House, shop: &Shop) -> String {
    let key = house.admin().issue_key(shop.program, Mode::Live, Holder::Program(Scopes::new(&[Scope::Manage])));
    let (program, now) = (shop.program, house.now());
    let all = house.read(move |conn| tokens::valid_api_tokens(conn, program, now));
    let token = all.iter().find(|row| row.scopes == "manage").expect("it was issued").id;
    house.attempt(move |write, env| revoke_token(write, env, program, token)).expect("it is revoked");
    key
}

/// Whether a key in this place is to open what takes this right.
fn is_to_open(right: Right, opens: Opens, place: Place) -> bool {
    let granted = |wanted: Scope| matches!(opens, Opens::Program(scope) if Scopes::new(&[scope]).allow(wanted));
    match right {
        Right::Anybody => true,
        Right::CampaignKey => opens == Opens::OneCampaign && place != Place::Bearer,
        Right::Track => place == Place::Bearer && granted(Scope::Track),
        Right::Read => place == Place::Bearer && (opens == Opens::OneAffiliate || granted(Scope::Read)),
        Right::ReadProgram => place == Place::Bearer && granted(Scope::Read),
        Right::Manage => place == Place::Bearer && granted(Scope::Manage),
        Right::Postback => (place == Place::Bearer && granted(Scope::Track)) || granted(Scope::Postback),
    }
}

/// Whether something in the answer is ours.
fn tells(scene: &Scene, answer: &Response) -> bool {
    let text = answer.text();
    text.contains(&scene.conversion) || text.contains("ours-1")
}

on_each_engine! {
    fn a_key_opens_what_the_table_says_in_the_place_where_it_is_taken_and_nothing_else(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house);
        let mut connection = Connection::open(house.addr()).expect("the server listens");
        let mut opened = 0;
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.right != Right::Anybody) {
            for (at, held) in scene.keys.iter().enumerate() {
                for place in PLACES {
                    let order = format!("{}-{at}-{place:?}", endpoint.path.len());
                    let request = scene.ask(endpoint, held, (place, &order));
                    let answer = connection.send(&request).expect("the server answers");
                    house.clock().advance(Duration::from_secs(1)); // or who presents no keys would be told to wait
                    let name = format!("{} {}: {} as {place:?}: {}", endpoint.method, endpoint.path, held.name, answer.text());
                    let is_opened = !matches!(answer.status, 401 | 403 | 422);
                    if is_to_open(endpoint.right, held.opens, place) && held.is_ours {
                        assert!(!matches!(answer.status, 401 | 403) && answer.status < 500, "{} {name}", answer.status);
                        opened += usize::from(is_opened);
                    } else if is_to_open(endpoint.right, held.opens, place) {
                        assert!(!tells(&scene, &answer), "{name}");
                        let reads = matches!(endpoint.right, Right::Read | Right::ReadProgram);
                        // A test's click through our link is a click of the test mode, and harms nobody.
                        let is_test_click = endpoint.path == "/v1/clicks" && held.name.starts_with("our test");
                        assert!(reads || is_test_click || !(200..300).contains(&answer.status), "{name}");
                    } else {
                        assert!(!is_opened && !tells(&scene, &answer), "{} {name}", answer.status);
                    }
                    assert!(held.key.is_empty() || !answer.text().contains(&held.key), "{name}: it repeats the key");
                }
            }
        }
        assert!(opened >= 6, "the right keys open: {opened}");
        house.assert_books_balance();
    }

    fn what_anybody_may_ask_is_answered_the_same_with_any_key(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house);
        let mut connection = Connection::open(house.addr()).expect("the server listens");
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.right == Right::Anybody) {
            let mut statuses = Vec::new();
            for held in &scene.keys {
                let request = scene.ask(endpoint, held, (Place::Bearer, "any"));
                statuses.push(connection.send(&request).expect("the server answers").status);
                house.clock().advance(Duration::from_secs(1));
            }
            statuses.dedup();
            assert_eq!(statuses.len(), 1, "{} {}: {statuses:?}", endpoint.method, endpoint.path);
        }
    }
}
