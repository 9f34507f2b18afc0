//! A TCP proxy on loopback whose connections can be cut.
//!
//! It stands between a client and Accrue, or between Accrue and its database, and does what networks do.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::background;

/// The running proxy; dropping it cuts what is open and frees its port.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    target: SocketAddr,
    refusing: AtomicBool,
    losing_answers: AtomicBool,
    stopped: AtomicBool,
    accepted: AtomicUsize,
    open: Mutex<Vec<Arc<Pair>>>,
}

/// Both ends of one connection through the proxy.
#[derive(Debug)]
struct Pair {
    client: TcpStream,
    target: TcpStream,
}

impl Proxy {
    /// Listens on a free loopback port and passes everything on to the target.
    pub fn before(target: SocketAddr) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let state = Arc::new(State {
            target,
            refusing: AtomicBool::new(false),
            losing_answers: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            accepted: AtomicUsize::new(0),
            open: Mutex::new(Vec::new()),
        });
        let accepting = Arc::clone(&state);
        background::start("proxy", move || accepting.accept_all(&listener));
        Proxy { address, state }
    }

    /// Where clients connect to.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Cuts every open connection, both ways and at once.
    pub fn cut(&self) {
        self.state.cut();
    }

    /// From now on closes every new connection as soon as it is there (the port stays ours). Open ones go on.
    pub fn refuse(&self) {
        self.state.refusing.store(true, Ordering::SeqCst);
    }

    /// From now on passes requests on, and cuts a connection when the first byte of an answer comes back: the request
    /// was delivered and handled, and the client never learns of it.
    pub fn lose_answers(&self) {
        self.state.losing_answers.store(true, Ordering::SeqCst);
    }

    /// Works as a network should again.
    pub fn restore(&self) {
        self.state.refusing.store(false, Ordering::SeqCst);
        self.state.losing_answers.store(false, Ordering::SeqCst);
    }

    /// How many connections were passed on so far.
    pub fn connections(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// How many of them are open.
    pub fn open_connections(&self) -> usize {
        self.state.open.lock().expect("no pump panics").len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        self.state.cut();
    }
}

impl State {
    fn accept_all(self: &Arc<Self>, listener: &TcpListener) {
        for client in listener.incoming() {
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            let (Ok(client), false) = (client, self.refusing.load(Ordering::SeqCst)) else {
                continue;
            };
            let state = Arc::clone(self);
            background::start("proxied connection", move || state.serve(client));
        }
    }

    fn serve(&self, client: TcpStream) {
        let Ok(target) = TcpStream::connect_timeout(&self.target, Duration::from_secs(5)) else {
            return;
        };
        let _ = (client.set_nodelay(true), target.set_nodelay(true));
        let pair = Arc::new(Pair { client, target });
        self.open.lock().expect("no pump panics").push(Arc::clone(&pair));
        self.accepted.fetch_add(1, Ordering::SeqCst);
        if self.refusing.load(Ordering::SeqCst) || self.stopped.load(Ordering::SeqCst) {
            pair.cut();
        }
        thread::scope(|scope| {
            scope.spawn(|| self.pump(&pair.client, &pair.target, || false));
            self.pump(&pair.target, &pair.client, || self.losing_answers.load(Ordering::SeqCst));
        });
        self.open.lock().expect("no pump panics").retain(|other| !Arc::ptr_eq(other, &pair));
    }

    /// Passes bytes on until one side ends; a side that only finished writing is told on, a broken one ends both.
    fn pump(&self, mut from: &TcpStream, mut to: &TcpStream, loses: impl Fn() -> bool) {
        let mut buffer = vec![0; 16 * 1024];
        let broken = loop {
            match from.read(&mut buffer) {
                Ok(0) => break false,
                Ok(_) if loses() => break true,
                Ok(length) if to.write_all(&buffer[..length]).is_ok() => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => break true,
            }
        };
        let _ = to.shutdown(if broken { Shutdown::Both } else { Shutdown::Write });
        if broken {
            let _ = from.shutdown(Shutdown::Both);
        }
    }

    fn cut(&self) {
        self.open.lock().expect("no pump panics").iter().for_each(|pair| pair.cut());
    }
}

impl Pair {
    fn cut(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.target.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::connection::Connection;
    use crate::support::patience::pause;
    use crate::support::wire::Request;

    /// A server that answers every request with how many it has seen.
    fn counting_server() -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        background::start("counting server", move || {
            for stream in listener.incoming() {
                let (mut stream, counter) = (stream.expect("a connection"), Arc::clone(&counter));
                background::start("counting server", move || {
                    while stream.read(&mut [0; 8192]).is_ok_and(|length| length > 0) {
                        counter.fetch_add(1, Ordering::SeqCst);
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                });
            }
        });
        (address, seen)
    }

    #[test]
    fn a_proxy_passes_on_cuts_refuses_and_recovers() {
        let (target, _) = counting_server();
        let proxy = Proxy::before(target);
        let mut connection = Connection::open(proxy.addr()).expect("it connects");
        assert_eq!(connection.send(&Request::get("/")).expect("an answer").text(), "ok");
        assert_eq!((proxy.connections(), proxy.open_connections()), (1, 1));

        proxy.cut();
        connection.send(&Request::get("/")).expect_err("the connection is cut");
        proxy.refuse();
        connection.send(&Request::get("/")).expect_err("a new one is refused");
        assert_eq!(proxy.connections(), 1);

        proxy.restore();
        assert_eq!(connection.send(&Request::get("/")).expect("an answer").text(), "ok");
        assert_eq!(proxy.connections(), 2);
    }

    #[test]
    fn an_answer_is_lost_only_after_the_request_was_delivered() {
        let (target, seen) = counting_server();
        let proxy = Proxy::before(target);
        proxy.lose_answers();
        for count in 1..=20 {
            let mut connection = Connection::open(proxy.addr()).expect("it connects");
            connection.send(&Request::post("/").json("{}")).expect_err("the answer is lost");
            assert_eq!(seen.load(Ordering::SeqCst), count);
        }
    }

    #[test]
    fn a_dropped_proxy_frees_its_port() {
        let (target, _) = counting_server();
        let proxy = Proxy::before(target);
        let address = proxy.addr();
        let mut connection = Connection::open(address).expect("it connects");
        connection.send(&Request::get("/")).expect("an answer");
        drop(proxy);
        assert!(connection.is_closed_within(Duration::from_secs(1)));
        pause(Duration::from_millis(50));
        Connection::open(address).expect_err("nobody listens any more");
    }
}
