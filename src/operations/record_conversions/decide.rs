//! Deciding: from what is loaded to what is written, without a statement.

use crate::domain::attribution::{self, Candidate, Credit, Refusal, Source};
use crate::domain::campaign::ToolType;
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{ConversionStatus, Report, SaleStatus};
use crate::domain::dedup::DedupKey;
use crate::domain::event::Trust;
use crate::domain::flag::Flag;
use crate::domain::id::ConversionId;
use crate::domain::rule::Payment;
use crate::domain::said::{Said, Standing};
use crate::domain::takeover::{Contested, Story, Takeover, Telling};
use crate::domain::trace::Trace;
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;

use super::candidates::candidates;
use super::credited::{Credited, Earned};
use super::made_up_for::MadeUpFor;
use super::on_record::{Known, OnRecord};
use super::{Incoming, Outcome};

/// What was decided about one report.
pub(super) enum Decided {
    /// To be recorded.
    New(Box<Credited>),
    /// On record already.
    Repeat(Repeat),
    /// On record by a report that is trusted less, which gives way.
    TakenOver(Box<TakenOver>),
    /// Not credited. A row that a report of less trust made stays, and is flagged.
    Refused {
        /// Why.
        why: Refusal,
        /// Whom the report named.
        trace: Trace,
        /// The row with its flag, in its next edition.
        flagged: Option<Box<ConversionRow>>,
    },
}

/// A report of an order that is on record.
pub(super) struct Repeat {
    /// What is on record.
    pub(super) id: ConversionId,
    /// The fields in which the repeat tells another story.
    pub(super) differing: Vec<&'static str>,
    /// Whom it named.
    pub(super) trace: Trace,
}

/// A row that gives way to a report that is trusted more.
pub(super) struct TakenOver {
    /// How.
    pub(super) kind: Takeover,
    /// The row as it is.
    pub(super) row: ConversionRow,
    /// The row as it is from now on.
    pub(super) next: ConversionRow,
    /// Its commission as it is.
    pub(super) commission: CommissionRow,
    /// As which payment the row counts from now on, where it tells the same of another customer than was known.
    pub(super) payment: Option<Payment>,
    /// What it is worth from now on, where its money is gone.
    pub(super) made_up_for: Option<MadeUpFor>,
    /// What the report would be recorded as, by the window and rules of the first report's time.
    pub(super) credited: Credited,
    /// The fields in which it differs.
    pub(super) differing: Vec<&'static str>,
    /// Whether it stays as it is, whatever else the report states.
    pub(super) stays: bool,
}

impl Decided {
    /// What a better report has only flagged, and what it states of it does not move.
    pub(super) fn kept(&self) -> Option<ConversionId> {
        match self {
            Self::TakenOver(taken) if taken.stays => Some(taken.row.id),
            _ => None,
        }
    }

    /// The answer to the sender.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::New(credited) => Outcome::Recorded(credited.id),
            Self::TakenOver(taken) => Outcome::Recorded(taken.row.id),
            Self::Repeat(repeat) => Outcome::Repeat(repeat.id),
            Self::Refused { why, .. } => Outcome::Refused(*why),
        }
    }
}

/// Decides on one report, and lays what it decided over what is on record.
pub(super) fn decide(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &mut OnRecord,
    incoming: &Incoming,
) -> Decided {
    let at = incoming.report.received_at;
    let found = match candidates(catalogue, on_record, incoming, at) {
        Ok(found) => found,
        Err(why) => return refused(catalogue, on_record, (incoming, &[]), (why, Trace::default())),
    };
    if let Some(known) = known_order(catalogue, on_record, incoming, &found) {
        let known = known.clone();
        // Whoever credits by hand decides about what is not on record, never about what is.
        let by_hand = incoming.evidence.by_hand.is_some();
        if by_hand || known.row.trust >= level(incoming.report.channel.trust()) {
            return Decided::Repeat(repeat(&known.row, incoming, &found));
        }
        return take_over_order(env, catalogue, on_record, (incoming, known));
    }
    match attribution::choose(&found, on_record.agreement(incoming)) {
        Ok(place) => record(env, catalogue, on_record, (incoming, &found, place)),
        Err(why) => refused(catalogue, on_record, (incoming, &found), (why, Trace::of(&found, None))),
    }
}

/// Whether nothing but the report itself credits it, judged as of the first report of its order.
pub(super) fn is_credited_directly(catalogue: &Catalogue, on_record: &OnRecord, incoming: &Incoming) -> bool {
    let named_at = |at| candidates(catalogue, on_record, incoming, at).unwrap_or_default();
    let mut found = named_at(incoming.report.received_at);
    if let Some(known) = known_order(catalogue, on_record, incoming, &found) {
        found = named_at(known.row.received_at);
    }
    let chosen = attribution::choose(&found, on_record.agreement(incoming));
    chosen.is_ok_and(|place| found[place].source == Source::Direct)
}

fn level(trust: Trust) -> i32 {
    i32::from(trust.level())
}

/// Everything that is needed to record a report as new.
type Chosen<'a> = (&'a Incoming, &'a [Candidate], usize);

fn record(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &mut OnRecord,
    (incoming, found, place): Chosen<'_>,
) -> Decided {
    let report = &incoming.report;
    match Credited::of(env, catalogue, on_record, (incoming, found, place), Earned::new(report)) {
        Ok(credited) => {
            credited.note(on_record, report, Known::now(credited.row(report)));
            Decided::New(Box::new(credited))
        }
        Err(why) => Decided::Refused { why, trace: Trace::of(found, None), flagged: None },
    }
}

/// What is on record under the order, for the campaign of the key or of any candidate. Where neither names a campaign, as
/// when a customer was forgotten since, it is what stands there under either of the actions that the order can have.
fn known_order<'a>(
    catalogue: &Catalogue,
    on_record: &'a OnRecord,
    incoming: &Incoming,
    found: &[Candidate],
) -> Option<&'a Known> {
    let report = &incoming.report;
    let tool_type = |campaign| catalogue.campaign(report.program_id, campaign).map(|campaign| campaign.tool_type);
    let campaigns = found.iter().filter_map(|candidate| Some(candidate.credit?.campaign_id));
    let mut tool_types: Vec<ToolType> = campaigns.chain(incoming.campaign_id).filter_map(tool_type).collect();
    if tool_types.is_empty() {
        tool_types.extend([ToolType::MultiActionIntegration, ToolType::SaleIntegration]);
    }
    tool_types.into_iter().find_map(|tool| on_record.order(&report.dedup_key(report.event.dedup_action(tool))))
}

/// How a report differs from what is on record, or from what a better report has told of it since. Of several that it names,
/// whoever is on record is meant; a report that names nobody by now, as when its customer was forgotten, cannot differ in that.
fn repeat(row: &ConversionRow, incoming: &Incoming, found: &[Candidate]) -> Repeat {
    let report = &incoming.report;
    let mut credits: Vec<Credit> = found.iter().filter_map(|candidate| candidate.credit).collect();
    if credits.is_empty() {
        credits.push(Credit { campaign_id: row.campaign_id, affiliate_id: row.affiliate_id, click: None });
    }
    let has_told = |said: &Said| credits.iter().any(|credit| said.has_told(&report.facts(credit)));
    let mut differing = Vec::new();
    if !row.said.as_ref().is_some_and(has_told) {
        let meant = credits.iter().find(|credit| credit.affiliate_id == row.affiliate_id).unwrap_or(&credits[0]);
        differing.extend(row.facts().differing(&report.facts(meant)));
    }
    let standing = Standing { sale: row.sale_status, came_the_same_way: row.channel == report.channel };
    let said = row.said.as_ref().map(|said| said.differing(&report.said(), &standing));
    differing.extend(said.unwrap_or_default());
    Repeat { id: row.id, differing, trace: Trace::of(found, None) }
}

/// A report that is trusted more than what is on record is judged as if it had come first.
fn take_over_order(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &mut OnRecord,
    (incoming, known): (&Incoming, Known),
) -> Decided {
    let Known { row, commission: Some(commission), was_decided } = known else {
        // Decided a moment ago in this very set, where the most trusted come first.
        return Decided::Repeat(repeat(&known.row, incoming, &[]));
    };
    let found = candidates(catalogue, on_record, incoming, row.received_at).unwrap_or_default();
    let judged = attribution::choose(&found, on_record.agreement(incoming)).and_then(|place| {
        let earned = Earned::instead_of((&row, &commission), was_decided);
        Credited::of(env, catalogue, on_record, (incoming, &found, place), earned)
    });
    let mut credited = match judged {
        Ok(credited) => credited,
        Err(why) => {
            let flagged = flag(on_record, Known { row, commission: Some(commission), was_decided });
            return Decided::Refused { why, trace: Trace::of(&found, None), flagged };
        }
    };
    let (contested, differing, payment) = contest(&row, &commission, (&incoming.report, &credited));
    let kind = contested.take_over();
    // That a better report was refused wants a look until the best has had its say.
    if row.flags.has(Flag::HigherReportRefused) && incoming.report.channel.trust() < Trust::FULL {
        credited.flags.raise(Flag::HigherReportRefused);
    }
    let made_up_for = MadeUpFor::of(catalogue, (&row, &commission), &credited).filter(|_| kind == Takeover::Compensate);
    let mut next = next_row(&row, &contested, (&incoming.report, &credited));
    made_up_for.iter().for_each(|told| told.apply(&mut next));
    let known = Known::now(next.clone());
    match kind {
        Takeover::Rewrite => {
            on_record.forget_payment(row.id);
            credited.note(on_record, &incoming.report, known);
        }
        Takeover::Confirm if credited.customer_learned(&row).is_some() => {
            on_record.forget_payment(row.id);
            credited.note(on_record, &incoming.report, known);
        }
        // Of its customer nothing is written but who brought them, which the report knows whatever becomes of the order.
        Takeover::Confirm | Takeover::Compensate | Takeover::Flag => {
            on_record.note_order(row.dedup_key(), known);
            credited.note_claim(on_record);
        }
    }
    let stays = contested.stays();
    let taken = TakenOver { kind, row, next, commission, payment, made_up_for, credited, differing, stays };
    Decided::TakenOver(Box::new(taken))
}

/// The row as it is from now on: made anew, or the one that is on record with what the better report adds to it. Once the
/// server has had its say, nobody wonders any more what a refused report would have said.
fn next_row(row: &ConversionRow, contested: &Contested, (report, credited): (&Report, &Credited)) -> ConversionRow {
    let kind = contested.take_over();
    let said = said(row, kind, (report, &credited.credit));
    let edition = row.edition + 1;
    if kind == Takeover::Rewrite {
        return ConversionRow { repeats: row.repeats, edition, said, ..credited.row(report) };
    }
    let mut next = ConversionRow {
        trust: level(report.channel.trust()),
        channel: report.channel,
        token_id: report.token_id,
        updated_at: report.received_at,
        edition,
        said,
        ..row.clone()
    };
    if contested.learns_of_purchase() {
        next.sale_status = credited.sale;
    }
    match kind {
        Takeover::Confirm => {
            next.referral_id = credited.customer_learned(row).map(|it| it.referral.id).or(row.referral_id);
        }
        Takeover::Compensate => next.affiliate_id = credited.credit.affiliate_id,
        Takeover::Rewrite | Takeover::Flag => {}
    }
    if matches!(kind, Takeover::Compensate | Takeover::Flag) {
        next.flags.raise(Flag::PaidDiffers);
    }
    if report.channel.trust() == Trust::FULL {
        next.flags.lower(Flag::HigherReportRefused);
    }
    next
}

/// What is said of an order once a better report has told more, and what that told where the row goes on showing what was told
/// first. Where nobody knows what the first one said, nobody ever will.
fn said(row: &ConversionRow, kind: Takeover, (better, credit): (&Report, &Credit)) -> Option<Said> {
    let said = row.said.as_ref()?.followed_by(&better.said());
    Some(match kind {
        Takeover::Confirm | Takeover::Rewrite => said,
        Takeover::Compensate | Takeover::Flag => said.beside(&better.facts(credit)),
    })
}

/// What a takeover goes by, in what the better report differs, and which payment of another customer's it says this to be.
fn contest(
    row: &ConversionRow,
    commission: &CommissionRow,
    (report, credited): (&Report, &Credited),
) -> (Contested, Vec<&'static str>, Option<Payment>) {
    let is_given_back = row.refunded_minor > 0 || row.sale_status == SaleStatus::Refunded;
    let is_whole = !is_given_back && row.adjusted_minor == row.amount_minor;
    let rule = credited.rule.as_ref().map(|rule| rule.id);
    // Of the same customer by the same rule it earns what it did, whatever has become of their other orders since.
    let learned = credited.customer_learned(row).map(|customer| customer.referral.id);
    let is_of_another = learned.is_some() && learned != row.referral_id;
    let earns = is_whole && (rule != commission.rule_id || is_of_another);
    let on_row = Telling {
        sale: row.sale_status,
        is_declined: row.status == ConversionStatus::Rejected,
        rule: commission.rule_id,
        earned: commission.amount().filter(|_| earns),
    };
    let better = Telling {
        sale: row.worth().sale(credited.sale),
        is_declined: report.purchase.stated == Some(CommissionStatus::Declined),
        rule,
        earned: credited.earning.commission,
    };
    let mut differing = row.facts().differing(&report.facts(&credited.credit));
    let has_other_facts = !differing.is_empty() || commission.is_compensated();
    differing.extend(on_row.differing(&better));
    let story = Story::of(&on_row, &better, has_other_facts);
    let payment = credited.payment.filter(|_| is_whole && is_of_another);
    (Contested { status: row.status, state: commission.state, is_whole, story }, differing, payment)
}

/// A refusal. What a report of less trust recorded under the order stays, and wants a look.
fn refused(
    catalogue: &Catalogue,
    on_record: &mut OnRecord,
    (incoming, found): (&Incoming, &[Candidate]),
    (why, trace): (Refusal, Trace),
) -> Decided {
    let trust = level(incoming.report.channel.trust());
    let known = known_order(catalogue, on_record, incoming, found);
    let lower = known.filter(|known| known.commission.is_some() && known.row.trust < trust).cloned();
    let flagged = lower.and_then(|known| flag(on_record, known));
    Decided::Refused { why, trace, flagged }
}

/// The row with its flag up, unless it is up already.
fn flag(on_record: &mut OnRecord, mut known: Known) -> Option<Box<ConversionRow>> {
    if known.row.flags.has(Flag::HigherReportRefused) {
        return None;
    }
    known.row.flags.raise(Flag::HigherReportRefused);
    known.row.edition += 1;
    let flagged = Box::new(known.row.clone());
    on_record.note_order(known.row.dedup_key(), known);
    Some(flagged)
}

/// The key under which a credited report must be unique.
pub(super) fn key_of(catalogue: &Catalogue, incoming: &Incoming, credit: &Credit) -> Result<DedupKey, Refusal> {
    let report = &incoming.report;
    let campaign = catalogue.campaign(report.program_id, credit.campaign_id).ok_or(Refusal::UnknownCampaign)?;
    Ok(report.dedup_key(report.event.dedup_action(campaign.tool_type)))
}
