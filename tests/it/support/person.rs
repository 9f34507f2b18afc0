//! Somebody who works in the admin, with a browser that runs no script.
//!
//! A person keeps cookies, carries the token of the last form they were shown, and follows nothing by themselves: where
//! an answer leads is part of the story.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::connection::Connection;
use super::wire::{Request, Response};

/// A person at a browser.
#[derive(Debug)]
pub struct Person {
    connection: Connection,
    cookies: BTreeMap<String, String>,
    form_token: String,
    user_agent: Option<String>,
}

/// What the browser shows.
#[derive(Debug)]
pub struct Screen {
    /// The status of the answer.
    pub status: u16,
    /// Where it leads, if it leads on.
    pub location: Option<String>,
    /// The page, as it is written.
    pub html: String,
    /// The whole answer.
    pub response: Response,
}

impl Person {
    /// Somebody who is not signed in yet.
    pub fn at(address: SocketAddr) -> Person {
        let connection = Connection::open(address).expect("the server can be reached");
        Person { connection, cookies: BTreeMap::new(), form_token: String::new(), user_agent: None }
    }

    /// At a browser that calls itself so.
    pub fn on(mut self, user_agent: &str) -> Person {
        self.user_agent = Some(user_agent.to_owned());
        self
    }

    /// Signs in, as the person this address and password belong to.
    pub fn sign_in(mut self, email: &str, password: &str) -> Person {
        let screen = self.try_sign_in(email, password);
        assert_eq!(screen.status, 303, "the sign-in is taken: {}", screen.words());
        self
    }

    /// Fills in the sign-in form.
    pub fn try_sign_in(&mut self, email: &str, password: &str) -> Screen {
        self.get("/sign-in");
        self.post("/sign-in", &[("email", email), ("password", password)])
    }

    /// Opens a page.
    pub fn get(&mut self, target: &str) -> Screen {
        self.send(Request::get(target))
    }

    /// Opens a page that must be there, and shows it.
    pub fn open(&mut self, target: &str) -> Screen {
        let screen = self.get(target);
        assert_eq!(screen.status, 200, "{target}: {} {:?}", screen.words(), screen.location);
        screen
    }

    /// Sends a form with the token of the last page.
    pub fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Screen {
        let token = self.form_token.clone();
        self.send(Request::post(target).form(&[&[("form_token", token.as_str())], fields].concat()))
    }

    /// Sends a form that must be taken, and opens the page it leads to.
    pub fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Screen {
        let screen = self.post(target, fields);
        assert_eq!(screen.status, 303, "{target}: {}", screen.words());
        self.open(&screen.location.expect("a form leads on"))
    }

    /// Sends a form with files: (field, file name, bytes).
    pub fn upload(&mut self, target: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Screen {
        let boundary = "----------------------------accrue";
        let token = self.form_token.clone();
        let mut body = Vec::new();
        for (name, value) in [&[("form_token", token.as_str())], fields].concat() {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        for (name, file, content) in files {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(format!("--{boundary}--\r\n").into_bytes());
        self.send(Request::post(target).body(&format!("multipart/form-data; boundary={boundary}"), body))
    }

    /// Sends anything with this browser's cookies, as a page of the same site does.
    pub fn send(&mut self, request: Request) -> Screen {
        self.send_as_it_is(request.header("Sec-Fetch-Site", "same-origin"))
    }

    /// Sends anything with this browser's cookies and nothing else.
    pub fn send_as_it_is(&mut self, mut request: Request) -> Screen {
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("Cookie", &cookies.join("; "));
        }
        if let Some(user_agent) = &self.user_agent {
            request = request.header("User-Agent", user_agent);
        }
        let screen = Screen::read(self.connection.send(&request).expect("the server answers a person"));
        self.keep_cookies(&screen.response);
        if let Some(token) = screen.value_of("form_token") {
            self.form_token = token;
        }
        screen
    }

    /// The token that the last form carried.
    pub fn form_token(&self) -> &str {
        &self.form_token
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Puts a cookie into the browser.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    fn keep_cookies(&mut self, response: &Response) {
        for line in response.headers_named("set-cookie") {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Screen {
    fn read(response: Response) -> Screen {
        let location = response.header("location").map(str::to_owned);
        let is_text = response.header("content-type").is_none_or(|kind| !kind.starts_with("image/"));
        let html = if is_text { response.text() } else { String::new() };
        Screen { status: response.status, location, html, response }
    }

    /// What can be read on the page: its text, without tags, blanks drawn together.
    pub fn words(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for symbol in self.html.chars() {
            match symbol {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                _ if inside => {}
                _ => text.push(symbol),
            }
        }
        unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether these words can be read on the page.
    pub fn says(&self, words: &str) -> bool {
        self.words().contains(words)
    }

    /// The value of the first field of this name.
    pub fn value_of(&self, name: &str) -> Option<String> {
        let tag = self.tags().find(|tag| attribute(tag, "name").as_deref() == Some(name))?;
        attribute(tag, "value")
    }

    /// What is said at the field of this name.
    pub fn error_at(&self, name: &str) -> Option<String> {
        let start = self.html.find(&format!("id=\"{name}-error\""))?;
        let text = self.html[start..].split_once('>')?.1.split('<').next()?;
        Some(unescape(text))
    }

    fn tags(&self) -> impl Iterator<Item = &str> {
        self.html.split('<').skip(1).filter_map(|rest| rest.split('>').next())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\"")];
    let text = named.iter().fold(text.to_owned(), |text, (entity, symbol)| text.replace(entity, symbol));
    text.replace("&#39;", "'").replace("&#38;", "&").replace("&amp;", "&")
}
