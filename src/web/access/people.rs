//! What a person may do, as the type of a handler's parameter.
//!
//! Every page of the admin names its program in the URL, and a handler that takes a [`Viewer`], [`Manager`] or [`Owner`]
//! cannot be reached by anybody who is less than that in this very program. Somebody from elsewhere is told that there is
//! no such page, so that not even a program's name can be found out by trying.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::app::App;
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::handle::ProgramSlug;
use crate::domain::id::{ProgramId, UserId};
use crate::domain::program::Program;
use crate::domain::user::Role;
use crate::storage::memberships::{self, MembershipRow};
use crate::storage::users::{self, UserRow};
use crate::web::error::WebError;
use crate::web::session;

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Their id.
    pub id: UserId,
    /// What people call them.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// The program they used last.
    pub last_program: Option<ProgramId>,
    /// What they are, program by program.
    pub memberships: Vec<MembershipRow>,
}

impl SignedIn {
    /// The person behind this request's session.
    ///
    /// # Errors
    /// [`WebError::SignInFirst`], or what the database says.
    pub async fn read(request: &HttpRequest) -> Result<Self, WebError> {
        let ask = || WebError::sign_in_first(request);
        let app = request.app_data::<Data<App>>().ok_or_else(ask)?;
        let browser = request.get_session();
        if session::is_unreadable(&browser) {
            return Err(WebError::Unavailable("the session could not be read".to_owned()));
        }
        let (user, since) = session::user(&browser).ok_or_else(ask)?;
        let found = app.read(move |conn| {
            let person = users::find(conn, user)?;
            Ok((person, memberships::of_user(conn, user)?))
        });
        match found.await? {
            (Some(person), memberships) if person.password_changed_at == since => Ok(Self::new(person, memberships)),
            // Nobody any more, or somebody whose password was changed since.
            _ => Err(ask()),
        }
    }

    fn new(person: UserRow, memberships: Vec<MembershipRow>) -> Self {
        Self {
            id: person.id,
            name: person.name,
            email: person.email,
            last_program: person.last_program_id,
            memberships,
        }
    }

    /// What the person is in the program of this name; none when it is not theirs, or there is none.
    fn seat_in(self, app: &App, slug: &str) -> Option<Seat> {
        let slug = ProgramSlug::parse(slug).ok()?;
        let catalogue = app.catalogue();
        let program = catalogue.programs().find(|program| program.slug == slug)?;
        let role = self.memberships.iter().find(|membership| membership.program_id == program.id)?.role;
        Some(Seat { program: program.clone(), role, user: self })
    }
}

impl FromRequest for SignedIn {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::read(&request).await })
    }
}

/// A person in a program.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The person.
    pub user: SignedIn,
    /// The program that the URL names.
    pub program: Program,
    /// What the person is in it.
    pub role: Role,
}

impl Seat {
    /// Something that this person does in this program, for the audit log.
    #[must_use]
    pub const fn act(&self, action: Action) -> Act {
        Act::in_program(self.program.id, AuditActor::User(self.user.id), action)
    }

    /// Something that this person does to their own account, which is in no program.
    #[must_use]
    pub const fn act_on_oneself(&self, action: Action) -> Act {
        Act::outside(AuditActor::User(self.user.id), action)
    }
}

/// Something that some roles may do and others may not.
pub trait Right: 'static {
    /// Whether this role may.
    fn is_given_to(role: Role) -> bool;
}

/// To look at everything.
pub enum Look {}

/// To change campaigns, affiliates and links.
pub enum Manage {}

/// To change the program itself, and who works in it.
pub enum Own {}

impl Right for Look {
    fn is_given_to(_role: Role) -> bool {
        true
    }
}

impl Right for Manage {
    fn is_given_to(role: Role) -> bool {
        matches!(role, Role::Manager | Role::Owner)
    }
}

impl Right for Own {
    fn is_given_to(role: Role) -> bool {
        role == Role::Owner
    }
}

/// A seat that was checked to have a right.
#[derive(Clone, Debug)]
pub struct Seated<R: Right>(Seat, PhantomData<R>);

/// Somebody who may look.
pub type Viewer = Seated<Look>;

/// Somebody who may change campaigns, affiliates and links.
pub type Manager = Seated<Manage>;

/// Somebody who may change everything.
pub type Owner = Seated<Own>;

impl<R: Right> std::ops::Deref for Seated<R> {
    type Target = Seat;

    fn deref(&self) -> &Seat {
        &self.0
    }
}

impl<R: Right> FromRequest for Seated<R> {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let person = SignedIn::read(&request).await?;
            let app = request.app_data::<Data<App>>().ok_or(WebError::NotFound)?;
            let slug = request.match_info().get("program").ok_or(WebError::NotFound)?;
            let seat = person.seat_in(app, slug).ok_or(WebError::NotFound)?;
            if R::is_given_to(seat.role) { Ok(Self(seat, PhantomData)) } else { Err(WebError::Forbidden) }
        })
    }
}
