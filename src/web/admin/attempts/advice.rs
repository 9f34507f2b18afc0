//! Why a report was not recorded, in words for whoever runs the program, and what to do next.
//!
//! The developer who sent it was told in a sentence of the dialect. These words are for the merchant, who knows campaigns
//! and affiliates and may never have seen a request.

use crate::domain::attempt::Call;
use crate::domain::attribution::Refusal;

/// Where something can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The campaign's General Settings.
    Campaign,
    /// The campaign's Integration Setup.
    Setup,
    /// The affiliates.
    Affiliates,
    /// The conversion that is on record.
    Conversion,
    /// The referral that stands.
    Referral,
    /// Nowhere in Accrue.
    Nowhere,
}

/// What is to be said about a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The reason in a few words.
    pub title: &'static str,
    /// What happened.
    pub what: &'static str,
    /// What to do.
    pub next: &'static str,
    /// Where.
    pub place: Place,
}

/// What to say about this reason.
#[must_use]
pub const fn on(reason: Refusal) -> Advice {
    match reason {
        Refusal::InvalidRequest => INVALID_REQUEST,
        Refusal::ScopeMissing => SCOPE_MISSING,
        Refusal::UnknownCampaign => UNKNOWN_CAMPAIGN,
        Refusal::UnknownAffiliate => UNKNOWN_AFFILIATE,
        Refusal::UnknownClickToken => UNKNOWN_CLICK_TOKEN,
        Refusal::ClickTokenExpired => CLICK_TOKEN_EXPIRED,
        Refusal::ClickAfterOrder => CLICK_AFTER_ORDER,
        Refusal::CampaignArchived => CAMPAIGN_ARCHIVED,
        Refusal::CampaignNotPublic => CAMPAIGN_NOT_PUBLIC,
        Refusal::CampaignOutsidePeriod => CAMPAIGN_OUTSIDE_PERIOD,
        Refusal::DirectModeOff => DIRECT_MODE_OFF,
        Refusal::AffiliateRejected => AFFILIATE_REJECTED,
        Refusal::AffiliateNotActive => AFFILIATE_NOT_ACTIVE,
        Refusal::PayloadMismatch => PAYLOAD_MISMATCH,
        Refusal::NothingMatches => NOTHING_MATCHES,
        Refusal::IdentifiersDisagree => IDENTIFIERS_DISAGREE,
        Refusal::UnknownCoupon => UNKNOWN_COUPON,
        Refusal::UnknownCustomer => UNKNOWN_CUSTOMER,
        Refusal::CustomerOfAnother => CUSTOMER_OF_ANOTHER,
        Refusal::ForeignPage => FOREIGN_PAGE,
        Refusal::UnknownProgram => UNKNOWN_PROGRAM,
    }
}

/// What lost whom, for a call that was not recorded.
#[must_use]
pub const fn lost(call: Call) -> &'static str {
    match call {
        Call::RegisterClick => "No click was recorded, so a later order cannot be credited by it.",
        Call::ReportConversion => "Nothing was recorded, and nobody was credited.",
        Call::ReportSignUp => "No customer was recorded, so a later order that names them cannot be credited by it.",
        Call::ReportRefund => "Nothing was recorded as given back.",
    }
}

const INVALID_REQUEST: Advice = Advice {
    title: "Could not be read",
    what: "A field was missing, or held something it cannot hold. The answer below names it.",
    next: "Send this answer to whoever connected your shop. The same order can be reported again once it is mended.",
    place: Place::Setup,
};
const SCOPE_MISSING: Advice = Advice {
    title: "Token may not report",
    what: "The report came with a token of yours that lacks the scope this takes. The answer below names the scope.",
    next: "Give your shop a token with that scope, from Settings, API Tokens. Until then what it reports ends up here, to be credited by hand.",
    place: Place::Nowhere,
};
const UNKNOWN_CAMPAIGN: Advice = Advice {
    title: "Unknown campaign",
    what: "The report named a campaign that its API key does not belong to.",
    next: "Use the key and the campaign id from the same campaign’s Integration Setup.",
    place: Place::Setup,
};
const UNKNOWN_AFFILIATE: Advice = Advice {
    title: "Unknown affiliate",
    what: "The report named an affiliate that this program does not have.",
    next: "Compare the code or id below with your list of affiliates. A link may carry a mistyped code.",
    place: Place::Affiliates,
};
const UNKNOWN_CLICK_TOKEN: Advice = Advice {
    title: "Unknown click token",
    what: "The click token was cut off, altered, or belongs to another campaign or to the other mode.",
    next: "Have your shop keep the token exactly as it arrives, and report with the key of the campaign it came from.",
    place: Place::Setup,
};
const CLICK_AFTER_ORDER: Advice = Advice {
    title: "Click after the order",
    what: "The order was on record already, from a browser for instance, when the click that this report names was made.",
    next: "Have your shop report the click that was known when the order was placed. What is on record stays, and is marked for you to look at.",
    place: Place::Nowhere,
};
const CLICK_TOKEN_EXPIRED: Advice = Advice {
    title: "Click token expired",
    what: "The customer bought later after the click than the campaign’s attribution window allows.",
    next: "Nothing is wrong. If sales often take longer, give the campaign a longer window; it holds for clicks from then on.",
    place: Place::Campaign,
};
const CAMPAIGN_ARCHIVED: Advice = Advice {
    title: "Campaign archived",
    what: "The campaign is archived, and an archived campaign credits nothing more.",
    next: "If it should still pay, restore the campaign and have your shop report the order again.",
    place: Place::Campaign,
};
const CAMPAIGN_NOT_PUBLIC: Advice = Advice {
    title: "Campaign not public",
    what: "The campaign was a Draft or In Review when this came.",
    next: "Make the campaign Public when it is ready, and have your shop send this again.",
    place: Place::Campaign,
};
const CAMPAIGN_OUTSIDE_PERIOD: Advice = Advice {
    title: "Outside the campaign’s period",
    what: "The campaign had not begun yet, or was over, when this came.",
    next: "If it should run longer, change its period, and have your shop send this again.",
    place: Place::Campaign,
};
const DIRECT_MODE_OFF: Advice = Advice {
    title: "No click named",
    what: "The report named an affiliate instead of a click, which this campaign does not allow.",
    next: "Report with the click token. If there cannot be one, as in an app, switch on “Allow conversions without a click”.",
    place: Place::Campaign,
};
const NOTHING_MATCHES: Advice = Advice {
    title: "Nobody to credit",
    what: "Nothing in the report led to an affiliate: no click, no coupon, no known customer.",
    next: "Most orders are nobody’s. If you know whose this was, credit it by hand.",
    place: Place::Setup,
};
const IDENTIFIERS_DISAGREE: Advice = Advice {
    title: "Two affiliates",
    what: "What the report named leads to different affiliates, and it asked for one.",
    next: "Decide whose the order is, and credit it by hand.",
    place: Place::Affiliates,
};
const UNKNOWN_COUPON: Advice = Advice {
    title: "Unknown coupon",
    what: "The report named a coupon code that no affiliate has, or has any more.",
    next: "Compare the code with your list of coupons.",
    place: Place::Affiliates,
};
const UNKNOWN_CUSTOMER: Advice = Advice {
    title: "Unknown customer",
    what: "The report named a customer whom no affiliate is known to have sent.",
    next: "Nothing is wrong: the customer came by themselves. If you know better, credit it by hand.",
    place: Place::Affiliates,
};
const CUSTOMER_OF_ANOTHER: Advice = Advice {
    title: "Another affiliate’s customer",
    what: "Somebody who is known already signed up with a click of another affiliate than the one who brought them first. They stay with the first one, which is what your shop was answered.",
    next: "Nothing is wrong. If you know that the other affiliate brought them, say so on the customer’s referral.",
    place: Place::Referral,
};
const FOREIGN_PAGE: Advice = Advice {
    title: "Page of another host",
    what: "A browser reported this from a page that is neither on the target URL’s host nor on one the campaign allows.",
    next: "If the page is your shop’s, add its host to the campaign’s allowed hosts. If not, somebody else uses your code.",
    place: Place::Campaign,
};
const UNKNOWN_PROGRAM: Advice = Advice {
    title: "Unknown program",
    what: "The call named a program that its token does not belong to.",
    next: "Use the id of this program, or a token of the program that is named.",
    place: Place::Setup,
};
const AFFILIATE_REJECTED: Advice = Advice {
    title: "Affiliate rejected",
    what: "The affiliate is rejected, so nothing is credited to them, not even by earlier clicks.",
    next: "If that is not meant, activate the affiliate and have your shop report the order again.",
    place: Place::Affiliates,
};
const AFFILIATE_NOT_ACTIVE: Advice = Advice {
    title: "Affiliate not active",
    what: "The affiliate was pending or paused when this came.",
    next: "Approve or activate the affiliate; what comes from then on is credited.",
    place: Place::Affiliates,
};
const PAYLOAD_MISMATCH: Advice = Advice {
    title: "Order known with other facts",
    what: "The order is on record already, and this report says something else about it. The record was not changed.",
    next: "Find out which of the two is right. Two different orders must not be reported under one order id.",
    place: Place::Conversion,
};

#[cfg(test)]
mod tests {
    use super::on;
    use crate::domain::attribution::Refusal;

    #[test]
    fn every_reason_has_words_of_its_own_and_a_next_step() {
        for reason in Refusal::ALL {
            let advice = on(*reason);
            let same = Refusal::ALL.iter().filter(|other| on(**other).title == advice.title).count();
            assert_eq!(same, 1, "{reason}");
            assert!(advice.what.ends_with('.') && advice.next.ends_with('.'), "{reason}");
        }
    }
}
