//! Ending a coupon.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::id::CouponId;
use crate::operations::audit::note;
use crate::operations::end_coupon::{CouponNotEnded, end_coupon};
use crate::recorder::WriteError;
use crate::web::access::people::Manager;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::page;

/// `POST /admin/{program}/coupons/{id}/ending`: lets a code stand for nobody any more.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such coupon.
pub async fn end(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String)>,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: CouponId = place.1.parse().map_err(|_| WebError::NotFound)?;
    let (program, env) = (manager.program.id, app.environment.clone());
    let act = manager.act(Action::CouponEnded);
    let ended = app.recorder.write(move |write| {
        if end_coupon(write, &env, program, id)? {
            note(write, &env, &act.on(id))?;
        }
        Ok::<_, CouponNotEnded>(())
    });
    match ended.await {
        Ok(()) => {
            let list = format!("/admin/{}/coupons", manager.program.slug);
            Ok(page::see_other_with(&list, Notice::CouponEnded))
        }
        Err(WriteError::Refused(CouponNotEnded::NotFound)) => Err(WebError::NotFound),
        Err(WriteError::Refused(CouponNotEnded::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}
