//! The same endpoints without a database: what the machine could answer if nothing had to be kept.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;

use accrue::domain::click_token::{Claims, Mode, Origin};
use accrue::domain::handle::LinkCode;
use accrue::domain::id::{ConversionId, Id};
use accrue::domain::key::{self, KeyKind, Verifier};
use accrue::domain::landing::{TargetUrl, with_parameters};
use accrue::domain::time::Window;
use accrue::environment::clock::Clock;
use accrue::environment::keys::{Keys, MasterKey};
use accrue::environment::mint::Mint;
use accrue::web::intake::Intake;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::support::engine::{Engine, TestDatabase};
use crate::support::process::{ServerProcess, ServerSettings};

/// The argument that makes a bench's own program the bare server.
const ROLE: &str = "--serve-bare";

/// The code of the one link that the bare server knows.
pub const CODE: &str = "barelink22";

struct Bare {
    keys: Keys,
    links: HashMap<LinkCode, TargetUrl>,
    verifiers: HashMap<String, Verifier>,
}

/// Serves and never returns, if this process was started to be the bare server.
pub fn serve_if_asked() {
    if std::env::args().any(|argument| argument == ROLE) {
        serve().expect("the bare server runs");
        std::process::exit(0);
    }
}

/// The bare server, in a process of its own, and the key that it knows.
pub fn start() -> (ServerProcess, TestDatabase) {
    let database = Engine::Sqlite.fresh_database().expect("a folder can be made");
    let program = std::env::current_exe().expect("this program has a path");
    (ServerSettings::on(&database).program(program, &[ROLE]).start(), database)
}

/// The key that the bare server knows, the same each time.
pub fn key() -> key::SecretKey {
    key::SecretKey::from_random(KeyKind::Campaign, Mode::Live, [7; 44])
}

fn serve() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on http://{}", listener.local_addr()?);
    let keys = Keys::derived_from(&MasterKey::generate(Mint));
    let target = TargetUrl::parse("https://alderfinch.example/shop").expect("a URL");
    let code = LinkCode::parse(CODE).expect("a code");
    let verifiers = HashMap::from([(key().selector().to_owned(), key().verifier(keys.pepper()))]);
    let bare = Arc::new(Bare { keys, links: HashMap::from([(code, target)]), verifiers });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&bare)))
            .service(web::resource("/c/{code}").get(follow))
            .service(web::resource("/integration/s2sConvert").post(convert))
    });
    actix_web::rt::System::new().block_on(server.listen(listener)?.run())
}

/// A link look-up, a token, the headers.
async fn follow(bare: web::Data<Bare>, code: web::Path<String>) -> HttpResponse {
    let target = LinkCode::parse(&code).ok().and_then(|code| bare.links.get(&code));
    let Some(target) = target else { return HttpResponse::NotFound().finish() };
    let now = Clock::system().now();
    let claims = Claims {
        mode: Mode::Live,
        origin: Origin::Redirect,
        window: Window::DEFAULT,
        click: Mint.id(now),
        link: Id::at(now, [1; 10]),
    };
    let token = bare.keys.click_tokens().seal(&claims);
    HttpResponse::Found()
        .insert_header((LOCATION, with_parameters(target, &[("click_token", &token), ("afk_cid", &token)])))
        .insert_header((SET_COOKIE, format!("afk_cid={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

/// Parsing, the key, an answer.
async fn convert(bare: web::Data<Bare>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let intake = Intake::read(&request, payload, &["product_ids"]).await;
    let presented = intake.fields.text("api_key").and_then(key::read);
    let valid = presented.is_some_and(|presented| {
        let known = bare.verifiers.get(presented.selector);
        known.is_some_and(|known| known.matches(&presented.verifier(bare.keys.pepper())))
    });
    if !valid {
        return HttpResponse::Unauthorized().finish();
    }
    let id: ConversionId = Mint.id(Clock::system().now());
    HttpResponse::Ok().content_type("application/json").body(format!(
        r#"{{"status":"success","message":"S2S conversion recorded successfully","conversion_id":"{id}"}}"#
    ))
}
