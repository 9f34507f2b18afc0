//! By what somebody's visits are known again without knowing where they came from.

use std::fmt;

use super::key::{from_hex, hex, keyed_hash};

/// A keyed hash of a network and a browser's name for itself: HMAC-SHA-256, 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitorPrint(Box<str>);

impl VisitorPrint {
    /// The print of whoever comes from this network with this browser, both as a click keeps them.
    #[must_use]
    pub fn of(key: &[u8; 32], network: &str, user_agent: &str) -> Self {
        let message = [network.as_bytes(), b"\n", user_agent.as_bytes()].concat();
        Self(hex(&keyed_hash(key, &message)).into())
    }

    /// Reads a print as [`Self::as_str`] shows it; none for any other text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        from_hex(text).map(|_| Self(text.into()))
    }

    /// As storage keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VisitorPrint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::VisitorPrint;

    #[test]
    fn a_print_tells_networks_browsers_and_installations_apart() {
        let print = VisitorPrint::of(&[1; 32], "203.0.113.0/24", "Firefox");
        for (name, key, network, browser) in [
            ("another network", 1, "203.0.114.0/24", "Firefox"),
            ("another browser", 1, "203.0.113.0/24", "Chrome"),
            ("another installation", 2, "203.0.113.0/24", "Firefox"),
            ("moved letters", 1, "203.0.113.0/2", "4Firefox"),
        ] {
            assert_ne!(VisitorPrint::of(&[key; 32], network, browser), print, "{name}");
        }
        assert_eq!(VisitorPrint::from_text(print.as_str()), Some(print.clone()));
        assert_eq!(VisitorPrint::from_text("203.0.113.0/24"), None);
        assert!(!print.to_string().contains("203"));
    }
}
