//! ROMs are their owners' own, whatever is shared.

use super::daycare::{Daycare, Sent, other_rom};
use eggtooth_daycare::store::{AccountRole, GrantRole};
use serde_json::{Value, json};

#[test]
fn sharing_a_toy_never_shares_its_rom() {
    let daycare = Daycare::new();
    let owner = daycare.person("Owner", AccountRole::Member);
    let friend = daycare.person("Friend", AccountRole::Member);
    let admin = daycare.person("Ada", AccountRole::Admin);
    let words = other_rom(3);
    let rom = daycare.get(&owner, "POST", "/api/v1/roms?name=Mine", Sent::File(words.clone()));
    let key = rom["key"].as_str().unwrap();
    let toy = daycare.get(&owner, "POST", "/api/v1/toys", Sent::Json(json!({"name": "Secret", "rom": key})));
    assert_eq!(toy["rom"]["key"], rom["key"]);
    let id = toy["id"].as_str().unwrap();
    daycare.grant(id.parse().unwrap(), friend.account, GrantRole::Caretaker, None);

    let shared = daycare.get(&friend, "GET", &format!("/api/v1/toys/{id}"), Sent::Nothing);
    assert_eq!(
        (&shared["rom"], &shared["mercy_hours"], &shared["standing"]),
        (&Value::Null, &Value::Null, &json!("caretaker"))
    );
    let status = |who, method: &str, path: String, sent| daycare.ask(Some(who), method, &path, sent).status;
    for stranger in [&friend, &admin] {
        for path in [format!("/api/v1/roms/{key}"), format!("/api/v1/roms/{key}/bytes")] {
            assert_eq!(status(stranger, "GET", path, Sent::Nothing), 404);
        }
        assert_eq!(status(stranger, "DELETE", format!("/api/v1/roms/{key}"), Sent::Nothing), 404);
        let use_it = Sent::Json(json!({"name": "Copy", "rom": key}));
        assert_eq!(status(stranger, "POST", "/api/v1/toys".into(), use_it), 404);
        let list = daycare.get(stranger, "GET", "/api/v1/roms", Sent::Nothing);
        assert!(list.as_array().unwrap().iter().all(|rom| rom["builtin"] == true), "{list}");
    }
    assert_eq!(status(&friend, "GET", format!("/api/v1/toys/{id}/save"), Sent::Nothing), 403);
    let own = daycare.toy(friend.account);
    assert_eq!(status(&friend, "PUT", format!("/api/v1/toys/{own}/rom"), Sent::Json(json!({"rom": key}))), 404);

    // The same file in another's vault is another ROM: its key says nothing.
    let theirs = daycare.get(&friend, "POST", "/api/v1/roms", Sent::File(words.clone()));
    assert_ne!(theirs["key"], rom["key"]);
    let again = daycare.get(&owner, "POST", "/api/v1/roms", Sent::File(words.clone()));
    assert_eq!((&again["key"], &again["name"]), (&rom["key"], &json!("Mine")));

    let export = format!("/api/v1/roms/{key}/bytes");
    let weak = daycare.sign_in(owner.account, "Owner", false);
    let refused = daycare.ask(Some(&weak), "GET", &export, Sent::Nothing);
    assert_eq!((refused.status, &refused.json()["title"]), (403, &json!("Sign in again")));
    let leave = Sent::Json(json!({"id": "00112233445566778899aabbccddeeff"}));
    assert_eq!(status(&weak, "POST", format!("/api/v1/toys/{id}/leave"), leave), 403, "its ROM would go with it");
    let bytes = daycare.ask(Some(&owner), "GET", &export, Sent::Nothing);
    assert_eq!((bytes.status, bytes.bytes), (200, words));
    assert_eq!(status(&owner, "DELETE", format!("/api/v1/roms/{key}"), Sent::Nothing), 409, "a toy has it");
}

#[test]
fn what_a_file_is_is_said_and_nothing_is_kept() {
    let daycare = Daycare::new();
    let who = daycare.person("Owner", AccountRole::Member);
    let said = daycare.get(&who, "POST", "/api/v1/roms/identify", Sent::File(other_rom(4)));
    assert_eq!(said["words"], 6144);
    assert_eq!(daycare.get(&who, "GET", "/api/v1/roms", Sent::Nothing).as_array().unwrap().len(), 1, "Pip alone");
    assert_eq!(daycare.ask(Some(&who), "POST", "/api/v1/roms/identify", Sent::File(vec![1, 2, 3])).status, 422);
}
