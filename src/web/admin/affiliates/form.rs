//! One affiliate: taken in, looked at, changed.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::affiliate_id;
use super::fields::{AffiliateFields, CODE_TAKEN};
use crate::app::App;
use crate::domain::affiliate::AffiliateStatus;
use crate::domain::audit::Action;
use crate::domain::conversion::Change;
use crate::domain::coupon::Coupon;
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::money::Money;
use crate::operations::audit::note;
use crate::operations::change_affiliate::change_affiliate;
use crate::operations::create_affiliate::create_affiliate;
use crate::recorder::WriteError;
use crate::storage::affiliates::{self, AffiliateRow};
use crate::storage::conn::Conn;
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::roll_ups::{self, Brought};
use crate::storage::{coupons, links};
use crate::web::access::people::{Manager, Seat, Viewer};
use crate::web::admin::badges::{self, Badge};
use crate::web::error::WebError;
use crate::web::filters::{amount, grouped, minute};
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

#[derive(Template)]
#[template(path = "affiliates/new.html")]
struct NewPage {
    frame: Frame,
    fields: AffiliateFields,
    errors: Errors,
}

impl NewPage {
    fn statuses(&self) -> [(&'static str, &'static str); 2] {
        [("active", "Active: may send visitors at once"), ("pending", "Pending: waits for approval")]
    }
}

/// `GET /admin/{program}/affiliates/new`.
pub async fn new(manager: Manager, request: HttpRequest) -> HttpResponse {
    let frame = Frame::new(&manager, Section::Affiliates, &request);
    page::ok(&NewPage { frame, fields: AffiliateFields::of_new(), errors: Errors::default() })
}

/// `POST /admin/{program}/affiliates`: takes an affiliate in.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn create(
    app: Data<App>,
    manager: Manager,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let fields = AffiliateFields::of_posted(&posted);
    let frame = Frame::new(&manager, Section::Affiliates, &request);
    let new = match fields.read_new() {
        Ok(new) => new,
        Err(errors) => return Ok(page::unprocessable(&NewPage { frame, fields, errors })),
    };
    let (program, env) = (manager.program.id, app.environment.clone());
    let act = manager.act(Action::AffiliateCreated);
    let created = app.recorder.write(move |write| {
        let id = create_affiliate(write, &env, program, new)?;
        note(write, &env, &act.on(id))?;
        Ok(id)
    });
    match taken(created.await)? {
        Ok(id) => Ok(page::see_other_with(&frame.at(&format!("/affiliates/{id}")), Notice::AffiliateCreated)),
        Err(errors) => Ok(page::unprocessable(&NewPage { frame, fields, errors })),
    }
}

/// A code that is somebody else's is wrong at its field; what else can go wrong is not the form's fault.
fn taken<T>(written: Result<T, WriteError<StorageError>>) -> Result<Result<T, Errors>, WebError> {
    match written {
        Err(WriteError::Refused(StorageError::Taken(Unique::AffiliateCode))) => {
            let mut errors = Errors::default();
            errors.add("code", CODE_TAKEN);
            Ok(Err(errors))
        }
        other => Ok(Ok(other?)),
    }
}

/// A decision that is open from where an affiliate stands.
struct Decision {
    status: &'static str,
    word: &'static str,
    icon: &'static str,
}

fn decisions(now: AffiliateStatus) -> Vec<Decision> {
    let all = [
        (AffiliateStatus::Active, if now == AffiliateStatus::Pending { "Approve" } else { "Activate" }, "check"),
        (AffiliateStatus::Paused, "Pause", "clock"),
    ];
    let open = all.into_iter().filter(|(wanted, _, _)| now.decide(*wanted) == Change::Made);
    open.map(|(wanted, word, icon)| Decision { status: wanted.as_str(), word, icon }).collect()
}

#[derive(Template)]
#[template(path = "affiliates/show.html")]
pub(super) struct ShowPage {
    frame: Frame,
    path: String,
    id: AffiliateId,
    name: String,
    fields: AffiliateFields,
    errors: Errors,
    status: Badge,
    seen: &'static str,
    decisions: Vec<Decision>,
    may_reject: bool,
    asks_to_reject: bool,
    overtaken: Option<String>,
    former_codes: Vec<String>,
    created: String,
    clicks: String,
    conversions: String,
    commission: String,
    links: i64,
    coupons: Vec<Coupon>,
}

/// Coupons shown at most; the list has them all.
const MOST_COUPONS: usize = 5;

/// One more is read, so that it is known whether there are more.
const MOST_COUPONS_READ: i64 = 6;

struct Known {
    row: AffiliateRow,
    former_codes: Vec<String>,
    brought: Brought,
    links: i64,
    coupons: Vec<Coupon>,
}

fn find(conn: &mut Conn, program: ProgramId, id: AffiliateId) -> Stored<Option<Known>> {
    let Some(row) = affiliates::find(conn, program, id)? else {
        return Ok(None);
    };
    let codes = affiliates::codes_of(conn, program, id)?;
    let brought = roll_ups::of_affiliates(conn, program, &[id])?.remove(&id).unwrap_or_default();
    let links = links::count(conn, program, &links::Wanted { affiliate: Some(id), ..links::Wanted::default() })?;
    let theirs = coupons::Wanted { affiliate: Some(id), ended: Some(false), ..coupons::Wanted::default() };
    let coupons = coupons::newest(conn, program, &theirs, (0, MOST_COUPONS_READ))?;
    let former_codes = codes.iter().filter(|code| **code != row.code).map(ToString::to_string).collect();
    Ok(Some(Known { row, former_codes, brought, links, coupons }))
}

impl ShowPage {
    /// The page of an affiliate as it stands now.
    pub(super) async fn load(app: &App, seat: &Seat, request: &HttpRequest, id: AffiliateId) -> Result<Self, WebError> {
        let program = seat.program.id;
        let known = app.read(move |conn| find(conn, program, id)).await?.ok_or(WebError::NotFound)?;
        let Known { row, former_codes, brought, links, coupons } = known;
        let now = row.status;
        Ok(Self {
            frame: Frame::new(seat, Section::Affiliates, request),
            path: format!("/affiliates/{id}"),
            id,
            name: row.name.clone(),
            fields: AffiliateFields::of_stored(&row),
            errors: Errors::default(),
            status: badges::affiliate(now),
            seen: now.as_str(),
            decisions: decisions(now),
            may_reject: now.decide(AffiliateStatus::Rejected) == Change::Made,
            asks_to_reject: false,
            overtaken: None,
            former_codes,
            created: minute(row.created_at, &seat.program.zone),
            clicks: grouped(brought.clicks),
            conversions: grouped(brought.conversions),
            commission: amount(Money::new(brought.commission_minor, seat.program.base_currency)),
            links,
            coupons,
        })
    }

    /// The newest of their coupons.
    fn newest_coupons(&self) -> &[Coupon] {
        self.coupons.get(..MOST_COUPONS).unwrap_or(&self.coupons)
    }

    /// With a word on why a decision was not taken.
    pub(super) fn overtaken(self, sentence: String) -> Self {
        Self { overtaken: Some(sentence), ..self }
    }
}

/// Where an affiliate is named in the URL: program and affiliate.
type Place = Path<(String, String)>;

/// `GET /admin/{program}/affiliates/{id}`; with `?do=reject` it asks whether that is meant.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such affiliate.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Place,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let mut shown = ShowPage::load(&app, &viewer, &request, affiliate_id(&place.1)?).await?;
    shown.asks_to_reject = query.text("do") == "reject" && shown.may_reject && shown.frame.may_change();
    Ok(page::ok(&shown))
}

/// `POST /admin/{program}/affiliates/{id}`: changes what the affiliate is known by.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such affiliate.
pub async fn save(
    app: Data<App>,
    manager: Manager,
    place: Place,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (id, program) = (affiliate_id(&place.1)?, manager.program.id);
    let fields = AffiliateFields::of_posted(&posted);
    let (env, act) = (app.environment.clone(), manager.act(Action::AffiliateChanged).on(id));
    let changing = |facts| {
        app.recorder.write(move |write| {
            let found = change_affiliate(write, program, id, facts)?;
            if found {
                note(write, &env, &act)?;
            }
            Ok(found)
        })
    };
    let errors = match fields.read_change() {
        Err(errors) => errors,
        Ok(facts) => match taken(changing(facts).await)? {
            Err(errors) => errors,
            Ok(false) => return Err(WebError::NotFound),
            Ok(true) => {
                let address = format!("/admin/{}/affiliates/{id}", manager.program.slug);
                return Ok(page::see_other_with(&address, Notice::AffiliateSaved));
            }
        },
    };
    let shown = ShowPage::load(&app, &manager, &request, id).await?;
    Ok(page::unprocessable(&ShowPage { fields, errors, ..shown }))
}
