//! Who somebody on the network is, as far as counting goes.

use std::fmt;
use std::net::IpAddr;

/// One client: an IPv4 address, or the /64 in which an IPv6 client may take any address it likes.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// An IPv4 address, also where it was written as IPv6.
    V4(u32),
    /// The first half of an IPv6 address.
    V6(u64),
    /// Everybody whose connection has no address.
    Unknown,
}

impl Client {
    /// The client at this address.
    #[must_use]
    pub fn at(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => Self::V4(address.to_bits()),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self::V6(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
            }
            None => Self::Unknown,
        }
    }
}

/// `203.0.113.9`, `2001:db8:0:1::/64` or `unknown`; fingerprints of it are kept, so it stays as it is.
impl fmt::Display for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => write!(out, "{}", std::net::Ipv4Addr::from_bits(*address)),
            Self::V6(half) => {
                let part = |shift: u32| half >> shift & 0xffff;
                write!(out, "{:x}:{:x}:{:x}:{:x}::/64", part(48), part(32), part(16), part(0))
            }
            Self::Unknown => out.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Client;

    #[test]
    fn a_client_is_an_address_or_its_half() {
        for (address, client) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
            ("2001:db8::", "2001:db8:0:0::/64"),
        ] {
            assert_eq!(Client::at(Some(address.parse().unwrap())).to_string(), client, "{address}");
        }
        assert_eq!(Client::at(None).to_string(), "unknown");
        let of = |address: &str| Client::at(Some(address.parse().unwrap()));
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_ne!(of("203.0.113.9"), of("203.0.113.8"));
    }
}
