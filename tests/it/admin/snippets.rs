//! The code examples of Integration Setup, run as they are copied, in every language that is on this machine.

use std::process::{Command, Stdio};

use accrue::domain::campaign::IntegrationMethod;
use accrue::domain::currency::Currency;
use accrue::operations::create_campaign::NewCampaign;
use accrue::web::admin::integration_setup::snippet::{Language, Snippet};
use accrue::web::admin::integration_setup::{Endpoints, Examples};

use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id, plan};
use crate::support::requirement::{Requirement, find_program, skip};
use crate::support::wire::readable;
use crate::support::world::Campaign;

/// What runs an example: a program, and what stands before the example's text.
fn interpreter(language: Language) -> (&'static str, &'static [&'static str]) {
    match language {
        Language::Curl => ("bash", &["-c"]),
        Language::Php => ("php", &["-r"]),
        Language::Node => ("node", &["--input-type=module", "-e"]),
        Language::Python => ("python3", &["-c"]),
    }
}

/// Runs an example and answers with what it printed; nothing where its language is not on the machine.
fn run(language: Language, text: &str) -> Option<String> {
    let (program, arguments) = interpreter(language);
    let needed: &[&str] = if language == Language::Curl { &["bash", "curl"] } else { &[program] };
    if let Some(missing) = needed.iter().find(|program| find_program(program).is_none()) {
        skip(Requirement::Languages, &format!("{missing} is not installed; its example was not run"));
        return None;
    }
    let mut command = Command::new(program);
    command.args(arguments).arg(text).env("no_proxy", "127.0.0.1").stdin(Stdio::null());
    let output = command.output().unwrap_or_else(|why| panic!("{program} cannot be run: {why}"));
    let (printed, complaints) = (readable(&output.stdout), readable(&output.stderr));
    assert!(output.status.success(), "{program} fails on\n{text}\n{complaints}\n{printed}");
    Some(printed)
}

fn examples(house: &House, campaign: &Campaign) -> Examples {
    Examples::of(&Endpoints::of(&house.app().public_url), campaign_id(campaign), Currency::USD)
}

/// The example with the key, and these words in the place of others: each must be there.
fn filled(snippet: &Snippet, campaign: &Campaign, words: &[(&str, &str)]) -> String {
    words.iter().fold(snippet.plain(&campaign.api_key), |text, (placeholder, value)| {
        assert_eq!(text.matches(placeholder).count(), 1, "{placeholder} in\n{text}");
        text.replace(placeholder, value)
    })
}

on_each_engine! {
    fn each_example_of_a_sale_records_it_once_and_finds_it_a_second_time(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for snippet in &examples(&house, &shop.campaign).convert {
            let token = house.visit(&shop.campaign, &shop.anna);
            let order = format!("{}-1", snippet.language.word());
            let text = filled(snippet, &shop.campaign, &[("CLICK_TOKEN", &token), ("ORDER-1001", &order)]);
            let Some(printed) = run(snippet.language, &text) else { continue };
            assert!(printed.contains("S2S conversion recorded successfully"), "{text}\n{printed}");
            let stored = house.conversion(&order);
            assert_eq!((stored.amount_minor, stored.currency), (12_990, Currency::USD), "{:?}", snippet.language);
            let again = run(snippet.language, &text).expect("it ran before");
            assert!(again.contains("Order already recorded"), "{again}");
        }
    }

    /// Whoever forgets to put in a token is told so in words, in every language.
    fn an_example_that_is_not_filled_in_says_what_is_wrong(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for snippet in &examples(&house, &shop.campaign).convert {
            let Some(printed) = run(snippet.language, &snippet.plain(&shop.campaign.api_key)) else { continue };
            assert!(printed.contains("Unknown click token"), "{:?}: {printed}", snippet.language);
        }
    }

    fn each_example_without_a_click_credits_the_affiliate_it_names(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let new = NewCampaign { method: IntegrationMethod::Mobile, ..plan() };
        let app = house.admin().campaign(shop.program, new, &[&shop.anna]);
        for snippet in &examples(&house, &app).convert_direct {
            let order = format!("{}-1", snippet.language.word());
            let text = filled(snippet, &app, &[("AFFILIATE_ID", &shop.anna.code), ("ORDER-1001", &order)]);
            let Some(printed) = run(snippet.language, &text) else { continue };
            assert!(printed.contains("S2S conversion recorded successfully"), "{text}\n{printed}");
            assert_eq!(house.conversion(&order).affiliate_id.to_string(), shop.anna.id);
        }
    }

    fn each_example_of_a_click_answers_with_its_token(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let examples = examples(&house, &shop.campaign);
        for snippet in examples.add_click.iter().chain(&examples.register_click) {
            let text = filled(snippet, &shop.campaign, &[("AFFILIATE_ID", &shop.anna.id)]);
            let Some(printed) = run(snippet.language, &text) else { continue };
            assert!(printed.contains("Click registered successfully") && printed.contains("clk_"), "{text}\n{printed}");
        }
    }
}
