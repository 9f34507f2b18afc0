//! A campaign's images.

use accrue::domain::currency::Currency;
use accrue::domain::media::{ImageFormat, ImageRefused, MOST_PER_CAMPAIGN};
use accrue::operations::campaign_media::{NewImage, NotAdded, add_media, remove_media};
use accrue::storage::campaign_list::lines;
use accrue::storage::campaign_media;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id};

/// An image of these dimensions. It ends after its head, which is all the product looks at.
pub fn png(name: &str, width: u32, height: u32) -> NewImage {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    NewImage::read(name, bytes).unwrap_or_else(|why| panic!("{name} {why}"))
}

on_each_engine! {
    fn images_are_listed_in_the_order_they_were_chosen_and_served_by_id(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (program, id) = (shop.program, campaign_id(&shop.campaign));
        let images = vec![png("wide.png", 728, 90), png("square.png", 250, 250), png("wide.png", 468, 60)];
        house.attempt(move |write, env| add_media(write, env, program, id, images)).unwrap();
        let facts = house.read(move |conn| campaign_media::facts_of(conn, program, &[id]));
        let listed: Vec<_> = facts.iter().map(|image| (image.file_name.as_str(), image.width, image.height)).collect();
        assert_eq!(listed, [("wide.png", 728, 90), ("square.png", 250, 250), ("wide.png", 468, 60)]);
        let first = facts[0].clone();
        assert_eq!(house.read(move |conn| lines(conn, program, &[id]))[0].image.as_ref(), Some(&first));
        let (format, content) = house.read(move |conn| campaign_media::find_public(conn, first.id)).expect("it is served");
        assert_eq!((format, i32::try_from(content.len()).unwrap()), (ImageFormat::Png, facts[0].size));
        assert_eq!(&content[..8], b"\x89PNG\r\n\x1a\n");
    }

    fn a_campaign_has_at_most_so_many_images(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (program, id) = (shop.program, campaign_id(&shop.campaign));
        let add = |count: usize| {
            let images = (0..count).map(|_| png("a.png", 1, 1)).collect();
            house.attempt(move |write, env| add_media(write, env, program, id, images))
        };
        add(MOST_PER_CAMPAIGN - 1).unwrap();
        assert!(matches!(add(2), Err(NotAdded::Refused(ImageRefused::TooMany))));
        add(1).unwrap();
        assert_eq!(house.read(move |conn| campaign_media::count(conn, program, id)), MOST_PER_CAMPAIGN);
    }

    fn an_image_is_removed_only_through_its_own_campaign_and_program(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (program, id) = (shop.program, campaign_id(&shop.campaign));
        let sister = campaign_id(&house.admin().campaign(program, crate::support::house::plan(), &[]));
        let other = house.admin().program("Somebody else", Currency::USD);
        house.attempt(move |write, env| add_media(write, env, program, id, vec![png("a.png", 1, 1)])).unwrap();
        let image = house.read(move |conn| campaign_media::facts_of(conn, program, &[id]))[0].id;
        assert!(!house.write(move |write, _| remove_media(write, other, id, image)), "another program's hand");
        assert!(!house.write(move |write, _| remove_media(write, program, sister, image)), "another campaign");
        assert!(house.write(move |write, _| remove_media(write, program, id, image)));
        assert!(!house.write(move |write, _| remove_media(write, program, id, image)), "it is gone");
        assert!(house.read(move |conn| campaign_media::find_public(conn, image)).is_none());
    }
}
