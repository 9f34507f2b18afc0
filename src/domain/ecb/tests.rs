use proptest::prelude::*;

use super::*;

fn day(text: &str) -> LocalDay {
    LocalDay::parse(text).unwrap()
}

fn today() -> LocalDay {
    day("2026-11-20")
}

/// The rates as `day CODE rate`, and what was passed over.
fn told(text: &str) -> (Vec<String>, Vec<String>) {
    let file = read(text, today()).unwrap();
    let rates = file.rates.iter().map(|rate| format!("{} {} {}", rate.day, rate.currency, rate.rate));
    (rates.collect(), file.passed_over.into_iter().collect())
}

fn refusal(text: &str) -> String {
    read(text, today()).unwrap_err().to_string()
}

const DAILY: &str = "Date, USD, JPY, BGN, \n20 November 2026, 1.0837, 163.42, 1.9558, \n";

const HISTORICAL: &str = "\
Date,USD,JPY,BGN,CYP,
2026-11-20,1.0837,163.42,1.9558,N/A,
2026-11-19,1.0850,N/A,1.9558,N/A,
1999-01-04,1.1789,133.73,N/A,0.58231,
";

#[test]
fn the_daily_layout_is_read() {
    let (rates, passed_over) = told(DAILY);
    assert_eq!(rates, ["2026-11-20 USD 1.0837", "2026-11-20 JPY 163.42"]);
    assert_eq!(passed_over, ["BGN"]);
}

#[test]
fn the_historical_layout_is_read_the_latest_day_first() {
    let (rates, passed_over) = told(HISTORICAL);
    let expected = [
        "2026-11-20 USD 1.0837",
        "2026-11-20 JPY 163.42",
        "2026-11-19 USD 1.085",
        "1999-01-04 USD 1.1789",
        "1999-01-04 JPY 133.73",
    ];
    assert_eq!(rates, expected);
    assert_eq!(passed_over, ["BGN", "CYP"]);
}

#[test]
fn what_the_programs_on_the_way_do_is_tolerated() {
    let usd = "2026-11-20 USD 1.0837";
    let cases = [
        ("other ends of lines", "Date,USD\r\n2026-11-20,1.0837\r\n"),
        ("no end of the last line", "Date,USD\n2026-11-20,1.0837"),
        ("a byte order mark", "\u{feff}Date,USD\n2026-11-20,1.0837\n"),
        ("blanks", " Date , USD ,\n 2026-11-20 ,\t1.0837 , \n"),
        ("several commas at the end", "Date,USD,,,\n2026-11-20,1.0837,,,,\n"),
        ("no comma at the end of one line", "Date,USD,\n2026-11-20,1.0837\n"),
        ("quotation marks", "\"Date\",\"USD\"\n\"2026-11-20\",\"1.0837\"\n"),
        ("empty lines", "\n\nDate,USD\n\n2026-11-20,1.0837\n,,\n\n"),
        ("a heading in small letters", "date,USD\n2026-11-20,1.0837\n"),
        ("a date in words", "Date,USD\n20 november 2026,1.0837\n"),
        ("a figure that is not there", "Date,USD,JPY\n2026-11-20,1.0837,\n"),
        ("a figure of a currency that is money no more is not read", "Date,USD,CYP\n2026-11-20,1.0837,-\n"),
        ("zeros at its end say nothing", "Date,USD\n2026-11-20,1.083700\n"),
    ];
    for (name, text) in cases {
        assert_eq!(told(text).0, [usd], "{name}");
    }
    assert_eq!(told("Date,USD\n9 March 2026,1.08").0, ["2026-03-09 USD 1.08"]);
}

#[test]
fn a_heading_that_says_something_else_is_refused_with_its_place() {
    let cases = [
        ("nothing", "", "line 1: a heading was expected that begins with Date, such as Date,USD,JPY".to_owned()),
        (
            "another layout",
            "<html>\n",
            "line 1, column 1: a heading was expected that begins with Date, such as Date,USD,JPY".into(),
        ),
        (
            "semicolons",
            "Date;USD\n2026-11-20;1.0837\n",
            "line 1, column 1: a heading was expected that begins with Date, such as Date,USD,JPY".into(),
        ),
        ("no currency", "Date,\n2026-11-20,\n", "line 1: a currency was expected in the heading".into()),
        (
            "a heading of words",
            "Date,US dollar\n",
            "line 1, column 2: a currency’s three letters were expected, not “US dollar”".into(),
        ),
        (
            "a hole in the heading",
            "Date,,USD\n",
            "line 1, column 2: a currency’s three letters were expected, not “”".into(),
        ),
        ("a currency twice", "Date,USD,JPY,USD\n", "line 1, column 4: this currency has a column already".into()),
        ("an old currency twice", "Date,CYP,CYP\n", "line 1, column 3: this currency has a column already".into()),
        ("the euro", "Date,USD,EUR\n", "line 1, column 3: the euro has no rate: the rates are for one euro".into()),
        ("a heading alone", "Date,USD\n\n", "line 1: there is no rate in the file".into()),
        ("no figure at all", "Date,USD\n2026-11-20,N/A\n", "line 2: there is no rate in the file".into()),
    ];
    for (name, text, expected) in cases {
        assert_eq!(refusal(text), expected, "{name}");
    }
}

#[test]
fn a_line_that_says_something_else_is_refused_with_its_place() {
    let date = "a date that exists was expected, such as 2026-11-20 or 20 November 2026, not";
    let rate = "the rate must be a number above zero, such as 1.0837, not";
    let cases = [
        ("a date that does not exist", "Date,USD\n2026-02-30,1\n", format!("line 2, column 1: {date} “2026-02-30”")),
        ("a day that does not exist", "Date,USD\n31 June 2026,1\n", format!("line 2, column 1: {date} “31 June 2026”")),
        ("a date of another order", "Date,USD\n20/11/2026,1\n", format!("line 2, column 1: {date} “20/11/2026”")),
        ("a sign in a date", "Date,USD\n-1 June 2026,1\n", format!("line 2, column 1: {date} “-1 June 2026”")),
        ("no date", "Date,USD\n,1\n", format!("line 2, column 1: {date} “”")),
        ("tomorrow", "Date,USD\n2026-11-21,1.08\n", "line 2, column 1: 2026-11-21 has not come yet".into()),
        (
            "a day twice",
            "Date,USD\n2026-11-20,1.08\n20 November 2026,1.09\n",
            "line 3, column 1: 2026-11-20 has a line already".into(),
        ),
        (
            "a line too short",
            "Date,USD,JPY\n2026-11-20,1.08\n",
            "line 2: 2 columns were found where the heading has 3".into(),
        ),
        (
            "a line too long",
            "Date,USD\n2026-11-20,1.08,,163.42,\n",
            "line 2: 4 columns were found where the heading has 2".into(),
        ),
        ("zero", "Date,USD\n2026-11-20,0\n", format!("line 2, column 2 (USD): {rate} “0”")),
        ("below zero", "Date,JPY,USD\n2026-11-20,163,-1.08\n", format!("line 2, column 3 (USD): {rate} “-1.08”")),
        ("an exponent", "Date,USD\n2026-11-20,1e3\n", format!("line 2, column 2 (USD): {rate} “1e3”")),
        ("not a number", "Date,USD\n2026-11-20,NaN\n", format!("line 2, column 2 (USD): {rate} “NaN”")),
        (
            "another way to say that there is none",
            "Date,USD\n2026-11-20,-\n",
            format!("line 2, column 2 (USD): {rate} “-”"),
        ),
        ("two points", "Date,USD\n2026-11-20,1.0.8\n", format!("line 2, column 2 (USD): {rate} “1.0.8”")),
        ("digits of another script", "Date,USD\n2026-11-20,١.٢\n", format!("line 2, column 2 (USD): {rate} “١.٢”")),
        (
            "more than a decimal holds",
            "Date,USD\n2026-11-20,99999999999999999999999999999999\n",
            format!("line 2, column 2 (USD): {rate} “999999999999999999999999…”"),
        ),
        (
            "the line is counted with empty ones",
            "\nDate,USD\n\n2026-11-20,x\n",
            format!("line 4, column 2 (USD): {rate} “x”"),
        ),
    ];
    for (name, text, expected) in cases {
        assert_eq!(refusal(text), expected, "{name}");
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused_or_says_nothing_else() {
    let whole: Vec<_> = read(HISTORICAL, today()).unwrap().rates;
    let last_line = HISTORICAL.trim_end().rfind('\n').unwrap();
    for end in 0..HISTORICAL.len() {
        let Ok(file) = read(&HISTORICAL[..end], today()) else { continue };
        // A line that has all its columns is whole but for the comma behind the last one, a currency that is money no more.
        assert!(file.rates.iter().all(|rate| whole.contains(rate)), "{end} of {last_line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", lines in proptest::collection::vec("[ -~]{0,40}", 0..6)) {
        let _ = read(&text, today());
        let _ = read(&format!("Date,USD,JPY,\n{}", lines.join("\n")), today());
    }

    #[test]
    fn nor_does_one_that_is_nearly_right(lines in proptest::collection::vec(
        "(\u{feff}|)(Date|2026-11-[0-9]{2}|[0-9]{1,3} (May|June) 20[0-9]{2}|\"\"\"|é)(, ?(USD|EUR|[A-Z]{3}|N/A|[0-9.]{0,40}|-1|\")){0,5},?\r?",
        0..5,
    )) {
        if let Ok(file) = read(&lines.join("\n"), today()) {
            prop_assert!(!file.rates.is_empty());
            prop_assert!(file.rates.iter().all(|rate| rate.day <= today() && rate.currency != Currency::EUR));
        }
    }
}
