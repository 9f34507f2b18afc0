//! Following an invitation: to a new account, or into one more program.
//!
//! The page says who invites whom into what, and asks for as little as it takes: a name and a password from somebody new, one
//! button from somebody who is signed in under the invited address. Whoever has an account under it and is not signed in is
//! sent to sign in first.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::id::UserId;
use crate::domain::invitation::{InvitationSecret, InvitationState};
use crate::domain::name::Name;
use crate::operations::audit::note;
use crate::operations::invite::{Followed, NotAccepted, accept_as, accept_as_new_person, follow};
use crate::operations::passwords::HashedPassword;
use crate::operations::sign_in::Known;
use crate::recorder::WriteError;
use crate::storage::users;
use crate::web::access::people::SignedIn;
use crate::web::admin::new_password;
use crate::web::admin::settings::users::role_word;
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;
use crate::web::routes::INVITATION;
use crate::web::session::{self, SignedInFrom};
use crate::web::stranger::Welcome;

/// What the page offers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Offer {
    /// It cannot be accepted any more; why.
    Nothing(&'static str),
    /// A form for somebody new.
    NewAccount,
    /// One button.
    Join,
    /// To sign in under the invited address.
    SignIn,
    /// To sign out: somebody else is signed in.
    SignOut,
}

#[derive(Template)]
#[template(path = "invitations/show.html")]
struct InvitationPage {
    welcome: Welcome,
    action: String,
    sign_in: String,
    offer: Offer,
    program: String,
    role: &'static str,
    inviter: String,
    email: String,
    who_is_here: String,
    typed_name: String,
    errors: Errors,
}

/// An invitation and whoever looks at it.
struct Visit {
    followed: Followed,
    person: Option<SignedIn>,
    inviter: String,
}

impl Visit {
    /// Finds the invitation that a link leads to.
    async fn read(app: &App, request: &HttpRequest, secret: &InvitationSecret) -> Result<Self, WebError> {
        let person = match SignedIn::read(request).await {
            Ok(person) => Some(person),
            Err(WebError::SignInFirst(_)) => None,
            Err(other) => return Err(other),
        };
        let (env, secret) = (app.environment.clone(), secret.clone());
        let found = app.read(move |conn| {
            let Some(followed) = follow(conn, &env, &secret)? else { return Ok(None) };
            let inviter = users::find(conn, followed.invitation.invited_by)?;
            Ok(Some((followed, inviter.map(|user| user.name).unwrap_or_default())))
        });
        let (followed, inviter) = found.await?.ok_or(WebError::NotFound)?;
        Ok(Self { followed, person, inviter })
    }

    fn offer(&self) -> Offer {
        match (self.followed.state, self.followed.invited, &self.person) {
            (InvitationState::Accepted, ..) => Offer::Nothing("It was accepted already, and works once."),
            (InvitationState::Revoked, ..) => Offer::Nothing("It was taken back."),
            (InvitationState::Expired, ..) => Offer::Nothing("Its week is over."),
            (InvitationState::Open, None, None) => Offer::NewAccount,
            (InvitationState::Open, Some(_), None) => Offer::SignIn,
            (InvitationState::Open, Some(invited), Some(person)) if person.id == invited => Offer::Join,
            (InvitationState::Open, _, Some(_)) => Offer::SignOut,
        }
    }

    fn page(&self, app: &App, request: &HttpRequest, secret: &InvitationSecret) -> InvitationPage {
        let invitation = &self.followed.invitation;
        let catalogue = app.catalogue();
        let program = catalogue.program(invitation.program_id);
        let action = format!("{INVITATION}{}", secret.reveal());
        let back: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &action).finish();
        InvitationPage {
            welcome: Welcome::new(app, request),
            sign_in: format!("/sign-in?{back}"),
            action,
            offer: self.offer(),
            program: program.map(|program| program.name.clone()).unwrap_or_default(),
            role: role_word(invitation.role),
            inviter: self.inviter.clone(),
            email: invitation.email.clone(),
            who_is_here: self.person.as_ref().map(|person| person.email.clone()).unwrap_or_default(),
            typed_name: String::new(),
            errors: Errors::default(),
        }
    }
}

fn answer(page: &InvitationPage) -> HttpResponse {
    let status = if matches!(page.offer, Offer::Nothing(_)) { StatusCode::GONE } else { StatusCode::OK };
    page.welcome.leave_on(page::with_status(status, page))
}

/// `GET /invitations/{secret}`.
///
/// # Errors
/// [`WebError`] when there is no such invitation, or the database is away.
pub async fn show(app: Data<App>, request: HttpRequest, secret: Path<String>) -> Result<HttpResponse, WebError> {
    let secret = InvitationSecret::parse(&secret).ok_or(WebError::NotFound)?;
    let visit = Visit::read(&app, &request, &secret).await?;
    Ok(answer(&visit.page(&app, &request, &secret)))
}

/// `POST /invitations/{secret}`.
///
/// # Errors
/// [`WebError`] when there is no such invitation, or the database is away.
pub async fn accept(
    app: Data<App>,
    request: HttpRequest,
    secret: Path<String>,
    browser: Session,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let secret = InvitationSecret::parse(&secret).ok_or(WebError::NotFound)?;
    let visit = Visit::read(&app, &request, &secret).await?;
    let (invitation, program) = (visit.followed.invitation.id, visit.followed.invitation.program_id);
    let accepting =
        move |user| Act::in_program(program, AuditActor::User(user), Action::InvitationAccepted).on(invitation);
    let accepted = match visit.offer() {
        Offer::NewAccount => match read_new_person(&app, &visit, &posted).await? {
            Ok((name, password)) => join_as_new(&app, &secret, (name, password), accepting).await,
            Err(errors) => {
                let typed_name = posted.text("name").to_owned();
                let shown = InvitationPage { typed_name, errors, ..visit.page(&app, &request, &secret) };
                return Ok(shown.welcome.leave_on(page::unprocessable(&shown)));
            }
        },
        Offer::Join => join(&app, &secret, &visit, accepting).await,
        Offer::Nothing(_) | Offer::SignIn | Offer::SignOut => Err(WriteError::Refused(NotAccepted::Closed)),
    };
    match accepted {
        Ok(known) => {
            if let Some(known) = known {
                session::begin(&browser, &app, &known, &SignedInFrom::read(&app, &request))?;
            }
            let slug = app.catalogue().program(program).map(|program| program.slug.to_string());
            let home = slug.map_or_else(|| "/".to_owned(), |slug| format!("/admin/{slug}/campaigns"));
            Ok(page::see_other_with(&home, Notice::Joined))
        }
        Err(WriteError::Refused(NotAccepted::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
        // What stands in the way stands on the page as it is now.
        Err(WriteError::Refused(_)) => {
            let visit = Visit::read(&app, &request, &secret).await?;
            Ok(answer(&visit.page(&app, &request, &secret)))
        }
    }
}

type Joined = Result<Option<Known>, WriteError<NotAccepted>>;

/// Joins as somebody new. `accepted` is what is noted of whoever accepts.
async fn join_as_new(
    app: &App,
    secret: &InvitationSecret,
    (name, password): (Name, HashedPassword),
    accepted: impl Fn(UserId) -> Act + Send + 'static,
) -> Joined {
    let (env, secret) = (app.environment.clone(), secret.clone());
    let joined = app.recorder.write(move |write| {
        let known = accept_as_new_person(write, &env, &secret, &name, &password)?;
        note(write, &env, &accepted(known.user_id))?;
        Ok(Some(known))
    });
    joined.await
}

/// Joins as the person who is signed in, who stays signed in.
async fn join(
    app: &App,
    secret: &InvitationSecret,
    visit: &Visit,
    accepted: impl Fn(UserId) -> Act + Send + 'static,
) -> Joined {
    let user = visit.person.as_ref().ok_or(WriteError::Refused(NotAccepted::AnotherPerson))?.id;
    let (env, secret) = (app.environment.clone(), secret.clone());
    let joined = app.recorder.write(move |write| {
        accept_as(write, &env, &secret, user)?;
        note(write, &env, &accepted(user))?;
        Ok(None)
    });
    joined.await
}

/// The name and the password of somebody new, or what is wrong with them.
async fn read_new_person(
    app: &App,
    visit: &Visit,
    posted: &Posted,
) -> Result<Result<(Name, HashedPassword), Errors>, WebError> {
    let mut errors = Errors::default();
    let name = errors.take("name", "The name", Name::parse(posted.text("name")));
    let invitation = &visit.followed.invitation;
    let program = app.catalogue().program(invitation.program_id).map(|program| program.name.clone());
    let typed_name = name.as_ref().map(Name::to_string).unwrap_or_default();
    let about = vec![typed_name, invitation.email.clone(), program.unwrap_or_default()];
    let password = new_password::read(app, posted, "password", about, &mut errors).await?;
    Ok(name.zip(password).ok_or(errors))
}
