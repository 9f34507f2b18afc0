//! Making an API token.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{KeyPage, RIGHTS};
use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::click_token::Mode;
use crate::domain::id::TokenId;
use crate::domain::name::Name;
use crate::domain::permission::{Scope, Scopes};
use crate::operations::audit::note;
use crate::operations::issue_key::{Holder, NewKey, issue_token};
use crate::storage::error::StorageError;
use crate::web::access::people::{Owner, Seat};
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

#[derive(Template)]
#[template(path = "settings/tokens/new.html")]
struct NewPage {
    frame: Frame,
    id: TokenId,
    called: String,
    holder: String,
    rights: Vec<Right>,
    affiliate: TypedAffiliate,
    affiliates: Vec<(String, String)>,
    mode: String,
    errors: Errors,
}

/// A right that can be ticked.
struct Right {
    scope: Scope,
    word: &'static str,
    text: &'static str,
    ticked: bool,
}

impl NewPage {
    fn new(app: &App, seat: &Seat, request: &HttpRequest, typed_affiliate: &str) -> Self {
        let catalogue = app.catalogue();
        let affiliate = TypedAffiliate::read(&catalogue, seat.program.id, typed_affiliate);
        let right = |(scope, word, text)| Right { scope, word, text, ticked: false };
        Self {
            frame: Frame::new(seat, Section::Settings, request),
            id: app.environment.mint.id(app.environment.clock.now()),
            called: String::new(),
            holder: if affiliate.text.is_empty() { "program" } else { "affiliate" }.to_owned(),
            rights: RIGHTS.into_iter().map(right).collect(),
            affiliates: choices::affiliates(&catalogue, seat.program.id),
            affiliate,
            mode: "live".to_owned(),
            errors: Errors::default(),
        }
    }

    fn typed(app: &App, seat: &Seat, request: &HttpRequest, posted: &Posted) -> Self {
        let blank = Self::new(app, seat, request, posted.text("affiliate"));
        let is_ticked = |scope: Scope| posted.all("scope").any(|word| word == scope.as_str());
        let rights = blank.rights.into_iter().map(|right| Right { ticked: is_ticked(right.scope), ..right });
        Self {
            id: posted.text("token").parse().unwrap_or(blank.id),
            called: posted.text("name").trim().to_owned(),
            holder: posted.text("holder").to_owned(),
            mode: posted.text("mode").to_owned(),
            rights: rights.collect(),
            ..blank
        }
    }

    fn is_for(&self, holder: &str) -> bool {
        self.holder == holder
    }

    /// The token that was typed.
    fn read(&mut self) -> Option<NewKey> {
        let name = self.errors.take("name", "Name", Name::parse(&self.called));
        let holder = self.read_holder();
        let chosen = self.mode.parse::<Mode>().map_err(|_| "must be Live or Test");
        let mode = self.errors.take("mode", "Mode", chosen);
        Some(NewKey { id: self.id, mode: mode?, holder: holder?, name: name?.as_str().to_owned() })
    }

    fn read_holder(&mut self) -> Option<Holder> {
        match self.holder.as_str() {
            "program" => {
                let ticked: Vec<Scope> = self.rights.iter().filter(|it| it.ticked).map(|it| it.scope).collect();
                let scopes = self.errors.take("scope", "Rights", Scopes::chosen(&ticked));
                scopes.map(Holder::Program)
            }
            "affiliate" => {
                let found = self.affiliate.found.as_ref().map(|found| Holder::Affiliate(found.id));
                if found.is_none() {
                    self.errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
                }
                found
            }
            _ => {
                self.errors.add("holder", "What it is for must be chosen.");
                None
            }
        }
    }
}

/// `GET /admin/{program}/settings/tokens/new`, with `?affiliate=` to begin with.
pub async fn new(app: Data<App>, owner: Owner, query: Query, request: HttpRequest) -> HttpResponse {
    page::ok(&NewPage::new(&app, &owner, &request, query.text("affiliate")))
}

/// `POST /admin/{program}/settings/tokens`: makes a token, once however often the form is sent, and shows its key.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn create(
    app: Data<App>,
    owner: Owner,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let mut form = NewPage::typed(&app, &owner, &request, &posted);
    let Some(new) = form.read() else {
        return Ok(page::unprocessable(&form));
    };
    let (program, env) = (owner.program.id, app.environment.clone());
    let act = owner.act(Action::TokenCreated).on(new.id);
    let (name, in_url) = (new.name.clone(), is_in_urls(&new.holder));
    let made = app.recorder.write(move |write| {
        let made = issue_token(write, &env, program, new)?;
        if made.is_some() {
            note(write, &env, &act)?;
        }
        Ok::<_, StorageError>(made)
    });
    let Some(key) = made.await? else {
        return Ok(page::see_other_with(&form.frame.at("/settings/tokens"), Notice::TokenKnown));
    };
    let text = "It works from now on. Keep it where only the system that uses it can read it.".to_owned();
    Ok(page::ok(&KeyPage { frame: form.frame, heading: "Token created", text, name, key, in_url }))
}

fn is_in_urls(holder: &Holder) -> bool {
    matches!(holder, Holder::Program(scopes) if scopes.allow(Scope::Postback))
}
