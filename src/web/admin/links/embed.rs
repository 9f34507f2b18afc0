//! What an affiliate puts on a page, by the kind of the campaign: HTML to copy.
//!
//! The code is a template of its own, so that it is escaped for where it will stand; the page that shows it escapes it
//! once more.

use askama::Template;

use crate::config::PublicUrl;
use crate::domain::campaign::{Campaign, CampaignKind};
use crate::storage::campaign_media::MediaFacts;
use crate::storage::campaign_profiles::CampaignProfileRow;

/// A piece of HTML to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// What it shows.
    pub name: String,
    /// The HTML.
    pub code: String,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<a href="{{ url }}" rel="sponsored"><img src="{{ image }}" width="{{ width }}" height="{{ height }}" alt="{{ words }}"></a>"#
)]
struct Banner<'a> {
    url: &'a str,
    image: String,
    width: i32,
    height: i32,
    words: &'a str,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if !lines.is_empty() %}<p>{% endif %}<a href="{{ url }}" rel="sponsored">{{ words }}</a>{% for line in lines %}<br>
{{ line }}{% endfor %}{% if !lines.is_empty() %}</p>{% endif %}"#
)]
struct Text<'a> {
    url: &'a str,
    words: &'a str,
    lines: Vec<&'a str>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<figure>
{% if is_file %}<video src="{{ video }}" controls preload="none"></video>{% else %}<a href="{{ video }}">{{ words }}</a>{% endif %}
<figcaption><a href="{{ url }}" rel="sponsored">{{ words }}</a></figcaption>
</figure>"#
)]
struct Video<'a> {
    url: &'a str,
    video: &'a str,
    is_file: bool,
    words: &'a str,
}

/// The pieces for a link with this address. A campaign that has nothing of its kind to show yet has a plain link.
#[must_use]
pub fn of(
    campaign: &Campaign,
    profile: Option<&CampaignProfileRow>,
    images: &[&MediaFacts],
    url: &str,
    public_url: &PublicUrl,
) -> Vec<Embed> {
    let headline = profile.map_or("", |profile| profile.headline.as_str());
    let words = if headline.is_empty() { campaign.name.as_str() } else { headline };
    let video = profile.map_or("", |profile| profile.video_url.as_str());
    let embeds: Vec<Option<Embed>> = match campaign.kind {
        CampaignKind::Banner => images.iter().map(|image| banner(image, words, url, public_url)).collect(),
        CampaignKind::Text => {
            let lines = profile.map_or("", |profile| profile.ad_text.as_str()).lines().collect();
            vec![embed("Text ad", &Text { url, words, lines })]
        }
        CampaignKind::Video if !video.is_empty() => {
            vec![embed("Video", &Video { url, video, is_file: is_video_file(video), words })]
        }
        CampaignKind::Link | CampaignKind::Video => Vec::new(),
    };
    let embeds: Vec<Embed> = embeds.into_iter().flatten().collect();
    if embeds.is_empty() {
        embed("Link", &Text { url, words, lines: Vec::new() }).into_iter().collect()
    } else {
        embeds
    }
}

fn banner(image: &MediaFacts, words: &str, url: &str, public_url: &PublicUrl) -> Option<Embed> {
    let (width, height) = (image.width, image.height);
    let name = format!("{}, {width} × {height}", image.file_name);
    embed(&name, &Banner { url, image: public_url.join(&format!("/media/{}", image.id)), width, height, words })
}

/// A piece that cannot be rendered is left out; the link itself is there all the same.
fn embed(name: &str, code: &impl Template) -> Option<Embed> {
    let code = code.render().ok()?;
    Some(Embed { name: name.to_owned(), code })
}

/// Whether browsers play what is behind the address by themselves.
fn is_video_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".mp4", ".webm", ".ogv", ".ogg"].iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::domain::campaign::{Campaign, CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
    use crate::domain::id::Id;
    use crate::domain::landing::{AllowedHosts, TargetUrl};
    use crate::domain::time::{Timestamp, Window};
    use crate::storage::campaign_media::MediaFacts;
    use crate::storage::campaign_profiles::CampaignProfileRow;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn campaign(kind: CampaignKind) -> Campaign {
        Campaign {
            id: Id::at(NOW, [1; 10]),
            program_id: Id::at(NOW, [0; 10]),
            name: "Tea & <Cake>".into(),
            kind,
            tool_type: ToolType::SaleIntegration,
            method: IntegrationMethod::S2sApi,
            status: CampaignStatus::Public,
            period: Period::default(),
            archived: false,
            direct_mode: false,
            window: Window::DEFAULT,
            target: TargetUrl::parse("https://shop.example/").unwrap(),
            allowed_hosts: AllowedHosts::default(),
        }
    }

    fn profile(headline: &str, ad_text: &str, video: &str) -> CampaignProfileRow {
        CampaignProfileRow {
            campaign_id: Id::at(NOW, [1; 10]),
            program_id: Id::at(NOW, [0; 10]),
            owner_id: None,
            category: String::new(),
            plugin_name: String::new(),
            headline: headline.into(),
            ad_text: ad_text.into(),
            video_url: video.into(),
        }
    }

    fn codes(kind: CampaignKind, profile: &CampaignProfileRow, images: &[&MediaFacts]) -> Vec<String> {
        let public = "https://go.example".parse().unwrap();
        let embeds = of(&campaign(kind), Some(profile), images, "https://go.example/c/abcd", &public);
        embeds.into_iter().map(|embed| embed.code).collect()
    }

    #[test]
    fn every_kind_has_its_html_with_whatever_people_typed_as_text() {
        let image = MediaFacts {
            id: Id::at(NOW, [7; 10]),
            campaign_id: Id::at(NOW, [1; 10]),
            file_name: "a.png".into(),
            width: 300,
            height: 250,
            size: 9,
        };
        let banner = codes(CampaignKind::Banner, &profile("", "", ""), &[&image]);
        let src = format!("https://go.example/media/{}", image.id);
        let expected = format!(
            r#"<a href="https://go.example/c/abcd" rel="sponsored"><img src="{src}" width="300" height="250" alt="Tea &#38; &#60;Cake&#62;"></a>"#
        );
        assert_eq!(banner, [expected]);
        let link = r#"<a href="https://go.example/c/abcd" rel="sponsored">5 &#60; 6</a>"#;
        assert_eq!(codes(CampaignKind::Link, &profile("5 < 6", "", ""), &[]), [link]);
        assert_eq!(codes(CampaignKind::Banner, &profile("5 < 6", "", ""), &[]), [link], "nothing to show yet");
        let text = codes(CampaignKind::Text, &profile("5 < 6", "one\ntwo", ""), &[]);
        assert_eq!(text, [format!("<p>{link}<br>\none<br>\ntwo</p>")]);
        let film = codes(CampaignKind::Video, &profile("5 < 6", "", "https://v.example/a.mp4?x=1&y"), &[]);
        assert!(film[0].contains(r#"<video src="https://v.example/a.mp4?x=1&#38;y" controls"#), "{film:?}");
        let page = codes(CampaignKind::Video, &profile("5 < 6", "", "https://v.example/watch"), &[]);
        assert!(page[0].contains(r#"<a href="https://v.example/watch">5 &#60; 6</a>"#), "{page:?}");
    }
}
