//! Images: uploading, refusing, serving, removing.

use accrue::domain::user::Role;

use super::campaign_desk::{Filled, LIST, somebody};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::person::Screen;

/// A file that begins like a PNG of these dimensions, of this many bytes.
fn png(width: u32, height: u32, length: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes.resize(length.max(bytes.len()), 0);
    bytes
}

/// The addresses of the images on a page.
fn images(screen: &Screen) -> Vec<String> {
    let parts = screen.html.split("src=\"/media/").skip(1);
    parts.filter_map(|rest| Some(format!("/media/{}", rest.split('"').next()?))).collect()
}

on_each_engine! {
    fn a_banner_is_uploaded_listed_served_to_everybody_and_removed(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Manager);
        marta.open(&format!("{LIST}/new?kind=banner"));
        let (wide, square) = (png(728, 90, 0), png(250, 250, 1500));
        let files: [(&str, &[u8]); 2] = [("..\\autumn 728.PNG", &wide), ("square.jpeg", &square)];
        let made = Filled::new("banner").send_with(&mut marta, LIST, &files);
        let form = made.location.as_deref().expect("it is saved").split('?').next().expect("a path").to_owned();
        let page = marta.open(&form);
        assert!(page.says("autumn-728.png 728 × 90 · 1 KiB") && page.says("square.png 250 × 250 · 2 KiB"), "{}", page.words());
        let urls = images(&page);
        assert_eq!(urls.len(), 2);
        assert_eq!(images(&marta.open(LIST)), urls[..1], "the list shows the first");
        let image = house.person().get(&urls[0]);
        assert_eq!((image.status, image.response.body == wide), (200, true));
        for (header, value) in [
            ("content-type", "image/png"),
            ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "public, max-age=31536000, immutable"),
        ] {
            assert_eq!(image.response.header(header), Some(value), "{header}");
        }
        assert_eq!(image.response.header("set-cookie"), None);
        marta.open(&form);
        let removal = format!("{form}{}/removal", urls[0]);
        let after = marta.submit(&removal, &[]);
        assert!(after.says("The image is removed.") && images(&after) == urls[1..], "{}", after.words());
        assert_eq!(house.person().get(&urls[0]).status, 404);
        assert_eq!(marta.post(&removal, &[]).status, 404, "a second time");
        for unknown in ["/media/media_01h455vb4pex5vsknk084sn02q", "/media/x", "/media/camp_01h455vb4pex5vsknk084sn02q"] {
            assert_eq!(house.person().get(unknown).status, 404, "{unknown}");
        }
    }

    fn what_is_no_image_or_too_large_is_refused_by_its_name(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Manager);
        marta.open(&format!("{LIST}/new?kind=banner"));
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
        let cases: [(&str, Vec<u8>, Option<&str>); 6] = [
            ("exactly.png", png(10, 10, 1024 * 1024), None),
            ("large.png", png(10, 10, 1024 * 1024 + 1), Some("large.png must not be larger than 1 MiB.")),
            ("drawing.svg", svg.clone(), Some("drawing.svg must be a PNG, JPEG, GIF or WebP image.")),
            ("drawing.png", svg, Some("drawing.png must be a PNG, JPEG, GIF or WebP image.")),
            ("page.png", b"<!doctype html><script>alert(1)</script>".to_vec(), Some("page.png must be a PNG, JPEG, GIF or WebP image.")),
            ("wide.png", png(10_001, 1, 0), Some("wide.png must be 1 to 10000 pixels wide and high.")),
        ];
        for (name, bytes, refused) in &cases {
            let answer = Filled::new("banner").send_with(&mut marta, LIST, &[(*name, bytes.as_slice())]);
            assert_eq!(answer.error_at("media").as_deref(), *refused, "{name}");
            assert_eq!(answer.status, if refused.is_some() { 422 } else { 303 }, "{name}");
            assert_eq!(answer.says("The images you chose were not kept."), refused.is_some(), "{name}");
        }
        // One bad file keeps the good ones out as well: nothing is half saved.
        let good = png(1, 1, 0);
        let both: [(&str, &[u8]); 2] = [("good.png", &good), ("bad.png", b"bad")];
        assert_eq!(Filled::new("banner").send_with(&mut marta, LIST, &both).status, 422);
        let nine = png(1, 1, 1024 * 1024);
        let too_much: Vec<(&str, &[u8])> = (0..9).map(|_| ("a.png", nine.as_slice())).collect();
        assert_eq!(Filled::new("banner").send_with(&mut marta, LIST, &too_much).status, 413);
    }

    fn a_campaign_takes_twenty_images_and_a_poster_takes_the_place_of_the_old_one(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Manager);
        marta.open(&format!("{LIST}/new?kind=banner"));
        let small = png(1, 1, 0);
        let many = |count: usize| -> Vec<(&str, &[u8])> { (0..count).map(|_| ("a.png", small.as_slice())).collect() };
        let refused = Filled::new("banner").send_with(&mut marta, LIST, &many(21));
        assert_eq!(refused.error_at("media").as_deref(), Some("A campaign's media must be at most 20 images."));
        assert_eq!(marta.open(LIST).html.matches("<th scope=\"row\"").count(), 0, "nothing was made");
        assert_eq!(Filled::new("banner").send_with(&mut marta, LIST, &many(20)).status, 303);

        marta.open(&format!("{LIST}/new?kind=video"));
        let film = Filled::new("video").with("video_url", "https://films.example/1");
        let made = film.send_with(&mut marta, LIST, &[("one.png", &small)]);
        let form = made.location.as_deref().expect("it is saved").split('?').next().expect("a path").to_owned();
        let shown = marta.open(&form);
        assert_eq!(shown.value_of("video_url").as_deref(), Some("https://films.example/1"));
        let again = Filled::of(&shown).send_with(&mut marta, &form, &[("two.png", &small)]);
        assert_eq!(again.status, 303, "{}", again.words());
        let page = marta.open(&form);
        assert!(page.says("two.png") && !page.says("one.png"), "{}", page.words());
    }

    /// A text campaign shows no images, so whatever comes with its form is not kept.
    fn other_kinds_take_no_images(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Manager);
        marta.open(&format!("{LIST}/new?kind=text"));
        let made = Filled::new("text").send_with(&mut marta, LIST, &[("a.png", &png(1, 1, 0))]);
        assert_eq!(made.status, 303, "{}", made.words());
        assert!(images(&marta.open(LIST)).is_empty());
    }
}
