//! Requests made from the API's own description, by schemathesis. See API.md for how to have it.

use super::daycare::{Daycare, Sent};
use eggtooth_daycare::store::{AccountRole, GrantRole};
use std::env;
use std::process::Command;

/// Seconds for each role.
const SECONDS: u32 = 60;
/// What signs out, what is no HTTP, and what takes its time by pressing buttons (a second one meanwhile is busy).
const LEFT_OUT: [&str; 3] = ["delete_session", "get_live", "post_toys_toy_clock"];

#[test]
#[ignore = "needs schemathesis and minutes; API.md has the command"]
fn what_is_described_is_what_happens() {
    let program = env::var_os("SCHEMATHESIS").expect("SCHEMATHESIS must name the program `schemathesis`");
    let daycare = Daycare::new();
    let member = |name| daycare.person(name, AccountRole::Member);
    let (owner, caretaker, stranger) = (member("Owner"), member("Caretaker"), member("Stranger"));
    let admin = daycare.person("Ada", AccountRole::Admin);
    let toy = daycare.toy(owner.account);
    daycare.grant(toy, caretaker.account, GrantRole::Caretaker, None);
    let document = daycare.ask(Some(&owner), "GET", "/api/v1/openapi.json", Sent::Nothing);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    // What knows a toy finds more: the example of each toy's identifier is the shared one.
    let text = document.text().replace("00112233445566778899aabbccddeeff", &toy.to_string());
    std::fs::write(&file, text).unwrap();
    let url = format!("http://{}", daycare.serve());
    let mut failed = Vec::new();
    for (role, who) in [
        ("nobody", None),
        ("stranger", Some(&stranger)),
        ("caretaker", Some(&caretaker)),
        ("owner", Some(&owner)),
        ("admin", Some(&admin)),
    ] {
        let mut command = Command::new(&program);
        // It leaves reports where it runs.
        command.current_dir(folder.path());
        command.arg("run").arg(&file).args(["--url", &url, "--seed", "1", "--generation-database", "none"]);
        command.args(["--max-time", &SECONDS.to_string(), "--continue-on-failure", "--no-color"]);
        command.args(["--header", "Host: egg.example", "--header", "X-Eggtooth: 1"]);
        // Whether a request that fits its description is taken depends on what there is; sessions are this test's.
        command.args(["--exclude-checks", "positive_data_acceptance,ignored_auth"]);
        for operation in LEFT_OUT {
            command.args(["--exclude-operation-id", operation]);
        }
        if let Some(who) = who {
            command.args(["--header", &format!("Cookie: {}", who.cookie)]);
        }
        println!("as {role}");
        if !command.status().unwrap().success() {
            failed.push(role);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
