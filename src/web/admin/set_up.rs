//! The first visit of a fresh installation: its owner and its program.
//!
//! The one-time code is checked before anything else is done with what a visitor typed, so that nobody who cannot read the
//! console makes the machine hash passwords.

use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::new_password;
use super::sign_in::Problem;
use crate::app::App;
use crate::app::set_up::MaySetUp;
use crate::domain::currency::Currency;
use crate::domain::handle::EmailAddress;
use crate::domain::name::Name;
use crate::domain::time::Zone;
use crate::operations::set_up::{FirstOwner, NewProgram, SetUp, SetUpRefused};
use crate::recorder::WriteError;
use crate::web::client_address::client_address;
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;
use crate::web::session::{self, SignedInFrom};
use crate::web::stranger::Welcome;

/// What stands in the form, as it was typed. A password is never shown again.
#[derive(Default)]
struct SetUpForm {
    code: String,
    name: String,
    email: String,
    program: String,
    base_currency: String,
    time_zone: String,
}

impl SetUpForm {
    fn empty() -> Self {
        Self { base_currency: Currency::USD.code().to_owned(), ..Self::default() }
    }

    fn typed(posted: &Posted) -> Self {
        let text = |name: &str| posted.text(name).trim().to_owned();
        Self {
            code: text("code"),
            name: text("name"),
            email: text("email"),
            program: text("program"),
            base_currency: text("base_currency"),
            time_zone: text("time_zone"),
        }
    }

    /// The owner and the program, or what is wrong with them.
    fn read(&self, errors: &mut Errors) -> Option<(FirstOwner, NewProgram)> {
        let name = errors.take("name", "The name", Name::parse(&self.name));
        let email = errors.take("email", "The e-mail address", EmailAddress::parse(&self.email));
        let program = errors.take("program", "The program's name", Name::parse(&self.program));
        let currency = errors.take("base_currency", "The currency", Currency::parse(&self.base_currency));
        let zone = errors.take("time_zone", "The time zone", Zone::parse(&self.time_zone));
        let owner = FirstOwner { name: name?, email: email? };
        Some((owner, NewProgram { name: program?.to_string(), base_currency: currency?, zone: zone? }))
    }

    /// Whom a password must not be guessed from.
    fn about(&self) -> Vec<String> {
        vec![self.name.clone(), self.email.clone(), self.program.clone()]
    }
}

#[derive(Template)]
#[template(path = "set_up/form.html")]
struct SetUpPage {
    welcome: Welcome,
    form: SetUpForm,
    errors: Errors,
    currencies: Vec<&'static str>,
    zones: Vec<String>,
}

impl SetUpPage {
    fn new(app: &App, request: &HttpRequest, form: SetUpForm, errors: Errors) -> Self {
        let currencies = Currency::all().map(Currency::code).collect();
        Self { welcome: Welcome::new(app, request), form, errors, currencies, zones: Zone::names() }
    }
}

/// `GET /set-up`, as long as nobody can sign in.
pub async fn form(app: Data<App>, request: HttpRequest) -> HttpResponse {
    if !app.awaits_set_up() {
        return page::see_other("/");
    }
    let shown = SetUpPage::new(&app, &request, SetUpForm::empty(), Errors::default());
    shown.welcome.leave_on(page::ok(&shown))
}

/// `POST /set-up`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn set_up(
    app: Data<App>,
    request: HttpRequest,
    browser: Session,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = SetUpForm::typed(&posted);
    let mut errors = Errors::default();
    let read = form.read(&mut errors);
    let right = match check_code(&app, &request, &form.code).await? {
        Code::Right(right) => right,
        Code::Needless => return Ok(page::see_other("/")),
        Code::Refused(problem) => {
            errors.add("code", problem.sentence.clone());
            let shown = SetUpPage::new(&app, &request, form, errors);
            return Ok(shown.welcome.leave_on(problem.answer(&shown)));
        }
    };
    let password = new_password::read(&app, &posted, "password", form.about(), &mut errors).await?;
    let (Some((owner, program)), Some(password)) = (read, password) else {
        let shown = SetUpPage::new(&app, &request, form, errors);
        return Ok(shown.welcome.leave_on(page::unprocessable(&shown)));
    };
    match app.set_up(right, owner, password, program).await {
        Ok(made) => begin(&app, &request, &browser, &made),
        Err(WriteError::Refused(SetUpRefused::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
        // Somebody else was faster; they are the owner now.
        Err(WriteError::Refused(_)) => Ok(page::see_other("/")),
    }
}

/// What a typed code comes to.
enum Code {
    Right(MaySetUp),
    Refused(Problem),
    Needless,
}

async fn check_code(app: &App, request: &HttpRequest, typed: &str) -> Result<Code, WebError> {
    let from = client_address(request, &app.trusted_proxies);
    match app.check_set_up_code(typed, from).await {
        Ok(right) => Ok(Code::Right(right)),
        Err(WriteError::Refused(SetUpRefused::Done)) => Ok(Code::Needless),
        Err(WriteError::Refused(SetUpRefused::Throttled(wait))) => Ok(Code::Refused(Problem::too_many(wait))),
        Err(WriteError::Refused(wrong @ SetUpRefused::WrongCode)) => {
            Ok(Code::Refused(Problem::wrong(&format!("The one-time code {wrong}."))))
        }
        Err(WriteError::Refused(SetUpRefused::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}

fn begin(app: &App, request: &HttpRequest, browser: &Session, made: &SetUp) -> Result<HttpResponse, WebError> {
    session::begin(browser, app, &made.owner, &SignedInFrom::read(app, request))?;
    Ok(page::see_other_with(&format!("/admin/{}/campaigns", made.program), Notice::SetUp))
}
