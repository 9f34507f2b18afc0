//! How many statements a page asks of the database, and which of them takes longest: heard from the connections
//! themselves, for the server is in the bench's own process.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// A statement and how long it took.
type Heard = (String, Duration);

static HEARD: Mutex<Vec<Heard>> = Mutex::new(Vec::new());

/// From now on every new connection is listened to.
pub fn listen() {
    set_default_instrumentation(listener).expect("nobody panicked before");
}

/// Forgets what was heard, and answers with it.
pub fn take() -> Vec<Heard> {
    std::mem::take(&mut *HEARD.lock().expect("nobody panicked before"))
}

fn listener() -> Option<Box<dyn Instrumentation>> {
    let mut began = Instant::now();
    Some(Box::new(move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { .. } => began = Instant::now(),
        InstrumentationEvent::FinishQuery { query, .. } => {
            let took = began.elapsed();
            let text = query.to_string();
            if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| text.starts_with(verb)) {
                HEARD.lock().expect("nobody panicked before").push((text, took));
            }
        }
        _ => {}
    }))
}
