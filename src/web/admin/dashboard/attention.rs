//! What waits for somebody, each with the page where it is dealt with.

use super::data::{Figures, MOST_COUNTED};
use crate::domain::affiliate::AffiliateStatus;
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::storage::catalogue::Catalogue;
use crate::web::filters::{amount, day, grouped};

/// Something to be done.
pub(super) struct Wish {
    pub(super) icon: &'static str,
    pub(super) words: String,
    pub(super) note: String,
    pub(super) path: &'static str,
    pub(super) button: &'static str,
}

/// A number of things, counted as far as was counted: `1 report`, `14 reports`, `1,000 or more reports`.
fn counted(number: usize, one: &str, many: &str) -> String {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    match number {
        1 => format!("1 {one}"),
        MOST_COUNTED.. => format!("{} or more {many}", grouped(MOST_COUNTED)),
        number => format!("{} {many}", grouped(number)),
    }
}

/// The first two of these names, and how many more there are.
fn first(names: &[&str]) -> String {
    let shown = names.iter().take(2).copied().collect::<Vec<_>>().join(", ");
    if names.len() > 2 { format!("{shown} and {} more", names.len() - 2) } else { shown }
}

/// The names of those to whom something is payable.
fn owed<'a>(figures: &Figures, catalogue: &'a Catalogue, program: &Program) -> Vec<&'a str> {
    let owed = figures.money.iter().filter(|(_, money)| money.payable_minor() > 0);
    owed.filter_map(|(id, _)| catalogue.affiliate(program.id, *id).map(|affiliate| affiliate.name.as_str())).collect()
}

pub(super) fn wishes(figures: &Figures, catalogue: &Catalogue, program: &Program) -> Vec<Wish> {
    let applicants: Vec<&str> = catalogue
        .affiliates_of(program.id)
        .filter(|affiliate| affiliate.status == AffiliateStatus::Pending)
        .map(|affiliate| affiliate.name.as_str())
        .collect();
    let waiting = Money::new(figures.all_money().waiting_minor, program.base_currency);
    let oldest = figures.waiting.1.map(|since| format!("Oldest {} · ", day(since, &program.zone)));
    let money = format!("{}{} {}", oldest.unwrap_or_default(), amount(waiting), program.base_currency.code());
    let wish = |number, icon, (one, many), note: String, (path, button)| {
        (number > 0).then(|| Wish { icon, words: counted(number, one, many), note, path, button })
    };
    let owed = owed(figures, catalogue, program);
    let all = [
        wish(
            figures.waiting.0,
            "coins",
            ("conversion to review", "conversions to review"),
            money,
            ("/conversions?view=review", "Review"),
        ),
        wish(
            figures.flagged,
            "alert-triangle",
            ("of them is marked", "of them are marked"),
            "Something about them wants a closer look".to_owned(),
            ("/conversions?view=review&flagged=yes", "Show marked"),
        ),
        wish(
            figures.without_rate,
            "hourglass",
            ("conversion waits for an exchange rate", "conversions wait for an exchange rate"),
            "Its commission is held until one is there".to_owned(),
            ("/settings/exchange-rates", "Import rates"),
        ),
        wish(
            figures.attempts,
            "inbox",
            ("report was not recorded", "reports were not recorded"),
            "In the last 24 hours".to_owned(),
            ("/attempts", "Find out why"),
        ),
        wish(
            owed.len(),
            "send",
            ("affiliate to pay", "affiliates to pay"),
            first(&owed),
            ("/affiliates?money=payable", "Pay"),
        ),
        wish(
            applicants.len(),
            "users",
            ("affiliate asks to join", "affiliates ask to join"),
            first(&applicants),
            ("/affiliates?status=pending", "Answer"),
        ),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::{counted, first};

    #[test]
    fn two_are_named_and_the_others_counted() {
        for (names, words) in [("", ""), ("Anna", "Anna"), ("Anna Ben", "Anna, Ben"), ("A B C D", "A, B and 2 more")] {
            assert_eq!(first(&names.split_whitespace().collect::<Vec<_>>()), words);
        }
    }

    #[test]
    fn a_number_says_when_nobody_counted_further() {
        for (number, words) in
            [(1, "1 report"), (2, "2 reports"), (999, "999 reports"), (1_000, "1,000 or more reports")]
        {
            assert_eq!(counted(number, "report", "reports"), words);
        }
    }
}
