//! Live links over real sockets.

use std::sync::mpsc;
use std::time::Instant;

use tungstenite::Message;
use tungstenite::protocol::CloseFrame;

use super::*;
use crate::close::Then;
use crate::link::{Event, MOST_EVENTS, PING, State};
use crate::message::{ClientMessage, Frame, MessageError, Name, ServerMessage, Standing, Theme, Welcome};
use crate::{Close, Lcd};
use house::{Reply, Web};

const TOY: Id = Id([0x12; 16]);

fn say(web: &mut Web, message: &ServerMessage) {
    web.send(Message::Binary(message.to_bytes().into())).unwrap();
}

fn hear(web: &mut Web) -> ClientMessage {
    match web.read().unwrap() {
        Message::Binary(bytes) => ClientMessage::decode(&bytes).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The code with which the client goes; `None` when it goes without a word.
fn farewell(web: &mut Web) -> Option<u16> {
    loop {
        match web.read() {
            Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

fn welcome() -> ServerMessage {
    ServerMessage::Welcome(Welcome {
        standing: Standing::Caretaker,
        toy: TOY.0,
        tick: 0,
        wall: 0,
        sound: true,
        name: Name::new("Pip"),
        theme: Theme::new("meadow"),
    })
}

/// Takes the ticket; the client that showed it.
fn greet(web: &mut Web) -> [u8; 16] {
    let ClientMessage::Ticket { ticket, client } = hear(web) else { panic!("no ticket") };
    assert_eq!(ticket, [0x7F; 16]);
    say(web, &welcome());
    client
}

/// Waits for what the test wants, looking every few milliseconds: sockets have no virtual time.
fn wait<T>(live: &LiveHandle, mut wanted: impl FnMut(&LiveHandle) -> Option<T>) -> T {
    let end = Instant::now() + LONG;
    loop {
        if let Some(found) = wanted(live) {
            return found;
        }
        assert!(Instant::now() < end, "{live:?}, {:?}", live.trouble());
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn event<T>(live: &LiveHandle, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    wait(live, |live| wanted(live.try_recv()?))
}

/// Once the daycare has said welcome, presses have numbers.
fn welcomed(live: &LiveHandle) {
    event(live, |event| matches!(event, Event::Welcome(_)).then_some(()));
}

fn done(live: &LiveHandle, number: u32) -> u64 {
    event(live, |event| match event {
        Event::Done { client_seq, tick, .. } if client_seq == number => Some(tick),
        _ => None,
    })
}

#[test]
fn a_toy_is_watched_and_pressed() {
    for tls in [true, false] {
        let lcd = Lcd::from_rows([5; 16], 3);
        let (gone, farewells) = mpsc::channel();
        let live = Behaviour::live(move |_, mut web| {
            greet(&mut web);
            say(&mut web, &ServerMessage::Frame(Frame { lcd, ..Frame::default() }));
            for seq in 1..=2 {
                let ClientMessage::Keys { client_seq, mask, .. } = hear(&mut web) else { panic!("no keys") };
                assert_eq!((client_seq, mask), (seq, [0, 5, 0][seq as usize]));
                say(&mut web, &ServerMessage::Ack { client_seq, tick: u64::from(seq) * 100 });
            }
            gone.send(farewell(&mut web)).unwrap();
        });
        let Known { house, daycare, .. } = known(Behaviour { tls, ..live });
        let live = daycare.live(TOY).unwrap();
        let name = event(&live, |event| match event {
            Event::Welcome(welcome) => Some(welcome.name),
            _ => None,
        });
        assert_eq!(&*name, "Pip");
        let seen = event(&live, |event| match event {
            Event::Frame(frame) => Some(frame.lcd),
            _ => None,
        });
        assert_eq!(seen, lcd);
        let pressed = Instant::now();
        let (down, up) = (live.keys(5).unwrap(), live.keys(0).unwrap());
        assert_eq!((done(&live, down), done(&live, up)), (100, 200));
        assert!(pressed.elapsed() < PING, "an answer waited until the next ping woke the thread");
        assert_eq!((live.state(), live.trouble()), (State::Live, None));
        drop(live);
        let within = "the thread hears of it at once, not at the next ping";
        assert_eq!(farewells.recv_timeout(PING / 2).expect(within), Some(1000));

        let asked = house.asked();
        assert_eq!(asked[0].line, format!("POST /api/v1/toys/{TOY}/live HTTP/1.1"));
        assert_eq!(asked[1].line, "GET /api/v1/live HTTP/1.1");
        assert_eq!(asked[1].header("origin"), Some(house.address().url().as_str()));
        assert!(asked.iter().all(|asked| !asked.line.contains("7f7f")), "a ticket is in no address");
    }
}

#[test]
fn a_broken_link_is_made_anew_and_unanswered_presses_are_said_again() {
    let (tell, told) = mpsc::channel();
    let known = known(Behaviour::live(move |number, mut web| {
        let client = greet(&mut web);
        let first = hear(&mut web);
        tell.send((number, client, first)).unwrap();
        if number == 1 {
            // The wire is cut between the press and its answer.
            return;
        }
        let ClientMessage::Keys { client_seq, .. } = first else { panic!("no keys") };
        say(&mut web, &ServerMessage::Ack { client_seq, tick: 77 });
        farewell(&mut web);
    }));
    let live = known.daycare.live(TOY).unwrap();
    welcomed(&live);
    let number = live.keys(1).unwrap();
    assert_eq!(done(&live, number), 77);
    let (first, again) = (told.recv_timeout(LONG).unwrap(), told.recv_timeout(LONG).unwrap());
    assert_eq!((first.0, again.0), (1, 2));
    assert_eq!((first.1, first.2), (again.1, again.2), "the same client, the same press");
}

#[test]
fn every_close_code_is_understood() {
    for close in Close::ALL {
        let known = known(Behaviour::live(move |number, mut web| {
            greet(&mut web);
            if number == 1 {
                web.close(Some(CloseFrame { code: close.code().into(), reason: "".into() })).unwrap();
            }
            farewell(&mut web);
        }));
        let live = known.daycare.live(TOY).unwrap();
        let state = event(&live, |event| match event {
            Event::State(state @ (State::Waiting { .. } | State::Ended { .. })) => Some(state),
            _ => None,
        });
        match state {
            State::Waiting { sentence, .. } => assert_eq!((close.then(), sentence), (Then::TryAgain, close.sentence())),
            State::Ended { then, sentence } => assert_eq!((close.then(), close.sentence()), (then, sentence)),
            other => panic!("{other:?}"),
        }
        live.retry();
        event(&live, |event| matches!(event, Event::Welcome(_)).then_some(()));
    }
}

#[test]
fn garbage_ends_the_link() {
    let long = vec![1; 5000];
    let [garbage, text, long] =
        [Message::Binary(vec![1, 0x77].into()), Message::Text("hello".into()), Message::Binary(long.into())].map(
            |message| {
                let (gone, farewells) = mpsc::channel();
                let known = known(Behaviour::live(move |_, mut web| {
                    greet(&mut web);
                    web.send(message.clone()).unwrap();
                    gone.send(farewell(&mut web)).unwrap();
                }));
                let live = known.daycare.live(TOY).unwrap();
                let error = event(&live, |event| match event {
                    Event::Misunderstood(error) => Some(error),
                    _ => None,
                });
                assert!(matches!(live.state(), State::Ended { then: Then::GiveUp, .. }));
                (error, farewells.recv_timeout(LONG).unwrap())
            },
        );
    assert_eq!(garbage, (MessageError::Kind(0x77), Some(4400)));
    assert_eq!(text, (MessageError::NotBinary, Some(4400)));
    assert!(matches!(long.0, MessageError::TooLong(5000.., 4096)), "{long:?}");
}

#[test]
fn a_flood_leaves_the_latest_and_a_bounded_rest() {
    let known = known(Behaviour::live(|_, mut web| {
        greet(&mut web);
        for tick in 0..20_000 {
            say(&mut web, &ServerMessage::Frame(Frame { tick, ..Frame::default() }));
        }
        say(&mut web, &ServerMessage::Ack { client_seq: 1, tick: 1 });
        let ClientMessage::Keys { client_seq, .. } = hear(&mut web) else { panic!("no keys") };
        say(&mut web, &ServerMessage::Ack { client_seq, tick: 2 });
        farewell(&mut web);
    }));
    let live = known.daycare.live(TOY).unwrap();
    welcomed(&live);
    let number = live.keys(1).unwrap();
    let mut events = vec![];
    let tick = wait(&live, |live| {
        let event = live.try_recv()?;
        events.push(event.clone());
        match event {
            Event::Done { client_seq, tick, .. } if client_seq == number => Some(tick),
            _ => None,
        }
    });
    assert!(tick > 0);
    let last = events.iter().rev().find_map(|event| match event {
        Event::Frame(frame) => Some(frame.tick),
        _ => None,
    });
    assert_eq!(last, Some(19_999));
    let ticks: Vec<u64> = events
        .iter()
        .filter_map(|event| if let Event::Frame(frame) = event { Some(frame.tick) } else { None })
        .collect();
    assert!(ticks.is_sorted() && ticks.len() <= 20_000 && MOST_EVENTS < 20_000);
}

#[test]
fn a_daycare_that_hangs_refuses_or_is_another_is_named() {
    let trouble = |behaviour: Behaviour| {
        let known = known_with(behaviour, Duration::from_millis(300));
        let live = known.daycare.live(TOY).unwrap();
        let trouble = wait(&live, LiveHandle::trouble);
        (trouble, live.state())
    };
    // The upgrade is never answered.
    let (error, state) = trouble(Behaviour::new(|asked| match asked.line.as_str() {
        line if line.starts_with("POST") => Behaviour::ticket(),
        _ => Reply::Hang(vec![]),
    }));
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error:?}");
    assert!(matches!(state, State::Connecting | State::Waiting { .. }), "{state:?}");
    // The ticket is refused.
    for (status, then) in [(401, Then::SignIn), (403, Then::GiveUp), (404, Then::GiveUp)] {
        let known = known(Behaviour::new(move |_| Reply::problem(status, "{}")));
        let live = known.daycare.live(TOY).unwrap();
        wait(&live, |live| matches!(live.state(), State::Ended { then: is, .. } if is == then).then_some(()));
        assert_eq!(live.trouble().unwrap().status(), Some(status));
    }
    let (error, _) = trouble(Behaviour::new(|_| Reply::problem(429, r#"{"detail":"too many"}"#)));
    assert_eq!(error.to_string(), "too many");
    // The path leads elsewhere.
    for path in ["//elsewhere.example/", "https://elsewhere.example/", "/a b", "@elsewhere.example/"] {
        let body = format!(r#"{{"ticket":"{}","path":"{path}"}}"#, "7f".repeat(16));
        let Known { house, daycare, .. } = known(Behaviour::new(move |asked| match asked.line.as_str() {
            line if line.starts_with("POST") => Reply::json(200, &body),
            _ => Reply::problem(404, "{}"),
        }));
        let live = daycare.live(TOY).unwrap();
        wait(&live, LiveHandle::trouble);
        let lines: Vec<String> = house.asked().into_iter().map(|asked| asked.line).collect();
        assert!(lines.len() == 1 || lines[1] == format!("GET {path} HTTP/1.1"), "{lines:?}");
    }
    // Another authority: after a restart somebody else is there.
    let first = known(Behaviour::live(|_, _| {}));
    let other = House::start(Behaviour::live(|_, _| panic!("no word reaches a stranger")));
    first.pins.confirm(&other.address(), &first.house.authority()).unwrap();
    let live = Daycare::open(&other.address(), first.pins.clone()).unwrap().live(TOY).unwrap();
    let error = wait(&live, LiveHandle::trouble);
    assert!(matches!(error, ClientError::Stranger { .. }), "{error:?}");
    assert!(other.asked().is_empty());
}
