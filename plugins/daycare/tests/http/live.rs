//! The live socket: every message for every kind of viewer, and every way in which it ends.

use super::daycare::{Daycare, ORIGIN, Person, Sent, unlimited};
use eggtooth_daycare::store::{AccountRole, GrantRole};
use eggtooth_daycare::{GrantId, ToyId, now};
use eggtooth_livelink::message::Reason;
use eggtooth_livelink::{ClientMessage, ServerMessage};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Error, Message, WebSocket};

type Socket = WebSocket<TcpStream>;

fn connect(address: SocketAddr, origin: Option<&str>) -> Result<Socket, u16> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut request = "ws://egg.example/api/v1/live".into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    match tungstenite::client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(Error::Http(response))) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

fn say(socket: &mut Socket, message: ClientMessage) {
    socket.send(Message::Binary(message.to_bytes().into())).unwrap();
}

fn keys(socket: &mut Socket, client_seq: u32, mask: u8) {
    say(socket, ClientMessage::Keys { client_seq, mask, since: None });
}

/// Reads until a message is the one that is waited for; `Err` has the code with which the link was closed.
fn until<T>(socket: &mut Socket, wanted: impl Fn(ServerMessage) -> Option<T>) -> Result<T, u16> {
    let mut bye = None;
    loop {
        match socket.read() {
            Ok(Message::Binary(bytes)) => {
                let message = ServerMessage::decode(&bytes).unwrap();
                if let ServerMessage::Bye { code, .. } = &message {
                    bye = Some(*code);
                }
                if let Some(found) = wanted(message) {
                    return Ok(found);
                }
            }
            Ok(Message::Close(Some(frame))) => {
                assert_eq!(Some(u16::from(frame.code)), bye, "the last words say the same code");
                return Err(frame.code.into());
            }
            Ok(_) => {}
            Err(error) => panic!("{error} after {bye:?}"),
        }
    }
}

fn code(socket: &mut Socket) -> u16 {
    until(socket, |_| None::<()>).unwrap_err()
}

fn answer(socket: &mut Socket, seq: u32) -> Result<u64, Reason> {
    until(socket, |message| match message {
        ServerMessage::Ack { client_seq, tick } if client_seq == seq => Some(Ok(tick)),
        ServerMessage::Refused { client_seq, reason, .. } if client_seq == seq => Some(Err(reason)),
        _ => None,
    })
    .unwrap()
}

struct Scene {
    daycare: Daycare,
    address: SocketAddr,
    owner: Person,
    friend: Person,
    toy: ToyId,
}

impl Scene {
    fn new() -> Scene {
        Scene::of(Daycare::new())
    }

    fn of(daycare: Daycare) -> Scene {
        let address = daycare.serve();
        let (owner, friend) =
            (daycare.person("Owner", AccountRole::Member), daycare.person("Friend", AccountRole::Member));
        let toy = daycare.toy(owner.account);
        Scene { daycare, address, owner, friend, toy }
    }

    fn share(&self, role: GrantRole) -> GrantId {
        self.daycare.grant(self.toy, self.friend.account, role, None)
    }

    fn ticket(&self, who: &Person) -> Result<[u8; 16], u16> {
        let path = format!("/api/v1/toys/{}/live", self.toy);
        let answer = self.daycare.ask(Some(who), "POST", &path, Sent::Nothing);
        if answer.status != 200 {
            return Err(answer.status);
        }
        let ticket = answer.json()["ticket"].as_str().unwrap().to_owned();
        Ok(u128::from_str_radix(&ticket, 16).unwrap().to_be_bytes())
    }

    /// A socket on which the ticket has been sent.
    fn enter(&self, ticket: [u8; 16], client: u8) -> Socket {
        let mut socket = connect(self.address, Some(ORIGIN)).unwrap();
        say(&mut socket, ClientMessage::Ticket { ticket, client: [client; 16] });
        socket
    }

    fn watch(&self, who: &Person, client: u8) -> Socket {
        let mut socket = self.enter(self.ticket(who).unwrap(), client);
        until(&mut socket, |message| matches!(message, ServerMessage::Welcome(_)).then_some(())).unwrap();
        socket
    }
}

#[test]
fn every_message_for_everybody() {
    let scene = Scene::new();
    let Scene { daycare, owner, friend, toy, .. } = &scene;
    let admin = daycare.person("Ada", AccountRole::Admin);
    let gone = daycare.sign_in(friend.account, "Friend", true);
    daycare.house.store.end_session(&gone.session).unwrap();
    // Who gets no ticket gets no message at all.
    assert_eq!(scene.ticket(&gone).unwrap_err(), 401);
    for nobody in [friend, &admin] {
        assert_eq!(scene.ticket(nobody).unwrap_err(), 404);
    }
    daycare.grant(*toy, friend.account, GrantRole::Caretaker, Some(now() - 1));
    assert_eq!(scene.ticket(friend).unwrap_err(), 404, "expired");
    for (who, role, standing) in
        [(friend, Some(GrantRole::Viewer), 0), (friend, Some(GrantRole::Caretaker), 1), (owner, None, 2)]
    {
        if let Some(role) = role {
            scene.share(role);
        }
        let mut socket = scene.enter(scene.ticket(who).unwrap(), standing);
        let welcome = until(&mut socket, |message| match message {
            ServerMessage::Welcome(welcome) => Some(welcome),
            _ => None,
        });
        let welcome = welcome.unwrap();
        assert_eq!((welcome.standing as u8, welcome.toy, &*welcome.name), (standing, toy.0, "Pip"));
        until(&mut socket, |message| matches!(message, ServerMessage::Frame(_)).then_some(())).unwrap();
        until(&mut socket, |message| match message {
            ServerMessage::Status(status) => (status.running && status.watchers >= 1).then_some(()),
            _ => None,
        })
        .unwrap();
        say(&mut socket, ClientMessage::Ping { nonce: 7 });
        until(&mut socket, |message| matches!(message, ServerMessage::Pong { nonce: 7, .. }).then_some(())).unwrap();
        keys(&mut socket, 1, 1);
        let pressed = answer(&mut socket, 1);
        if standing == 0 {
            assert_eq!(pressed, Err(Reason::MayNot));
        } else {
            keys(&mut socket, 2, 0);
            assert!(answer(&mut socket, 2).unwrap() > pressed.unwrap());
            keys(&mut socket, 1, 1);
            assert_eq!(answer(&mut socket, 1), pressed, "repeated, it is acknowledged again and does nothing");
        }
        // A second ticket on the same socket breaks the rules.
        say(&mut socket, ClientMessage::Ticket { ticket: [0; 16], client: [0; 16] });
        assert_eq!(code(&mut socket), 4400);
    }
}

#[test]
fn a_ticket_opens_once_and_what_is_no_ticket_never() {
    let scene = Scene::new();
    let ticket = scene.ticket(&scene.owner).unwrap();
    let mut first = scene.enter(ticket, 1);
    until(&mut first, |message| matches!(message, ServerMessage::Welcome(_)).then_some(())).unwrap();
    assert_eq!(code(&mut scene.enter(ticket, 2)), 4408);
    assert_eq!(code(&mut scene.enter([9; 16], 2)), 4408);
    let mut rude = connect(scene.address, Some(ORIGIN)).unwrap();
    keys(&mut rude, 1, 1);
    assert_eq!(code(&mut rude), 4400);
    for message in [Message::text("hello"), Message::binary(vec![1]), Message::binary(vec![0; 65])] {
        let mut rude = connect(scene.address, Some(ORIGIN)).unwrap();
        rude.send(message).unwrap();
        assert_eq!(code(&mut rude), 4400);
    }
    let begun = Instant::now();
    assert_eq!(code(&mut connect(scene.address, Some(ORIGIN)).unwrap()), 4408, "who says nothing is not waited for");
    assert!(begun.elapsed() >= Duration::from_millis(2900));
}

#[test]
fn a_page_of_another_origin_cannot_connect() {
    let scene = Scene::new();
    for foreign in ["http://evil.example", "https://egg.example", "http://egg.example:81", "null"] {
        assert_eq!(connect(scene.address, Some(foreign)).unwrap_err(), 403, "{foreign}");
    }
    assert_eq!(connect(scene.address, None).unwrap_err(), 403, "browsers always say where they come from");
    assert!(connect(scene.address, Some(ORIGIN)).is_ok());
}

#[test]
fn rights_that_end_close_the_socket_at_once() {
    let scene = Scene::new();
    let Scene { daycare, owner, friend, toy, .. } = &scene;
    let granted = |path: &str| format!("/api/v1/toys/{toy}{path}");
    let grant = scene.share(GrantRole::Viewer);
    let late = scene.ticket(friend).unwrap();
    let mut socket = scene.watch(friend, 1);
    daycare.get(owner, "DELETE", &granted(&format!("/grants/{grant}")), Sent::Nothing);
    assert_eq!(code(&mut socket), 4403);
    let closed = code(&mut scene.enter(late, 1));
    assert!([4403, 4408].contains(&closed), "a ticket ends with the grant: {closed}");

    let grant = scene.share(GrantRole::Caretaker);
    let mut socket = scene.watch(friend, 1);
    daycare.get(friend, "DELETE", &granted(&format!("/grants/{grant}")), Sent::Nothing);
    assert_eq!(code(&mut socket), 4403, "given back");

    scene.share(GrantRole::Caretaker);
    let mut socket = scene.watch(friend, 1);
    let body = serde_json::json!({"name": "Friend", "role": "viewer"});
    daycare.get(owner, "POST", &granted("/grants"), Sent::Json(body));
    assert_eq!(code(&mut socket), 4403, "a caretaker who becomes a viewer connects again");

    let other = daycare.sign_in(owner.account, "Owner", true);
    let mut socket = scene.watch(&other, 2);
    daycare.get(&other, "DELETE", "/api/v1/session", Sent::Nothing);
    assert_eq!(code(&mut socket), 4401);

    let mut socket = scene.watch(owner, 3);
    daycare.get(owner, "DELETE", &granted(""), Sent::Nothing);
    assert_eq!(code(&mut socket), 4404);
    assert_eq!(daycare.house.door.seats(), 0);
}

#[test]
fn too_many_presses_are_refused_and_letting_go_never_is() {
    let limits = eggtooth_daycare::door::Limits::default();
    let scene = Scene::of(Daycare::with(limits));
    let mut socket = scene.watch(&scene.owner, 1);
    // 20 at once fit, and one every 50 ms; the keys go up and down as fast as they can be sent.
    for seq in 1..=200 {
        keys(&mut socket, seq, (seq % 2) as u8);
        if let Err(reason) = answer(&mut socket, seq) {
            assert!(seq % 2 == 1 && reason == Reason::TooMany && seq > 20, "{seq}: {reason:?}");
            return;
        }
    }
    panic!("nothing was refused");
}

#[test]
fn more_sockets_than_an_account_may_have() {
    let limits = eggtooth_daycare::door::Limits { sockets_account: 2, ..unlimited() };
    let scene = Scene::of(Daycare::with(limits));
    let (_one, _two) = (scene.watch(&scene.owner, 1), scene.watch(&scene.owner, 2));
    assert_eq!(code(&mut scene.enter(scene.ticket(&scene.owner).unwrap(), 3)), 4429);
}

#[test]
fn a_viewer_that_does_not_read_is_left() {
    let scene = Scene::new();
    let socket = scene.watch(&scene.owner, 1);
    let begun = Instant::now();
    while scene.daycare.house.door.seats() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is still served");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begun.elapsed() > Duration::from_secs(9), "it was given its time");
    drop(socket);
}

#[test]
fn a_mute_toy_says_so_while_it_is_watched() {
    let scene = Scene::new();
    let mut socket = scene.watch(&scene.owner, 1);
    let path = format!("/api/v1/toys/{}", scene.toy);
    until(&mut socket, |message| matches!(message, ServerMessage::Frame(_)).then_some(())).unwrap();
    scene.daycare.get(&scene.owner, "PATCH", &path, Sent::Json(serde_json::json!({"sound": false})));
    until(&mut socket, |message| match message {
        ServerMessage::Frame(frame) => frame.tone.is_silent().then_some(()),
        _ => None,
    })
    .unwrap();
}

#[test]
fn a_toy_that_is_called_or_painted_otherwise_is_told_to_who_watches() {
    let scene = Scene::new();
    let mut socket = scene.watch(&scene.owner, 1);
    let path = format!("/api/v1/toys/{}", scene.toy);
    let change = |change| scene.daycare.get(&scene.owner, "PATCH", &path, Sent::Json(change));
    // Its mercy is nobody's sight: the first welcome that comes is the next change's.
    change(serde_json::json!({"mercy_hours": 3}));
    for (body, name, theme, sound) in [
        (serde_json::json!({"name": "Pop"}), "Pop", "sunny", true),
        (serde_json::json!({"theme": "mint", "sound": false}), "Pop", "mint", false),
    ] {
        change(body);
        let welcome = until(&mut socket, |message| match message {
            ServerMessage::Welcome(welcome) => Some(welcome),
            _ => None,
        })
        .unwrap();
        let told = (welcome.name.to_string(), welcome.theme.to_string(), welcome.sound, welcome.standing);
        assert_eq!(told, (name.to_owned(), theme.to_owned(), sound, eggtooth_livelink::message::Standing::Owner));
        assert_eq!(welcome.toy, scene.toy.0);
    }
}

#[test]
fn a_restart_while_somebody_watches_loses_no_press_and_repeats_none() {
    let Scene { daycare, address, owner, toy, friend } = Scene::new();
    let scene = Scene { daycare, address, owner, toy, friend };
    let mut socket = scene.watch(&scene.owner, 5);
    keys(&mut socket, 1, 1);
    let first = answer(&mut socket, 1).unwrap();
    let Scene { daycare, owner, friend, toy, .. } = scene;
    let _ = daycare.drain.send(true);
    assert_eq!(code(&mut socket), 1001);
    let folder = daycare.close();
    let daycare = Daycare::open(folder.path(), unlimited());
    let address = daycare.serve();
    let scene = Scene { daycare, address, owner, friend, toy };
    let mut socket = scene.watch(&scene.owner, 5);
    keys(&mut socket, 1, 1);
    keys(&mut socket, 2, 0);
    assert_eq!(answer(&mut socket, 1).unwrap(), first, "said again, it is the same press");
    assert!(answer(&mut socket, 2).unwrap() > first);
    let presses: usize =
        scene.daycare.house.store.journal(toy, 0, 0).unwrap().iter().filter(|row| row.client_seq <= 2).count();
    assert!(presses >= 2);
}

#[test]
fn a_client_that_comes_again_takes_over() {
    let scene = Scene::new();
    let mut older = scene.watch(&scene.owner, 5);
    keys(&mut older, 1, 1);
    answer(&mut older, 1).unwrap();
    let mut newer = scene.watch(&scene.owner, 5);
    // The older socket ends without a word, which releases nothing.
    let end = loop {
        match older.read() {
            Ok(Message::Binary(_) | Message::Ping(_)) => {}
            other => break other,
        }
    };
    assert!(end.is_err(), "{end:?}");
    keys(&mut newer, 2, 0);
    answer(&mut newer, 2).unwrap();
    let held: Vec<bool> = scene
        .daycare
        .house
        .store
        .journal(scene.toy, 0, 0)
        .unwrap()
        .iter()
        .flat_map(|row| &row.changes)
        .map(|key| key.down)
        .collect();
    assert_eq!(held, [true, false], "once down, once up");
}
