//! Ports for servers that are stopped and started again on the same one.
//!
//! A port the kernel hands out (port 0) comes from the range it also takes for outgoing connections: once the server is
//! down, a client that keeps knocking can be given that very port and even connect to itself. These lie below
//! that range.

use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// A loopback port nobody listens on, outside the range of outgoing connections, and not given out twice by this
/// process before the range is used up.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own_start = process::id().wrapping_mul(97);
    (0..COUNT)
        .map(|_| FIRST + own_start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("one of twelve thousand ports is free")
}
