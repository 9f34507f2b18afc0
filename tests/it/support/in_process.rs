//! The server within the test's own process, for what cannot be brought about from outside: a moved clock, an admin's hand
//! on campaigns and keys, a write that takes long, or panics, at a moment of the test's choosing.

use std::future::Future;
use std::net::SocketAddr;
use std::thread::JoinHandle;

use accrue::app::App;
use accrue::config::{Config, LogFormat};
use accrue::environment::clock::Clock;
use accrue::recorder::WriteError;
use accrue::server::Server;
use accrue::storage::error::StorageError;
use accrue::storage::write::Write;
use actix_web::web::Data;
use tokio::sync::oneshot;

use super::background;
use super::engine::TestDatabase;

/// A running server; stopped on drop.
pub struct InProcess {
    app: Data<App>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The configuration of a server on this database, on a port the kernel picks.
pub fn config(database: &TestDatabase) -> Config {
    Config {
        database_url: database.url.parse().expect("the harness makes a good URL"),
        bind: ([127, 0, 0, 1], 0).into(),
        public_url: None,
        insecure_http: false,
        master_key_file: database.master_key_file(),
        master_key: None,
        trusted_proxies: Vec::new(),
        rates_url: None,
        log: "error".to_owned(),
        log_format: LogFormat::Text,
    }
}

/// Waits for something asynchronous.
pub fn wait_for<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime can be made").block_on(work)
}

impl InProcess {
    /// Starts a server on this database.
    pub fn start(database: &TestDatabase) -> InProcess {
        InProcess::start_with(&config(database), Clock::system())
    }

    /// Starts a server with these settings and this clock.
    pub fn start_with(config: &Config, clock: Clock) -> InProcess {
        let server = Server::bind(config, clock).unwrap_or_else(|error| panic!("{error}"));
        let (app, address) = (server.app(), server.address());
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = background::start("server", move || {
            let told = async {
                let _ = stopped.await;
            };
            actix_web::rt::System::new().block_on(server.run(told)).expect("the server ends well");
        });
        InProcess { app, address, stop: Some(stop), thread: Some(thread) }
    }

    /// What the handlers receive.
    pub fn app(&self) -> &Data<App> {
        &self.app
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Writes as an admin does, and waits until that is done.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, WriteError<StorageError>> {
        wait_for(self.app.recorder.write(work))
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().expect("it is dropped once").join();
        assert!(ended.is_ok() || std::thread::panicking(), "the server panicked");
    }
}
