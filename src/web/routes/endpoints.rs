//! Every address that machines ask: visitors' browsers that follow a link or tell what happened, and the
//! servers of merchants.
//!
//! One table, as for pages: it makes the routes, and it says for each method which right it takes, for tests that try every
//! address with every key and for the document that describes them (QUALITY AUT-3, INP-1). The right itself is the type
//! that the handler asks a key for; the table repeats it for whoever reads or tests the whole.
//!
//! Each dialect answers in its own shape, so it brings its own answer to a method that an address does not take.

use std::future::ready;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::{
    ADD_CLICK, ADVERTISER_ACCEPT, ADVERTISER_INFO, ADVERTISER_LIST, ADVERTISER_REFUSE, ADVERTISER_UPDATE, CONVERSION,
    CONVERSIONS, CONVERT, EVENTS, EVENTS_IMAGE, FOLLOW, POSTBACK, REGISTER_CLICK, TRACK, V1_CLICKS, V1_CONVERSION,
    V1_CONVERSIONS, V1_REFUND, V1_SIGNUPS,
};
use crate::app::App;
use crate::web::dialect::{affilae, affiliatepro, affilync, affonso};
use crate::web::error;
use crate::web::track::{click, pixel};

/// What a method of an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Nothing.
    Anybody,
    /// The API key of a campaign, as a field.
    CampaignKey,
    /// A Bearer token that may report.
    Track,
    /// A Bearer token that may report, or one made for URLs in the URL.
    Postback,
    /// A Bearer token that may read: a program's, or an affiliate's, which sees its own.
    Read,
    /// A Bearer token of a program that may read.
    ReadProgram,
    /// A Bearer token that may review.
    Manage,
}

/// One method of one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `get`, `head`, `post` or `patch`.
    pub method: &'static str,
    /// The path, its variable parts in braces.
    pub path: &'static str,
    /// What it takes.
    pub right: Right,
}

/// Dialects, each with the answer to other methods, and in them addresses with their methods.
macro_rules! endpoints {
    ($($other_method:path {
        $($path:expr => { $($method:ident $handler:path, $right:ident;)+ })*
    })*) => {
        /// Every method of every endpoint.
        pub const ENDPOINTS: &[Endpoint] =
            &[$($($(Endpoint { method: stringify!($method), path: $path, right: Right::$right },)+)*)*];

        fn configure_endpoints(config: &mut ServiceConfig) {
            $($({
                let endpoint = web::resource($path);
                $(let endpoint = endpoint.$method($handler);)+
                let allowed = [$(stringify!($method)),+];
                let other = move |app: Data<App>, request: HttpRequest| ready($other_method(&app, &request, &allowed));
                config.service(endpoint.default_service(web::to(other)));
            })*)*
        }
    };
}

// An address is compared with these in their order, and a method with those of its address, so what is asked most stands first.
endpoints! {
    affiliatepro::other_method { CONVERT => { post affiliatepro::convert, CampaignKey; } }
    affilync::other_method { TRACK => { post affilync::track, Track; } }
    affonso::other_method {
        V1_CONVERSIONS => {
            post affonso::report, Track;
            get affonso::list, Read;
            head affonso::list, Read;
        }
    }
    other_tracking_method {
        FOLLOW => {
            get click::follow, Anybody;
            head click::follow, Anybody;
        }
        EVENTS => { post pixel::hear, Anybody; }
        EVENTS_IMAGE => {
            get pixel::image, Anybody;
            head pixel::image, Anybody;
        }
    }
    affiliatepro::other_method {
        ADD_CLICK => { post affiliatepro::add_click, CampaignKey; }
        REGISTER_CLICK => { post affiliatepro::add_click, CampaignKey; }
    }
    affilync::other_method {
        // No HEAD: it would record, or lie.
        POSTBACK => {
            get affilync::postback, Postback;
            post affilync::postback, Postback;
        }
        CONVERSIONS => {
            get affilync::list, Read;
            head affilync::list, Read;
        }
        CONVERSION => { patch affilync::review, Manage; }
    }
    affonso::other_method {
        V1_CLICKS => { post affonso::register_click, Track; }
        V1_SIGNUPS => { post affonso::sign_up, Track; }
        V1_CONVERSION => {
            get affonso::show, Read;
            head affonso::show, Read;
            patch affonso::update, Manage;
        }
        V1_REFUND => { post affonso::refund, Manage; }
    }
    affilae::other_method {
        ADVERTISER_LIST => {
            get affilae::list, ReadProgram;
            head affilae::list, ReadProgram;
        }
        ADVERTISER_INFO => {
            get affilae::info, ReadProgram;
            head affilae::info, ReadProgram;
        }
        ADVERTISER_ACCEPT => { post affilae::accept, Manage; }
        ADVERTISER_REFUSE => { post affilae::refuse, Manage; }
        ADVERTISER_UPDATE => { post affilae::update, Manage; }
    }
}

/// Visitors' browsers have no token, and nothing is counted for them here.
fn other_tracking_method(_app: &App, _request: &HttpRequest, allowed: &[&str]) -> HttpResponse {
    error::other_tracking_method(allowed)
}

/// Tells each endpoint's address which function answers it. An address of a dialect that nobody has is answered by the
/// dialect as well.
pub(super) fn configure(config: &mut ServiceConfig) {
    configure_endpoints(config);
    config
        .service(web::scope("/integration").default_service(web::to(affiliatepro::unknown)))
        .service(web::scope("/api").default_service(web::to(affilync::unknown)))
        .service(web::scope("/v1").default_service(web::to(affonso::unknown)))
        .service(web::scope("/advertiser").default_service(web::to(affilae::unknown)));
}

/// The answer to a URL that is too long, in the shape of the dialect whose address it is; none elsewhere.
#[must_use]
pub fn url_too_long(path: &str) -> Option<HttpResponse> {
    match path.split('/').nth(1)? {
        "integration" => Some(affiliatepro::url_too_long()),
        "api" => Some(affilync::url_too_long()),
        "v1" => Some(affonso::url_too_long()),
        "advertiser" => Some(affilae::url_too_long()),
        _ => None,
    }
}

/// The names of these methods, as `Allow` lists them.
#[must_use]
pub fn allow(methods: &[&str]) -> String {
    methods.iter().map(|method| method.to_uppercase()).collect::<Vec<_>>().join(", ")
}
