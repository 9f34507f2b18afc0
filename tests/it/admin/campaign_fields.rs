//! Every field of the campaign form, refused by name, with everything typed still there.

use accrue::domain::user::Role;

use super::campaign_desk::{Filled, LIST, create, somebody};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

/// What is wrong with one field, in words.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

const CASES: &[Case] = &[
    ("no name", &[("name", "  ")], "name", "Campaign Name must not be blank."),
    ("a name of two lines", &[("name", "a\nb")], "name", "Campaign Name must not contain control characters."),
    (
        "no tool type",
        &[("tool_type", "x")],
        "tool_type",
        "Tool Type must be one of sale_integration, single_action_integration, multi_action_integration, click_integration.",
    ),
    (
        "no address",
        &[("target_url", "shop.example")],
        "target_url",
        "Target URL must be a complete address that begins with https:// or http://.",
    ),
    (
        "a script",
        &[("target_url", "javascript:alert(1)")],
        "target_url",
        "Target URL must be a complete address that begins with https:// or http://.",
    ),
    (
        "a user in the address",
        &[("target_url", "https://a@b.example")],
        "target_url",
        "Target URL must not have a user name or password before the host.",
    ),
    ("no window", &[("window", "")], "window", "Attribution window must be a whole number of days from 1 to 3650."),
    ("half a day", &[("window", "1.5")], "window", "Attribution window must be a whole number of days from 1 to 3650."),
    (
        "eleven years",
        &[("window", "3651")],
        "window",
        "Attribution window must be a whole number of days from 1 to 3650.",
    ),
    ("more than everything", &[("commission", "100.01")], "commission", "Commission must be from 0 to 100 percent."),
    (
        "a decimal comma",
        &[("commission", "12,5")],
        "commission",
        "Commission must have a full stop before its decimals: write 12.5.",
    ),
    ("words", &[("commission", "ten")], "commission", "Commission must be a number, such as 12.5."),
    ("a minus", &[("commission", "-1")], "commission", "Commission must not have a sign."),
    (
        "tenths of a cent",
        &[("basis", "flat"), ("commission", "5.001")],
        "commission",
        "Commission must not have more than 2 decimals in USD.",
    ),
    (
        "no kind of commission",
        &[("basis", "x")],
        "basis",
        "Commission rule must be a percentage, a flat amount, or both.",
    ),
    (
        "an address for a host",
        &[("hosts", "shop.example\nhttps://x.example/")],
        "hosts",
        "Allowed hosts must have one host per line, such as shop.example or *.shop.example; line 2 is something else.",
    ),
    ("no status", &[("status", "archived")], "status", "Status must be one of public, in_review, draft."),
    ("no day at all", &[("lifetime", "")], "first_day", "First day or last day must be given, or Lifetime ticked."),
    (
        "a day that does not exist",
        &[("lifetime", ""), ("first_day", "2026-02-30")],
        "first_day",
        "First day must be a date that exists, such as 2026-03-31.",
    ),
    (
        "the end before the beginning",
        &[("lifetime", ""), ("first_day", "2026-03-02"), ("last_day", "2026-03-01")],
        "last_day",
        "Last day must not be before the first day.",
    ),
    ("no method", &[("method", "")], "method", "Integration method must be one of the cards."),
    (
        "a video without an address",
        &[("video_url", "film")],
        "video_url",
        "Video URL must be a complete address that begins with https:// or http://.",
    ),
];

fn filled(start: Filled, changes: &[(&str, &str)]) -> Filled {
    changes.iter().fold(start, |filled, (name, value)| match (*name, *value) {
        ("lifetime", "") => filled.without("lifetime"),
        (name, value) => filled.with(name, value),
    })
}

on_each_engine! {
    fn every_field_is_refused_by_name_and_what_was_typed_is_kept(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        marta.open(&format!("{LIST}/new?kind=video"));
        let stored = create(&mut marta, &Filled::new("video"));
        for (case, changes, field, sentence) in CASES {
            for (target, start) in [(LIST, Filled::new("video")), (&*stored, Filled::new("video").with("edition", "x"))] {
                let kept = start.with("category", "kept <b>&");
                let answer = filled(kept, changes).send(&mut marta, target);
                assert_eq!(answer.status, 422, "{case}: {}", answer.words());
                assert_eq!(answer.error_at(field).as_deref(), Some(*sentence), "{case}");
                assert!(answer.says("One field needs another look. Nothing was saved."), "{case}: {}", answer.words());
                assert_eq!(answer.value_of("category").as_deref(), Some("kept <b>&"), "{case}");
                for (name, value) in changes.iter().filter(|(name, _)| answer.value_of(name).is_some() && *name != "basis" && *name != "status" && *name != "method" && *name != "lifetime") {
                    assert_eq!(answer.value_of(name).as_deref(), Some(*value), "{case}");
                }
            }
        }
        assert_eq!(marta.open(LIST).html.matches("<th scope=\"row\"").count(), 1, "nothing was made");
    }

    fn texts_have_their_lengths(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        marta.open(&format!("{LIST}/new?kind=text"));
        for (field, label, most) in [
            ("name", "Campaign Name", 120),
            ("category", "Category", 60),
            ("plugin_name", "Integration Plugin Name", 80),
            ("headline", "Headline", 120),
            ("ad_text", "Ad text", 2_000),
        ] {
            let refused = Filled::new("text").with(field, &"é".repeat(most + 1)).send(&mut marta, LIST);
            let sentence = format!("{label} must not be longer than {most} characters.");
            assert_eq!((refused.status, refused.error_at(field)), (422, Some(sentence)));
            assert_eq!(Filled::new("text").with(field, &"é".repeat(most)).send(&mut marta, LIST).status, 303, "{field}");
        }
    }

    fn each_tab_counts_its_own_errors(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        marta.open(&format!("{LIST}/new?kind=link"));
        let wrong = Filled::new("link").with("name", "").with("window", "x").with("method", "none").with("tab", "integration");
        let answer = wrong.send(&mut marta, LIST);
        assert!(answer.says("General Settings 2 fields to correct") && answer.says("Integration Setup 1 field to correct"), "{}", answer.words());
        assert!(answer.says("3 fields need another look."));
        assert_eq!(answer.value_of("tab").as_deref(), Some("general"), "the first tab with an error is in front");
    }

    /// BRW-3, as far as these pages go: what is typed is text, wherever it is shown.
    fn what_is_typed_is_never_markup(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        let payload = "\"><img src=x onerror=alert(1)>'</textarea></script><script>alert(2)</script>";
        marta.open(&format!("{LIST}/new?kind=text"));
        let fields = ["name", "category", "plugin_name", "headline", "ad_text"];
        let all = fields.iter().fold(Filled::new("text"), |filled, field| filled.with(field, &payload[..59]));
        let form = create(&mut marta, &all);
        let shown = marta.open(&form);
        let id = form.rsplit('/').next().expect("an id");
        let stale = all.with("edition", "x").with("name", "other").send(&mut marta, &form);
        assert_eq!(stale.status, 409);
        let pages = [
            shown,
            stale,
            marta.open(LIST),
            marta.open(&format!("{LIST}?setup={id}")),
            marta.open(&format!("{LIST}?q=%22%3E%3Cscript%3Ealert(3)%3C/script%3E")),
            Filled::new("text").with("name", payload).with("window", payload).with("hosts", payload).send(&mut marta, LIST),
        ];
        for page in pages {
            for injected in ["<img src=x", "<script>alert", "onerror=alert(1)>"] {
                assert!(!page.html.contains(injected), "{injected} in {}", page.html);
            }
        }
    }
}
