//! The program: one merchant's affiliate program, and the boundary no object crosses.

use super::currency::Currency;
use super::handle::{ClickParameter, ProgramSlug};
use super::id::{CampaignId, ProgramId};
use super::landing::TargetUrl;
use super::time::Zone;

/// What the rest of the house needs to know of a program when a request arrives.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its id, the tenant of every row.
    pub id: ProgramId,
    /// Its name in admin URLs.
    pub slug: ProgramSlug,
    /// What people call it.
    pub name: String,
    /// The currency in which commissions are computed and reported; fixed once a conversion exists.
    pub base_currency: Currency,
    /// The zone whose local days its reports count in.
    pub zone: Zone,
    /// The query parameter that carries the click token to the merchant's site.
    pub click_parameter: ClickParameter,
    /// Where a visitor goes whose link leads nowhere any more; none means Accrue's own page.
    pub fallback: Option<TargetUrl>,
    /// The campaign that an affiliate's code alone stands for.
    pub default_campaign: Option<CampaignId>,
}
