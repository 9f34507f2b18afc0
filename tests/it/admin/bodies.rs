//! Forms as bytes: bounded before anybody asks whose they are, and judged after their last byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, PASSWORD};
use crate::support::patience::pause;
use crate::support::person::Person;
use crate::support::wire::{Request, percent_encode, readable};

const SESSION: &str = "accrue_session";

/// The beginning of a form, whose end is sent later.
struct Unfinished {
    stream: TcpStream,
    rest: String,
}

impl Unfinished {
    /// Sends everything but the last bytes of a form, as this person's browser.
    fn begin(house: &House, person: &Person, target: &str, fields: &[(&str, &str)]) -> Unfinished {
        let token = ("form_token", person.form_token());
        let pairs = [token].into_iter().chain(fields.iter().copied());
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", percent_encode(value))).collect();
        let body = pairs.join("&");
        let (now, later) = body.split_at(body.len() - 3);
        let session = person.cookie(SESSION).expect("a session");
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: {}\r\nCookie: {SESSION}={session}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{now}",
            house.addr(),
            body.len()
        );
        let mut stream = TcpStream::connect(house.addr()).expect("the server can be reached");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        stream.write_all(head.as_bytes()).expect("it is sent");
        pause(Duration::from_millis(200));
        Unfinished { stream, rest: later.to_owned() }
    }

    /// Sends the rest; the status line of the answer.
    fn finish(mut self) -> String {
        self.stream.write_all(self.rest.as_bytes()).expect("it is sent");
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).expect("it is answered");
        let answer = readable(&answer);
        let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
        format!("{} {location}", answer.split(' ').nth(1).unwrap_or_default()).trim().to_owned()
    }
}

on_each_engine! {
    /// Session, role and token are judged when the form is there, not when it was begun.
    fn a_right_that_ends_while_a_form_is_under_way_has_ended(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let affiliate = [("name", "Late"), ("code", "late"), ("email", ""), ("status", "active"), ("end", "xyz")];
        let target = "/admin/alderfinch/affiliates";

        let mut vera = house.member("Vera", program, Role::Manager);
        vera.open(target);
        let begun = Unfinished::begin(&house, &vera, target, &affiliate);
        vera.submit("/sign-out", &[]);
        assert_eq!(begun.finish(), "303 /sign-in", "signed out");

        let mut marta = house.member("Marta", program, Role::Owner);
        let users = "/admin/alderfinch/settings/users";
        let mut vera = house.person().sign_in("vera@people.example", PASSWORD);
        vera.open(target);
        let begun = Unfinished::begin(&house, &vera, target, &affiliate);
        let id = super::settings::id_of("Vera", &marta.open(users).html);
        marta.submit(&format!("{users}/{id}/role"), &[("role", "viewer")]);
        assert_eq!(begun.finish(), "403", "demoted");
        marta.submit(&format!("{users}/{id}/role"), &[("role", "manager")]);
        let begun = Unfinished::begin(&house, &vera, target, &affiliate);
        marta.submit(&format!("{users}/{id}/removal"), &[]);
        assert_eq!(begun.finish(), "404", "removed");
        assert!(!marta.open(target).says("late"), "nothing was created");
    }

    fn what_is_no_form_is_called_so_whatever_its_bytes(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        house.admin().person("Marta", program, Role::Owner);
        let mut stranger = house.person();
        stranger.open("/sign-in");
        let bodies: [(&str, &[u8], u16); 8] = [
            ("boundary=a", b"\n", 400),
            ("boundary=a", b"--\n", 400),
            ("boundary=a", b"", 400),
            ("boundary=a", b"--a\r\n\r\n\r\n--a--\r\n", 400),
            ("boundary=", b"x", 400),
            ("", b"--a--", 403),
            ("boundary=a", b"--a\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n\xff\xfe\r\n--a--\r\n", 400),
            ("boundary=a", b"--a--\r\n", 403),
        ];
        for (parameter, body, status) in bodies {
            let kind = format!("multipart/form-data; {parameter}");
            let screen = stranger.send(Request::post("/sign-in").body(&kind, body));
            let shown = readable(body);
            assert_eq!(screen.status, status, "{kind} {shown:?}");
        }
        let long = "x".repeat(70_000);
        let fields = [("email", long.as_str()), ("password", "x")];
        assert_eq!(stranger.post("/sign-in", &fields).status, 413, "more text than any form has");
        stranger.open("/sign-in");
        let file = vec![b'x'; 1_000_000];
        assert_eq!(stranger.upload("/sign-in", &[], &[("file", "a.png", &file)]).status, 413, "a stranger's file");
        let mut other = house.person();
        other.open("/sign-in");
        assert_eq!(other.upload("/admin/alderfinch/campaigns", &[], &[("media", "a.png", &file)]).status, 413);
    }

    fn a_head_request_is_answered_like_a_get_and_another_method_is_told_which(db: TestDatabase) {
        let house = House::open(&db);
        house.admin().program("Alderfinch", Currency::USD);
        house.admin().person("Marta", house.app().catalogue().programs().next().expect("one").id, Role::Owner);
        let mut somebody = house.person();
        let head = somebody.send(Request::new("HEAD", "/sign-in"));
        assert_eq!((head.status, head.html.as_str()), (200, ""));
        let put = somebody.send(Request::new("PUT", "/sign-in"));
        assert_eq!((put.status, put.response.header("allow")), (405, Some("GET, POST, HEAD")));
        let get = somebody.send(Request::get("/sign-out"));
        assert_eq!((get.status, get.response.header("allow")), (405, Some("POST")));
    }
}
