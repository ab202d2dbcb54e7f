//! Tables over real sockets.

use std::sync::mpsc;
use std::sync::{Mutex, MutexGuard};

use tungstenite::Message;
use tungstenite::protocol::CloseFrame;

use super::*;
use crate::Close;
use house::Reply;

const TOY: Id = Id([0x12; 16]);

/// Says its ticket, takes everything but a single 9, and passes on what it hears.
struct End {
    outgoing: Mutex<Vec<Vec<u8>>>,
    told: mpsc::Sender<Result<Vec<u8>, String>>,
}

impl End {
    fn outgoing(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.outgoing.lock().unwrap()
    }
}

impl TableEnd for End {
    fn receive(&self, bytes: &[u8]) -> bool {
        self.told.send(Ok(bytes.to_vec())).unwrap();
        bytes != [9]
    }

    fn outgoing(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *End::outgoing(self))
    }

    fn lost(&self, why: &str) {
        // The test may be over.
        let _ = self.told.send(Err(why.to_owned()));
    }
}

fn end(ticket: &TableTicket) -> (Arc<End>, mpsc::Receiver<Result<Vec<u8>, String>>) {
    let (told, heard) = mpsc::channel();
    (Arc::new(End { outgoing: Mutex::new(vec![ticket.ticket().to_vec()]), told }), heard)
}

fn ticket() -> Reply {
    Reply::json(201, &format!(r#"{{"ticket":"{}","path":"/api/v1/table"}}"#, "7f".repeat(16)))
}

fn at_table(live: impl Fn(usize, house::Web) + Send + Sync + 'static) -> Behaviour {
    Behaviour { answer: Box::new(|_| ticket()), ..Behaviour::live(live) }
}

fn binary(web: &mut house::Web) -> Vec<u8> {
    match web.read().unwrap() {
        Message::Binary(bytes) => bytes.into(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_go_there_and_come_from_there_the_ticket_first() {
    let (gone, farewells) = mpsc::channel();
    let house = at_table(move |_, mut web| {
        assert_eq!(binary(&mut web), [0x7F; 16]);
        web.send(Message::Binary(vec![5; LONGEST_FROM_TABLE].into())).unwrap();
        assert_eq!(binary(&mut web), [1, 2]);
        web.send(Message::Binary(vec![6].into())).unwrap();
        let code = loop {
            match web.read() {
                Ok(Message::Close(frame)) => break frame.map(|frame| u16::from(frame.code)),
                Ok(_) => {}
                Err(_) => break None,
            }
        };
        gone.send(code).unwrap();
    });
    let Known { house, daycare, .. } = known(house);
    let ticket = now(daycare.sit(TOY, Some("egg1qq"))).unwrap();
    assert!(!format!("{ticket:?}").contains("7f"));
    let (end, heard) = end(&ticket);
    let line = ticket.open(end.clone()).unwrap();
    assert_eq!(heard.recv_timeout(LONG).unwrap(), Ok(vec![5; LONGEST_FROM_TABLE]));
    End::outgoing(&end).push(vec![1, 2]);
    line.ring();
    assert_eq!(heard.recv_timeout(LONG).unwrap(), Ok(vec![6]));
    drop(line);
    assert_eq!(farewells.recv_timeout(LONG).unwrap(), Some(1000));
    assert!(heard.recv_timeout(LONG).unwrap().is_err());
    let asked = house.asked();
    assert_eq!(asked[0].line, format!("POST /api/v1/toys/{TOY}/table HTTP/1.1"));
    assert_eq!(asked[0].json(), serde_json::json!({ "invite": "egg1qq" }));
    assert_eq!(asked[1].line, "GET /api/v1/table HTTP/1.1");
}

#[test]
fn every_end_has_its_sentence() {
    type Last = Box<dyn Fn(&mut house::Web) + Send + Sync>;
    let close = |code: u16| -> Last {
        Box::new(move |web| web.close(Some(CloseFrame { code: code.into(), reason: "".into() })).unwrap())
    };
    let says = |message: Message| -> Last { Box::new(move |web| web.send(message.clone()).unwrap()) };
    let strange = "the daycare says something strange about the table; is it the same version of the program?";
    let torn = "the line to the daycare was lost";
    let cases = [
        (close(4403), Close::Revoked.sentence()),
        (close(4999), torn),
        (Box::new(|_: &mut house::Web| {}) as Last, torn),
        (says(Message::Binary(vec![9].into())), strange),
        (says(Message::text("hello")), strange),
        (says(Message::Binary(vec![5; LONGEST_FROM_TABLE + 1].into())), strange),
    ];
    for (last, sentence) in cases {
        let known = known(at_table(move |_, mut web| {
            binary(&mut web);
            last(&mut web);
            // Whoever refuses says so; whoever was left has nothing to say.
            while sentence == strange && web.read().is_ok() {}
        }));
        let ticket = now(known.daycare.sit(TOY, None)).unwrap();
        let (end, heard) = end(&ticket);
        let _line = ticket.open(end).unwrap();
        let why = loop {
            if let Err(why) = heard.recv_timeout(LONG).unwrap() {
                break why;
            }
        };
        assert_eq!(why, sentence);
        assert_eq!(known.house.asked()[0].json(), serde_json::json!({}));
    }
}

#[test]
fn a_toy_that_sits_nowhere_is_no_error_and_a_refusal_is_one() {
    let nowhere = known(Behaviour::new(|_| Reply::Answer(204, "", Vec::new())));
    assert!(now(nowhere.daycare.look_at_table(TOY)).unwrap().is_none());
    assert!(now(nowhere.daycare.sit(TOY, None)).is_err(), "who sits down must get somewhere");
    assert_eq!(nowhere.house.asked()[0].line, format!("POST /api/v1/toys/{TOY}/table/look HTTP/1.1"));
    for status in [404, 409, 500] {
        let known =
            known(Behaviour::new(move |_| Reply::problem(status, r#"{"title":"No","detail":"there is none"}"#)));
        assert!(now(known.daycare.look_at_table(TOY)).unwrap_err().to_string().contains("there is none"));
        assert!(now(known.daycare.sit(TOY, None)).unwrap_err().to_string().contains("there is none"));
    }
    // A socket that does not come about is told to the end.
    let known = known(Behaviour::new(|_| ticket()));
    let ticket = now(known.daycare.look_at_table(TOY)).unwrap().unwrap();
    let (end, heard) = end(&ticket);
    let _line = ticket.open(end).unwrap();
    assert!(heard.recv_timeout(LONG).unwrap().is_err());
}
