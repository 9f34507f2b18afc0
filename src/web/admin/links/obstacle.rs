//! Why a link does not credit, and what to do about it.

use crate::domain::affiliate::{Affiliate, AffiliateStatus};
use crate::domain::attribution::Refusal;
use crate::domain::campaign::{Campaign, CampaignStatus};
use crate::domain::link::obstacles;
use crate::domain::time::{Timestamp, Zone};
use crate::web::admin::badges;
use crate::web::filters::minute;

/// One thing that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is.
    pub sentence: String,
    /// What to do, as the words of a link.
    pub remedy: &'static str,
    /// Where, within the program.
    pub path: String,
}

/// Everything that keeps a link of these two from crediting now.
#[must_use]
pub fn of(campaign: &Campaign, affiliate: &Affiliate, now: Timestamp, zone: &Zone) -> Vec<Obstacle> {
    let found = obstacles(campaign, affiliate, now);
    found.into_iter().map(|refusal| one(refusal, campaign, affiliate, (now, zone))).collect()
}

fn one(refusal: Refusal, campaign: &Campaign, affiliate: &Affiliate, (now, zone): (Timestamp, &Zone)) -> Obstacle {
    let campaigns = format!("/campaigns/{}", campaign.id);
    let (sentence, remedy, path) = match refusal {
        Refusal::CampaignArchived => ("The campaign is archived.".to_owned(), "Restore it", campaigns),
        Refusal::CampaignNotPublic => {
            let word = if campaign.status == CampaignStatus::Draft { "a Draft" } else { "In Review" };
            (format!("The campaign is {word}."), "Make it Public", campaigns)
        }
        Refusal::CampaignOutsidePeriod => (period(campaign, now, zone), "Change its period", campaigns),
        _ => {
            let word = badges::affiliate(affiliate.status).word;
            let remedy = if affiliate.status == AffiliateStatus::Pending { "Approve them" } else { "Activate them" };
            (format!("The affiliate is {word}."), remedy, format!("/affiliates/{}", affiliate.id))
        }
    };
    Obstacle { sentence, remedy, path }
}

fn period(campaign: &Campaign, now: Timestamp, zone: &Zone) -> String {
    match (campaign.period.starts_at, campaign.period.ends_at) {
        (Some(start), _) if now < start => format!("The campaign begins on {}.", minute(start, zone)),
        (_, Some(end)) => format!("The campaign ended on {}.", minute(end, zone)),
        _ => "The campaign is outside its period.".to_owned(),
    }
}
