//! Where a request comes from.
//!
//! Anybody can write a forwarding header, so it counts only as far as it was written by proxies the merchant named: from
//! the connection's own end backwards, each address is believed to have told the truth about the one before it if it is
//! a trusted proxy, and the first that is not is the client.

use std::net::IpAddr;

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The client's address, or none on a connection that has none.
#[must_use]
pub fn client_address(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if trusted.is_empty() || !is_trusted(peer, trusted) {
        return Some(peer);
    }
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    Some(first_untrusted(peer, &chain, trusted))
}

fn first_untrusted(peer: IpAddr, chain: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    for hop in chain.iter().rev() {
        let Ok(address) = hop.trim_matches(['[', ']']).parse() else {
            return client;
        };
        client = address;
        if !is_trusted(address, trusted) {
            return client;
        }
    }
    client
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::first_untrusted;

    #[test]
    fn forwarding_is_believed_only_as_far_as_trusted_proxies_wrote_it() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let cases = [
            ("no header", vec![], "10.0.0.1"),
            ("one hop", vec!["203.0.113.9"], "203.0.113.9"),
            ("two proxies", vec!["203.0.113.9", "10.0.0.2"], "203.0.113.9"),
            ("a visitor who lies", vec!["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
            ("nonsense", vec!["203.0.113.9", "unknown"], "10.0.0.1"),
            ("an IPv6 visitor", vec!["[2001:db8::1]"], "2001:db8::1"),
        ];
        for (name, chain, client) in cases {
            let peer = "10.0.0.1".parse().unwrap();
            assert_eq!(first_untrusted(peer, &chain, &trusted).to_string(), client, "{name}");
        }
    }
}
