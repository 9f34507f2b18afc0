//! Saving the campaign form.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::campaign_id;
use super::fields::CampaignFields;
use super::form::{FormPage, Tab, load};
use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::campaign::CampaignKind;
use crate::domain::media::ImageRefused;
use crate::operations::audit::note;
use crate::operations::campaign_media::{NewImage, NotAdded, add_media, replace_media};
use crate::operations::campaign_settings::Edition;
use crate::operations::create_campaign::{NewCampaign, create_campaign};
use crate::operations::update_campaign::{NotUpdated, Saving, update_campaign};
use crate::recorder::WriteError;
use crate::storage::error::StorageError;
use crate::web::access::people::Manager;
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;

/// The field of the form that brings images.
const MEDIA: &str = "media";

/// Why nothing was saved.
#[derive(Debug)]
enum NotSaved {
    Refused(ImageRefused),
    NotUpdated(NotUpdated),
}

impl From<StorageError> for NotSaved {
    fn from(error: StorageError) -> Self {
        Self::NotUpdated(error.into())
    }
}

impl From<NotUpdated> for NotSaved {
    fn from(error: NotUpdated) -> Self {
        Self::NotUpdated(error)
    }
}

impl From<NotAdded> for NotSaved {
    fn from(error: NotAdded) -> Self {
        match error {
            NotAdded::Refused(refused) => Self::Refused(refused),
            NotAdded::Storage(error) => error.into(),
        }
    }
}

/// A form that was sent.
struct Sent {
    fields: CampaignFields,
    tab: Tab,
    closes: bool,
    images: Vec<NewImage>,
    has_files: bool,
    refused: Errors,
}

impl Sent {
    fn read(posted: &Posted, is_new: bool, kind: CampaignKind) -> Self {
        let mut refused = Errors::default();
        let mut images = Vec::new();
        let takes_images = matches!(kind, CampaignKind::Banner | CampaignKind::Video);
        for file in posted.files(MEDIA).filter(|_| takes_images) {
            match NewImage::read(&file.file_name, file.content.clone()) {
                Ok(image) => images.push(image),
                Err(why) => refused.add(MEDIA, format!("{} {why}.", shortened(&file.file_name))),
            }
        }
        Self {
            fields: CampaignFields::of_posted(posted, is_new),
            tab: Tab::named(posted.text("tab")),
            closes: posted.text("then") == "close",
            has_files: posted.files(MEDIA).next().is_some(),
            images,
            refused,
        }
    }

    /// The campaign that is wanted, or everything that is wrong with the form.
    fn wanted(&self, read: Result<NewCampaign, Errors>) -> Result<NewCampaign, Errors> {
        match read {
            Ok(wanted) if self.refused.is_empty() => Ok(wanted),
            Ok(_) => Err(self.refused.clone()),
            Err(mut errors) => {
                if !self.refused.of(MEDIA).is_empty() {
                    errors.add(MEDIA, self.refused.of(MEDIA));
                }
                Err(errors)
            }
        }
    }

    /// The form again, with what was typed.
    fn again(&self, page: FormPage) -> FormPage {
        page.with_typed(self.fields.clone(), self.tab, self.has_files)
    }

    /// Where it leads when it is saved.
    fn leads_to(&self, list: &str, id: &str, notice: Notice) -> HttpResponse {
        let stay = || format!("{list}/{id}?tab={}", self.tab.word());
        page::see_other_with(&if self.closes { list.to_owned() } else { stay() }, notice)
    }
}

/// A file's name, as far as a sentence can bear it.
fn shortened(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.chars().count() <= 60 {
        name.to_owned()
    } else {
        format!("{}…", name.chars().take(59).collect::<String>())
    }
}

/// `POST /admin/{program}/campaigns`.
///
/// # Errors
/// [`WebError`] for a kind that does not exist, or when the database is away.
pub async fn create(
    app: Data<App>,
    manager: Manager,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let kind = posted.text("kind").parse::<CampaignKind>().map_err(|_| WebError::Malformed)?;
    let mut sent = Sent::read(&posted, true, kind);
    let again = || sent.again(FormPage::new(&app, &manager, &request, kind));
    let wanted = match sent.wanted(sent.fields.read(kind, &manager.program, None)) {
        Ok(wanted) => NewCampaign { owner: Some(manager.user.id), ..wanted },
        Err(errors) => return Ok(page::unprocessable(&again().with_errors(errors))),
    };
    let (env, program) = (app.environment.clone(), manager.program.id);
    let images = std::mem::take(&mut sent.images);
    let act = manager.act(Action::CampaignCreated);
    let made = app.recorder.write(move |write| {
        let (id, _) = create_campaign(write, &env, program, wanted)?;
        add_media(write, &env, program, id, images)?;
        note(write, &env, &act.on(id))?;
        Ok::<_, NotSaved>(id)
    });
    match made.await {
        Ok(id) => {
            let list = format!("/admin/{}/campaigns", manager.program.slug);
            Ok(sent.leads_to(&list, &id.to_string(), Notice::CampaignCreated))
        }
        Err(WriteError::Refused(NotSaved::Refused(why))) => {
            let page = sent.again(FormPage::new(&app, &manager, &request, kind));
            Ok(page::unprocessable(&page.with_errors(too_many(why))))
        }
        Err(WriteError::Refused(NotSaved::NotUpdated(why))) => Err(failed(why)),
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}

/// `POST /admin/{program}/campaigns/{id}`.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn save(
    app: Data<App>,
    manager: Manager,
    path: Path<(String, String)>,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, program) = (campaign_id(&path.1)?, manager.program.id);
    let stored = load(&app, program, id).await?;
    let (kind, kept) = (stored.settings.campaign.kind, stored.settings.campaign.method);
    let mut sent = Sent::read(&posted, false, kind);
    // A form that is shown again keeps the mark of what it was filled with, or saving it would undo what it never showed.
    let seen = Edition::from_form(posted.text("edition"));
    let again = |sent: &Sent| sent.again(FormPage::of(&app, &manager, &request, &stored)).seen(&seen);
    let wanted = match sent.wanted(sent.fields.read(kind, &manager.program, Some(kept))) {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(page::unprocessable(&again(&sent).with_errors(errors))),
    };
    let saving = Saving { seen: seen.clone(), new_key: sent.fields.new_key() };
    let (env, images, replaces) =
        (app.environment.clone(), std::mem::take(&mut sent.images), kind == CampaignKind::Video);
    let changed = [Some(Action::CampaignChanged), saving.new_key.map(|_| Action::KeyRegenerated)];
    let acts: Vec<_> = changed.into_iter().flatten().map(|action| manager.act(action).on(id)).collect();
    let done = app.recorder.write(move |write| {
        update_campaign(write, &env, (program, id), &wanted, &saving)?;
        let add = if replaces { replace_media } else { add_media };
        add(write, &env, program, id, images)?;
        for act in &acts {
            note(write, &env, act)?;
        }
        Ok::<_, NotSaved>(())
    });
    match done.await {
        Ok(()) => {
            let list = format!("/admin/{}/campaigns", manager.program.slug);
            Ok(sent.leads_to(&list, &id.to_string(), notice(&sent.fields)))
        }
        Err(WriteError::Refused(NotSaved::Refused(why))) => {
            Ok(page::unprocessable(&again(&sent).with_errors(too_many(why))))
        }
        Err(WriteError::Refused(NotSaved::NotUpdated(NotUpdated::ChangedMeanwhile))) => {
            // What the other has saved may be newer than what was loaded before the write.
            let now = load(&app, program, id).await?;
            let meanwhile = CampaignFields::of_stored(&now.settings, &manager.program.zone);
            let page = sent.again(FormPage::of(&app, &manager, &request, &now));
            Ok(page::conflict(&page.beside(&meanwhile)))
        }
        Err(WriteError::Refused(NotSaved::NotUpdated(why))) => Err(failed(why)),
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}

fn notice(fields: &CampaignFields) -> Notice {
    match fields.new_key() {
        None => Notice::CampaignSaved,
        Some(overlap) if overlap.is_zero() => Notice::KeyReplaced,
        Some(_) => Notice::KeyReplacedLater,
    }
}

fn too_many(why: ImageRefused) -> Errors {
    let mut errors = Errors::default();
    errors.add(MEDIA, format!("A campaign's media {why}."));
    errors
}

fn failed(why: NotUpdated) -> WebError {
    match why {
        NotUpdated::NotFound => WebError::NotFound,
        NotUpdated::ChangedMeanwhile => WebError::Overtaken,
        NotUpdated::Storage(error) => error.into(),
    }
}
