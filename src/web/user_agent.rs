//! A browser's name for itself, in words that its owner recognises.
//!
//! Every browser claims to be several others, so the most particular claim is looked for first. This is only shown.

const BROWSERS: [(&str, &str); 7] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// `Firefox on Linux`; the beginning of what it says where nothing in it is known.
#[must_use]
pub fn in_words(user_agent: &str) -> String {
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) if user_agent.trim().is_empty() => "A browser without a name".to_owned(),
        (None, _) => user_agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn a_browser_is_recognised_by_its_most_particular_claim() {
        let apple = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, words) in [
            (format!("Mozilla/5.0 (X11; Linux x86_64) {apple} Chrome/140.0.0.0 Safari/537.36"), "Chrome on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
                "Firefox on Windows",
            ),
            (format!("Mozilla/5.0 (Windows NT 10.0) {apple} Chrome/140 Safari/537.36 Edg/140.0"), "Edge on Windows"),
            (
                format!("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {apple} Version/18.0 Safari/604.1"),
                "Safari on iPhone",
            ),
            (format!("Mozilla/5.0 (Linux; Android 15) {apple} Chrome/140.0 Mobile Safari/537.36"), "Chrome on Android"),
            (
                format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {apple} Version/18 Safari/605.1.15"),
                "Safari on macOS",
            ),
            ("curl/8.5.0".into(), "curl/8.5.0"),
            (String::new(), "A browser without a name"),
        ] {
            assert_eq!(in_words(&agent), words, "{agent}");
        }
        assert_eq!(in_words(&"é".repeat(200)).chars().count(), 40);
    }
}
