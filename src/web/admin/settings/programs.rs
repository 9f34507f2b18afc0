//! Settings → Programs: those one works in, and a new one.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::currency::Currency;
use crate::domain::name::Name;
use crate::domain::time::Zone;
use crate::operations::audit::note;
use crate::operations::set_up::{NewProgram, found_own_program};
use crate::storage::error::StorageError;
use crate::storage::memberships::{self, OwnProgram};
use crate::storage::users;
use crate::web::access::people::{Owner, Seat, Viewer};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};

/// What stands in the form, as it was typed.
struct NewProgramForm {
    name: String,
    base_currency: String,
    time_zone: String,
}

impl NewProgramForm {
    fn like(seat: &Seat) -> Self {
        Self {
            name: String::new(),
            base_currency: seat.program.base_currency.code().to_owned(),
            time_zone: seat.program.zone.name().to_owned(),
        }
    }

    fn typed(posted: &Posted) -> Self {
        let text = |name: &str| posted.text(name).trim().to_owned();
        Self { name: text("name"), base_currency: text("base_currency"), time_zone: text("time_zone") }
    }

    fn read(&self) -> Result<NewProgram, Errors> {
        let mut errors = Errors::default();
        let name = errors.take("name", "The name", Name::parse(&self.name));
        let currency = errors.take("base_currency", "The currency", Currency::parse(&self.base_currency));
        let zone = errors.take("time_zone", "The time zone", Zone::parse(&self.time_zone));
        match (name, currency, zone) {
            (Some(name), Some(base_currency), Some(zone)) => {
                Ok(NewProgram { name: name.to_string(), base_currency, zone })
            }
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "settings/programs.html")]
struct ProgramsPage {
    frame: Frame,
    programs: Vec<ProgramLine>,
    form: NewProgramForm,
    errors: Errors,
    currencies: Vec<&'static str>,
    zones: Vec<String>,
}

/// A program in the list.
struct ProgramLine {
    name: String,
    slug: String,
    role: &'static str,
}

impl From<OwnProgram> for ProgramLine {
    fn from(own: OwnProgram) -> Self {
        Self { name: own.name, slug: own.slug.as_str().to_owned(), role: super::users::role_word(own.role) }
    }
}

impl ProgramsPage {
    async fn new(app: &App, seat: &Seat, request: &HttpRequest, form: NewProgramForm) -> Result<Self, WebError> {
        let user = seat.user.id;
        let programs = app.read(move |conn| memberships::programs_of_user(conn, user)).await?;
        Ok(Self {
            frame: Frame::new(seat, Section::Settings, request),
            programs: programs.into_iter().map(ProgramLine::from).collect(),
            form,
            errors: Errors::default(),
            currencies: Currency::all().map(Currency::code).collect(),
            zones: Zone::names(),
        })
    }
}

/// `GET /admin/{program}/settings/programs`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn list(app: Data<App>, viewer: Viewer, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let form = NewProgramForm::like(&viewer);
    Ok(page::ok(&ProgramsPage::new(&app, &viewer, &request, form).await?))
}

/// `POST /admin/{program}/settings/programs`: founds another program. Only who owns one may: whoever founds a program invites
/// people into the installation.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn create(
    app: Data<App>,
    owner: Owner,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = NewProgramForm::typed(&posted);
    match form.read() {
        Ok(new) => {
            let (env, user) = (app.environment.clone(), owner.user.id);
            let made = app.recorder.write(move |write| {
                let made = found_own_program(write, &env, user, &new)?;
                let act = Act::in_program(made.id, AuditActor::User(user), Action::ProgramCreated);
                note(write, &env, &act.on(made.id))?;
                Ok::<_, StorageError>(made)
            });
            let made = made.await?;
            Ok(page::see_other_with(&format!("/admin/{}/campaigns", made.slug), Notice::ProgramCreated))
        }
        Err(errors) => {
            let shown = ProgramsPage { errors, ..ProgramsPage::new(&app, &owner, &request, form).await? };
            Ok(page::unprocessable(&shown))
        }
    }
}

/// `POST /admin/{program}/current`: makes it the program that one begins with from now on.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn switch(app: Data<App>, viewer: Viewer, _posted: Posted) -> Result<HttpResponse, WebError> {
    let (user, program) = (viewer.user.id, viewer.program.id);
    let (env, act) = (app.environment.clone(), viewer.act(Action::ProgramEntered).on(program));
    let switched = app.recorder.write(move |write| {
        users::set_last_program(write, user, program)?;
        note(write, &env, &act)
    });
    switched.await?;
    Ok(page::see_other(&format!("/admin/{}/campaigns", viewer.program.slug)))
}
