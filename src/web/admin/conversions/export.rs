//! The filtered list as a file for spreadsheets and other programs (`docs/conversions-csv.md` names every column).
//!
//! It is read and sent piece by piece, from the newest back, so that its size costs no memory and what arrives meanwhile
//! cannot shift it. A connection that breaks off ends in the middle of a chunk, which no client takes for the whole.

use std::fmt::Display;
use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;

use super::list_query::{Asked, FILTERS};
use crate::app::App;
use crate::domain::id::ConversionId;
use crate::domain::invisible::is_invisible;
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;
use crate::storage::conversions::list::{self, Listed, Wanted};
use crate::web::access::people::Viewer;
use crate::web::error::WebError;
use crate::web::page;
use crate::web::query::Query;

/// Conversions read at a time.
const PIECE: i64 = 500;

/// What a cell is made of.
struct Line<'a> {
    row: &'a ConversionRow,
    commission: Option<&'a CommissionRow>,
    catalogue: &'a Catalogue,
    program: &'a Program,
}

type Column = (&'static str, fn(&Line<'_>) -> String);

/// Every column, in its order. Columns are added at the end and none is renamed, because others' programs read them.
const COLUMNS: [Column; 39] = [
    ("conversion_id", |line| line.row.id.to_string()),
    ("order_id", |line| defused(line.row.order_id.as_str())),
    ("action", |line| defused(&line.row.action)),
    ("mode", |line| line.row.mode.to_string()),
    ("received_at", |line| line.row.received_at.to_string()),
    ("local_day", |line| line.program.zone.written(line.row.received_at, "%Y-%m-%d")),
    ("event", |line| line.row.event_type.to_string()),
    ("event_name", |line| defused(line.row.event_name.as_deref().unwrap_or_default())),
    ("campaign_id", |line| line.row.campaign_id.to_string()),
    ("campaign", |line| defused(line.campaign())),
    ("affiliate_id", |line| line.row.affiliate_id.to_string()),
    ("affiliate_code", |line| defused(line.affiliate_code())),
    ("affiliate", |line| defused(line.affiliate())),
    ("status", |line| line.row.status.to_string()),
    ("sale_status", |line| line.row.sale_status.to_string()),
    ("flags", |line| line.row.flags.words()),
    ("currency", |line| line.row.currency.code().to_owned()),
    ("amount", |line| line.row.amount().to_string()),
    ("adjusted_amount", |line| Money::new(line.row.adjusted_minor, line.row.currency).to_string()),
    ("refunded_amount", |line| Money::new(line.row.refunded_minor, line.row.currency).to_string()),
    ("remaining_amount", |line| line.row.remaining().to_string()),
    ("exchange_rate", |line| or_empty(line.row.fx_rate)),
    ("exchange_day", |line| or_empty(line.row.fx_day)),
    ("base_currency", |line| line.row.base_currency.code().to_owned()),
    ("base_amount", |line| or_empty(line.row.base())),
    ("commission_id", |line| or_empty(line.commission.map(|commission| commission.id))),
    ("commission_amount", |line| or_empty(line.commission.and_then(CommissionRow::amount))),
    ("commission_booked", |line| or_empty(line.commission.map(CommissionRow::booked))),
    ("commission_state", |line| or_empty(line.commission.map(|commission| commission.state))),
    ("hold_reason", |line| or_empty(line.commission.and_then(|commission| commission.hold_reason))),
    ("hold_until", |line| or_empty(line.commission.and_then(|commission| commission.hold_until))),
    ("rule_id", |line| or_empty(line.commission.and_then(|commission| commission.rule_id))),
    ("payout_id", |line| or_empty(line.commission.and_then(|commission| commission.payout_id))),
    ("channel", |line| line.row.channel.to_string()),
    ("trust", |line| line.row.trust.to_string()),
    ("click_id", |line| or_empty(line.row.click_id)),
    ("referral_id", |line| or_empty(line.row.referral_id)),
    ("repeats", |line| line.row.repeats.to_string()),
    ("updated_at", |line| line.row.updated_at.to_string()),
];

impl Line<'_> {
    fn campaign(&self) -> &str {
        let campaign = self.catalogue.campaign(self.program.id, self.row.campaign_id);
        campaign.map_or("", |campaign| campaign.name.as_str())
    }

    fn affiliate(&self) -> &str {
        let affiliate = self.catalogue.affiliate(self.program.id, self.row.affiliate_id);
        affiliate.map_or("", |affiliate| affiliate.name.as_str())
    }

    fn affiliate_code(&self) -> &str {
        let affiliate = self.catalogue.affiliate(self.program.id, self.row.affiliate_id);
        affiliate.map_or("", |affiliate| affiliate.code.as_str())
    }
}

fn or_empty(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A text that somebody else wrote, so that no spreadsheet takes it for a formula: what begins like one gets an apostrophe
/// before it, which spreadsheets do not show. What cannot be seen before it makes no difference: some drop it.
fn defused(text: &str) -> String {
    let begins_a_cell = text.starts_with(['\t', '\r', '\n']);
    let is_live = text.trim_start_matches(is_invisible).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || begins_a_cell;
    if is_live { format!("'{text}") } else { text.to_owned() }
}

/// How far an export has come.
struct Progress {
    app: Data<App>,
    catalogue: Arc<Catalogue>,
    program: Program,
    next: Next,
}

enum Next {
    /// The names of the columns, and then these conversions.
    Head(Option<Wanted>),
    /// The conversions older than that one.
    Piece(Wanted, Option<ConversionId>),
    End,
}

/// `GET /admin/{program}/conversions.csv`: the list under the same filters. Where these cannot be read, the list says why.
///
/// # Errors
/// [`WebError`] before anything is sent; afterwards the connection is closed.
pub async fn export(
    app: Data<App>,
    viewer: Viewer,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let catalogue = app.catalogue().clone();
    let program = viewer.program.clone();
    let asked = Asked::read(&query, &catalogue, &program);
    if !asked.errors.is_empty() {
        let list = query.address(&format!("/admin/{}/conversions", program.slug), &FILTERS);
        return Ok(page::see_other(list.trim_end_matches(['?', '&'])));
    }
    let today = program.zone.written(app.environment.clock.now(), "%Y-%m-%d");
    let name = format!("attachment; filename=\"{}-conversions-{today}.csv\"", program.slug);
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/csv; charset=utf-8; header=present");
    answer.insert_header((CONTENT_DISPOSITION, name)).insert_header((CACHE_CONTROL, "no-store"));
    if request.method() == actix_web::http::Method::HEAD {
        return Ok(answer.finish());
    }
    let progress = Progress { app, catalogue, program, next: Next::Head(asked.wanted) };
    Ok(answer.streaming(stream::try_unfold(progress, go_on)))
}

/// The next bytes, with what is left to do.
async fn go_on(mut progress: Progress) -> Result<Option<(Bytes, Progress)>, WebError> {
    let bytes = match std::mem::replace(&mut progress.next, Next::End) {
        Next::End => return Ok(None),
        Next::Head(wanted) => {
            progress.next = wanted.map_or(Next::End, |wanted| Next::Piece(wanted, None));
            written([COLUMNS.map(|(name, _)| name.to_owned())])?
        }
        Next::Piece(wanted, before) => {
            let (program, asked) = (progress.program.id, wanted.clone());
            let rows = progress.app.read(move |conn| list::piece(conn, program, &asked, before, PIECE)).await?;
            if let Some((last, _)) = rows.last() {
                progress.next = Next::Piece(wanted, Some(last.id));
            }
            written(rows.iter().map(|row| cells(&progress.catalogue, &progress.program, row)))?
        }
    };
    Ok(Some((bytes, progress)))
}

fn cells(catalogue: &Catalogue, program: &Program, (row, commission): &Listed) -> [String; COLUMNS.len()] {
    let line = Line { row, commission: commission.as_ref(), catalogue, program };
    COLUMNS.map(|(_, cell)| cell(&line))
}

/// These lines as RFC 4180 wants them.
fn written(lines: impl IntoIterator<Item = [String; COLUMNS.len()]>) -> Result<Bytes, WebError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer.write_record(&line).map_err(|error| WebError::Failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| WebError::Failed(error.to_string()))?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, defused, written};

    #[test]
    fn what_others_wrote_is_no_formula() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\r=1",
            " =1",
            "＝1",
            "\u{200b}=1",
            "\u{feff}+1",
            "\u{a0}\u{2060}@A",
            "\u{202e}-1",
            "=HYPERLINK(\"http://evil\")",
        ] {
            assert_eq!(defused(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "AF-1", "a=b", "1+1", "'=1", "\u{200b}a=b", "Ünal & Söhne"] {
            assert_eq!(defused(text), text, "{text:?}");
        }
    }

    #[test]
    fn quotes_commas_and_lines_stay_in_their_cells() {
        let mut line = COLUMNS.map(|_| String::new());
        (line[0], line[1], line[2]) = ("a,b".into(), "say \"no\"".into(), "two\nlines".into());
        let bytes = written([line]).expect("it is written");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        assert!(text.starts_with("\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",") && text.ends_with(",\r\n"), "{text}");
    }

    #[test]
    fn every_column_is_told_of_in_the_documents() {
        let document = include_str!("../../../../docs/conversions-csv.md");
        for (name, _) in COLUMNS {
            assert!(document.contains(&format!("| `{name}` |")), "{name}");
        }
        assert_eq!(document.matches("\n| `").count(), COLUMNS.len(), "and no other");
    }
}
