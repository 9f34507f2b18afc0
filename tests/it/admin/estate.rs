//! A program with one of everything in it, so that every address of the table can be filled in.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::change::Actor;
use accrue::domain::coupon::CouponCode;
use accrue::domain::currency::Currency;
use accrue::domain::handle::EmailAddress;
use accrue::domain::id::{AffiliateId, ProgramId};
use accrue::domain::money::Money;
use accrue::domain::rule::{Conditions, Terms};
use accrue::domain::user::Role;
use accrue::operations::campaign_media::{NewImage, add_media};
use accrue::operations::create_coupon::create_coupon;
use accrue::operations::give_bonus::{Bonus, give_bonus};
use accrue::operations::invite::{invite, secret_of};
use accrue::operations::payouts::begin_payout;
use accrue::operations::save_rule::{RuleName, WantedRule, create_rule};
use accrue::storage::{invitations, users};
use accrue::web::routes::{Asker, Page};

use crate::support::engine::TestDatabase;
use crate::support::house::{House, affiliate_id, campaign_id, percent, plan};
use crate::support::person::Person;
use crate::support::personas::Sale;
use crate::support::sql::{Sql, public_id};
use crate::support::world::{Affiliate, Campaign};

/// A program of somebody's, with people, a campaign with an image and a rule of its own, an affiliate with a coupon, a
/// conversion of a known customer, and an attempt.
pub struct Estate {
    pub program: ProgramId,
    pub name: String,
    pub campaign: Campaign,
    pub affiliate: Affiliate,
    invitation_secret: String,
    pub hex: String,
}

/// The roles, the least first, with what the table calls them.
pub const ROLES: [(Role, Asker); 3] =
    [(Role::Viewer, Asker::Viewer), (Role::Manager, Asker::Manager), (Role::Owner, Asker::Owner)];

impl Estate {
    /// Makes one. Its name is also its slug, so it is one word in lower case.
    pub fn found(house: &House, db: &TestDatabase, name: &str) -> Estate {
        let admin = house.admin();
        let program = admin.program(name, Currency::USD);
        let affiliate = admin.affiliate(program, "anna", AffiliateStatus::Active);
        let campaign = admin.campaign(program, plan(), &[&affiliate]);
        let id = campaign_id(&campaign);
        let image = NewImage::read("wide.png", png()).expect("an image");
        house.attempt(move |write, env| add_media(write, env, program, id, vec![image])).expect("an image is added");
        let token = house.visit(&campaign, &affiliate);
        let mut merchant = house.merchant(&campaign);
        let first = Sale::of(&token).order_id("1001").with("customer_id", "cus_1");
        assert_eq!(merchant.report(first).word, "success");
        assert_eq!(merchant.report(Sale::of(&token).order_id("1002").without("order_total")).status, 422);
        house.settle();
        pay_specially(house, program, &campaign, &affiliate);
        begin_payout_of_a_bonus(house, program, affiliate_id(&affiliate));
        let invitation_secret = invited(house, program, name);
        let mut sql = Sql::open(&db.url);
        let query = format!("SELECT {} FROM programs WHERE slug = '{name}'", sql.hex("id"));
        let hex = sql.lines(&query).remove(0);
        Estate { program, name: name.to_owned(), campaign, affiliate, invitation_secret, hex }
    }

    /// Somebody who works here, signed in.
    pub fn member(&self, house: &House, role: Role) -> Person {
        let mut person = house.member(&format!("{}-{}", self.name, role.as_str()), self.program, role);
        person.open(&format!("/admin/{}/campaigns", self.name));
        person
    }

    /// The address of a page here, seen by the person who signs in with this name. What stands for a variable part is
    /// said here once; a new kind of address fails until somebody has thought about it.
    pub fn address(&self, db: &TestDatabase, page: &Page, role: Role) -> String {
        let mut before = "";
        let mut address = Vec::new();
        for part in page.path.split('/') {
            let filled = match (before, part) {
                (_, "{program}") => self.name.clone(),
                ("campaigns", "{id}") => self.campaign.id.clone(),
                ("rules", "{campaign}") => self.campaign.id.clone(),
                (_, "{number}") => "1".to_owned(),
                ("affiliates", "{id}") => self.affiliate.id.clone(),
                ("coupons", "{id}") => self.id_of(db, "coupons", "cpn"),
                ("referrals", "{id}") => self.id_of(db, "referrals", "ref"),
                ("conversions", "{id}") => self.id_of(db, "conversions", "conv"),
                ("attempts", "{id}") => self.id_of(db, "attempts", "att"),
                ("media", "{id}" | "{media}") => self.id_of(db, "campaign_media", "media"),
                ("payouts", "{payout}") => self.id_of(db, "payouts", "pay"),
                ("tokens", "{token}") => self.api_token(db),
                ("docs", "{page}") => "pixel".to_owned(),
                (_, "{user}") => public_id("usr", &self.user(db, "colleague")),
                (_, "{invitation}") => self.id_of(db, "invitations", "inv"),
                (_, "{secret}") => self.invitation_secret.clone(),
                (_, "{session}") => self.session_of(db, role),
                (before, part) if part.starts_with('{') => panic!("nobody said what stands for /{before}/{part}"),
                (_, part) => part.to_owned(),
            };
            before = part;
            address.push(filled);
        }
        address.join("/")
    }

    fn id_of(&self, db: &TestDatabase, table: &str, prefix: &str) -> String {
        let mut sql = Sql::open(&db.url);
        let (id, program) = (sql.hex("id"), sql.hex("program_id"));
        let found = sql.lines(&format!("SELECT {id} FROM {table} WHERE {program} = '{}'", self.hex));
        public_id(prefix, found.first().unwrap_or_else(|| panic!("the program has none of {table}")))
    }

    /// A token that Settings → API Tokens lists, as a campaign's key is not.
    fn api_token(&self, db: &TestDatabase) -> String {
        let mut sql = Sql::open(&db.url);
        let (id, program) = (sql.hex("id"), sql.hex("program_id"));
        let own = format!("{program} = '{}' AND kind <> 'campaign'", self.hex);
        public_id("tok", &sql.lines(&format!("SELECT {id} FROM tokens WHERE {own}"))[0])
    }

    /// The user who signs in with the name that begins with the estate's and ends like this.
    pub fn user(&self, db: &TestDatabase, name: &str) -> String {
        let mut sql = Sql::open(&db.url);
        let query = format!("SELECT {} FROM users WHERE email = '{}-{name}@people.example'", sql.hex("id"), self.name);
        sql.lines(&query).first().unwrap_or_else(|| panic!("nobody signs in as {name}")).clone()
    }

    fn session_of(&self, db: &TestDatabase, role: Role) -> String {
        let user = self.user(db, role.as_str());
        let mut sql = Sql::open(&db.url);
        let query = format!("SELECT {} FROM sessions WHERE {} = '{user}'", sql.hex("id"), sql.hex("user_id"));
        public_id("sess", &sql.lines(&query)[0])
    }
}

/// The campaign has a rule besides its default, and the affiliate a coupon for it.
fn pay_specially(house: &House, program: ProgramId, campaign: &Campaign, affiliate: &Affiliate) {
    let pair = (campaign_id(campaign), affiliate_id(affiliate));
    let conditions = Conditions { product: Some("tent".to_owned()), ..Conditions::default() };
    let wanted = WantedRule { name: RuleName::default(), conditions, terms: Terms::plain(percent("20")) };
    house.attempt(move |write, env| create_rule(write, env, (program, pair.0), wanted)).expect("a rule is added");
    let code = CouponCode::parse("AUTUMN10").expect("a code");
    house.attempt(move |write, env| create_coupon(write, env, program, pair, code)).expect("a coupon is made");
}

/// Money is on its way to somebody.
fn begin_payout_of_a_bonus(house: &House, program: ProgramId, affiliate: AffiliateId) {
    house.write(move |write, env| {
        let amount = Money::new(1_000, Currency::USD);
        let bonus = Bonus { id: env.mint.id(env.clock.now()), amount, reason: "Welcome".to_owned() };
        give_bonus(write, env, program, affiliate, Actor::Clock, &bonus)?;
        begin_payout(write, env, program, affiliate, Actor::Clock, "")
    });
}

/// Somebody works here whom others may remove, and invites somebody; the invitation's secret.
fn invited(house: &House, program: ProgramId, name: &str) -> String {
    house.admin().person(&format!("{name}-colleague"), program, Role::Owner);
    let email = |name: &str| EmailAddress::parse(&format!("{name}@people.example")).expect("an address");
    let (colleague, invitee) = (email(&format!("{name}-colleague")), email(&format!("{name}-invited")));
    let by = house.read(|conn| users::find_by_email(conn, &colleague)).expect("somebody was let in").id;
    let id = house
        .attempt(move |write, env| invite(write, env, (program, by), &invitee, Role::Manager))
        .expect("an owner may invite");
    let now = house.now();
    let pending = house.read(move |conn| invitations::open_of_program(conn, program, now));
    let row = pending.iter().find(|row| row.id == id).expect("it is open");
    secret_of(&house.environment(), row).expect("it was sealed here").reveal().to_owned()
}

/// The head of an image, which is all the product looks at.
fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    for dimension in [728_u32, 90] {
        bytes.extend(dimension.to_be_bytes());
    }
    bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}
