//! A key that was regenerated ends at once, or after the overlap the admin chose.

use std::time::Duration;

use accrue::domain::time::Timestamp;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::personas::{MerchantServer, Sale};

/// What a report and a click under this key are answered with.
fn statuses(house: &House, shop: &Shop, key: &str) -> (u16, u16) {
    let mut merchant = MerchantServer::new(house.addr(), key);
    let report = merchant.report(Sale::of(&house.visit(&shop.campaign, &shop.anna)));
    (report.status, merchant.add_click(&shop.campaign, &shop.anna).status)
}

on_each_engine! {
    fn the_old_key_is_refused_on_the_very_next_call(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut keys = vec![shop.campaign.api_key.clone()];
        for _ in 0..5 {
            assert_eq!(statuses(&house, &shop, keys.last().unwrap()), (200, 200));
            keys.push(house.admin().regenerate_key(&shop.campaign, Duration::ZERO));
            let (new, old) = keys.split_last().unwrap();
            for key in old {
                assert_eq!(statuses(&house, &shop, key), (401, 401));
            }
            assert_eq!(statuses(&house, &shop, new), (200, 200));
        }
    }

    fn after_an_overlap_the_old_key_ends_to_the_millisecond(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let old = shop.campaign.api_key.clone();
        let new = house.admin().regenerate_key(&shop.campaign, Duration::from_secs(3_600));
        let end = house.now().plus(Duration::from_secs(3_600));
        for (name, at, status) in [
            ("at once", house.now(), 200),
            ("the last moment", Timestamp::from_millis(end.millis() - 1), 200),
            ("the end", end, 401),
            ("a day later", end.plus(Duration::from_secs(86_400)), 401),
        ] {
            house.clock().move_to(at);
            assert_eq!(statuses(&house, &shop, &old), (status, status), "{name}");
            assert_eq!(statuses(&house, &shop, &new), (200, 200), "{name}");
        }
    }

    fn regenerating_once_more_at_once_ends_an_overlap_that_runs(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let first = shop.campaign.api_key.clone();
        let second = house.admin().regenerate_key(&shop.campaign, Duration::from_secs(3_600));
        let third = house.admin().regenerate_key(&shop.campaign, Duration::ZERO);
        assert_eq!(statuses(&house, &shop, &first), (401, 401));
        assert_eq!(statuses(&house, &shop, &second), (401, 401));
        assert_eq!(statuses(&house, &shop, &third), (200, 200));
    }

    fn only_that_campaigns_live_key_is_regenerated(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let sister = house.admin().campaign(shop.program, crate::support::house::plan(), &[&shop.anna]);
        let test = house.admin().test_key(shop.program, &shop.campaign);
        house.admin().regenerate_key(&shop.campaign, Duration::ZERO);
        assert_eq!(house.merchant(&sister).add_click(&sister, &shop.anna).status, 200);
        assert_eq!(MerchantServer::new(house.addr(), &test).add_click(&shop.campaign, &shop.anna).status, 200);
    }
}
