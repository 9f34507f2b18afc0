//! How a trace lies in its column: a JSON list, one object per candidate.

use serde_json::{Map, Value};

use crate::domain::time::{Timestamp, Window};
use crate::domain::trace::{Finding, Trace, Traced};

const SOURCE: &str = "source";
const AFFILIATE: &str = "affiliate";
const CAMPAIGN: &str = "campaign";
const CLICKED_AT: &str = "clicked_at";
const WINDOW: &str = "window_days";
const FINDING: &str = "finding";

/// The text that is stored. Nothing for an empty trace.
///
/// Written by hand, because it is made for every conversion: words, ids and numbers need no escaping.
#[must_use]
pub fn written(trace: &Trace) -> String {
    if trace.0.is_empty() {
        return String::new();
    }
    let mut text = String::with_capacity(trace.0.len() * 200);
    for (place, traced) in trace.0.iter().enumerate() {
        text.push(if place == 0 { '[' } else { ',' });
        push_object(&mut text, traced);
    }
    text.push(']');
    text
}

fn push_object(text: &mut String, traced: &Traced) {
    push_member(text, '{', SOURCE, traced.source.as_str());
    if let Some(affiliate) = traced.affiliate {
        push_member(text, ',', AFFILIATE, &affiliate.to_string());
    }
    if let Some(campaign) = traced.campaign {
        push_member(text, ',', CAMPAIGN, &campaign.to_string());
    }
    if let Some(at) = traced.clicked_at {
        push_number(text, CLICKED_AT, at.millis());
    }
    if let Some(window) = traced.window {
        push_number(text, WINDOW, i64::from(window.days()));
    }
    push_member(text, ',', FINDING, traced.finding.as_str());
    text.push('}');
}

fn push_member(text: &mut String, before: char, name: &str, value: &str) {
    text.push(before);
    for part in ["\"", name, "\":\"", value, "\""] {
        text.push_str(part);
    }
}

fn push_number(text: &mut String, name: &str, number: i64) {
    for part in [",\"", name, "\":"] {
        text.push_str(part);
    }
    text.push_str(&number.to_string());
}

/// Reads it back; none where nothing is stored, or nothing that can be read.
#[must_use]
pub fn read(text: &str) -> Option<Trace> {
    let objects: Vec<Map<String, Value>> = serde_json::from_str(text).ok()?;
    objects.iter().map(traced).collect::<Option<Vec<_>>>().map(Trace)
}

fn traced(object: &Map<String, Value>) -> Option<Traced> {
    let word = |name: &str| object.get(name).and_then(Value::as_str);
    Some(Traced {
        source: word(SOURCE)?.parse().ok()?,
        affiliate: word(AFFILIATE).and_then(|id| id.parse().ok()),
        campaign: word(CAMPAIGN).and_then(|id| id.parse().ok()),
        clicked_at: object.get(CLICKED_AT).and_then(Value::as_i64).map(Timestamp::from_millis),
        window: object.get(WINDOW).and_then(Value::as_u64).and_then(read_window),
        finding: Finding::from_word(word(FINDING)?)?,
    })
}

fn read_window(days: u64) -> Option<Window> {
    Window::from_days(u32::try_from(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::{read, written};
    use crate::domain::attribution::{Refusal, Source};
    use crate::domain::id::Id;
    use crate::domain::time::{Timestamp, Window};
    use crate::domain::trace::{Finding, Trace, Traced};

    #[test]
    fn a_trace_is_read_back_as_it_was() {
        let at = Timestamp::from_millis(1_790_000_000_000);
        let winner = Traced {
            source: Source::ClickToken,
            affiliate: Some(Id::at(at, [1; 10])),
            campaign: Some(Id::at(at, [2; 10])),
            clicked_at: Some(at),
            window: Some(Window::DEFAULT),
            finding: Finding::Credited,
        };
        let unknown = Traced {
            source: Source::Coupon,
            affiliate: None,
            campaign: None,
            clicked_at: None,
            window: None,
            finding: Finding::Refused(Refusal::UnknownCoupon),
        };
        let outranked =
            Traced { source: Source::Email, clicked_at: None, window: None, finding: Finding::Outranked, ..winner };
        let trace = Trace(vec![winner, unknown, outranked]);
        assert_eq!(read(&written(&trace)), Some(trace));
        assert_eq!((written(&Trace::default()), read("")), (String::new(), None));
        assert_eq!(read("[{\"source\":\"a star\"}]"), None);
    }
}
