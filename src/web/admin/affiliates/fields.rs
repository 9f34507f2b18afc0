//! The fields of an affiliate's form: as typed, as stored, and read into what is to be saved.

use crate::domain::affiliate::{AffiliateStatus, chosen_code};
use crate::domain::handle::EmailAddress;
use crate::domain::name::Name;
use crate::operations::change_affiliate::AffiliateFacts;
use crate::operations::create_affiliate::NewAffiliate;
use crate::storage::affiliates::AffiliateRow;
use crate::web::form::{Errors, Posted};

/// What stands in the form, whether it can be read or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffiliateFields {
    /// Name.
    pub name: String,
    /// Code; empty to have one made.
    pub code: String,
    /// E-mail; may be empty.
    pub email: String,
    /// Where a new affiliate stands, by its word.
    pub status: String,
}

/// Said when a code is somebody else's.
pub const CODE_TAKEN: &str =
    "Code is or was another affiliate’s, and links with it still name them. Choose another one.";

impl AffiliateFields {
    /// What a new affiliate starts with.
    #[must_use]
    pub fn of_new() -> Self {
        let status = AffiliateStatus::Active.as_str().to_owned();
        Self { name: String::new(), code: String::new(), email: String::new(), status }
    }

    /// What is stored.
    #[must_use]
    pub fn of_stored(row: &AffiliateRow) -> Self {
        Self {
            name: row.name.clone(),
            code: row.code.to_string(),
            email: row.email.clone().unwrap_or_default(),
            status: row.status.as_str().to_owned(),
        }
    }

    /// What was sent.
    #[must_use]
    pub fn of_posted(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self { name: text("name"), code: text("code"), email: text("email"), status: text("status") }
    }

    /// Reads an affiliate to be taken in.
    ///
    /// # Errors
    /// A sentence for every field that cannot be taken.
    pub fn read_new(&self) -> Result<NewAffiliate, Errors> {
        let mut errors = Errors::default();
        let name = errors.take("name", "Name", Name::parse(&self.name));
        let code = match self.code.trim() {
            "" => Some(None),
            typed => errors.take("code", "Code", chosen_code(typed)).map(Some),
        };
        let email = self.read_email(&mut errors);
        let status = self.read_first_status(&mut errors);
        match (name, code, email, status) {
            (Some(name), Some(code), Some(email), Some(status)) => Ok(NewAffiliate { code, name, email, status }),
            _ => Err(errors),
        }
    }

    /// Reads what an affiliate is to be known by.
    ///
    /// # Errors
    /// A sentence for every field that cannot be taken.
    pub fn read_change(&self) -> Result<AffiliateFacts, Errors> {
        let mut errors = Errors::default();
        let name = errors.take("name", "Name", Name::parse(&self.name));
        let code = errors.take("code", "Code", chosen_code(self.code.trim()));
        let email = self.read_email(&mut errors);
        match (name, code, email) {
            (Some(name), Some(code), Some(email)) => Ok(AffiliateFacts { code, name, email }),
            _ => Err(errors),
        }
    }

    #[expect(clippy::option_option, reason = "nothing typed is fine, something wrong is not")]
    fn read_email(&self, errors: &mut Errors) -> Option<Option<EmailAddress>> {
        match self.email.trim() {
            "" => Some(None),
            typed => errors.take("email", "E-mail", EmailAddress::parse(typed)).map(Some),
        }
    }

    fn read_first_status(&self, errors: &mut Errors) -> Option<AffiliateStatus> {
        let chosen = self.status.parse().ok();
        let taken = chosen.filter(|status| matches!(status, AffiliateStatus::Active | AffiliateStatus::Pending));
        if taken.is_none() {
            errors.add("status", "Status must be Active or Pending for a new affiliate.");
        }
        taken
    }
}
