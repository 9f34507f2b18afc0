//! The fields by which lists are filtered and cut into pages, each into its own type or into a sentence that names it.

use crate::domain::time::{LocalDay, TimeError, Timestamp, Zone};

use super::field::{Field, Kind};
use super::{FieldError, Fields, shared};

/// Says which field of a list stands there blank or as a list, if one does. It may be left out; but a variable without its
/// value must not become "everything" for a script that decides about what a list answers.
///
/// # Errors
/// [`FieldError`] that names the first.
pub fn said_once(fields: &Fields, known: &[Field]) -> Result<(), FieldError> {
    known.iter().try_for_each(|field| shared::not_blank(fields, &[field.name]).and_then(|()| one_value(fields, field)))
}

/// Makes sure that a filter is not overlooked because it was written as a list, such as `status[]=pending`: unknown fields are
/// ignored, and without it everything would be answered.
fn one_value(fields: &Fields, field: &Field) -> Result<(), FieldError> {
    let is_listed = |name: &str| name.strip_prefix(field.name).is_some_and(|rest| rest.starts_with('['));
    if !matches!(field.kind, Kind::Ids) && fields.names().any(is_listed) {
        return Err(FieldError::malformed(field.name, "must be one value, not a list"));
    }
    Ok(())
}

/// A whole number from `least` to `most`, if there is one.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn number(fields: &Fields, name: &'static str, (least, most): (i64, i64)) -> Result<Option<i64>, FieldError> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    let number = value.as_text_or_integer().and_then(|text| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| digits && (least..=most).contains(number))
    });
    let refused = || FieldError::malformed(name, format_args!("must be a whole number from {least} to {most}"));
    number.map(Some).ok_or_else(refused)
}

/// Which end of a range a moment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where it begins.
    First,
    /// Where it ends.
    Last,
}

/// An end of a range, if it is given: a day, which is a whole one in the zone, or a moment with its offset. Both belong to
/// the range; what is answered for its last end is the first moment that does not.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn moment(fields: &Fields, name: &'static str, zone: &Zone, end: End) -> Result<Option<Timestamp>, FieldError> {
    if fields.get(name).is_none() {
        return Ok(None);
    }
    let text = shared::text(fields, name)?.trim();
    let refuse = |error: TimeError| FieldError::malformed(name, error);
    let moment = if text.len() <= 10 {
        let day = LocalDay::parse(text).map_err(refuse)?;
        if end == End::First { zone.day_start(day) } else { zone.day_end_exclusive(day) }
    } else {
        let at = Timestamp::parse_rfc3339(text).map_err(refuse)?;
        if end == End::First { at } else { Timestamp::from_millis(at.millis().saturating_add(1)) }
    };
    Ok(Some(moment))
}
