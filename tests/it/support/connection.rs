//! A small blocking HTTP/1.1 client.
//!
//! A library would decide by itself when to connect again, and would compete with the server for the processor under
//! load. Here a connection is one socket, a test can stop between request and answer, and redirects are never followed.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::wire::{Request, Response, readable};

const PATIENCE: Duration = Duration::from_secs(15);
const LONGEST_LINE: u64 = 256 * 1024;
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// One connection to a server, kept open from request to request.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    reader: BufReader<TcpStream>,
    patience: Duration,
    heads_awaited: VecDeque<bool>,
    usable: bool,
    last_used: Instant,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> io::Result<Connection> {
        Connection::open_with_patience(address, PATIENCE)
    }

    /// Connects, and waits this long in each read.
    pub fn open_with_patience(address: SocketAddr, patience: Duration) -> io::Result<Connection> {
        let reader = BufReader::with_capacity(16 * 1024, connect(address, patience)?);
        let last_used = Instant::now();
        Ok(Connection { address, reader, patience, heads_awaited: VecDeque::new(), usable: true, last_used })
    }

    /// The server's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and reads its answer. A connection known to be closed before anything was sent is opened anew;
    /// once a byte may have left, a failure is reported and nothing is ever sent a second time.
    pub fn send(&mut self, request: &Request) -> io::Result<Response> {
        self.open_anew_if_closed()?;
        let written = self.write_request(request);
        self.answer_after(written)
    }

    /// Sends bytes as they are and reads one answer.
    pub fn send_raw(&mut self, bytes: &[u8]) -> io::Result<Response> {
        let written = self.write_raw(bytes);
        self.answer_after(written)
    }

    /// Sends a request without reading its answer.
    pub fn write_request(&mut self, request: &Request) -> io::Result<()> {
        self.write_raw(&request.to_bytes(&self.address.to_string()))
    }

    /// Sends bytes without reading an answer.
    pub fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.heads_awaited.push_back(bytes.starts_with(b"HEAD "));
        let written = self.reader.get_mut().write_all(bytes);
        self.usable &= written.is_ok();
        written
    }

    /// Tells the server that nothing more will be sent; answers can still be read.
    pub fn finish_writing(&mut self) -> io::Result<()> {
        self.usable = false;
        self.reader.get_ref().shutdown(Shutdown::Write)
    }

    /// Reads the next answer; interim answers (1xx) are passed over.
    pub fn read_response(&mut self) -> io::Result<Response> {
        let to_head = self.heads_awaited.pop_front().unwrap_or(false);
        let response = self.read_final(to_head).map_err(name_timeout);
        self.usable &= response.as_ref().is_ok_and(|answer| !answer.lists("connection", "close"));
        self.last_used = Instant::now();
        response
    }

    /// Whether the server closes the connection within this time (bytes it still sends are thrown away).
    pub fn is_closed_within(&mut self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        let mut rest = [0; 4096];
        loop {
            let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            self.reader.get_ref().set_read_timeout(Some(left)).expect("a positive timeout can be set");
            match self.reader.read(&mut rest) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            }
        }
    }

    /// A server that gives up in the middle of a request may have answered: that answer is worth more than the error.
    fn answer_after(&mut self, written: io::Result<()>) -> io::Result<Response> {
        let response = self.read_response();
        match (response, written) {
            (Err(_), Err(write_error)) => Err(write_error),
            (response, _) => response,
        }
    }

    fn open_anew_if_closed(&mut self) -> io::Result<()> {
        let rested = self.last_used.elapsed() > Duration::from_millis(500);
        if !self.usable || (rested && self.was_closed_by_server()) {
            *self = Connection::open_with_patience(self.address, self.patience)?;
        }
        Ok(())
    }

    fn was_closed_by_server(&self) -> bool {
        let stream = self.reader.get_ref();
        let looked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
        let restored = stream.set_nonblocking(false);
        restored.is_err() || !matches!(looked, Err(error) if error.kind() == ErrorKind::WouldBlock)
    }

    fn read_final(&mut self, to_head: bool) -> io::Result<Response> {
        loop {
            let mut response = self.read_head()?;
            if (100..200).contains(&response.status) {
                continue;
            }
            if !response.is_without_body(to_head) {
                response.body = self.read_body(&response)?;
            }
            return Ok(response);
        }
    }

    fn read_head(&mut self) -> io::Result<Response> {
        let line = self.read_line()?;
        let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
        let status = status.ok_or_else(|| broken(&format!("no status line: {line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.read_line()?;
            if line.is_empty() {
                return Ok(Response { status, headers, body: Vec::new() });
            }
            let (name, value) = line.split_once(':').ok_or_else(|| broken(&format!("no header: {line:?}")))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    fn read_body(&mut self, response: &Response) -> io::Result<Vec<u8>> {
        if response.lists("transfer-encoding", "chunked") {
            return self.read_chunks();
        }
        if let Some(length) = response.header("content-length") {
            let length = length.parse().map_err(|_| broken(&format!("Content-Length: {length}")))?;
            return self.read_exactly(length);
        }
        self.usable = false;
        let mut body = Vec::new();
        self.reader.read_to_end(&mut body)?;
        Ok(body)
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line()?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let length = usize::from_str_radix(digits, 16).map_err(|_| broken(&format!("chunk length {line:?}")))?;
            if length == 0 {
                while !self.read_line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.read_exactly(length)?);
            if !self.read_line()?.is_empty() {
                return Err(broken("a chunk is longer than it says"));
            }
        }
    }

    fn read_exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > LARGEST_BODY {
            return Err(broken(&format!("a body of {length} bytes")));
        }
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "the connection ended within an answer"));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(readable(&line))
    }
}

/// A client knocking on a closed port of its own range can be connected to itself; that counts as refused.
fn connect(address: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, patience)?;
    if stream.local_addr()? == address {
        return Err(ErrorKind::ConnectionRefused.into());
    }
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    Ok(stream)
}

fn name_timeout(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => io::Error::new(ErrorKind::TimedOut, "no answer in time"),
        _ => error,
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::background;
    use crate::support::patience::pause;
    use std::net::TcpListener;

    /// Serves one connection per script: for each request that arrives, the next bytes of it; then it closes.
    fn scripted(scripts: Vec<Vec<&'static str>>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        background::start("scripted server", move || {
            for script in scripts {
                let (mut stream, _) = listener.accept().expect("the test connects");
                for answer in script {
                    let _ = stream.read(&mut [0; 8192]);
                    let _ = stream.write_all(answer.as_bytes());
                }
            }
        });
        address
    }

    #[test]
    fn answers_of_every_framing_are_read_on_one_connection() {
        let address = scripted(vec![vec![
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Two: a\r\nx-two: b\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nL: t\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nuntil the end",
        ]]);
        let mut connection = Connection::open(address).expect("it connects");
        let mut get = |method: &str| connection.send(&Request::new(method, "/")).expect("an answer");
        let first = get("GET");
        assert_eq!((first.status, first.text().as_str()), (200, "hello"));
        assert_eq!(first.headers_named("X-TWO"), ["a", "b"]);
        assert_eq!(get("GET").text(), "abc0123456789");
        assert_eq!(get("GET").status, 204);
        assert_eq!(get("GET").status, 304);
        assert_eq!(get("HEAD").header("content-length"), Some("99"));
        assert_eq!(get("GET").header("location"), Some("/x"));
        assert_eq!(get("GET").text(), "until the end");
    }

    #[test]
    fn a_closed_connection_is_opened_anew_but_a_request_is_never_repeated() {
        let closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1";
        let keeping = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2";
        let address = scripted(vec![vec![closing], vec![keeping], vec![keeping]]);
        let mut connection = Connection::open(address).expect("it connects");
        assert_eq!(connection.send(&Request::get("/")).expect("an answer").text(), "1");
        assert_eq!(connection.send(&Request::get("/")).expect("an answer").text(), "2");
        connection.send(&Request::get("/")).expect_err("the server closed without a word, at once");
        assert_eq!(connection.send(&Request::get("/")).expect("an answer").text(), "2");
    }

    #[test]
    fn a_connection_closed_while_it_rested_is_noticed() {
        let keeping = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
        let address = scripted(vec![vec![keeping], vec![keeping]]);
        let mut connection = Connection::open(address).expect("it connects");
        connection.send(&Request::get("/")).expect("an answer");
        pause(Duration::from_millis(600));
        connection.send(&Request::get("/")).expect("an answer on a new connection");
    }

    #[test]
    fn a_silent_server_is_a_timeout_and_half_an_answer_an_error() {
        let address = scripted(vec![vec!["", ""], vec!["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]]);
        let mut connection = Connection::open_with_patience(address, Duration::from_millis(50)).expect("it connects");
        let silence = connection.send(&Request::get("/")).expect_err("nothing came");
        assert_eq!(silence.kind(), ErrorKind::TimedOut);
        let half = connection.send(&Request::get("/")).expect_err("half came");
        assert_eq!(half.kind(), ErrorKind::UnexpectedEof);
    }
}
