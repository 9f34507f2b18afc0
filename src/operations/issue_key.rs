//! Making keys: a campaign's API key, a program's or an affiliate's token.
//!
//! A key is returned once to whoever asked for it, and stored three times over in forms that give nothing away: its
//! selector, to be found; its keyed hash, to be checked; itself, sealed, to be shown again to an admin.

use std::time::Duration;

use crate::domain::click_token::Mode;
use crate::domain::id::{AffiliateId, CampaignId, ProgramId, TokenId};
use crate::domain::key::{KeyKind, SecretKey};
use crate::domain::permission::{Scope, Scopes};
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::tokens::{self, TokenRow};
use crate::storage::write::Write;

/// Whose key it is.
#[derive(Clone, Debug)]
pub enum Holder {
    /// Reports clicks and conversions of one campaign.
    Campaign(CampaignId),
    /// Speaks for the program, within its scopes.
    Program(Scopes),
    /// Reads what belongs to one affiliate.
    Affiliate(AffiliateId),
}

impl Holder {
    /// Whose key a row is.
    ///
    /// # Errors
    /// [`crate::storage::error::StorageError`] for a stored value that its own type refuses.
    pub fn of(row: &TokenRow) -> Stored<Self> {
        Ok(match (row.campaign_id, row.affiliate_id) {
            (Some(campaign), _) => Self::Campaign(campaign),
            (None, Some(affiliate)) => Self::Affiliate(affiliate),
            (None, None) => Self::Program(row.rights()?),
        })
    }
}

/// A key that is wanted.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its row's id. Who makes it before the form is shown can tell a form that is sent twice.
    pub id: TokenId,
    /// Live or test.
    pub mode: Mode,
    /// Whose it is.
    pub holder: Holder,
    /// What people call it.
    pub name: String,
}

/// Makes a key under an id of its own, and answers with it.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn issue_key(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    mode: Mode,
    holder: Holder,
    name: &str,
) -> Stored<SecretKey> {
    let id = env.mint.id(env.clock.now());
    issue(write, env, program, NewKey { id, mode, holder, name: name.to_owned() })
}

/// Makes an API token, and answers with it; with nothing, if it was made before by the same form.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn issue_token(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    new: NewKey,
) -> Stored<Option<SecretKey>> {
    if tokens::find_api_token(write.conn(), program, new.id)?.is_some() {
        return Ok(None);
    }
    issue(write, env, program, new).map(Some)
}

/// Makes a key and answers with it.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub(super) fn issue(write: &mut Write<'_>, env: &Environment, program: ProgramId, new: NewKey) -> Stored<SecretKey> {
    let NewKey { id, mode, holder, name } = new;
    let (kind, campaign_id, affiliate_id, scopes) = match holder {
        Holder::Campaign(campaign) => (KeyKind::Campaign, Some(campaign), None, Scopes::new(&[Scope::Track])),
        Holder::Program(scopes) => (KeyKind::Program, None, None, scopes),
        Holder::Affiliate(affiliate) => (KeyKind::Affiliate, None, Some(affiliate), Scopes::new(&[Scope::Read])),
    };
    let key = env.mint.secret_key(kind, mode);
    let row = TokenRow {
        id,
        program_id: program,
        campaign_id,
        affiliate_id,
        kind,
        mode,
        name,
        scopes: scopes.to_text(),
        selector: key.selector().to_owned(),
        verifier: key.verifier(env.keys.pepper()).to_hex(),
        sealed: env.keys.seal(&key, id, env.mint.bytes()),
        created_at: env.clock.now(),
        expires_at: None,
    };
    tokens::insert(write, &row)?;
    Ok(key)
}

/// Makes a campaign's new API key. The old ones end at once, or after `overlap`.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn regenerate_campaign_key(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    campaign: CampaignId,
    mode: Mode,
    overlap: Duration,
) -> Stored<SecretKey> {
    let end = env.clock.now().plus(overlap);
    tokens::expire_campaign_keys(write, program, campaign, mode, end)?;
    issue_key(write, env, program, mode, Holder::Campaign(campaign), "API Key")
}
