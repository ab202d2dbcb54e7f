//! Pets carried to and fro, as the wire has it.

use super::*;
use house::Reply;

const MOVE: Id = Id([0xAB; 16]);
const TOY: Id = Id([0x12; 16]);

#[test]
fn a_pet_arrives() {
    let Known { house, daycare, .. } = known(Behaviour::new(|asked| match asked.line.as_str() {
        "POST /api/v1/moves HTTP/1.1" => Reply::json(201, &format!(r#"{{"toy":"{TOY}"}}"#)),
        other => panic!("{other} is not expected"),
    }));
    let mut arrival = Arrival {
        id: MOVE,
        name: "Pip".to_owned(),
        theme: Some("meadow".to_owned()),
        envelope: vec![0xFB, 0xEF, 0xFF],
        rom: None,
    };
    assert_eq!(now(daycare.arrive(&arrival)), Ok(TOY));
    let sent = serde_json::json!(
        {"id": MOVE.to_string(), "name": "Pip", "theme": "meadow", "envelope": "++//", "rom": null}
    );
    assert_eq!(house.last().json(), sent);
    (arrival.rom, arrival.theme) = (Some(vec![0]), None);
    now(daycare.arrive(&arrival)).unwrap();
    assert_eq!(house.last().json()["rom"], "AA==");
    assert!(!format!("{arrival:?}").contains("rom"));
}

#[test]
fn a_move_is_asked_for_and_ended() {
    let state = |state, toy: &str| format!(r#"{{"id":"{MOVE}","state":"{state}","toy":{toy}}}"#);
    for (word, meant) in [
        ("arrived", MoveWord::Arrived),
        ("leaving", MoveWord::Leaving),
        ("done", MoveWord::Done),
        ("cancelled", MoveWord::Cancelled),
    ] {
        let (with, without) = (state(word, &format!(r#""{TOY}""#)), state(word, "null"));
        let at = |body: String| now(known(Behaviour::new(move |_| Reply::json(200, &body))).daycare.ask_move(MOVE));
        assert_eq!(at(with), Ok(Some(MoveState { id: MOVE, state: meant, toy: Some(TOY) })));
        assert_eq!(at(without), Ok(Some(MoveState { id: MOVE, state: meant, toy: None })));
    }
    let unknown = now(known(Behaviour::new(|_| Reply::problem(404, "{}"))).daycare.ask_move(MOVE));
    assert_eq!(unknown, Ok(None));
    // A daycare in trouble is no "not heard of it".
    let error = now(known(Behaviour::new(|_| Reply::problem(503, "{}"))).daycare.ask_move(MOVE)).unwrap_err();
    assert!(error.is_unknown());

    let Known { house, daycare, .. } = known(Behaviour::new(|_| Reply::Answer(204, "", vec![])));
    now(daycare.cancel_move(MOVE)).unwrap();
    now(daycare.finish_move(MOVE)).unwrap();
    now(daycare.abort_move(MOVE)).unwrap();
    let lines: Vec<String> = house.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["cancel", "done", "abort"].map(|word| format!("POST /api/v1/moves/{MOVE}/{word} HTTP/1.1")));
    let refused =
        now(known(Behaviour::new(|_| Reply::problem(409, r#"{"detail":"it arrived"}"#))).daycare.cancel_move(MOVE));
    assert_eq!(refused.unwrap_err().status(), Some(409));
}

#[test]
fn a_pet_leaves() {
    let leave = |body: String| {
        let known = known(Behaviour::new(move |_| Reply::json(200, &body)));
        let left = now(known.daycare.leave(TOY, MOVE));
        assert_eq!(known.house.last().line, format!("POST /api/v1/toys/{TOY}/leave HTTP/1.1"));
        assert_eq!(known.house.last().json(), serde_json::json!({"id": MOVE.to_string()}));
        left
    };
    let left = leave(r#"{"tick":7,"envelope":"++//","rom":"AA=="}"#.to_owned()).unwrap();
    assert_eq!(left, Left { tick: 7, envelope: vec![0xFB, 0xEF, 0xFF], rom: Some(vec![0]) });
    let left = leave(r#"{"tick":7,"envelope":"++//","rom":null}"#.to_owned()).unwrap();
    assert_eq!(left.rom, None);
    let long = "A".repeat((64 << 10) * 4 / 3 + 8);
    for bad in [
        r#"{"tick":7,"envelope":"+","rom":null}"#.to_owned(),
        r#"{"tick":-7,"envelope":"++//","rom":null}"#.to_owned(),
        r#"{"tick":7,"envelope":"++//","rom":"\n"}"#.to_owned(),
        format!(r#"{{"tick":7,"envelope":"{long}","rom":null}}"#),
    ] {
        assert!(matches!(leave(bad), Err(ClientError::Answer { .. })));
    }
}

#[test]
fn identifiers_are_read_as_they_are_written() {
    let id = Id::random().unwrap();
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(Id([0; 16]).to_string().len(), 32);
    for bad in ["", "00", "+0000000000000000000000000000000", "0123456789ABCDEF0123456789ABCDEF"] {
        assert_eq!(bad.parse::<Id>(), Err(BadId), "{bad}");
    }
}
