//! What a shop places on its pages: the script, and what it is told.
//!
//! Each piece is a list of parts, as other examples are: copied, it is HTML that a page takes as it stands, so an address in
//! it is escaped for an attribute or for a string of a script; shown, the template escapes all of it once more.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::sample_total;
use super::snippet::{Draft, Part};
use crate::config::PublicUrl;
use crate::domain::campaign::Campaign;
use crate::domain::currency::Currency;
use crate::domain::landing::with_parameters;
use crate::web::routes::{GENERAL_INTEGRATION, PIXEL};

/// Stands in the page until the script is there, and keeps what it is told meanwhile.
pub const STUB: &str = "window.accrue=window.accrue||function(){(accrue.q=accrue.q||[]).push(arguments)};\
                        window.affilync=window.affilync||accrue;";

/// By what a policy names the stub.
static STUB_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STUB.as_bytes())));

/// A piece of code to copy.
#[derive(Clone, Debug)]
pub struct Code {
    /// Its id in the page.
    pub element: &'static str,
    /// What a developer calls it.
    pub name: &'static str,
    /// Its pieces.
    pub parts: Vec<Part>,
}

impl Code {
    /// The text that copying gives.
    #[must_use]
    pub fn plain(&self) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) | Part::Placeholder(text) => text.clone(),
            Part::Key => String::new(),
        };
        self.parts.iter().map(text).collect()
    }
}

/// All that a shop's developer needs of one campaign.
#[derive(Clone, Debug)]
pub struct PixelSetup {
    /// On every page where visitors land.
    pub every_page: Code,
    /// On the thank-you page.
    pub sale: Code,
    /// The same for pages written for the AffiliatePro dialect.
    pub aff_tracker: Code,
    /// The same without any script in the page.
    pub attributes: Code,
    /// What is no sale.
    pub actions: Code,
    /// Where visitors are asked first.
    pub consent: Code,
    /// What a Content-Security-Policy must allow.
    pub policy: Code,
    /// A link to the shop itself.
    pub landing_link: Code,
    /// The hosts whose pages are heard.
    pub hosts: Vec<String>,
    /// For how many days a click counts.
    pub window: u16,
}

impl PixelSetup {
    /// The pieces for a campaign whose program counts in this currency.
    #[must_use]
    pub fn of(public_url: &PublicUrl, campaign: &Campaign, currency: Currency) -> Self {
        let writer = Writer { public_url, campaign: campaign.id.to_string(), shop: campaign.target.host(), currency };
        let origin = public_url.origin();
        let own = campaign.target.host().to_owned();
        let others = campaign.allowed_hosts.to_lines();
        Self {
            every_page: code("pixel-page", "Script", |draft| writer.tag(draft, PIXEL, " async")),
            sale: code("pixel-sale", "Thank-you page", |draft| writer.sale(draft)),
            aff_tracker: code("pixel-afftracker", "AffTracker", |draft| writer.aff_tracker(draft)),
            attributes: code("pixel-attributes", "Script with attributes", |draft| writer.attributes(draft)),
            actions: code("pixel-actions", "Lead, signup, trial", actions),
            consent: code("pixel-consent", "Consent", |draft| writer.consent(draft)),
            policy: code("pixel-policy", "Policy", |draft| {
                let lines = [
                    format!("script-src {origin} 'sha256-{}';", *STUB_HASH),
                    format!("connect-src {origin};"),
                    format!("img-src {origin};"),
                ];
                draft.text(&lines.join("\n"));
            }),
            landing_link: code("pixel-landing", "Landing link", |draft| {
                let link = with_parameters(&campaign.target, &[("aff", "AFFILIATE_CODE")]);
                let (before, after) = link.split_once("AFFILIATE_CODE").unwrap_or((&link, ""));
                draft.text(before).placeholder("AFFILIATE_CODE".to_owned());
                draft.text(after);
            }),
            hosts: std::iter::once(own).chain(others.lines().map(str::to_owned)).collect(),
            window: campaign.window.days(),
        }
    }
}

fn code(element: &'static str, name: &'static str, write: impl FnOnce(&mut Draft)) -> Code {
    let mut draft = Draft::default();
    write(&mut draft);
    Code { element, name, parts: draft.parts() }
}

struct Writer<'a> {
    public_url: &'a PublicUrl,
    campaign: String,
    /// Its host.
    shop: &'a str,
    currency: Currency,
}

impl Writer<'_> {
    /// The script's element, with these attributes besides; the last one says how it is loaded.
    fn tag(&self, draft: &mut Draft, path: &str, more: &str) {
        let address = in_attribute(&self.public_url.join(path));
        draft.text(&format!("<script src=\"{address}\" data-campaign=\"{}\"{more}></script>", self.campaign));
    }

    fn sale(&self, draft: &mut Draft) {
        draft.text(&format!("<script>{STUB}</script>\n"));
        self.tag(draft, PIXEL, " async");
        draft
            .text("\n<script>\naffilync('track', 'conversion', {\n  order_id: ")
            .placeholder("'ORDER-1001'".to_owned());
        draft.text(",\n  amount: ").placeholder(format!("'{}'", sample_total(self.currency)));
        draft.text(&format!(",\n  currency: '{}'\n}});\n</script>", self.currency.code()));
    }

    fn aff_tracker(&self, draft: &mut Draft) {
        self.tag(draft, GENERAL_INTEGRATION, "");
        let shop = self.shop;
        draft.text(&format!("\n<script>\nif (window.AffTracker) {{\n  AffTracker.setWebsiteUrl('https://{shop}');\n"));
        draft.text("  AffTracker.add_order({\n    order_id: ").placeholder("'ORDER-1001'".to_owned());
        draft.text(",\n    order_total: ").placeholder(format!("'{}'", sample_total(self.currency)));
        draft.text(&format!(",\n    order_currency: '{}',\n    product_ids: ", self.currency.code()));
        draft.placeholder("'SKU-1,SKU-2'".to_owned());
        draft.text("\n  });\n}\n</script>");
    }

    fn attributes(&self, draft: &mut Draft) {
        let address = in_attribute(&self.public_url.join(PIXEL));
        draft.text(&format!("<script src=\"{address}\" data-campaign=\"{}\"\n", self.campaign));
        draft.text("  data-event=\"conversion\" data-order-id=\"").placeholder("ORDER-1001".to_owned());
        draft.text("\" data-amount=\"").placeholder(sample_total(self.currency));
        draft.text(&format!("\" data-currency=\"{}\" async></script>", self.currency.code()));
    }

    fn consent(&self, draft: &mut Draft) {
        draft.text(&format!("<script>{STUB}</script>\n"));
        self.tag(draft, PIXEL, " data-consent=\"required\" async");
        draft.text("\n<script>\n// Once the visitor has agreed, on this page and on every later one:\naccrue('consent', 'granted');\n");
        draft.text("// If they take it back: accrue('consent', 'denied');\n</script>");
    }
}

fn actions(draft: &mut Draft) {
    draft.text("accrue('track', 'lead');\naccrue('track', 'signup', { external_user_id: ");
    draft.placeholder("'USER-7'".to_owned());
    draft.text(" });\naccrue('track', 'trial', { customer_email: ").placeholder("'name@shop.example'".to_owned());
    draft.text(" });\naccrue('track', ").placeholder("'newsletter'".to_owned());
    draft.text(");");
}

/// A text inside an attribute in double quotes.
fn in_attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{PixelSetup, STUB, in_attribute};
    use crate::domain::campaign::{Campaign, CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
    use crate::domain::currency::Currency;
    use crate::domain::id::Id;
    use crate::domain::landing::{AllowedHosts, TargetUrl};
    use crate::domain::time::{Timestamp, Window};

    fn setup(public_url: &str, target: &str) -> PixelSetup {
        let at = Timestamp::from_millis(1_790_000_000_000);
        let campaign = Campaign {
            id: Id::at(at, [1; 10]),
            program_id: Id::at(at, [0; 10]),
            name: "Autumn".into(),
            kind: CampaignKind::Link,
            tool_type: ToolType::SaleIntegration,
            method: IntegrationMethod::JsPixel,
            status: CampaignStatus::Public,
            period: Period::default(),
            archived: false,
            direct_mode: false,
            window: Window::DEFAULT,
            target: TargetUrl::parse(target).unwrap(),
            allowed_hosts: AllowedHosts::parse_lines("pay.example").unwrap(),
        };
        PixelSetup::of(&public_url.parse().unwrap(), &campaign, Currency::USD)
    }

    #[test]
    fn the_thank_you_page_has_the_queue_the_script_and_the_documented_call() {
        let setup = setup("https://go.shop.example", "https://shop.example/");
        let every_page = setup.every_page.plain();
        let id = every_page.split('"').nth(3).unwrap();
        assert!(id.starts_with("camp_"));
        assert_eq!(
            every_page,
            format!("<script src=\"https://go.shop.example/pixel.js\" data-campaign=\"{id}\" async></script>")
        );
        assert_eq!(
            setup.sale.plain(),
            format!(
                "<script>{STUB}</script>\n<script src=\"https://go.shop.example/pixel.js\" data-campaign=\"{id}\" \
                 async></script>\n<script>\naffilync('track', 'conversion', {{\n  order_id: 'ORDER-1001',\n  amount: \
                 '129.90',\n  currency: 'USD'\n}});\n</script>"
            )
        );
        assert_eq!(setup.hosts, ["shop.example", "pay.example"]);
    }

    #[test]
    fn an_address_is_escaped_for_where_it_stands() {
        let odd = setup("https://go.example", "https://shop.example/?a=1&b=2#top");
        assert!(odd.aff_tracker.plain().contains("AffTracker.setWebsiteUrl('https://shop.example');"));
        assert!(odd.sale.plain().contains("src=\"https://go.example/pixel.js\""), "{}", odd.sale.plain());
        assert_eq!(odd.landing_link.plain(), "https://shop.example/?a=1&b=2&aff=AFFILIATE_CODE#top");
        assert_eq!(in_attribute("https://x/?a=\"&currency=1"), "https://x/?a=&quot;&amp;currency=1");
        assert!(odd.policy.plain().starts_with("script-src https://go.example 'sha256-"), "{}", odd.policy.plain());
    }
}
