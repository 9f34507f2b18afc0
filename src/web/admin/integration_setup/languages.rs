//! A call, written in each language.
//!
//! Every value is escaped for where it stands: a public URL may hold an apostrophe, which ends a string in a shell, in
//! JavaScript and in PHP. What the reader replaces is a whole literal in the programming languages, so that a variable can
//! take its place, and the text between the quotes in the shell, where it cannot.

use super::calls::{Call, Value};
use super::snippet::{Draft, Language, Snippet};

/// The call in this language.
#[must_use]
pub fn write(language: Language, call: &Call) -> Snippet {
    let mut draft = Draft::default();
    match language {
        Language::Curl => curl(&mut draft, call),
        Language::Php => php(&mut draft, call),
        Language::Node => node(&mut draft, call),
        Language::Python => python(&mut draft, call),
    }
    draft.in_language(language)
}

fn curl(draft: &mut Draft, call: &Call) {
    draft.text(&format!("curl -X POST '{}' \\\n", in_shell(&call.url)));
    draft.text("  -H 'Content-Type: application/json' \\\n  -d '{");
    let in_body = |text: &str| in_shell(&escaped(text, '"'));
    for (place, (name, value)) in call.fields.iter().enumerate() {
        draft.text(if place == 0 { "\n" } else { ",\n" }).text(&format!("    \"{name}\": \""));
        match value {
            Value::Key => draft.key(),
            Value::Fixed(text) => draft.text(&in_body(text)),
            Value::Fill(text) => draft.placeholder(in_body(text)),
        };
        draft.text("\"");
    }
    draft.text("\n  }'");
}

fn php(draft: &mut Draft, call: &Call) {
    draft.text(&format!("$request = curl_init('{}');\n", escaped(&call.url, '\'')));
    draft.text("curl_setopt_array($request, [\n    CURLOPT_RETURNTRANSFER => true,\n    CURLOPT_TIMEOUT => 10,\n");
    draft.text("    CURLOPT_POSTFIELDS => http_build_query([\n");
    for (name, value) in &call.fields {
        draft.text(&format!("        '{name}' => "));
        literal(draft, value, '\'');
        draft.text(",\n");
    }
    draft.text("    ]),\n]);\n$answer = json_decode(curl_exec($request), true);\nprint_r($answer);");
}

fn node(draft: &mut Draft, call: &Call) {
    draft.text(&format!("const answer = await fetch('{}', {{\n", escaped(&call.url, '\'')));
    draft.text("  method: 'POST',\n  headers: { 'Content-Type': 'application/json' },\n  body: JSON.stringify({\n");
    for (name, value) in &call.fields {
        draft.text(&format!("    {name}: "));
        literal(draft, value, '\'');
        draft.text(",\n");
    }
    draft.text("  }),\n});\nconsole.log(await answer.json());");
}

fn python(draft: &mut Draft, call: &Call) {
    draft.text("import json\nfrom urllib.error import HTTPError\nfrom urllib.request import Request, urlopen\n\n");
    draft.text("report = {\n");
    for (name, value) in &call.fields {
        draft.text(&format!("    \"{name}\": "));
        literal(draft, value, '"');
        draft.text(",\n");
    }
    draft.text(&format!("}}\nrequest = Request(\n    \"{}\",\n", escaped(&call.url, '"')));
    draft.text("    data=json.dumps(report).encode(),\n    headers={\"Content-Type\": \"application/json\"},\n)\n");
    draft.text("try:\n    answer = urlopen(request, timeout=10)\nexcept HTTPError as refused:\n    answer = refused\n");
    draft.text("print(json.load(answer))");
}

/// A value as a string between these quotes.
fn literal(draft: &mut Draft, value: &Value, quote: char) {
    let quoted = |text: &str| format!("{quote}{}{quote}", escaped(text, quote));
    match value {
        Value::Key => draft.text(&quote.to_string()).key().text(&quote.to_string()),
        Value::Fixed(text) => draft.text(&quoted(text)),
        Value::Fill(text) => draft.placeholder(quoted(text)),
    };
}

/// A text inside a string of PHP (single quotes), JavaScript, Python or JSON: backslash and quote are escaped. Values have
/// no control characters: they are URLs, ids, codes and numbers.
pub(super) fn escaped(text: &str, quote: char) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\\' || character == quote {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A text inside single quotes of a shell, where nothing but the quote itself means anything.
fn in_shell(text: &str) -> String {
    text.replace('\'', "'\\''")
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::web::admin::integration_setup::calls::{Call, Value};
    use crate::web::admin::integration_setup::snippet::{Language, Part};

    fn call(url: &str) -> Call {
        let fields = vec![
            ("api_key", Value::Key),
            ("click_token", Value::fill("CLICK_TOKEN")),
            ("order_currency", Value::Fixed("EUR".into())),
        ];
        Call { url: url.into(), fields }
    }

    fn plain(language: Language, url: &str) -> String {
        write(language, &call(url)).plain("ak_live_1")
    }

    #[test]
    fn the_curl_example_is_the_documented_one() {
        insta::assert_snapshot!(plain(Language::Curl, "https://go.example/integration/s2sConvert"), @r#"
        curl -X POST 'https://go.example/integration/s2sConvert' \
          -H 'Content-Type: application/json' \
          -d '{
            "api_key": "ak_live_1",
            "click_token": "CLICK_TOKEN",
            "order_currency": "EUR"
          }'
        "#);
    }

    #[test]
    fn php_node_and_python_say_the_same() {
        insta::assert_snapshot!(plain(Language::Php, "https://go.example/x"), @r"
        $request = curl_init('https://go.example/x');
        curl_setopt_array($request, [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 10,
            CURLOPT_POSTFIELDS => http_build_query([
                'api_key' => 'ak_live_1',
                'click_token' => 'CLICK_TOKEN',
                'order_currency' => 'EUR',
            ]),
        ]);
        $answer = json_decode(curl_exec($request), true);
        print_r($answer);
        ");
        insta::assert_snapshot!(plain(Language::Node, "https://go.example/x"), @r"
        const answer = await fetch('https://go.example/x', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({
            api_key: 'ak_live_1',
            click_token: 'CLICK_TOKEN',
            order_currency: 'EUR',
          }),
        });
        console.log(await answer.json());
        ");
        insta::assert_snapshot!(plain(Language::Python, "https://go.example/x"), @r#"
        import json
        from urllib.error import HTTPError
        from urllib.request import Request, urlopen

        report = {
            "api_key": "ak_live_1",
            "click_token": "CLICK_TOKEN",
            "order_currency": "EUR",
        }
        request = Request(
            "https://go.example/x",
            data=json.dumps(report).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            answer = urlopen(request, timeout=10)
        except HTTPError as refused:
            answer = refused
        print(json.load(answer))
        "#);
    }

    /// A folder of the public URL may be called anything that a URL may hold.
    #[test]
    fn an_apostrophe_in_the_url_ends_no_string() {
        let url = "https://go.example/it's/$(id)`x`";
        assert!(plain(Language::Curl, url).starts_with("curl -X POST 'https://go.example/it'\\''s/$(id)`x`' \\\n"));
        assert!(plain(Language::Php, url).starts_with("$request = curl_init('https://go.example/it\\'s/$(id)`x`');"));
        assert!(plain(Language::Node, url).starts_with("const answer = await fetch('https://go.example/it\\'s/"));
        assert!(plain(Language::Python, "https://x/\"\\").contains("    \"https://x/\\\"\\\\\",\n"));
    }

    #[test]
    fn what_the_reader_fills_in_is_marked_and_the_key_is_a_part_of_its_own() {
        for language in Language::ALL {
            let parts = write(*language, &call("https://go.example/x")).parts;
            let marked: Vec<&Part> = parts.iter().filter(|part| matches!(part, Part::Placeholder(_))).collect();
            let expected = match language {
                Language::Curl => "CLICK_TOKEN",
                Language::Php | Language::Node => "'CLICK_TOKEN'",
                Language::Python => "\"CLICK_TOKEN\"",
            };
            assert_eq!(marked, [&Part::Placeholder(expected.into())], "{language:?}");
            assert_eq!(parts.iter().filter(|part| **part == Part::Key).count(), 1, "{language:?}");
        }
    }
}
