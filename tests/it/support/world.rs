//! The world of a story: the program to try that `accrue demo --json` makes and prints.

use serde::Deserialize;

use super::engine::TestDatabase;
use super::process::run_on;

/// A program to try: five campaigns, one per integration method, two active affiliates and a paused one.
#[derive(Debug, Clone, Deserialize)]
pub struct Demo {
    /// What every shown URL begins with.
    pub public_url: String,
    /// Who may sign in.
    pub admin: Admin,
    /// The program.
    pub program: Program,
    /// Its affiliates, the active ones first.
    pub affiliates: Vec<Affiliate>,
    /// Its campaigns, in the order of the methods.
    pub campaigns: Vec<Campaign>,
}

/// The owner's way in.
#[derive(Debug, Clone, Deserialize)]
pub struct Admin {
    /// The account's name.
    pub email: String,
    /// Printed this once.
    pub password: String,
}

/// The merchant's program.
#[derive(Debug, Clone, Deserialize)]
pub struct Program {
    /// `prg_…`
    pub id: String,
    /// Its word in admin URLs.
    pub slug: String,
    /// Its base currency.
    pub currency: String,
    /// Where its days begin.
    pub time_zone: String,
    /// Its keys.
    pub tokens: Tokens,
}

/// The program's tokens, one per scope.
#[derive(Debug, Clone, Deserialize)]
pub struct Tokens {
    /// May do everything but come by postback.
    pub manage: String,
    /// May report.
    pub track: String,
    /// May read.
    pub read: String,
    /// May stand in a postback's URL.
    pub postback: String,
}

/// Who is paid.
#[derive(Debug, Clone, Deserialize)]
pub struct Affiliate {
    /// `aff_…`
    pub id: String,
    /// The short code.
    pub code: String,
    /// The name.
    pub name: String,
    /// `active` or `paused`.
    pub status: String,
    /// `at_live_…`
    pub token: String,
}

/// What is promoted.
#[derive(Debug, Clone, Deserialize)]
pub struct Campaign {
    /// `camp_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// `banner`, `text`, `link` or `video`.
    pub kind: String,
    /// What its form is for.
    pub tool_type: String,
    /// `js_pixel`, `s2s_api`, `mobile`, `postback` or `conversion_api`.
    pub method: String,
    /// `ak_live_…`
    pub api_key: String,
    /// Whether it takes reports without a click.
    pub direct_mode: bool,
    /// One per affiliate.
    pub links: Vec<Link>,
}

/// A campaign in an affiliate's hands.
#[derive(Debug, Clone, Deserialize)]
pub struct Link {
    /// Whose it is.
    pub affiliate_id: String,
    /// Its short code.
    pub code: String,
    /// Its whole URL.
    pub url: String,
}

impl Demo {
    /// Fills an empty database.
    pub fn fill(database: &TestDatabase) -> Demo {
        Demo::parse(&run_on(database, &["demo", "--json"]).expect_success())
    }

    /// Reads the object `accrue demo --json` printed.
    pub fn parse(printed: &str) -> Demo {
        serde_json::from_str(printed).unwrap_or_else(|error| panic!("not the demo's object ({error}): {printed}"))
    }

    /// The campaign of an integration method.
    pub fn campaign(&self, method: &str) -> &Campaign {
        let found = self.campaigns.iter().find(|campaign| campaign.method == method);
        found.unwrap_or_else(|| panic!("the demo has no campaign of method {method}"))
    }

    /// An affiliate by place: 0 and 1 are active, 2 is paused.
    pub fn affiliate(&self, place: usize) -> &Affiliate {
        &self.affiliates[place]
    }
}

impl Campaign {
    /// The affiliate's link to it.
    pub fn link_of(&self, affiliate: &Affiliate) -> &Link {
        let found = self.links.iter().find(|link| link.affiliate_id == affiliate.id);
        found.unwrap_or_else(|| panic!("{} has no link to {}", affiliate.name, self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = r#"{
        "public_url": "http://127.0.0.1:8080", "admin": {"email": "owner@shop.example", "password": "p"},
        "program": {"id": "prg_1", "slug": "shop", "currency": "USD", "time_zone": "UTC",
            "tokens": {"manage": "m", "track": "t", "read": "r", "postback": "p"}},
        "affiliates": [{"id": "aff_1", "code": "ann", "name": "Ann", "status": "active", "token": "at_1"}],
        "campaigns": [{"id": "camp_1", "name": "C", "kind": "link", "tool_type": "Sale Integration",
            "method": "s2s_api", "api_key": "ak_1", "direct_mode": false,
            "links": [{"affiliate_id": "aff_1", "code": "xyz", "url": "http://127.0.0.1:8080/c/xyz"}]}]}"#;

    #[test]
    fn the_demo_is_read_and_its_links_found() {
        let demo = Demo::parse(PRINTED);
        let campaign = demo.campaign("s2s_api");
        assert_eq!(campaign.link_of(demo.affiliate(0)).code, "xyz");
        assert_eq!((campaign.api_key.as_str(), demo.program.tokens.postback.as_str()), ("ak_1", "p"));
    }
}
