//! Settings → Users: who works in the program, as what, and who is invited.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::handle::EmailAddress;
use crate::domain::id::{InvitationId, UserId};
use crate::domain::user::Role;
use crate::operations::audit::note;
use crate::operations::change_membership::{NotAllowed, change_role, remove};
use crate::operations::invite::{NotInvited, invite, secret_of};
use crate::recorder::WriteError;
use crate::storage::error::StorageError;
use crate::storage::invitations::{self, InvitationRow};
use crate::storage::memberships::{self, Member};
use crate::web::access::people::{Owner, Seat};
use crate::web::error::WebError;
use crate::web::filters;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;
use crate::web::routes::INVITATION;

/// The roles as people read them, the smallest first.
const ROLES: [(&str, &str); 3] = [("viewer", "Viewer"), ("manager", "Manager"), ("owner", "Owner")];

/// A role as people read it.
#[must_use]
pub fn role_word(role: Role) -> &'static str {
    ROLES.iter().find(|(word, _)| *word == role.as_str()).map_or("", |(_, label)| label)
}

/// A person in the list.
struct PersonLine {
    id: UserId,
    name: String,
    email: String,
    role: &'static str,
    since: String,
    has_second_factor: bool,
    is_you: bool,
}

/// An invitation that can be accepted yet.
struct InvitationLine {
    id: InvitationId,
    email: String,
    role: &'static str,
    until: String,
    url: String,
}

/// What stands in the form, as it was typed.
#[derive(Default)]
struct InvitationForm {
    email: String,
    role: String,
}

#[derive(Template)]
#[template(path = "settings/users.html")]
struct UsersPage {
    frame: Frame,
    people: Vec<PersonLine>,
    /// Whose removal is asked about.
    removing: Option<UserId>,
    invitations: Vec<InvitationLine>,
    roles: [(&'static str, &'static str); 3],
    form: InvitationForm,
    errors: Errors,
    problem: String,
}

impl UsersPage {
    /// Who is asked about, if they work here.
    fn leaver(&self) -> Option<&PersonLine> {
        self.people.iter().find(|person| Some(person.id) == self.removing)
    }

    async fn new(app: &App, seat: &Seat, request: &HttpRequest) -> Result<Self, WebError> {
        let (program, now) = (seat.program.id, app.environment.clock.now());
        let (people, open) = app
            .read(move |conn| {
                let people = memberships::of_program(conn, program)?;
                Ok((people, invitations::open_of_program(conn, program, now)?))
            })
            .await?;
        Ok(Self {
            frame: Frame::new(seat, Section::Settings, request),
            people: people.into_iter().map(|member| person_line(seat, member)).collect(),
            removing: None,
            invitations: open.iter().filter_map(|row| invitation_line(app, seat, row)).collect(),
            roles: ROLES,
            form: InvitationForm::default(),
            errors: Errors::default(),
            problem: String::new(),
        })
    }
}

fn person_line(seat: &Seat, member: Member) -> PersonLine {
    PersonLine {
        id: member.user_id,
        is_you: member.user_id == seat.user.id,
        name: member.name,
        email: member.email,
        role: member.role.as_str(),
        since: filters::day(member.joined_at, &seat.program.zone),
        has_second_factor: member.has_second_factor,
    }
}

fn invitation_line(app: &App, seat: &Seat, row: &InvitationRow) -> Option<InvitationLine> {
    let secret = secret_of(&app.environment, row)?;
    Some(InvitationLine {
        id: row.id,
        email: row.email.clone(),
        role: role_word(row.role),
        until: filters::minute(row.expires_at, &seat.program.zone),
        url: app.public_url.join(&format!("{INVITATION}{}", secret.reveal())),
    })
}

/// `GET /admin/{program}/settings/users`; `?remove=` asks about the removal of one of them.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn list(app: Data<App>, owner: Owner, query: Query, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let mut shown = UsersPage::new(&app, &owner, &request).await?;
    shown.removing = query.value("remove");
    Ok(page::ok(&shown))
}

/// `POST /admin/{program}/settings/invitations`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn create_invitation(
    app: Data<App>,
    owner: Owner,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = InvitationForm { email: posted.text("email").trim().to_owned(), role: posted.text("role").to_owned() };
    let mut errors = Errors::default();
    let email = errors.take("email", "The e-mail address", EmailAddress::parse(&form.email));
    let role = errors.take("role", "The role", form.role.parse::<Role>().map_err(|_| "must be chosen from the list"));
    if let (Some(email), Some(role)) = (email, role) {
        match send_invitation(&app, &owner, email, role).await? {
            None => return Ok(to_users(&owner, Notice::InvitationCreated)),
            Some(sentence) => errors.add("email", sentence),
        }
    }
    let shown = UsersPage { form, errors, ..UsersPage::new(&app, &owner, &request).await? };
    Ok(page::unprocessable(&shown))
}

/// Makes the invitation; answers with what stands in the way.
async fn send_invitation(
    app: &App,
    owner: &Owner,
    email: EmailAddress,
    role: Role,
) -> Result<Option<String>, WebError> {
    let (env, whose) = (app.environment.clone(), (owner.program.id, owner.user.id));
    let act = owner.act(Action::PersonInvited);
    let invited = app.recorder.write(move |write| {
        let id = invite(write, &env, whose, &email, role)?;
        Ok(note(write, &env, &act.on(id))?)
    });
    match invited.await {
        Ok(()) => Ok(None),
        Err(WriteError::Refused(refused @ NotInvited::Member)) => Ok(Some(format!("This person {refused}."))),
        Err(WriteError::Refused(NotInvited::NotOwner)) => Err(WebError::Forbidden),
        Err(WriteError::Refused(NotInvited::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}

/// `POST /admin/{program}/settings/invitations/{invitation}/revocation`.
///
/// # Errors
/// [`WebError`] when there is no such invitation, or the database is away.
pub async fn revoke_invitation(
    app: Data<App>,
    owner: Owner,
    path: Path<(String, InvitationId)>,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (program, id, now) = (owner.program.id, path.into_inner().1, app.environment.clock.now());
    let (env, act) = (app.environment.clone(), owner.act(Action::InvitationRevoked).on(id));
    let revoked = app.recorder.write(move |write| {
        let was_open = invitations::revoke(write, program, id, now)?;
        if was_open {
            note(write, &env, &act)?;
        }
        Ok::<_, StorageError>(was_open)
    });
    if revoked.await? { Ok(to_users(&owner, Notice::InvitationRevoked)) } else { Err(WebError::NotFound) }
}

/// `POST /admin/{program}/settings/users/{user}/role`.
///
/// # Errors
/// [`WebError`] when the person does not work here, or the database is away.
pub async fn set_role(
    app: Data<App>,
    owner: Owner,
    path: Path<(String, UserId)>,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let user = path.into_inner().1;
    let role: Role = posted.text("role").parse().map_err(|_| WebError::Malformed)?;
    let (env, whose) = (app.environment.clone(), (owner.program.id, owner.user.id));
    let act = owner.act(Action::RoleChanged).on(user);
    let changed = app.recorder.write(move |write| {
        change_role(write, &env, whose, user, role)?;
        Ok(note(write, &env, &act)?)
    });
    after(&app, &owner, &request, changed.await, Notice::RoleChanged).await
}

/// `POST /admin/{program}/settings/users/{user}/removal`.
///
/// # Errors
/// [`WebError`] when the person does not work here, or the database is away.
pub async fn remove_person(
    app: Data<App>,
    owner: Owner,
    path: Path<(String, UserId)>,
    request: HttpRequest,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let user = path.into_inner().1;
    let (env, whose) = (app.environment.clone(), (owner.program.id, owner.user.id));
    let act = owner.act(Action::PersonRemoved).on(user);
    let removed = app.recorder.write(move |write| {
        remove(write, &env, whose, user)?;
        Ok(note(write, &env, &act)?)
    });
    let removed = removed.await;
    if removed.is_ok() && user == owner.user.id {
        return Ok(page::see_other("/"));
    }
    after(&app, &owner, &request, removed, Notice::PersonRemoved).await
}

async fn after(
    app: &App,
    owner: &Owner,
    request: &HttpRequest,
    done: Result<(), WriteError<NotAllowed>>,
    notice: Notice,
) -> Result<HttpResponse, WebError> {
    match done {
        Ok(()) => Ok(to_users(owner, notice)),
        Err(WriteError::Refused(refused @ NotAllowed::LastOwner)) => {
            let problem = capitalised(&refused.to_string());
            let shown = UsersPage { problem, ..UsersPage::new(app, owner, request).await? };
            Ok(page::conflict(&shown))
        }
        Err(WriteError::Refused(NotAllowed::NotOwner)) => Err(WebError::Forbidden),
        Err(WriteError::Refused(NotAllowed::Nobody)) => Err(WebError::NotFound),
        Err(WriteError::Refused(NotAllowed::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}

/// An error as a sentence.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn to_users(owner: &Owner, notice: Notice) -> HttpResponse {
    page::see_other_with(&format!("/admin/{}/settings/users", owner.program.slug), notice)
}
