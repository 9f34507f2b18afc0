//! Codes that nobody has: one page for all of them, which repeats nothing.

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

on_each_engine! {
    fn an_unknown_code_is_a_page_without_an_echo(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let known = &shop.campaign.link_of(&shop.anna).code;
        let upper = known.to_uppercase();
        let (long, longer) = ("z".repeat(32), "z".repeat(3_000));
        let paths = [
            "/c/nobodyhasthis",
            "/c/zz",
            "/c/",
            "/c",
            "/c/nobodyhasthis/",
            "/c/no/body",
            "/c/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
            "/c/%00%00%00%00",
            "/c/%FF%FE%FD%FC",
            "/c/..%2f..%2fetc",
            "/c/%E2%80%AEabcd",
            "/c/nobody?url=https://evil.example/&sub1=%3Cb%3Ezzmarkzz",
            &format!("/c/{upper}"),
            &format!("/c/{long}"),
            &format!("/c/{longer}"),
        ];
        let page = house.visitor().send(Request::get("/nowhere")).unwrap();
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        for path in paths {
            let answer = house.visitor().send(Request::get(path)).unwrap();
            assert_eq!((answer.status, answer.text()), (404, page.text()), "{path}");
            assert_eq!(answer.headers_named("set-cookie"), [""; 0], "{path}");
            assert_eq!(answer.header("location"), None, "{path}");
        }
        assert_eq!(house.click_count(), 0);
    }

    fn a_code_asked_for_before_it_existed_works_once_it_does(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        assert_eq!(house.visitor().follow("nobodyhasthis").response.status, 404);
        let another = house.admin().campaign(shop.program, crate::support::house::plan(), &[&shop.anna]);
        assert_eq!(house.visitor().follow(&another.link_of(&shop.anna).code).response.status, 302);
    }
}
