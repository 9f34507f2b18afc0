//! The reference of the API: what it names is what there is, and what it says is so (QUALITY INP-1).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use accrue::web::openapi::document;
use accrue::web::routes::{ENDPOINTS, Endpoint};
use serde_json::Value;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::folder::TemporaryFolder;
use crate::support::personas::{MerchantServer, Sale, Visitor};
use crate::support::process::{ServerProcess, ServerSettings};
use crate::support::requirement::{Requirement, find_program, skip};
use crate::support::wire::Request;
use crate::support::world::Demo;

/// Tries every call that the reference describes.
const SCHEMATHESIS: &str = "schemathesis";

/// Method and path of every operation in the document.
fn described() -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(document("https://accrue.example")).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("it has paths").clone();
    let of_path = |(path, item): (String, Value)| -> Vec<(String, String)> {
        let operations = item.as_object().expect("an object").keys();
        operations.map(|method| (method.clone(), path.clone())).collect()
    };
    paths.into_iter().flat_map(of_path).collect()
}

#[test]
fn the_reference_names_every_endpoint_and_no_other() {
    let asked = |endpoint: &Endpoint| (endpoint.method.to_owned(), endpoint.path.to_owned());
    let endpoints: BTreeSet<_> = ENDPOINTS.iter().filter(|endpoint| endpoint.method != "head").map(asked).collect();
    assert!(!endpoints.is_empty());
    assert_eq!(described(), endpoints);
}

/// Where schemathesis is: in `PATH`, or where `.ci/run` puts it.
fn schemathesis() -> Option<PathBuf> {
    let beside = root().join("target/schemathesis/bin").join(SCHEMATHESIS);
    find_program(SCHEMATHESIS).or_else(|| Some(beside).filter(|file| file.is_file()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A real one of everything that the reference asks for.
fn real_things(server: &ServerProcess, demo: &Demo) -> [(&'static str, String); 9] {
    let campaign = demo.campaign("s2s_api");
    let link = campaign.link_of(demo.affiliate(0));
    let token = Visitor::new(server.addr()).follow(&link.code).token().to_owned();
    let mut shop = MerchantServer::new(server.addr(), &campaign.api_key);
    let conversion = shop.report(Sale::of(&token).order_id("reviewed")).conversion_id.expect("it is recorded");
    let sign_up = serde_json::json!({"click_id": token, "external_user_id": "signed-up"}).to_string();
    let sign_up = Request::post("/v1/signups").json(&sign_up).bearer(&demo.program.tokens.track);
    let answer =
        Connection::open(server.addr()).and_then(|mut connection| connection.send(&sign_up)).expect("an answer");
    let referral = answer.json()["data"]["id"].as_str().expect("a referral").to_owned();
    [
        ("ACCRUE_REFERRAL", referral),
        ("ACCRUE_KEY", campaign.api_key.clone()),
        ("ACCRUE_TOKEN", demo.program.tokens.manage.clone()),
        ("ACCRUE_PROGRAM", demo.program.id.clone()),
        ("ACCRUE_CAMPAIGN", campaign.id.clone()),
        ("ACCRUE_AFFILIATE", demo.affiliate(0).id.clone()),
        ("ACCRUE_LINK", link.code.clone()),
        ("ACCRUE_CLICK", token),
        ("ACCRUE_CONVERSION", conversion),
    ]
}

on_each_engine! {
    /// A stranger's program that knows nothing but the reference tries every call, rightly and wrongly, with real keys.
    fn whoever_goes_by_the_reference_finds_every_answer_in_it(db: TestDatabase) {
        let Some(program) = schemathesis() else {
            return skip(Requirement::Tools, "schemathesis is not installed");
        };
        let demo = Demo::fill(&db);
        let server = ServerSettings::on(&db).env("ACCRUE_TRUSTED_PROXIES", "127.0.0.0/8").start();
        let folder = root().join("tests/schemathesis");
        let desk = TemporaryFolder::new();
        let address = format!("http://{}/api/openapi.json", server.addr());
        let output = Command::new(program)
            .arg("--config-file")
            .arg(folder.join("schemathesis.toml"))
            .args(["run", &address, "--checks", "all", "--no-color", "--max-redirects", "0"])
            .current_dir(desk.path())
            .env("PYTHONPATH", &folder)
            .envs(real_things(&server, &demo))
            .envs([("SCHEMATHESIS_HOOKS", "hooks"), ("PYTHONDONTWRITEBYTECODE", "1")])
            .stdin(Stdio::null())
            .output()
            .expect("schemathesis can be run");
        let told = String::from_utf8(output.stdout).expect("it writes UTF-8");
        assert!(output.status.success(), "{told}");
        assert!(told.contains("Operations:") && told.contains("Test cases:"), "{told}");
    }
}
