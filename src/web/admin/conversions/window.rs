//! The bar that shows where in a click's window its order came.

use std::time::Duration;

use super::told::stretch;
use crate::domain::time::{Timestamp, Window, Zone};
use crate::web::filters::{day, minute};

/// One drawing of the bar: where its parts lie, in the drawing's own units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    /// How wide the drawing is.
    pub(super) width: u64,
    /// Where the track begins.
    pub(super) from: u64,
    /// How long the track is.
    pub(super) track: u64,
    /// How long the part before the order is.
    pub(super) fill: u64,
    /// Where the track ends.
    pub(super) to: u64,
    /// Where the order stands.
    pub(super) mark: u64,
    /// Whether the order's words end at the mark instead of beginning there, because it lies far to the right.
    pub(super) ends: bool,
}

/// The window of the click that decided.
pub(super) struct WindowBar {
    wide: Bar,
    narrow: Bar,
    pub(super) label: String,
    pub(super) clicked: String,
    pub(super) came: String,
    pub(super) ended: String,
    pub(super) sentence: String,
}

/// How long a window is: days of 24 hours.
pub(super) fn length(window: Window) -> Duration {
    Duration::from_secs(u64::from(window.days()) * 86_400)
}

const EDGE: u64 = 6;

fn bar(width: u64, elapsed: u64, whole: u64) -> Bar {
    let track = width - 2 * EDGE;
    let fill = (track * elapsed.min(whole)).checked_div(whole).unwrap_or(0);
    let mark = EDGE + fill;
    Bar { width, from: EDGE, track, fill, to: width - EDGE, mark, ends: mark * 2 > width }
}

impl WindowBar {
    /// Both drawings, each with the classes that say on which screens it is shown.
    pub(super) fn bars(&self) -> [(Bar, &'static str); 2] {
        [(self.wide, "d-none d-md-block"), (self.narrow, "d-md-none")]
    }

    /// Draws it for an order received at `received` after a click.
    pub(super) fn new(clicked: Timestamp, window: Window, received: Timestamp, zone: &Zone) -> Self {
        let end = clicked.plus(length(window));
        let after = received.since(clicked);
        let (elapsed, whole) = (after.as_secs(), length(window).as_secs());
        let which = elapsed / 86_400 + 1;
        let days = if window.days() == 1 { "1 day".to_owned() } else { format!("{} days", window.days()) };
        Self {
            wide: bar(760, elapsed, whole),
            narrow: bar(330, elapsed, whole),
            label: format!(
                "Window from {} to {}; the order came on day {which} of {}",
                day(clicked, zone),
                day(end, zone),
                window.days()
            ),
            clicked: minute(clicked, zone),
            came: minute(received, zone),
            ended: minute(end, zone),
            sentence: format!(
                "{days}, frozen on the click. The order came after {}, by the time the server received it.",
                stretch(after)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, bar};

    #[test]
    fn the_mark_lies_where_the_order_came() {
        let at = |elapsed| bar(760, elapsed, 1_000);
        let start = Bar { width: 760, from: 6, track: 748, fill: 0, to: 754, mark: 6, ends: false };
        assert_eq!(at(0), start);
        assert_eq!(at(1_000), Bar { fill: 748, mark: 754, ends: true, ..start });
        assert_eq!(at(500), Bar { fill: 374, mark: 380, ends: false, ..start });
        assert_eq!(at(9_999), at(1_000), "never beyond the end");
        assert_eq!(bar(760, 5, 0).fill, 0);
    }
}
