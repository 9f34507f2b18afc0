//! A new password from a form, wherever one is chosen.

use crate::app::App;
use crate::app::people::NoNewPassword;
use crate::operations::passwords::HashedPassword;
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};

/// Judges and hashes what was typed into `field`, by somebody whom the words `about` are about. None, with a sentence at the
/// field, when it may not be a password.
///
/// # Errors
/// [`WebError`] when the machine cannot hash it.
pub async fn read(
    app: &App,
    posted: &Posted,
    field: &'static str,
    about: Vec<String>,
    errors: &mut Errors,
) -> Result<Option<HashedPassword>, WebError> {
    match app.hash_new_password(posted.text(field).to_owned(), about).await {
        Ok(password) => Ok(Some(password)),
        Err(NoNewPassword::Problem(problem)) => Ok(errors.take(field, "The password", Err(problem))),
        Err(NoNewPassword::Hashing(error)) => Err(WebError::Failed(error.to_string())),
    }
}
