//! Every URL of the product.

use actix_web::web::{self, ServiceConfig};

use super::dialect::affiliatepro;
use super::track::click;
use super::{assets, error, health};

/// Where an affiliate's link begins; the code follows.
pub const LINK: &str = "/c/";

/// Where clicks are registered by servers.
pub const ADD_CLICK: &str = "/integration/addClick";

/// The same under its mobile name.
pub const REGISTER_CLICK: &str = "/integration/s2sRegisterClick";

/// Where conversions are reported.
pub const CONVERT: &str = "/integration/s2sConvert";

/// Tells each URL which function answers it. A known URL asked with another method is 405 and names the right one.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/c/{code}").get(click::follow).head(click::follow).default_service(web::to(error::only_get)),
        )
        .service(
            web::resource(ADD_CLICK).post(affiliatepro::add_click).default_service(web::to(affiliatepro::only_post)),
        )
        .service(
            web::resource(REGISTER_CLICK)
                .post(affiliatepro::add_click)
                .default_service(web::to(affiliatepro::only_post)),
        )
        .service(web::resource(CONVERT).post(affiliatepro::convert).default_service(web::to(affiliatepro::only_post)))
        .service(web::resource("/healthz").get(health::alive).head(health::alive))
        .service(web::resource("/readyz").get(health::ready).head(health::ready))
        .service(web::resource("/static/{name:.*}").get(assets::serve).head(assets::serve))
        .default_service(web::to(error::not_found));
}
