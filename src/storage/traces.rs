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
#[must_use]
pub fn written(trace: &Trace) -> String {
    if trace.0.is_empty() {
        return String::new();
    }
    Value::from(trace.0.iter().map(object).collect::<Vec<_>>()).to_string()
}

fn object(traced: &Traced) -> Value {
    let mut object = Map::new();
    object.insert(SOURCE.into(), traced.source.as_str().into());
    if let Some(affiliate) = traced.affiliate {
        object.insert(AFFILIATE.into(), affiliate.to_string().into());
    }
    if let Some(campaign) = traced.campaign {
        object.insert(CAMPAIGN.into(), campaign.to_string().into());
    }
    if let Some(at) = traced.clicked_at {
        object.insert(CLICKED_AT.into(), at.millis().into());
    }
    if let Some(window) = traced.window {
        object.insert(WINDOW.into(), window.days().into());
    }
    object.insert(FINDING.into(), traced.finding.as_str().into());
    Value::Object(object)
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
