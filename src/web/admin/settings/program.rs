//! Settings → Program.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::campaign::Campaign;
use crate::domain::currency::Currency;
use crate::domain::handle::ClickParameter;
use crate::domain::landing::TargetUrl;
use crate::domain::name::Name;
use crate::domain::program::Program;
use crate::domain::time::Zone;
use crate::operations::audit::note;
use crate::operations::change_program::{ProgramSettings, SettingsRefused, change_program};
use crate::recorder::WriteError;
use crate::storage::conversions;
use crate::web::access::people::{Owner, Seat, Viewer};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};

/// What stands in the form, as it was typed.
struct ProgramForm {
    name: String,
    base_currency: String,
    time_zone: String,
    click_parameter: String,
    fallback: String,
    default_campaign: String,
}

impl ProgramForm {
    fn of(program: &Program) -> Self {
        Self {
            name: program.name.clone(),
            base_currency: program.base_currency.code().to_owned(),
            time_zone: program.zone.name().to_owned(),
            click_parameter: program.click_parameter.as_str().to_owned(),
            fallback: program.fallback.as_ref().map(ToString::to_string).unwrap_or_default(),
            default_campaign: program.default_campaign.map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    fn typed(posted: &Posted) -> Self {
        let text = |name: &str| posted.text(name).trim().to_owned();
        Self {
            name: text("name"),
            base_currency: text("base_currency"),
            time_zone: text("time_zone"),
            click_parameter: text("click_parameter"),
            fallback: text("fallback"),
            default_campaign: text("default_campaign"),
        }
    }

    fn read(&self) -> Result<ProgramSettings, Errors> {
        let mut errors = Errors::default();
        let name = errors.take("name", "The name", Name::parse(&self.name));
        let currency = errors.take("base_currency", "The currency", Currency::parse(&self.base_currency));
        let zone = errors.take("time_zone", "The time zone", Zone::parse(&self.time_zone));
        let parameter = ClickParameter::parse(&self.click_parameter);
        let click_parameter = errors.take("click_parameter", "The click parameter", parameter);
        let fallback = (!self.fallback.is_empty()).then(|| TargetUrl::parse(&self.fallback)).transpose();
        let fallback = errors.take("fallback", "The fallback page", fallback);
        let campaign = (!self.default_campaign.is_empty()).then(|| self.default_campaign.parse()).transpose();
        let default_campaign = errors.take("default_campaign", "The default campaign", campaign);
        match (name, currency, zone, click_parameter, fallback, default_campaign) {
            (Some(name), Some(base_currency), Some(zone), Some(click_parameter), Some(fallback), Some(campaign)) => {
                Ok(ProgramSettings { name, base_currency, zone, click_parameter, fallback, default_campaign: campaign })
            }
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "settings/program.html")]
struct ProgramPage {
    frame: Frame,
    form: ProgramForm,
    errors: Errors,
    id: String,
    public_url: String,
    currencies: Vec<&'static str>,
    currency_is_fixed: bool,
    zones: Vec<String>,
    campaigns: Vec<(String, String)>,
}

impl ProgramPage {
    async fn new(app: &App, seat: &Seat, request: &HttpRequest, form: ProgramForm) -> Result<Self, WebError> {
        let program = seat.program.id;
        let currency_is_fixed = app.read(move |conn| conversions::any_of_program(conn, program)).await?;
        Ok(Self {
            frame: Frame::new(seat, Section::Settings, request),
            form,
            errors: Errors::default(),
            id: program.to_string(),
            public_url: app.public_url.as_str().to_owned(),
            currencies: Currency::all().map(Currency::code).collect(),
            currency_is_fixed,
            zones: Zone::names(),
            campaigns: campaigns_to_choose(app, seat),
        })
    }
}

/// The program's campaigns by name, and none. One that is archived stays to be chosen while it is the one.
fn campaigns_to_choose(app: &App, seat: &Seat) -> Vec<(String, String)> {
    let (catalogue, chosen) = (app.catalogue(), seat.program.default_campaign);
    let own = catalogue.campaigns_of(seat.program.id);
    let offered = own.filter(|campaign| !campaign.archived || Some(campaign.id) == chosen);
    let words = |campaign: &Campaign| match campaign.archived {
        true => format!("{} (archived)", campaign.name),
        false => campaign.name.clone(),
    };
    let mut named: Vec<_> = offered.map(|campaign| (campaign.id.to_string(), words(campaign))).collect();
    named.sort_by(|one, other| (&one.1, &one.0).cmp(&(&other.1, &other.0)));
    named.insert(0, (String::new(), "None".to_owned()));
    named
}

/// `GET /admin/{program}/settings/program`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn show(app: Data<App>, viewer: Viewer, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let form = ProgramForm::of(&viewer.program);
    Ok(page::ok(&ProgramPage::new(&app, &viewer, &request, form).await?))
}

/// `POST /admin/{program}/settings/program`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn save(
    app: Data<App>,
    owner: Owner,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = ProgramForm::typed(&posted);
    let errors = match form.read() {
        Ok(settings) => match change(&app, &owner, settings).await? {
            None => return Ok(page::see_other_with(request.path(), Notice::ProgramSaved)),
            Some(errors) => errors,
        },
        Err(errors) => errors,
    };
    let shown = ProgramPage { errors, ..ProgramPage::new(&app, &owner, &request, form).await? };
    Ok(page::unprocessable(&shown))
}

/// Changes the settings; answers with what stands in the way, at its field.
async fn change(app: &App, owner: &Owner, settings: ProgramSettings) -> Result<Option<Errors>, WebError> {
    let (program, env) = (owner.program.id, app.environment.clone());
    let act = owner.act(Action::ProgramChanged).on(program);
    let changed = app.recorder.write(move |write| {
        change_program(write, program, &settings)?;
        Ok(note(write, &env, &act)?)
    });
    let refused = match changed.await {
        Ok(()) => return Ok(None),
        Err(WriteError::NotRecorded(reason)) => return Err(reason.into()),
        Err(WriteError::Refused(refused)) => refused,
    };
    let mut errors = Errors::default();
    match refused {
        SettingsRefused::CurrencyIsRecorded(_) | SettingsRefused::CurrencyIsPaid(_) => {
            errors.add("base_currency", format!("The currency {refused}."));
        }
        SettingsRefused::ZoneIsCounted(_) | SettingsRefused::MonthsAreCounted(_) => {
            errors.add("time_zone", format!("The time zone {refused}."));
        }
        SettingsRefused::UnknownCampaign => errors.add("default_campaign", format!("The campaign {refused}.")),
        SettingsRefused::Nothing => return Err(WebError::NotFound),
        SettingsRefused::Storage(error) => return Err(error.into()),
    }
    Ok(Some(errors))
}
