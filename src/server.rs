//! The server: from a configuration to a listening address, and from a signal to a clean end.
//!
//! Stopping loses nobody. First every answer says that its connection closes, so that clients in the middle of their
//! work move on; then no more connections are taken, and whoever knocks is told to come back; once nobody on the
//! connections that are left says anything any more these are closed, and at last the recorder writes what it was given.
//!
//! The order matters: when it is told to stop, actix closes every connection that is not being answered at that moment,
//! those among them whose request has arrived and was not read yet. So it is told only when all is quiet.

mod drain;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpServer, middleware, web};

use crate::app::App;
use crate::app::rates::RateNews;
use crate::config::{Config, InsecurePublicUrl};
use crate::environment::clock::Clock;
use crate::jobs;
use crate::opening::{self, OpenError, WhenInUse, WritingRight};
use crate::recorder::{Recorder, RecorderThread};
use crate::storage::error::StorageError;
use crate::storage::pool::ReadPool;
use crate::storage::users;
use crate::web::middleware::every_answer::{EveryAnswer, Stopping, every_answer};
use crate::web::routes;

/// Reading connections at most.
const READERS: u32 = 8;

/// How long a connection is kept open between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// How long requests in hand may take once the server is stopping, in seconds.
const LAST_REQUESTS: u64 = 12;

/// How long clients in the middle of their work are given to move on.
const FAREWELL: Duration = Duration::from_millis(300);

/// How long nobody may have asked anything for the connections that are left to be taken for resting ones.
const QUIET: Duration = Duration::from_millis(300);

/// How long quiet is waited for at most.
const UNREST: Duration = Duration::from_secs(5);

/// How long the recorder may take over what it was given last. Longer than that only a database takes that does not
/// answer, and then everybody has been told to send it again.
const LAST_WRITES: Duration = Duration::from_secs(8);

/// Why a server cannot start: one sentence for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The installation cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database went away at the last moment.
    #[error(transparent)]
    Database(#[from] StorageError),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {cause}; free it, or choose another with --bind")]
    Address {
        /// Which address.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// Keys would go over the network unencrypted.
    #[error(transparent)]
    InsecurePublicUrl(#[from] InsecurePublicUrl),
}

/// A server that listens and does not answer yet.
pub struct Server {
    address: SocketAddr,
    listener: TcpListener,
    app: web::Data<App>,
    recorder: RecorderThread,
    right: WritingRight,
}

impl Server {
    /// Opens the installation and only then takes the address: a standby that waits for its turn must not look like a
    /// server that is slow to answer.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn bind(config: &Config, clock: Clock) -> Result<Self, StartError> {
        config.public_url_on(config.bind)?;
        let mut opened = opening::open(config, clock, WhenInUse::StandBy)?;
        let refuse = |cause| StartError::Address { address: config.bind, cause };
        let listener = TcpListener::bind(config.bind).map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        let public_url = config.public_url_on(address)?;
        let nobody = users::count(&mut opened.conn)? == 0;
        let (url, conn, environment, right) = opened.into_parts();
        let readers = ReadPool::new(&url, READERS);
        let (recorder, thread) = Recorder::start(url, conn, environment.clone())?;
        let code = nobody.then(|| environment.mint.readable_code());
        let mut app = App::new(public_url, config.trusted_proxies.clone(), environment, recorder, readers, code);
        app.rates = RateNews::of(config.rates_url.clone());
        Ok(Self { address, listener, app: web::Data::new(app), recorder: thread, right })
    }

    /// The address in use.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The installation it serves.
    #[must_use]
    pub fn app(&self) -> web::Data<App> {
        self.app.clone()
    }

    /// Serves until `stop` is done, then ends cleanly.
    ///
    /// # Errors
    /// The system's own, when it does not let the server run.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self { listener, app, recorder, right, .. } = self;
        let stopping = Stopping::default();
        let second_handle = listener.try_clone()?;
        let server = serve(listener, app.clone(), stopping.clone())?;
        let handle = server.handle();
        let serving = tokio::spawn(server);
        tokio::select! {
            () = stop => {}
            () = jobs::retention::run(&app) => {}
            () = jobs::fetch_rates::run(&app) => {}
            () = jobs::holds::run(&app) => {}
            () = jobs::waiting::run(&app) => {}
            () = jobs::key_uses::run(&app) => {}
        }
        stop_serving(&handle, &stopping, second_handle).await;
        let served = serving.await.map_err(io::Error::other)?;
        recorder.end(&app.recorder, LAST_WRITES).await;
        right.release();
        served
    }
}

fn serve(listener: TcpListener, app: web::Data<App>, stopping: Stopping) -> io::Result<actix_web::dev::Server> {
    let every = web::Data::new(EveryAnswer { https: app.public_url.is_https(), stopping });
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(every.clone())
            .wrap(middleware::from_fn(every_answer))
            .configure(|config| routes::configure(config, &app))
    });
    let server = server.keep_alive(KEEP_ALIVE).shutdown_timeout(LAST_REQUESTS).disable_signals().listen(listener)?;
    Ok(server.run())
}

async fn stop_serving(handle: &ServerHandle, stopping: &Stopping, listener: TcpListener) {
    stopping.begin();
    tokio::time::sleep(FAREWELL).await;
    handle.pause().await;
    let draining = drain::Draining::start(listener);
    if tokio::time::timeout(UNREST, quiet(stopping)).await.is_err() {
        tracing::warn!("requests keep coming on open connections; closing them");
    }
    handle.stop(true).await;
    draining.finish();
}

/// Done once nobody has been answered for a while. Every answer closes its connection, so that is soon.
async fn quiet(stopping: &Stopping) {
    loop {
        let before = stopping.farewells();
        tokio::time::sleep(QUIET).await;
        if stopping.farewells() == before {
            return;
        }
    }
}
