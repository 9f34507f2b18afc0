//! The people of a story: a visitor who follows links, and a merchant's server that reports what they buy.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::connection::Connection;
use super::wire::{Request, Response, percent_decode, percent_encode};
use super::world::{Affiliate, Campaign};

const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const COOKIE: &str = "afk_cid";

/// Somebody with a browser, which sends what browsers send and keeps the cookie it is given.
#[derive(Debug)]
pub struct Visitor {
    address: SocketAddr,
    connection: Option<Connection>,
    headers: Vec<(String, String)>,
    cookie: Option<String>,
}

/// Where a followed link led.
#[derive(Debug)]
pub struct Landing {
    /// The target, as the `Location` header names it.
    pub location: Option<String>,
    /// The token in the target's query, decoded.
    pub click_token: Option<String>,
    /// The value of the cookie that was set.
    pub cookie: Option<String>,
    /// The whole answer.
    pub response: Response,
}

impl Visitor {
    /// A visitor of the server at this address, arriving from another site.
    pub fn new(address: SocketAddr) -> Visitor {
        let headers = [
            ("User-Agent", BROWSER),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Accept-Language", "en-GB,en;q=0.8"),
            ("Sec-Fetch-Dest", "document"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-User", "?1"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Visitor { address, connection: None, headers, cookie: None }
    }

    /// Sends this header, in the place of one of the same name.
    pub fn with_header(mut self, name: &str, value: &str) -> Visitor {
        self = self.without_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Does not send this header.
    pub fn without_header(mut self, name: &str) -> Visitor {
        self.headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    /// Throws the cookie away.
    pub fn forget_cookie(&mut self) {
        self.cookie = None;
    }

    /// Follows a link by its code.
    pub fn follow(&mut self, link_code: &str) -> Landing {
        self.follow_with(link_code, &[])
    }

    /// Follows a link with more in its query, such as `sub1`.
    pub fn follow_with(&mut self, link_code: &str, query: &[(&str, &str)]) -> Landing {
        let request = Request::get(&format!("/c/{}", percent_encode(link_code))).query(query);
        let landing = Landing::read(self.send(request).expect("the server answers a visitor"));
        self.cookie = landing.cookie.clone().or(self.cookie.take());
        landing
    }

    /// Sends any request with this browser's headers and cookie.
    pub fn send(&mut self, mut request: Request) -> io::Result<Response> {
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", &format!("{COOKIE}={cookie}"));
        }
        connected(&mut self.connection, self.address)?.send(&request)
    }
}

impl Landing {
    /// The token; panics with the answer where there is none.
    pub fn token(&self) -> &str {
        self.click_token.as_deref().unwrap_or_else(|| panic!("no click token in {:?}", self.response))
    }

    fn read(response: Response) -> Landing {
        let location = response.header("location").map(str::to_owned);
        let click_token = location.as_deref().and_then(|target| query_value(target, "click_token"));
        let set_cookies = response.headers_named("set-cookie");
        let mut pairs = set_cookies.iter().filter_map(|line| line.split(';').next()?.split_once('='));
        let cookie = pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned());
        Landing { location, click_token, cookie, response }
    }
}

/// The merchant's shop, which holds a campaign's key.
#[derive(Debug)]
pub struct MerchantServer {
    address: SocketAddr,
    connection: Option<Connection>,
    api_key: String,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// A JSON object.
    Json,
    /// A form.
    Form,
    /// A query string and no body.
    Query,
}

/// A report to `s2sConvert`: 99.99 USD under an order id of its own, unless said otherwise.
#[derive(Debug, Clone)]
pub struct Sale {
    fields: Vec<(String, String)>,
    wire: Wire,
}

/// What the server said to a report or a click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `success`, `duplicate` or `error`; empty where the answer is no such object.
    pub word: String,
    /// The sentence beside it.
    pub message: String,
    /// The conversion it is about.
    pub conversion_id: Option<String>,
    /// The token of a registered click.
    pub click_token: Option<String>,
    /// The whole body.
    pub body: String,
}

impl MerchantServer {
    /// A shop that reports to the server at this address.
    pub fn new(address: SocketAddr, api_key: &str) -> MerchantServer {
        MerchantServer { address, connection: None, api_key: api_key.to_owned() }
    }

    /// Reports a sale.
    pub fn report(&mut self, sale: Sale) -> Answer {
        self.try_report(&sale).expect("the server answers a merchant")
    }

    /// Reports a sale to a server that may be gone.
    pub fn try_report(&mut self, sale: &Sale) -> io::Result<Answer> {
        sale.send(connected(&mut self.connection, self.address)?, &self.api_key)
    }

    /// Registers a click by API.
    pub fn add_click(&mut self, campaign: &Campaign, affiliate: &Affiliate) -> Answer {
        self.add_click_with(campaign, affiliate, &[])
    }

    /// Registers a click by API, with optional fields.
    pub fn add_click_with(&mut self, campaign: &Campaign, affiliate: &Affiliate, more: &[(&str, &str)]) -> Answer {
        let named = [("api_key", &*self.api_key), ("campaign_id", &*campaign.id), ("affiliate_id", &*affiliate.id)];
        let request = Wire::Json.write("/integration/addClick", &[&named, more].concat());
        let connection = connected(&mut self.connection, self.address).expect("the server can be reached");
        Answer::read(&connection.send(&request).expect("the server answers a merchant"))
    }
}

impl Sale {
    /// The sale a click led to.
    pub fn of(click_token: &str) -> Sale {
        Sale { fields: Vec::new(), wire: Wire::Json }.with("click_token", click_token).with_defaults()
    }

    /// A sale without a click, credited by name.
    pub fn direct(campaign: &Campaign, affiliate: &Affiliate) -> Sale {
        let sale = Sale { fields: Vec::new(), wire: Wire::Json };
        sale.with("affiliate_id", &affiliate.id).with("campaign_id", &campaign.id).with_defaults()
    }

    /// Under this order id.
    pub fn order_id(self, order_id: &str) -> Sale {
        self.with("order_id", order_id)
    }

    /// Of this amount.
    pub fn order_total(self, total: &str) -> Sale {
        self.with("order_total", total)
    }

    /// In this currency.
    pub fn order_currency(self, currency: &str) -> Sale {
        self.with("order_currency", currency)
    }

    /// With this field, in the place of one of the same name.
    pub fn with(mut self, name: &str, value: &str) -> Sale {
        self = self.without(name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this field.
    pub fn without(mut self, name: &str) -> Sale {
        self.fields.retain(|(given, _)| given != name);
        self
    }

    /// Written as JSON, which is the default.
    pub fn in_json(self) -> Sale {
        Sale { wire: Wire::Json, ..self }
    }

    /// Written as a form.
    pub fn in_form(self) -> Sale {
        Sale { wire: Wire::Form, ..self }
    }

    /// Written into the query.
    pub fn in_query(self) -> Sale {
        Sale { wire: Wire::Query, ..self }
    }

    /// The request, with this key unless the sale names one.
    pub fn request(&self, api_key: &str) -> Request {
        let names_a_key = self.fields.iter().any(|(name, _)| name == "api_key");
        let key = (!names_a_key).then_some(("api_key", api_key));
        let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.wire.write("/integration/s2sConvert", &key.into_iter().chain(fields).collect::<Vec<_>>())
    }

    /// Reports it over a connection the caller holds.
    pub fn send(&self, connection: &mut Connection, api_key: &str) -> io::Result<Answer> {
        Ok(Answer::read(&connection.send(&self.request(api_key))?))
    }

    fn with_defaults(self) -> Sale {
        static COUNTER: AtomicU64 = AtomicU64::new(1);
        let order_id = format!("order-{}", COUNTER.fetch_add(1, Ordering::Relaxed));
        self.order_id(&order_id).order_total("99.99").order_currency("USD")
    }
}

impl Wire {
    /// A POST of these fields.
    pub fn write(self, target: &str, fields: &[(&str, &str)]) -> Request {
        let request = Request::post(target);
        match self {
            Wire::Json => request.json(&json_object(fields)),
            Wire::Form => request.form(fields),
            Wire::Query => request.query(fields),
        }
    }
}

impl Answer {
    /// Reads the AffiliatePro dialect's answer.
    pub fn read(response: &Response) -> Answer {
        let object: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        Answer {
            status: response.status,
            word: text("status").unwrap_or_default(),
            message: text("message").unwrap_or_default(),
            conversion_id: text("conversion_id"),
            click_token: text("click_token"),
            body: response.text(),
        }
    }
}

/// Written by hand, so that the order of the fields stays and one may be given twice.
fn json_object(fields: &[(&str, &str)]) -> String {
    let members = fields.iter().map(|(name, value)| format!("{}:{}", Value::from(*name), Value::from(*value)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn query_value(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, value)| percent_decode(value))
}

/// Opens the connection at its first use; afterwards it opens itself anew where needed.
fn connected(connection: &mut Option<Connection>, address: SocketAddr) -> io::Result<&mut Connection> {
    match connection {
        Some(open) => Ok(open),
        none => Ok(none.insert(Connection::open(address)?)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::support::background;
    use crate::support::wire::readable;

    /// Answers one request with these bytes and returns what it was sent.
    fn overheard(answer: &'static str) -> (SocketAddr, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let sent = background::start("overhearing server", move || {
            let (mut stream, _) = listener.accept().expect("a persona connects");
            let mut request = vec![0; 8192];
            let length = stream.read(&mut request).expect("a request");
            stream.write_all(answer.as_bytes()).expect("the persona listens");
            readable(&request[..length])
        });
        (address, sent)
    }

    #[test]
    fn a_visitor_looks_like_a_browser_and_finds_the_token() {
        let (address, sent) = overheard(
            "HTTP/1.1 302 Found\r\nLocation: https://shop.example/?a=1&click_token=clk_a%2Db#top\r\n\
             Set-Cookie: other=1\r\nSet-Cookie: afk_cid=clk_a-b; Path=/; HttpOnly\r\nContent-Length: 0\r\n\r\n",
        );
        let mut visitor = Visitor::new(address).with_header("user-agent", "Someone/1").without_header("Sec-Fetch-User");
        let landing = visitor.follow_with("Ab c", &[("sub1", "x y")]);
        assert_eq!((landing.token(), landing.cookie.as_deref()), ("clk_a-b", Some("clk_a-b")));
        assert_eq!(visitor.cookie.as_deref(), Some("clk_a-b"));
        let sent = sent.join().expect("it listened");
        assert!(sent.starts_with("GET /c/Ab%20c?sub1=x%20y HTTP/1.1\r\n"), "{sent}");
        assert!(sent.contains("user-agent: Someone/1") && sent.contains("Sec-Fetch-Mode: navigate"), "{sent}");
        assert!(!sent.contains("Chrome") && !sent.contains("Sec-Fetch-User"), "{sent}");
    }

    #[test]
    fn a_sale_is_written_in_each_way_and_its_answer_read() {
        let sale = Sale::of("clk_1").order_id("a&b").with("action", "x").without("order_currency");
        let text = |sale: &Sale| String::from_utf8(sale.request("ak_1").to_bytes("h")).expect("text");
        let json = r#"{"api_key":"ak_1","click_token":"clk_1","order_total":"99.99","order_id":"a&b","action":"x"}"#;
        assert!(text(&sale).ends_with(json), "{}", text(&sale));
        let pairs = "api_key=ak_1&click_token=clk_1&order_total=99.99&order_id=a%26b&action=x";
        assert!(text(&sale.clone().in_form()).ends_with(pairs));
        assert!(text(&sale.in_query()).starts_with(&format!("POST /integration/s2sConvert?{pairs} HTTP/1.1")));

        let (address, _) = overheard(
            "HTTP/1.1 200 OK\r\n\r\n\
             {\"status\":\"duplicate\",\"message\":\"Order already recorded\",\"x\":1}",
        );
        let answer = MerchantServer::new(address, "ak_1").report(Sale::of("clk_1"));
        assert_eq!((answer.status, answer.word.as_str()), (200, "duplicate"));
        assert_eq!((answer.message.as_str(), answer.conversion_id), ("Order already recorded", None));
    }
}
