//! Landing: where a visitor is sent, and what is added to the address.
//!
//! A redirect that can be steered is a gift to phishing, so a deep link is read by the same rules a browser reads it by (the
//! URL standard, as in the `url` crate), must name a host the campaign allows, and is written back from what was read: the
//! browser is never shown a spelling that it might understand differently. The merchant's own address, in turn, is sacred:
//! parameters are added to its text, and no other byte of its query or fragment moves.

use url::{Host, Url, form_urlencoded};

/// The longest address, in bytes, as given and as written.
const LONGEST: usize = 2048;

/// Why a text is not an address to send visitors to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// More than 2048 bytes.
    #[error("must not be longer than 2048 characters")]
    TooLong,
    /// White space, a control character or a backslash, which browsers drop or bend into something else.
    #[error("must not contain blanks, control characters or backslashes")]
    Characters,
    /// Not an absolute address of the web.
    #[error("must be a complete address that begins with https:// or http://")]
    Scheme,
    /// A user name or password before the host, which makes an address look like another.
    #[error("must not have a user name or password before the host")]
    Userinfo,
    /// No host, a host that cannot exist, a wrong port.
    #[error("must have a valid host, such as https://shop.example/")]
    Malformed,
}

/// An address on the web: http or https, with a host, without user name, at most 2048 bytes; in the spelling of the URL standard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TargetUrl(Url);

impl TargetUrl {
    /// Reads an absolute address. Non-ASCII characters are encoded, percent-encoded ones stay as they are.
    ///
    /// # Errors
    /// A [`TargetError`] that names what is wrong.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if text.len() > LONGEST {
            return Err(TargetError::TooLong);
        }
        if text.contains(|character: char| character.is_whitespace() || character.is_control() || character == '\\') {
            return Err(TargetError::Characters);
        }
        let authority = authority(text).ok_or(TargetError::Scheme)?;
        // The URL standard would skip further slashes and take the next word for the host.
        if authority.is_empty() {
            return Err(TargetError::Malformed);
        }
        if authority.contains('@') {
            return Err(TargetError::Userinfo);
        }
        let url = Url::parse(text).map_err(|_| TargetError::Malformed)?;
        if !url.has_host() {
            return Err(TargetError::Malformed);
        }
        if url.as_str().len() > LONGEST { Err(TargetError::TooLong) } else { Ok(Self(url)) }
    }

    /// The address as it is stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host: lower case, international names in their ASCII form, IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl std::fmt::Display for TargetUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Why a list of hosts is not taken.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostsError {
    /// A line that is not a host.
    #[error("must have one host per line, such as shop.example or *.shop.example; line {line} is something else")]
    NotAHost {
        /// Counted from 1.
        line: usize,
    },
    /// More hosts than anybody has; the list is read for every campaign whenever one changes.
    #[error("must have at most {} hosts", AllowedHosts::MOST)]
    TooMany,
}

/// The hosts besides the target's own that a campaign's visitors may be sent to, and that its browser events may come from:
/// exact ones, and `*.shop.example` for everything below (but not `shop.example` itself).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// The most hosts of one campaign.
    pub const MOST: usize = 200;

    /// Reads one host per line; blank lines are skipped, repeats kept once. No schemes, ports or paths. A wildcard stands for
    /// whole labels in front of at least two.
    ///
    /// # Errors
    /// [`HostsError`] with the number of the first line that is not a host.
    pub fn parse_lines(text: &str) -> Result<Self, HostsError> {
        let mut hosts: Vec<String> = Vec::new();
        for (index, line) in text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()) {
            let host = read_host(line).ok_or(HostsError::NotAHost { line: index + 1 })?;
            if hosts.contains(&host) {
                continue;
            }
            if hosts.len() == Self::MOST {
                return Err(HostsError::TooMany);
            }
            hosts.push(host);
        }
        Ok(Self(hosts))
    }

    /// What [`Self::parse_lines`] reads: one host per line.
    #[must_use]
    pub fn to_lines(&self) -> String {
        self.0.join("\n")
    }

    /// Whether a host (without port, international names in their ASCII form, any case) is in the list.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        self.0.iter().any(|allowed| match allowed.strip_prefix('*') {
            Some(parent) => is_below(host, parent),
            None => allowed.eq_ignore_ascii_case(host),
        })
    }
}

/// Why a deep link is not followed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeepLinkRefused {
    /// Not an address to send anybody to.
    #[error(transparent)]
    NotATarget(#[from] TargetError),
    /// A port that is neither the scheme's own nor, on the target's host, the target's.
    #[error("must not name a port other than the target URL's")]
    Port,
    /// A host that the campaign does not allow.
    #[error("must lead to the target URL's host or one of the campaign's allowed hosts")]
    Host,
}

/// Where `?url=` leads: an absolute address on the target's host or an allowed one.
///
/// # Errors
/// [`DeepLinkRefused`] for everything else; the visitor then goes to the target.
pub fn deep_link(raw: &str, target: &TargetUrl, hosts: &AllowedHosts) -> Result<TargetUrl, DeepLinkRefused> {
    let link = TargetUrl::parse(raw)?;
    let own_host = link.host() == target.host();
    if !own_host && !hosts.allows(link.host()) {
        return Err(DeepLinkRefused::Host);
    }
    // The scheme's own port is not written, so it reads as none.
    let usual_port = link.0.port().is_none() || (own_host && link.0.port() == target.0.port());
    if usual_port { Ok(link) } else { Err(DeepLinkRefused::Port) }
}

/// The target's address with these parameters at the end of its query. Pairs of the same names are dropped; every other byte
/// of query and fragment stays where it is.
#[must_use]
pub fn with_parameters(target: &TargetUrl, parameters: &[(&str, &str)]) -> String {
    let (rest, fragment) = split_before(target.as_str(), '#');
    let (path, query) = split_before(rest, '?');
    let mut address = String::with_capacity(target.as_str().len() + 192);
    address.push_str(path);
    address.push('?');
    let start = address.len();
    push_others(&mut address, query.strip_prefix('?').unwrap_or_default(), parameters);
    for (name, value) in parameters {
        // A question mark at the end may be the query's own, as in `/p??`.
        if address.len() > start && !address.ends_with('&') {
            address.push('&');
        }
        address.extend(form_urlencoded::byte_serialize(name.as_bytes()));
        address.push('=');
        address.extend(form_urlencoded::byte_serialize(value.as_bytes()));
    }
    if parameters.is_empty() && query.is_empty() {
        address.pop();
    }
    address.push_str(fragment);
    address
}

/// Appends the pairs of a query that none of the parameters replaces, as they are written.
fn push_others(address: &mut String, query: &str, parameters: &[(&str, &str)]) {
    let mut first = true;
    for pair in query.split('&').filter(|pair| !is_named(pair, parameters)) {
        if !first {
            address.push('&');
        }
        address.push_str(pair);
        first = false;
    }
}

/// Whether a pair, however its name is encoded, is one of the parameters.
fn is_named(pair: &str, parameters: &[(&str, &str)]) -> bool {
    let decoded = form_urlencoded::parse(pair.as_bytes()).next();
    decoded.is_some_and(|(found, _)| parameters.iter().any(|(name, _)| *name == found))
}

/// Splits so that the mark, if there is one, begins the second part.
fn split_before(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

/// What stands between `https://` and the path of an absolute address.
fn authority(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    web.then(|| rest.split(['/', '?', '#']).next()).flatten()
}

/// A host or a wildcard in the spelling of the URL standard.
fn read_host(line: &str) -> Option<String> {
    let (wildcard, name) = match line.strip_prefix("*.") {
        Some(parent) => ("*.", parent),
        None => ("", line),
    };
    let host = Host::parse(name).ok()?;
    let possible = match &host {
        Host::Domain(name) => {
            let whole = !name.contains('*') && name.split('.').all(|label| !label.is_empty());
            whole && (wildcard.is_empty() || name.contains('.'))
        }
        Host::Ipv4(_) | Host::Ipv6(_) => wildcard.is_empty(),
    };
    possible.then(|| format!("{wildcard}{host}"))
}

/// Whether a host ends in `.shop.example` with something before it.
fn is_below(host: &str, parent: &str) -> bool {
    let start = host.len().checked_sub(parent.len()).filter(|start| *start > 0);
    start.and_then(|start| host.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(parent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(text: &str) -> TargetUrl {
        TargetUrl::parse(text).unwrap()
    }

    fn hosts(lines: &str) -> AllowedHosts {
        AllowedHosts::parse_lines(lines).unwrap()
    }

    #[test]
    fn targets_are_written_as_the_standard_says() {
        let cases = [
            ("as it is", "https://shop.example/a?b=c#d", "https://shop.example/a?b=c#d"),
            ("without a path", "https://shop.example", "https://shop.example/"),
            ("in upper case", "HTTPS://Shop.Example/A", "https://shop.example/A"),
            ("the usual port", "https://shop.example:443/", "https://shop.example/"),
            ("another port", "http://localhost:3000/", "http://localhost:3000/"),
            ("an international host", "https://bücher.example/", "https://xn--bcher-kva.example/"),
            ("an international path", "https://shop.example/größe", "https://shop.example/gr%C3%B6%C3%9Fe"),
            ("encoded already", "https://shop.example/%7ea%2fb?x=%20+%2B", "https://shop.example/%7ea%2fb?x=%20+%2B"),
            ("IPv6", "http://[2001:DB8::1]/", "http://[2001:db8::1]/"),
            ("an at sign in the path", "https://shop.example/@anna?m=a@b", "https://shop.example/@anna?m=a@b"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(target(text).as_str(), expected, "{name}");
            assert_eq!(TargetUrl::parse(expected), Ok(target(text)), "{name}: what is stored is read back");
        }
        assert_eq!(target("https://Bücher.example/").host(), "xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_target_is_refused_by_name() {
        use TargetError::{Characters, Malformed, Scheme, TooLong, Userinfo};
        let (long, grows) =
            (format!("https://a.example/{}", "x".repeat(2031)), format!("https://a.example/{}", "ä".repeat(900)));
        let cases = [
            ("empty", "", Scheme),
            ("a path", "/shop", Scheme),
            ("a host", "shop.example", Scheme),
            ("whatever scheme the page has", "//evil.example", Scheme),
            ("script", "javascript:alert(1)", Scheme),
            ("script that looks like a host", "javascript://shop.example/%0aalert(1)", Scheme),
            ("data", "data:text/html,x", Scheme),
            ("a file", "file:///etc/passwd", Scheme),
            ("a scheme without slashes", "https:shop.example", Scheme),
            ("a scheme with one slash", "https:/shop.example", Scheme),
            ("three slashes", "https:///shop.example", Malformed),
            ("no host", "https://", Malformed),
            ("a query for a host", "https://?shop.example", Malformed),
            ("an impossible host", "https://sh[op.example/", Malformed),
            ("an encoded slash in the host", "https://shop.example%2Fevil/", Malformed),
            ("an impossible port", "https://shop.example:99999/", Malformed),
            ("an impossible address", "http://1.2.3.256/", Malformed),
            ("backslashes", "https:\\\\evil.example", Characters),
            ("a backslash before the at sign", "https://evil.example\\@shop.example/", Characters),
            ("a blank", "https://shop.example/a b", Characters),
            ("a blank before", " https://shop.example/", Characters),
            ("a tab inside the scheme", "ht\ttps://shop.example/", Characters),
            ("a line feed", "https://shop.example/\nSet-Cookie:x", Characters),
            ("NUL", "https://shop.example/\0", Characters),
            ("a user", "https://shop.example@evil.example/", Userinfo),
            ("a user and a password", "https://shop.example:80@evil.example/", Userinfo),
            ("an empty user", "https://@evil.example/", Userinfo),
            ("too long", &long, TooLong),
            ("too long when encoded", &grows, TooLong),
        ];
        for (name, text, expected) in cases {
            assert_eq!(TargetUrl::parse(text), Err(expected), "{name}");
        }
        assert!(TargetUrl::parse(&long[..2048]).is_ok());
    }

    #[test]
    fn hosts_are_listed_one_per_line() {
        let list = hosts("Shop.Example\r\n\r\n  *.partner.example \nbücher.example\nshop.example\n127.0.0.1\n[::1]");
        assert_eq!(list.to_lines(), "shop.example\n*.partner.example\nxn--bcher-kva.example\n127.0.0.1\n[::1]");
        assert_eq!(hosts(&list.to_lines()), list);
        assert_eq!(hosts(" \n"), AllowedHosts::default());
        let allowed = [
            "shop.example",
            "SHOP.example",
            "a.partner.example",
            "a.b.partner.example",
            "xn--bcher-kva.example",
            "[::1]",
        ];
        for host in allowed {
            assert!(list.allows(host), "{host}");
        }
        let refused = [
            "",
            "evil.example",
            "a.shop.example",
            "shop.example.evil.example",
            "evilshop.example",
            "partner.example",
            ".partner.example",
            "evilpartner.example",
            "*.partner.example.evil.example",
            "shop.example.",
            "shop.example:80",
            "ééé.partner.examplé",
        ];
        for host in refused {
            assert!(!list.allows(host), "{host}");
        }
        let lines = [
            "https://shop.example",
            "shop.example/",
            "shop.example:443",
            "*",
            "*.",
            "*.example",
            "*.*.example.com",
            "a.*.example",
            "*shop.example",
            "a b",
            "user@shop.example",
            "*.0.0.1",
            ".",
            "shop.example.",
            "a..example",
        ];
        for line in lines {
            let listed = AllowedHosts::parse_lines(&format!("ok.example\n{line}"));
            assert_eq!(listed, Err(HostsError::NotAHost { line: 2 }), "{line}");
        }
    }

    #[test]
    fn deep_links_lead_to_allowed_hosts() {
        let (shop, list) = (target("https://shop.example/start"), hosts("blog.example\n*.shop.example"));
        let cases = [
            ("the target's host", "https://shop.example/p/1?x=1#y", "https://shop.example/p/1?x=1#y"),
            ("without encryption", "http://shop.example/", "http://shop.example/"),
            ("a listed host", "https://blog.example/post", "https://blog.example/post"),
            ("a host below", "https://de.shop.example/", "https://de.shop.example/"),
            ("the usual port, spelled out", "https://shop.example:443/", "https://shop.example/"),
            ("upper case", "HTTPS://SHOP.EXAMPLE/A", "https://shop.example/A"),
            ("full-width letters are those letters", "https://ｓｈｏｐ.example/", "https://shop.example/"),
            ("an encoded letter is that letter", "https://sh%6Fp.example/", "https://shop.example/"),
            (
                "an address inside the query",
                "https://shop.example/?next=https://evil.example",
                "https://shop.example/?next=https://evil.example",
            ),
        ];
        for (name, raw, expected) in cases {
            assert_eq!(deep_link(raw, &shop, &list).as_ref().map(TargetUrl::as_str), Ok(expected), "{name}");
        }
    }

    #[test]
    fn deep_links_keep_to_the_usual_ports() {
        let list = hosts("blog.example");
        let local = target("http://localhost:3000/");
        assert!(deep_link("http://localhost:3000/p", &local, &list).is_ok(), "the target's own port");
        assert_eq!(deep_link("http://localhost:22/", &local, &list), Err(DeepLinkRefused::Port));
        assert_eq!(deep_link("http://blog.example:3000/", &local, &list), Err(DeepLinkRefused::Port));
    }

    const TRICKS: &[&str] = &[
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "https:\\evil.example",
        "https://shop.example@evil.example",
        "https://shop.example:x@evil.example",
        "https://evil.example\\@shop.example",
        "https://evil.example\\.shop.example",
        "https://evil.example#.shop.example",
        "https://evil.example?.shop.example",
        "https://evil.example/.shop.example",
        "https://evil.example%23.shop.example",
        "https://evil.example%2f.shop.example",
        "https://evil.example%5c.shop.example",
        "https://shop.example%40evil.example",
        "https://shop.example%00.evil.example",
        "https%3A%2F%2Fevil.example",
        "https:%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "https://shop.example.evil.example",
        "https://evilshop.example",
        "https://shop.example.",
        "https://shop.example。evil.example",
        "https://evil。example",
        "https://shopｅxample",
        "https://ѕhop.example",
        "https://shop.example:8443",
        "https://shop.example:80",
        "http://shop.example:443",
        "http://blog.example:8080",
        "javascript:alert(1)",
        "JaVaScRiPt://shop.example/%0aalert(1)",
        "java\tscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "ftp://shop.example/",
        "ws://shop.example/",
        "blob:https://shop.example/x",
        "view-source:https://shop.example",
        " https://evil.example",
        "https://shop.example\n@evil.example",
        "https://shop.example\u{2028}/",
        "https://shop.example/\r\nLocation:x",
        "shop.example",
        "/p/1",
        "?p=1",
        "#x",
        "",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "https://shop\u{ad}.example.evil.example",
        "https://xn--shp-0nd.example/",
        "https://shop.example\u{ff0f}@evil.example",
        "https://evil.example\u{ff0f}.shop.example",
        "https://evil.example\u{ff03}.shop.example",
        "https://evil.example\u{2100}.shop.example",
    ];

    #[test]
    fn tricks_are_refused() {
        let (shop, list) = (target("https://shop.example/start"), hosts("blog.example\n*.shop.example"));
        for raw in TRICKS {
            assert!(deep_link(raw, &shop, &list).is_err(), "{raw:?} → {:?}", deep_link(raw, &shop, &list));
        }
    }

    const TARGETS_WITH_PARAMETERS: &[(&str, &str, &str)] = &[
        ("no query", "https://a.example/", "https://a.example/?click_token=T&afk_cid=T"),
        ("no path", "https://a.example", "https://a.example/?click_token=T&afk_cid=T"),
        ("a query", "https://a.example/?b=c", "https://a.example/?b=c&click_token=T&afk_cid=T"),
        ("a fragment", "https://a.example/#d", "https://a.example/?click_token=T&afk_cid=T#d"),
        ("both", "https://a.example/?b=c#d?e=f", "https://a.example/?b=c&click_token=T&afk_cid=T#d?e=f"),
        (
            "a route in the fragment",
            "https://a.example/#/p?click_token=x",
            "https://a.example/?click_token=T&afk_cid=T#/p?click_token=x",
        ),
        ("an empty query", "https://a.example/?", "https://a.example/?click_token=T&afk_cid=T"),
        ("an empty fragment", "https://a.example/#", "https://a.example/?click_token=T&afk_cid=T#"),
        ("names without values", "https://a.example/?a&b", "https://a.example/?a&b&click_token=T&afk_cid=T"),
        ("an ampersand at the end", "https://a.example/?a=1&", "https://a.example/?a=1&click_token=T&afk_cid=T"),
        ("empty pairs", "https://a.example/?&&a=1&&b=2", "https://a.example/?&&a=1&&b=2&click_token=T&afk_cid=T"),
        ("a question mark for a query", "https://a.example/??", "https://a.example/??&click_token=T&afk_cid=T"),
        ("question marks", "https://a.example/?a=?b?c", "https://a.example/?a=?b?c&click_token=T&afk_cid=T"),
        (
            "encoded bytes",
            "https://a.example/%7e?q=%20+%2B%c3%a4%3d",
            "https://a.example/%7e?q=%20+%2B%c3%a4%3d&click_token=T&afk_cid=T",
        ),
        (
            "not quite encoded bytes",
            "https://a.example/?q=100%&r=%zz",
            "https://a.example/?q=100%&r=%zz&click_token=T&afk_cid=T",
        ),
        ("another alphabet", "https://a.example/?q=ä", "https://a.example/?q=%C3%A4&click_token=T&afk_cid=T"),
        ("brackets", "https://a.example/?a[]=1&a[]=2", "https://a.example/?a[]=1&a[]=2&click_token=T&afk_cid=T"),
        ("semicolons", "https://a.example/?a=1;b=2", "https://a.example/?a=1;b=2&click_token=T&afk_cid=T"),
        (
            "a token of before",
            "https://a.example/?a=1&click_token=old&b=2",
            "https://a.example/?a=1&b=2&click_token=T&afk_cid=T",
        ),
        ("tokens only", "https://a.example/?click_token=x&afk_cid", "https://a.example/?click_token=T&afk_cid=T"),
        (
            "tokens many times",
            "https://a.example/?afk_cid=x&afk_cid=y&a",
            "https://a.example/?a&click_token=T&afk_cid=T",
        ),
        ("an encoded name", "https://a.example/?click%5Ftoken=old", "https://a.example/?click_token=T&afk_cid=T"),
        (
            "similar names",
            "https://a.example/?Click_Token=1&xclick_token=2",
            "https://a.example/?Click_Token=1&xclick_token=2&click_token=T&afk_cid=T",
        ),
        (
            "the name as a value",
            "https://a.example/?a=click_token",
            "https://a.example/?a=click_token&click_token=T&afk_cid=T",
        ),
    ];

    #[test]
    fn parameters_are_added_and_nothing_else_moves() {
        for &(name, text, expected) in TARGETS_WITH_PARAMETERS {
            let address = with_parameters(&target(text), &[("click_token", "T"), ("afk_cid", "T")]);
            assert_eq!(address, expected, "{name}");
        }
    }

    #[test]
    fn parameters_are_encoded_for_a_query() {
        let shop = target("https://a.example/?x=1#f");
        assert_eq!(
            with_parameters(&shop, &[("a", "1&b=2#c d+é")]),
            "https://a.example/?x=1&a=1%26b%3D2%23c+d%2B%C3%A9#f"
        );
        for text in [
            "https://a.example/?x=1#f",
            "https://a.example/?",
            "https://a.example/?#",
            "https://a.example/?&",
            "https://a.example/#f",
        ] {
            assert_eq!(with_parameters(&target(text), &[]), text, "nothing to add");
        }
    }

    /// Pieces that address tricks are made of.
    fn trick() -> impl Strategy<Value = String> {
        let pieces = vec![
            "https",
            "http",
            "javascript",
            ":",
            "/",
            "//",
            "\\",
            "@",
            "#",
            "?",
            "%2f",
            "%5c",
            "%40",
            "%00",
            "%09",
            "\t",
            "\n",
            " ",
            ".",
            "。",
            "shop.example",
            "evil.example",
            "blog.example",
            "shop",
            "example",
            "ｓhop",
            "xn--",
            ":443",
            ":80",
            ":8443",
            "[::1]",
            "127.1",
            "user",
            "ß",
            "\u{ad}",
            "\u{200d}",
            "&",
            "=",
            ";",
            "*",
        ];
        let free = prop::collection::vec(prop::sample::select(pieces), 0..9).prop_map(|pieces| pieces.concat());
        (prop::sample::select(vec!["", "https://", "http://", "https://shop.example", "//"]), free)
            .prop_map(|(start, rest)| format!("{start}{rest}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Judged without the `url` crate: the host is what stands between the two slashes and the path of the answer, the
        /// way the simplest client would take it.
        #[test]
        fn whatever_is_accepted_leads_to_an_allowed_host(raw in trick()) {
            let (shop, list) = (target("https://shop.example/start"), hosts("blog.example\n*.shop.example"));
            if let Ok(link) = deep_link(&raw, &shop, &list) {
                let location = with_parameters(&link, &[("click_token", "T")]);
                let rest = location.strip_prefix("https://").or_else(|| location.strip_prefix("http://")).unwrap();
                let host = rest.split(['/', '?', '#', '\\']).next().unwrap();
                prop_assert!(host == "shop.example" || host == "blog.example" || host.ends_with(".shop.example"), "{}", location);
                prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{}", location);
            }
        }

        #[test]
        fn what_was_there_stays_there(query in "[a-z0-9&=%+;?/\\[\\]._~-]{0,30}", fragment in "[a-z0-9&=%?#/]{0,10}") {
            let address = format!("https://a.example/p?{query}#{fragment}");
            let location = with_parameters(&target(&address), &[("click_token", "T")]);
            let joint = if query.is_empty() || query.ends_with('&') { "" } else { "&" };
            prop_assert_eq!(location, format!("https://a.example/p?{query}{joint}click_token=T#{fragment}"));
        }
    }
}
