use proptest::prelude::*;

use super::*;

const KEY: AuditKey = AuditKey::new([7; 32]);

fn entry<'a>(actor: &'a str, action: &'a str, subject: &'a str) -> AuditEntry<'a> {
    let (program, user) = (Some(ProgramId::from_uuid(Uuid::from_u128(1))), Some(UserId::from_uuid(Uuid::from_u128(2))));
    AuditEntry { sequence: 3, program, actor, user, action, subject, noted_at: Timestamp::from_millis(4) }
}

/// Each column, changed by itself, and the row before it: another link.
#[test]
fn a_link_covers_every_column_and_the_row_before() {
    let row = entry("user", "campaign_created", "camp_1");
    let changed = [
        ("the number", "p", AuditEntry { sequence: 4, ..row }),
        ("the program", "p", AuditEntry { program: Some(ProgramId::from_uuid(Uuid::from_u128(9))), ..row }),
        ("the program gone", "p", AuditEntry { program: None, ..row }),
        ("the actor", "p", AuditEntry { actor: "stranger", ..row }),
        ("the person", "p", AuditEntry { user: Some(UserId::from_uuid(Uuid::from_u128(9))), ..row }),
        ("the person gone", "p", AuditEntry { user: None, ..row }),
        (
            "person and program swapped",
            "p",
            AuditEntry {
                program: Some(ProgramId::from_uuid(Uuid::from_u128(2))),
                user: Some(UserId::from_uuid(Uuid::from_u128(1))),
                ..row
            },
        ),
        ("the action", "p", AuditEntry { action: "campaign_changed", ..row }),
        ("the subject", "p", AuditEntry { subject: "camp_2", ..row }),
        ("the time", "p", AuditEntry { noted_at: Timestamp::from_millis(5), ..row }),
        ("the row before", "q", row),
    ];
    let link = KEY.link("p", &row);
    assert_eq!(link, KEY.link("p", &row));
    for (what, previous, changed) in changed {
        assert_ne!(link, KEY.link(previous, &changed), "{what}");
    }
    assert_ne!(link, AuditKey::new([8; 32]).link("p", &row), "another key");
    assert_ne!(KEY.seal(3, "p"), KEY.seal(4, "p"));
    assert_ne!(KEY.seal(3, "p"), KEY.seal(3, "q"));
}

/// A phrase stands between two names, so it neither begins as a sentence nor ends as one.
#[test]
fn every_action_can_be_said() {
    for action in Action::ALL {
        let phrase = action.phrase();
        assert!(phrase.starts_with(|first: char| first.is_ascii_lowercase()), "{action}: {phrase}");
        assert!(phrase.ends_with(|last: char| last.is_ascii_lowercase()), "{action}: {phrase}");
    }
}

proptest! {
    /// However the letters are shared out between neighbouring columns, two different rows have two links.
    #[test]
    fn no_two_rows_have_the_same_bytes(
        one in ("[ab]{0,3}", "[ab]{0,3}", "[ab]{0,3}", "[ab]{0,3}"),
        other in ("[ab]{0,3}", "[ab]{0,3}", "[ab]{0,3}", "[ab]{0,3}"),
    ) {
        let link = |(previous, actor, action, subject): &(String, String, String, String)| {
            KEY.link(previous, &entry(actor, action, subject))
        };
        prop_assert_eq!(one == other, link(&one) == link(&other));
    }
}
