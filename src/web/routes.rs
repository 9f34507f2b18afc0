//! Every URL of the product.
//!
//! What machines ask stands in [`ENDPOINTS`]. Pages for people stand in one table that says for each method who may ask
//! it. The table makes the routes and can be read by tests, so that a page nobody thought about cannot be added (QUALITY
//! AUT-3). The permission itself is the handler's parameter type; the table repeats it for whoever reads or tests the whole.

mod endpoints;

use std::future::ready;

use actix_web::middleware;
use actix_web::web::{self, Data, ServiceConfig};

use super::admin::{
    affiliates, attempts, campaigns, conversions, coupons, dashboard, invitations, links, media, referrals, rules,
    set_up, settings, sign_in, start,
};
use super::error::WebError;
use super::middleware::pages::pages;
use super::middleware::whole_bodies::whole_bodies;
use super::track::pixel::script;
use super::{assets, docs, error, health, openapi, session, theme};
use crate::app::App;

pub use endpoints::{ENDPOINTS, Endpoint, Right, allow, url_too_long};

/// An affiliate's link.
pub const FOLLOW: &str = "/c/{code}";

/// Where an affiliate's link begins; the code follows.
pub const LINK: &str = "/c/";

/// Where an invitation begins; its secret follows.
pub const INVITATION: &str = "/invitations/";

/// Where clicks are registered by servers.
pub const ADD_CLICK: &str = "/integration/addClick";

/// The same under its mobile name.
pub const REGISTER_CLICK: &str = "/integration/s2sRegisterClick";

/// Where conversions are reported.
pub const CONVERT: &str = "/integration/s2sConvert";

/// Where conversions are reported with a program's token.
pub const TRACK: &str = "/api/conversions/track";

/// Where networks report conversions.
pub const POSTBACK: &str = "/api/conversions/postback";

/// Where conversions are listed.
pub const CONVERSIONS: &str = "/api/conversions";

/// Where one of them is reviewed.
pub const CONVERSION: &str = "/api/conversions/{id}";

/// Where servers register clicks with a program's token.
pub const V1_CLICKS: &str = "/v1/clicks";

/// Where servers report that a customer signed up.
pub const V1_SIGNUPS: &str = "/v1/signups";

/// Where conversions are reported, listed and shown in the Affonso dialect.
pub const V1_CONVERSIONS: &str = "/v1/conversions";

/// Where one of them is.
pub const V1_CONVERSION: &str = "/v1/conversions/{id}";

/// Where money of one of them is given back.
pub const V1_REFUND: &str = "/v1/conversions/{id}/refund";

/// Where a merchant's system lists conversions.
pub const ADVERTISER_LIST: &str = "/advertiser/conversions.list";

/// Where it looks one up.
pub const ADVERTISER_INFO: &str = "/advertiser/conversions.info";

/// Where it accepts one.
pub const ADVERTISER_ACCEPT: &str = "/advertiser/conversions.accept";

/// Where it refuses one.
pub const ADVERTISER_REFUSE: &str = "/advertiser/conversions.refuse";

/// Where it lowers the amount of one.
pub const ADVERTISER_UPDATE: &str = "/advertiser/conversions.update";

/// Where browsers tell what happened: a name that blockers do not list.
pub const EVENTS: &str = "/e";

/// The same by an image.
pub const EVENTS_IMAGE: &str = "/e.gif";

/// The script that shops load.
pub const PIXEL: &str = "/pixel.js";

/// The same under the name that pages of the AffiliatePro dialect know.
pub const GENERAL_INTEGRATION: &str = "/integration/general_integration";

/// Who may ask for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Everybody.
    Anybody,
    /// Everybody who is signed in.
    SignedIn,
    /// Everybody who works in the program.
    Viewer,
    /// Managers and owners of the program.
    Manager,
    /// Owners of the program.
    Owner,
}

/// One method of one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// `get` or `post`.
    pub method: &'static str,
    /// The path, its variable parts in braces.
    pub path: &'static str,
    /// Who may ask.
    pub asker: Asker,
}

/// A page that answers GET answers HEAD as well, without its body (RFC 9110, 9.3.2).
macro_rules! answering {
    ($page:expr, get, $handler:path) => {
        $page.get($handler).head($handler)
    };
    ($page:expr, post, $handler:path) => {
        $page.post($handler)
    };
}

macro_rules! pages {
    ($($path:literal { $($method:ident $handler:path, $asker:ident;)+ })*) => {
        /// Every page for people.
        pub const PAGES: &[Page] =
            &[$($(Page { method: stringify!($method), path: $path, asker: Asker::$asker },)+)*];

        fn configure_pages(config: &mut ServiceConfig) {
            $({
                let page = web::resource($path);
                $(let page = answering!(page, $method, $handler);)+
                let allowed = [$(stringify!($method)),+];
                config.service(page.default_service(web::to(move || error::other_method(&allowed))));
            })*
        }
    };
}

pages! {
    "/" { get start::lead, Anybody; }
    "/set-up" {
        get set_up::form, Anybody;
        post set_up::set_up, Anybody;
    }
    "/sign-in" {
        get sign_in::form, Anybody;
        post sign_in::sign_in, Anybody;
    }
    "/sign-in/code" {
        get sign_in::code::form, Anybody;
        post sign_in::code::give, Anybody;
    }
    "/invitations/{secret}" {
        get invitations::show, Anybody;
        post invitations::accept, Anybody;
    }
    "/sign-out" { post sign_in::sign_out, Anybody; }
    "/theme" { post theme::choose, Anybody; }
    "/media/{id}" { get media::serve, Anybody; }
    "/docs" { get docs::index, Anybody; }
    "/docs/api" { get openapi::show, Anybody; }
    "/docs/{page}" { get docs::show, Anybody; }

    "/admin/{program}" { get start::enter, Viewer; }
    "/admin/{program}/current" { post settings::programs::switch, Viewer; }

    "/admin/{program}/dashboard" { get dashboard::show, Viewer; }

    "/admin/{program}/campaigns" {
        get campaigns::list::list, Viewer;
        post campaigns::save::create, Manager;
    }
    "/admin/{program}/campaigns/new" { get campaigns::form::new, Manager; }
    "/admin/{program}/campaigns/{id}" {
        get campaigns::form::edit, Viewer;
        post campaigns::save::save, Manager;
    }
    "/admin/{program}/campaigns/{id}/archival" { post campaigns::changes::archive, Manager; }
    "/admin/{program}/campaigns/{id}/restoration" { post campaigns::changes::restore, Manager; }
    "/admin/{program}/campaigns/{id}/copies" { post campaigns::changes::duplicate, Manager; }
    "/admin/{program}/campaigns/{id}/media/{media}/removal" { post campaigns::changes::remove_image, Manager; }

    "/admin/{program}/affiliates" {
        get affiliates::list::list, Viewer;
        post affiliates::form::create, Manager;
    }
    "/admin/{program}/affiliates/new" { get affiliates::form::new, Manager; }
    "/admin/{program}/affiliates/{id}" {
        get affiliates::form::show, Viewer;
        post affiliates::form::save, Manager;
    }
    "/admin/{program}/affiliates/{id}/status" { post affiliates::status::decide, Manager; }
    "/admin/{program}/affiliates/{id}/money" { get affiliates::money::show, Viewer; }
    "/admin/{program}/affiliates/{id}/bonuses" { post affiliates::bonuses::give, Manager; }
    "/admin/{program}/affiliates/{id}/payouts" { post affiliates::payouts::begin, Manager; }
    "/admin/{program}/affiliates/{id}/payouts/{payout}/payment" { post affiliates::payouts::pay, Manager; }
    "/admin/{program}/affiliates/{id}/payouts/{payout}/withdrawal" { post affiliates::payouts::call_off, Manager; }

    "/admin/{program}/links" {
        get links::list::list, Viewer;
        post links::form::create, Manager;
    }
    "/admin/{program}/links/new" { get links::form::new, Manager; }

    "/admin/{program}/rules" { get rules::list::list, Viewer; }
    "/admin/{program}/rules/{campaign}" {
        get rules::list::of_campaign, Viewer;
        post rules::form::create, Manager;
    }
    "/admin/{program}/rules/{campaign}/new" { get rules::form::new, Manager; }
    "/admin/{program}/rules/{campaign}/preview" { get rules::preview::preview, Viewer; }
    "/admin/{program}/rules/{campaign}/{number}" {
        get rules::form::show, Viewer;
        post rules::form::save, Manager;
    }
    "/admin/{program}/rules/{campaign}/{number}/ending" { post rules::ending::end, Manager; }

    "/admin/{program}/coupons" {
        get coupons::list::list, Viewer;
        post coupons::form::create, Manager;
    }
    "/admin/{program}/coupons/new" { get coupons::form::new, Manager; }
    "/admin/{program}/coupons/{id}/ending" { post coupons::ending::end, Manager; }

    "/admin/{program}/referrals" { get referrals::list::list, Viewer; }
    "/admin/{program}/referrals/{id}" { get referrals::show::show, Viewer; }
    "/admin/{program}/referrals/{id}/confirmation" { post referrals::decisions::confirm, Manager; }
    "/admin/{program}/referrals/{id}/reassignment" { post referrals::decisions::reassign, Manager; }
    "/admin/{program}/referrals/{id}/merger" { post referrals::decisions::merge, Manager; }
    "/admin/{program}/referrals/{id}/erasure" { post referrals::decisions::erase, Manager; }

    "/admin/{program}/conversions" { get conversions::list::list, Viewer; }
    "/admin/{program}/conversions.csv" { get conversions::export::export, Viewer; }
    "/admin/{program}/conversions/reviews" { post conversions::bulk::review, Manager; }
    "/admin/{program}/conversions/{id}" { get conversions::show::show, Viewer; }
    "/admin/{program}/conversions/{id}/approval" { post conversions::reviews::approve, Manager; }
    "/admin/{program}/conversions/{id}/rejection" { post conversions::reviews::reject, Manager; }
    "/admin/{program}/conversions/{id}/reopening" { post conversions::reviews::reopen, Manager; }
    "/admin/{program}/conversions/{id}/adjustments" { post conversions::amounts::adjust, Manager; }
    "/admin/{program}/conversions/{id}/refunds" { post conversions::amounts::refund, Manager; }
    "/admin/{program}/conversions/{id}/dispute" { post conversions::disputes::open, Manager; }
    "/admin/{program}/conversions/{id}/dispute/end" { post conversions::disputes::end, Manager; }
    "/admin/{program}/conversions/{id}/sale" { post conversions::disputes::sale, Manager; }

    "/admin/{program}/attempts" { get attempts::list::list, Viewer; }
    "/admin/{program}/attempts/{id}" { get attempts::show::show, Viewer; }
    "/admin/{program}/attempts/{id}/credit" { post attempts::credit::credit, Manager; }

    "/admin/{program}/settings" { get settings::index, Viewer; }
    "/admin/{program}/settings/program" {
        get settings::program::show, Viewer;
        post settings::program::save, Owner;
    }
    "/admin/{program}/settings/programs" {
        get settings::programs::list, Viewer;
        post settings::programs::create, Owner;
    }
    "/admin/{program}/settings/exchange-rates" {
        get settings::exchange_rates::show, Viewer;
        post settings::exchange_rates::import, Manager;
    }
    "/admin/{program}/settings/security" { get settings::security::show, Viewer; }
    "/admin/{program}/settings/security/password" { post settings::security::password::change, Viewer; }
    "/admin/{program}/settings/security/totp" {
        get settings::security::totp::form, Viewer;
        post settings::security::totp::turn_on, Viewer;
    }
    "/admin/{program}/settings/security/totp/removal" { post settings::security::totp::turn_off, Viewer; }
    "/admin/{program}/settings/security/recovery-codes" { post settings::security::totp::new_codes, Viewer; }
    "/admin/{program}/settings/security/sessions/revocation" {
        post settings::security::sessions::end_others, Viewer;
    }
    "/admin/{program}/settings/security/sessions/{session}/revocation" {
        post settings::security::sessions::end, Viewer;
    }
    "/admin/{program}/settings/audit-log" { get settings::audit_log::list, Owner; }
    "/admin/{program}/settings/erasures" {
        get settings::erasures::show, Owner;
        post settings::erasures::create, Owner;
    }
    "/admin/{program}/settings/tokens" {
        get settings::tokens::list::list, Owner;
        post settings::tokens::form::create, Owner;
    }
    "/admin/{program}/settings/tokens/new" { get settings::tokens::form::new, Owner; }
    "/admin/{program}/settings/tokens/{token}/disclosure" { post settings::tokens::changes::show, Owner; }
    "/admin/{program}/settings/tokens/{token}/rotation" { post settings::tokens::changes::rotate, Owner; }
    "/admin/{program}/settings/tokens/{token}/revocation" { post settings::tokens::changes::revoke, Owner; }
    "/admin/{program}/settings/users" { get settings::users::list, Owner; }
    "/admin/{program}/settings/users/{user}/role" { post settings::users::set_role, Owner; }
    "/admin/{program}/settings/users/{user}/removal" { post settings::users::remove_person, Owner; }
    "/admin/{program}/settings/invitations" { post settings::users::create_invitation, Owner; }
    "/admin/{program}/settings/invitations/{invitation}/revocation" {
        post settings::users::revoke_invitation, Owner;
    }
}

/// Tells each URL which function answers it. A known URL asked with another method is 405 and names the right one.
///
/// Endpoints come first and pass through nothing that belongs to pages; the rest of the address space is theirs.
pub fn configure(config: &mut ServiceConfig, app: &Data<App>) {
    for path in [PIXEL, GENERAL_INTEGRATION] {
        let script = web::resource(path).wrap(middleware::Compress::default());
        config.service(
            script
                .get(script::serve)
                .head(script::serve)
                .default_service(web::to(|| ready(error::other_tracking_method(&["get", "head"])))),
        );
    }
    config.service(web::resource("/api/openapi.json").get(openapi::serve).head(openapi::serve));
    endpoints::configure(config);
    config
        .service(web::resource("/healthz").get(health::alive).head(health::alive))
        .service(web::resource("/readyz").get(health::ready).head(health::ready))
        .service(
            web::resource("/static/{name:.*}")
                .wrap(middleware::Compress::default())
                .get(assets::serve)
                .head(assets::serve),
        );
    let people = web::scope("")
        .wrap(middleware::from_fn(pages))
        .wrap(session::middleware(app))
        .wrap(middleware::from_fn(whole_bodies))
        .app_data(web::PathConfig::default().error_handler(|_, _| WebError::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| WebError::Malformed.into()));
    config.service(people.configure(configure_pages).default_service(web::to(error::not_found)));
}
