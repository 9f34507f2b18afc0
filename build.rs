//! Turns `docs/*.md` into the pages that `/docs` shows, so that what stands beside the source and what stands in the product
//! are one text, and the binary carries no reader of Markdown.
//!
//! A page is the body of an article. What is known only to a running installation is left as it stands in the text (its
//! address, `https://accrue.example`) or as a mark (`@copy-icon@`), and is put in when a page is shown.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script by its environment where to write")]

use std::path::Path;
use std::{env, fs};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

fn main() {
    println!("cargo::rerun-if-changed=docs");
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo names a folder")).join("docs");
    fs::create_dir_all(&target).expect("the folder can be made");
    for entry in fs::read_dir("docs").expect("there are docs") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).expect("a text");
            let name = path.file_stem().expect("a name").to_owned();
            fs::write(target.join(name).with_extension("html"), article(&text)).expect("the page can be written");
        }
    }
}

/// The body of a page.
fn article(text: &str) -> String {
    let events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let mut article = Vec::new();
    let (mut codes, mut tables) = (0, 0);
    let mut rest = events.into_iter().peekable();
    while let Some(event) = rest.next() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                codes += 1;
                let code: String = rest.by_ref().map_while(inner_text).collect();
                article.push(markup(code_block(codes, &kind, &code)));
            }
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let inner: Vec<Event<'_>> = rest.by_ref().take_while(|event| !is_heading_end(event)).collect();
                let id = Some(CowStr::from(fragment(&inner)));
                article.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
                article.extend(inner);
                article.push(Event::End(TagEnd::Heading(level)));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = CowStr::from(address(&dest_url));
                article.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Table(alignment)) => {
                tables += 1;
                let name = format!("Table {tables}");
                article.push(markup(format!(
                    r#"<div class="table-responsive" tabindex="0" role="region" aria-label="{name}">"#
                )));
                article.push(Event::Start(Tag::Table(alignment)));
            }
            Event::End(TagEnd::Table) => {
                article.push(Event::End(TagEnd::Table));
                article.push(markup("</div>".into()));
            }
            other => article.push(other),
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, article.into_iter());
    // A head that says nothing heads nothing.
    page.replace("<table>", r#"<table class="table">"#).replace("<th></th>", "<td></td>")
}

fn markup(text: String) -> Event<'static> {
    Event::Html(CowStr::from(text))
}

fn inner_text(event: Event<'_>) -> Option<String> {
    match event {
        Event::Text(text) => Some(text.into_string()),
        _ => None,
    }
}

fn is_heading_end(event: &Event<'_>) -> bool {
    matches!(event, Event::End(TagEnd::Heading(_)))
}

/// The name by which a heading is linked to: its letters and digits, small, with hyphens between.
fn fragment(inner: &[Event<'_>]) -> String {
    let words = inner.iter().map(|event| match event {
        Event::Text(text) | Event::Code(text) => text.to_lowercase(),
        _ => String::new(),
    });
    let plain: String = words.collect::<String>().replace(|c: char| !c.is_alphanumeric(), " ");
    plain.split_whitespace().collect::<Vec<_>>().join("-")
}

/// Where a link of a text leads on a page: another text is another page.
fn address(link: &str) -> String {
    let (path, fragment) = link.split_once('#').map_or((link, None), |(path, fragment)| (path, Some(fragment)));
    match (path.strip_suffix(".md"), fragment) {
        (Some(name), None) => format!("/docs/{name}"),
        (Some(name), Some(fragment)) => format!("/docs/{name}#{fragment}"),
        (None, _) => link.to_owned(),
    }
}

/// A piece of code, with a button that copies it.
fn code_block(number: usize, kind: &CodeBlockKind<'_>, code: &str) -> String {
    let language = match kind {
        CodeBlockKind::Fenced(word) => word.split(',').next().unwrap_or_default(),
        CodeBlockKind::Indented => "",
    };
    let name = match language {
        "sh" => "Shell",
        "json" => "JSON",
        "html" => "HTML",
        "python" => "Python",
        "" => "Text",
        other => other,
    };
    // An answer is read, not pasted: it may be broken anywhere.
    let wraps = if language == "json" { r#" class="wrap""# } else { "" };
    let mut escaped = String::new();
    pulldown_cmark_escape::escape_html_body_text(&mut escaped, code).expect("a string takes every text");
    format!(
        r##"<div class="snippet"><div class="snippet-bar"><strong>{name}</strong><button class="btn btn-sm copy js-only" type="button" data-copy="#code-{number}"><svg class="icon icon-sm" aria-hidden="true"><use href="@copy-icon@"/></svg><span data-copy-label>Copy</span><span class="visually-hidden"> example {number}</span></button></div><pre{wraps} id="code-{number}" tabindex="0" role="region" aria-label="Example {number}, {name}"><code>{escaped}</code></pre></div>"##
    )
}
