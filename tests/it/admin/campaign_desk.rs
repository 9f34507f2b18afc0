//! What the stories about campaigns share: a filled-in form, and what copying takes from a page.

use accrue::domain::currency::Currency;
use accrue::domain::id::ProgramId;
use accrue::domain::user::Role;

use crate::support::house::House;
use crate::support::person::{Person, Screen};

/// Where the campaigns of the usual program are.
pub const LIST: &str = "/admin/alderfinch/campaigns";

/// The usual program, and somebody of this role in it.
pub fn somebody(house: &House, role: Role) -> (ProgramId, Person) {
    let program = house.admin().program("Alderfinch", Currency::USD);
    (program, house.member("Marta", program, role))
}

/// A form that is filled in.
#[derive(Debug, Clone)]
pub struct Filled(Vec<(String, String)>);

impl Filled {
    /// A new link campaign, as its form starts, with the two fields that must be typed.
    pub fn new(kind: &str) -> Filled {
        Filled::settings().with("kind", kind)
    }

    /// The same campaign, stored, on the page that shows it.
    pub fn of(screen: &Screen) -> Filled {
        Filled::settings().with("edition", &screen.value_of("edition").expect("a stored campaign's form has its mark"))
    }

    fn settings() -> Filled {
        let start = [
            ("tab", "general"),
            ("then", "stay"),
            ("name", "Autumn Brew Sale"),
            ("tool_type", "sale_integration"),
            ("category", "Coffee"),
            ("target_url", "https://shop.example/autumn"),
            ("plugin_name", "Shopify"),
            ("window", "30"),
            ("basis", "percent"),
            ("commission", "10"),
            ("hosts", ""),
            ("status", "public"),
            ("lifetime", "on"),
            ("method", "s2s_api"),
        ];
        Filled(start.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// With this in a field, whatever was there.
    pub fn with(mut self, name: &str, value: &str) -> Filled {
        self = self.without(name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a field, as an unticked box is.
    pub fn without(mut self, name: &str) -> Filled {
        self.0.retain(|(given, _)| given != name);
        self
    }

    /// Sends it, as the browser does: in parts.
    pub fn send(&self, person: &mut Person, target: &str) -> Screen {
        self.send_with(person, target, &[])
    }

    /// Sends it with images: (file name, bytes).
    pub fn send_with(&self, person: &mut Person, target: &str, images: &[(&str, &[u8])]) -> Screen {
        let fields: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let files: Vec<(&str, &str, &[u8])> = images.iter().map(|(name, bytes)| ("media", *name, *bytes)).collect();
        person.upload(target, &fields, &files)
    }

    /// Sends it, and opens the page it leads to.
    pub fn save(&self, person: &mut Person, target: &str) -> (String, Screen) {
        let answer = self.send(person, target);
        assert_eq!(answer.status, 303, "{}", answer.words());
        let location = answer.location.expect("a saved form leads on");
        let screen = person.open(&location);
        (location, screen)
    }
}

/// Makes a campaign; its address.
pub fn create(person: &mut Person, filled: &Filled) -> String {
    person.open(&format!("{LIST}/new?kind=link"));
    let (location, _) = filled.save(person, LIST);
    location.split('?').next().expect("a path").to_owned()
}

/// What the copy button of this element takes: its text without what is only shown.
pub fn copied(screen: &Screen, start: &str) -> String {
    let from = screen.html.find(start).unwrap_or_else(|| panic!("{start} is not in the page"));
    let rest = &screen.html[from..];
    let rest = &rest[rest.find('>').expect("a tag ends") + 1..];
    let end = rest.find("</code>").expect("code ends");
    let mut text = String::new();
    let mut shown = &rest[..end];
    while let Some(at) = shown.find('<') {
        text.push_str(&shown[..at]);
        let tag = &shown[at..=at + shown[at..].find('>').expect("a tag ends")];
        shown = &shown[at + tag.len()..];
        if tag.contains("data-nocopy") {
            shown = &shown[shown.find("</span>").expect("a span ends") + "</span>".len()..];
        }
    }
    text.push_str(shown);
    let entities = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    entities.iter().fold(text, |text, (entity, symbol)| text.replace(entity, symbol)).trim().to_owned()
}
