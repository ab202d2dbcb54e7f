//! Moves over HTTP: each request again, and in the wrong order.

use super::daycare::{Daycare, Person, Sent, other_rom, save_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use eggtooth_daycare::MoveId;
use eggtooth_daycare::store::AccountRole;
use eggtooth_toy::{Machine, pip};
use eggtooth_vault::Envelope;
use serde_json::{Value, json};

fn new_move() -> String {
    MoveId::random().unwrap().to_string()
}

fn ask(daycare: &Daycare, who: &Person, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let sent = body.map_or(Sent::Nothing, Sent::Json);
    let answer = daycare.ask(Some(who), method, &format!("/api/v1{path}"), sent);
    (answer.status, if answer.bytes.is_empty() { Value::Null } else { answer.json() })
}

#[test]
fn a_pet_comes_once_however_often_it_is_brought() {
    let daycare = Daycare::new();
    let who = daycare.person("Owner", AccountRole::Member);
    let other = daycare.person("Other", AccountRole::Member);
    let mut machine = Machine::new(&pip().unwrap());
    machine.advance(100_000, &mut ());
    let id = new_move();
    let pet =
        |id: &str| json!({"id": id, "name": "Traveller", "envelope": BASE64.encode(save_of(&machine)), "rom": null});
    assert_eq!(ask(&daycare, &who, "GET", &format!("/moves/{id}"), None).0, 404);
    let (status, first) = ask(&daycare, &who, "POST", "/moves", Some(pet(&id)));
    assert_eq!(status, 201, "{first}");
    assert_eq!(ask(&daycare, &who, "POST", "/moves", Some(pet(&id))), (200, first.clone()));
    assert_eq!(ask(&daycare, &other, "POST", "/moves", Some(pet(&id))).0, 409);
    let (_, known) = ask(&daycare, &who, "GET", &format!("/moves/{id}"), None);
    assert_eq!((&known["state"], &known["toy"]), (&json!("arrived"), &first["toy"]));
    for late in ["cancel", "abort", "done"] {
        assert_eq!(ask(&daycare, &who, "POST", &format!("/moves/{id}/{late}"), None).0, 409, "{late}");
    }
    let (_, toy) = ask(&daycare, &who, "GET", &format!("/toys/{}", first["toy"].as_str().unwrap()), None);
    assert!(toy["tick"].as_u64().unwrap() >= machine.tick() && toy["name"] == "Traveller", "{toy}");
    assert_eq!(daycare.house.store.toys_of(who.account).unwrap().len(), 1);

    // A move that was cancelled first never happens.
    let id = new_move();
    for _ in 0..2 {
        assert_eq!(ask(&daycare, &who, "POST", &format!("/moves/{id}/cancel"), None).0, 204);
    }
    assert_eq!(ask(&daycare, &who, "POST", "/moves", Some(pet(&id))).0, 409);
    assert_eq!(daycare.house.store.toys_of(who.account).unwrap().len(), 1);

    // A save of another ROM, or none, brings nothing.
    let mut wrong = pet(&new_move());
    wrong["rom"] = json!(BASE64.encode(other_rom(9)));
    assert_eq!(ask(&daycare, &who, "POST", "/moves", Some(wrong.clone())).0, 422);
    wrong["envelope"] = json!(BASE64.encode([0x89; 100]));
    assert_eq!(ask(&daycare, &who, "POST", "/moves", Some(wrong)).0, 422);
    assert_eq!(daycare.house.store.toys_of(who.account).unwrap().len(), 1);
}

#[test]
fn a_pet_leaves_once_and_stands_still_meanwhile() {
    let daycare = Daycare::new();
    let who = daycare.person("Owner", AccountRole::Member);
    let toy = daycare.toy(who.account);
    let id = new_move();
    let leave = |id: &str| ask(&daycare, &who, "POST", &format!("/toys/{toy}/leave"), Some(json!({"id": id})));
    let (status, first) = leave(&id);
    assert_eq!(status, 200, "{first}");
    assert_eq!(leave(&id), (200, first.clone()), "the same bytes each time");
    assert_eq!(leave(&new_move()).0, 409, "not by two ways at once");
    let envelope = BASE64.decode(first["envelope"].as_str().unwrap()).unwrap();
    let (envelope, _) = Envelope::from_bytes(&envelope).unwrap();
    let words = BASE64.decode(first["rom"].as_str().unwrap()).unwrap();
    let cartridge = eggtooth_cartridge::Cartridge::from_bytes(None, &words).unwrap();
    let machine = Machine::resume(&cartridge, &envelope).unwrap();
    assert_eq!(json!(machine.tick()), first["tick"]);
    let press = Some(json!({"buttons": ["A"]}));
    assert_eq!(ask(&daycare, &who, "POST", &format!("/toys/{toy}/press"), press).0, 409);
    assert_eq!(ask(&daycare, &who, "DELETE", &format!("/toys/{toy}"), None).0, 409);
    assert_eq!(ask(&daycare, &who, "GET", &format!("/toys/{toy}"), None).1["condition"]["leaving"], true);

    for _ in 0..2 {
        assert_eq!(ask(&daycare, &who, "POST", &format!("/moves/{id}/abort"), None).0, 204);
    }
    assert_eq!(ask(&daycare, &who, "POST", &format!("/moves/{id}/done"), None).0, 409);
    assert_eq!(leave(&id).0, 409, "it was aborted");
    let (_, back) = ask(&daycare, &who, "GET", &format!("/toys/{toy}"), None);
    assert!(back["tick"].as_u64().unwrap() >= machine.tick() && back["condition"]["leaving"] == false, "{back}");

    let id = new_move();
    assert_eq!(leave(&id).0, 200);
    for _ in 0..2 {
        assert_eq!(ask(&daycare, &who, "POST", &format!("/moves/{id}/done"), None).0, 204);
    }
    assert_eq!(ask(&daycare, &who, "POST", &format!("/moves/{id}/abort"), None).0, 409);
    assert_eq!(ask(&daycare, &who, "GET", &format!("/moves/{id}"), None).1["state"], "done");
    assert_eq!(ask(&daycare, &who, "GET", &format!("/toys/{toy}"), None).0, 404);
    assert!(daycare.house.store.toys_of(who.account).unwrap().is_empty());

    // A move that was given up before it began does not begin later.
    let toy = daycare.toy(who.account);
    let id = new_move();
    assert_eq!(ask(&daycare, &who, "POST", &format!("/moves/{id}/abort"), None).0, 204);
    assert_eq!(ask(&daycare, &who, "POST", &format!("/toys/{toy}/leave"), Some(json!({"id": id}))).0, 409);
}
