//! What happened, and who says so.

use super::campaign::{IntegrationMethod, ToolType};
use super::handle::ActionCode;
use super::text_enum;

text_enum! {
    /// The kind of event a conversion reports.
    pub enum EventType {
        /// An order.
        Sale => "sale",
        /// Somebody left contact details.
        Lead => "lead",
        /// Somebody opened an account.
        Signup => "signup",
        /// Somebody began a trial.
        Trial => "trial",
        /// An action the merchant named.
        Action => "action",
    }
}

/// An event with the merchant's own name for it, if it has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happened.
    pub kind: EventType,
    /// What the merchant calls it; always there for [`EventType::Action`].
    pub name: Option<ActionCode>,
}

impl Event {
    /// A plain order.
    pub const SALE: Self = Self { kind: EventType::Sale, name: None };

    /// Reads an action code: `sale`, `lead`, `signup` and `trial` are the kinds, every other code is a named action.
    #[must_use]
    pub fn from_action(code: ActionCode) -> Self {
        let kind = match code.as_str() {
            "sale" => EventType::Sale,
            "lead" => EventType::Lead,
            "signup" => EventType::Signup,
            "trial" => EventType::Trial,
            _ => {
                return Self { kind: EventType::Action, name: Some(code) };
            }
        };
        Self { kind, name: None }
    }

    /// Whether an amount of zero makes sense: a sale is worth something, the rest need not be (CONTRACT, Rules: Money).
    #[must_use]
    pub const fn may_be_free(&self) -> bool {
        !matches!(self.kind, EventType::Sale)
    }

    /// The action as it takes part in deduplication: empty for every sale and on every campaign that is not Multi
    /// Action, so that only there one order may be a trial and later a sale (CONTRACT, Rules: Dedup).
    #[must_use]
    pub fn dedup_action(&self, tool_type: ToolType) -> &str {
        match (tool_type, self.kind, &self.name) {
            (ToolType::MultiActionIntegration, EventType::Sale, _) => "",
            (ToolType::MultiActionIntegration, _, Some(name)) => name.as_str(),
            (ToolType::MultiActionIntegration, kind, None) => kind.as_str(),
            _ => "",
        }
    }
}

text_enum! {
    /// The way a report came, which decides how far it is trusted.
    pub enum Channel {
        /// The merchant's server with its key.
        Server => "server",
        /// A Mobile campaign's key, which ships inside an app's reach.
        Mobile => "mobile",
        /// A report without a click, naming the affiliate itself.
        Direct => "direct",
        /// A network's postback with a key in its URL.
        Postback => "postback",
        /// A visitor's browser, which anybody can speak for.
        Pixel => "pixel",
        /// An admin, who credits what was not recorded.
        ByHand => "by_hand",
    }
}

impl Channel {
    /// The channel of a keyed report through a campaign of this method, with or without a click.
    #[must_use]
    pub const fn of_keyed_report(method: IntegrationMethod, without_click: bool) -> Self {
        match (method, without_click) {
            (_, true) => Self::Direct,
            (IntegrationMethod::Mobile, false) => Self::Mobile,
            _ => Self::Server,
        }
    }

    /// How far the report is trusted (CONTRACT, Rules: Trust).
    #[must_use]
    pub const fn trust(self) -> Trust {
        match self {
            Self::Server | Self::ByHand => Trust::FULL,
            Self::Mobile | Self::Direct | Self::Postback => Trust::KEYED,
            Self::Pixel => Trust(1),
        }
    }
}

/// How far a report is trusted: 3 is the merchant's own server, 1 anybody's browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trust(u8);

impl Trust {
    /// The merchant's own server.
    pub const FULL: Self = Self(3);

    /// The least that a report with a key is trusted: more than a browser, for which anybody can speak.
    pub const KEYED: Self = Self(2);

    /// 1, 2 or 3.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, Event, EventType};
    use crate::domain::campaign::{IntegrationMethod, ToolType};
    use crate::domain::handle::ActionCode;

    fn named(code: &str) -> Event {
        Event::from_action(ActionCode::parse(code).unwrap())
    }

    #[test]
    fn only_a_multi_action_campaign_lets_one_order_be_two_things() {
        let cases = [
            ("a sale", Event::SALE, ToolType::MultiActionIntegration, ""),
            ("a sale by its word", named("sale"), ToolType::MultiActionIntegration, ""),
            ("a trial", named("trial"), ToolType::MultiActionIntegration, "trial"),
            ("a named action", named("newsletter"), ToolType::MultiActionIntegration, "newsletter"),
            ("a trial on a sale campaign", named("trial"), ToolType::SaleIntegration, ""),
            ("a named action on a single action campaign", named("demo"), ToolType::SingleActionIntegration, ""),
        ];
        for (name, event, tool_type, action) in cases {
            assert_eq!(event.dedup_action(tool_type), action, "{name}");
        }
    }

    #[test]
    fn only_a_sale_must_be_worth_something() {
        assert!(!Event::SALE.may_be_free());
        for code in ["lead", "signup", "trial", "newsletter"] {
            assert!(named(code).may_be_free(), "{code}");
        }
        assert_eq!(named("newsletter").kind, EventType::Action);
    }

    #[test]
    fn a_key_that_ships_in_an_app_is_trusted_less_than_a_server() {
        let server = Channel::of_keyed_report(IntegrationMethod::S2sApi, false);
        let mobile = Channel::of_keyed_report(IntegrationMethod::Mobile, false);
        let direct = Channel::of_keyed_report(IntegrationMethod::S2sApi, true);
        assert_eq!([server.trust().level(), mobile.trust().level(), direct.trust().level()], [3, 2, 2]);
        assert!(Channel::Pixel.trust() < Channel::Postback.trust());
    }
}
