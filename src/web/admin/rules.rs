//! Marketing → Rules: what campaigns pay, which rule decides about what, how each came to be, and what an order would earn.

pub mod ending;
pub mod fields;
pub mod form;
pub mod history;
pub mod list;
pub mod order;
pub mod preview;
pub mod told;
pub mod words;

use std::sync::Arc;

use crate::app::App;
use crate::domain::campaign::Campaign;
use crate::domain::program::Program;
use crate::storage::catalogue::Catalogue;
use crate::web::error::WebError;

/// The campaign that a URL names, as the catalogue has it; what is no id is no campaign.
fn campaign<'a>(catalogue: &'a Catalogue, program: &Program, text: &str) -> Result<&'a Campaign, WebError> {
    let id = text.parse().map_err(|_| WebError::NotFound)?;
    catalogue.campaign(program.id, id).ok_or(WebError::NotFound)
}

/// The number of a rule that a URL names.
fn number(text: &str) -> Result<u32, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}

fn catalogue(app: &App) -> Arc<Catalogue> {
    Arc::clone(&app.catalogue())
}
