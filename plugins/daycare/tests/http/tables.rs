//! Toys of the daycare at tables, seen and led from pages.

use super::daycare::{Daycare, ORIGIN, Person, Sent, unlimited};
use eggtooth_daycare::ToyId;
use eggtooth_daycare::store::{AccountRole, GrantRole};
use eggtooth_peer::Invite;
use eggtooth_playdate::message::{Emote, Farewell, Presence};
use eggtooth_playdate::net::{Command, Event};
use eggtooth_playdate::remote::{RemoteTable, ToPage};
use eggtooth_playdate::view::TableView;
use eggtooth_playdate::{Decoration, Seat, player};
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// Nothing here takes longer, even on a busy machine; what does, hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A page: the model that the browser has, over a real socket.
struct Page {
    table: RemoteTable,
    socket: WebSocket<TcpStream>,
    heard: Vec<Event>,
    closed: Option<u16>,
}

impl Page {
    fn open(address: SocketAddr, answer: &Value) -> Page {
        assert_eq!(answer["path"], "/api/v1/table");
        let digits = answer["ticket"].as_str().unwrap();
        let ticket: Vec<u8> = (0..16).map(|n| u8::from_str_radix(&digits[2 * n..2 * n + 2], 16).unwrap()).collect();
        let stream = TcpStream::connect(address).unwrap();
        let mut request = "ws://egg.example/api/v1/table".into_client_request().unwrap();
        request.headers_mut().insert("origin", ORIGIN.parse().unwrap());
        let (socket, _) = tungstenite::client(request, stream).unwrap();
        socket.get_ref().set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let table = RemoteTable::new(ticket.try_into().unwrap());
        Page { table, socket, heard: Vec::new(), closed: None }
    }

    fn turn(&mut self) {
        for bytes in self.table.outgoing() {
            self.socket.send(Message::Binary(bytes.into())).unwrap();
        }
        if let Ok(Message::Binary(bytes)) = self.socket.read() {
            if let Ok(ToPage::Bye(code, _)) = ToPage::decode(&bytes) {
                self.closed = Some(code);
            }
            self.table.receive(&bytes).unwrap();
        }
        self.heard.extend(self.table.events());
    }

    fn view(&self) -> Arc<TableView> {
        self.table.view()
    }

    fn pieces(&self, decoration: Decoration) -> usize {
        self.view().pieces.iter().filter(|piece| **piece == decoration).count()
    }

    fn pet(&self, wanted: impl Fn(&player::Event) -> bool) -> bool {
        self.heard.iter().any(|event| matches!(event, Event::Pet(event) if wanted(event)))
    }
}

/// Turns both pages until something is so.
#[track_caller]
fn until(one: &mut Page, other: &mut Page, what: &str, is: impl Fn(&Page, &Page) -> bool) {
    let start = Instant::now();
    while !is(one, other) {
        one.turn();
        other.turn();
        assert!(start.elapsed() < PATIENCE, "{what}: {:?} {:?}", one.heard, other.heard);
    }
}

struct Scene {
    daycare: Daycare,
    address: SocketAddr,
    anna: Person,
    bo: Person,
    hers: ToyId,
    his: ToyId,
}

fn scene(daycare: Daycare) -> Scene {
    let address = daycare.serve();
    let anna = daycare.person("Anna", AccountRole::Member);
    let bo = daycare.person("Bo", AccountRole::Member);
    let own = |who: &Person| daycare.house.store.toys_of(who.account).unwrap().first().map(|row| row.id);
    let hers = own(&anna).unwrap_or_else(|| daycare.toy(anna.account));
    let his = own(&bo).unwrap_or_else(|| daycare.toy(bo.account));
    Scene { daycare, address, anna, bo, hers, his }
}

impl Scene {
    fn sit(&self, who: &Person, toy: ToyId, invite: Option<&str>) -> Page {
        let path = format!("/api/v1/toys/{toy}/table");
        let answer = self.daycare.get(who, "POST", &path, Sent::Json(json!({ "invite": invite })));
        Page::open(self.address, &answer)
    }

    /// Anna's toy opens a table, Bo's comes with an invite.
    fn meet(&self) -> (Page, Page) {
        let mut host = self.sit(&self.anna, self.hers, None);
        let start = Instant::now();
        host.table.invite(300);
        let invite = loop {
            host.turn();
            if let Some(invited) = host.table.invited() {
                break invited.unwrap().text;
            }
            assert!(start.elapsed() < PATIENCE);
        };
        assert!(Invite::parse(&invite).is_ok());
        let mut guest = self.sit(&self.bo, self.his, Some(&invite));
        until(&mut host, &mut guest, "both sit, and see each other's picture", |host, guest| {
            [host, guest].iter().all(|page| {
                let seats = page.view().seats.iter().flatten().filter(|seat| seat.frame.is_some()).count();
                seats == 2
            })
        });
        (host, guest)
    }
}

#[test]
fn two_toys_of_two_accounts_meet() {
    let scene = scene(Daycare::new());
    let (mut host, mut guest) = scene.meet();
    let view = guest.view();
    let there = view.seats[0].as_ref().unwrap();
    assert_eq!((there.name.as_str(), there.toy.as_str(), there.look.as_str()), ("Anna", "Pip", "sunny"));
    assert_eq!((view.you, there.presence), (Seat::new(1), Presence::Here));
    assert_eq!((view.pieces.len(), host.view().you), (Decoration::COUNT, Some(Seat::HOST)));
    assert!(guest.table.command(Command::Emote(Emote::Heart)));
    until(&mut host, &mut guest, "a heart", |host, _| {
        host.heard.iter().any(|event| matches!(event, Event::Emoted(_, Emote::Heart)))
    });
    // The ghosts visit each other.
    assert!(guest.table.command(Command::Touch(Seat::HOST)));
    until(&mut host, &mut guest, "a playdate", |host, guest| {
        [host, guest].iter().all(|page| page.pet(|event| matches!(event, player::Event::Played { .. })))
    });
    until(&mut host, &mut guest, "they know each other", |host, guest| {
        !host.view().ties.is_empty() && !guest.view().ties.is_empty()
    });
    // A gift goes over the prongs.
    let acorn = Decoration::new(1).unwrap();
    assert!(host.table.command(Command::Gift(acorn)));
    until(&mut host, &mut guest, "a gift", |host, guest| {
        host.pet(|event| matches!(event, player::Event::Arrived { .. }))
            && guest.pet(|event| matches!(event, player::Event::Got { .. }))
            && (host.pieces(acorn), guest.pieces(acorn)) == (0, 2)
    });
    // The toy leaves, and its page hears it; the host's stays.
    assert!(guest.table.command(Command::Leave));
    until(&mut host, &mut guest, "it leaves", |_, guest| guest.closed.is_some());
    assert_eq!((guest.closed, guest.heard.contains(&Event::Over(Farewell::Left))), (Some(4404), true));
    assert!(!host.table.is_over());
    scene.daycare.get(&scene.anna, "DELETE", &format!("/api/v1/toys/{}/table", scene.hers), Sent::Nothing);
    until(&mut host, &mut guest, "the table is closed", |host, _| host.closed.is_some());
}

#[test]
fn who_may_watch_sees_the_table_and_does_not_lead() {
    let scene = scene(Daycare::new());
    let (anna, toy) = (&scene.anna, scene.hers);
    let mut host = scene.sit(anna, toy, None);
    scene.daycare.grant(toy, scene.bo.account, GrantRole::Viewer, None);
    let path = format!("/api/v1/toys/{toy}/table");
    let refused = |who: &Person, sent: Value| scene.daycare.ask(Some(who), "POST", &path, Sent::Json(sent)).status;
    assert_eq!(refused(&scene.bo, json!({})), 403);
    assert_eq!(refused(anna, json!({})), 409, "one table a toy");
    assert_eq!(refused(anna, json!({"invite": "hello"})), 422);
    let answer = scene.daycare.get(&scene.bo, "POST", &format!("{path}/look"), Sent::Nothing);
    let mut viewer = Page::open(scene.address, &answer);
    until(&mut host, &mut viewer, "both see it", |host, viewer| {
        [host, viewer].iter().all(|page| page.view().seats[0].is_some())
    });
    viewer.table.command(Command::Leave);
    viewer.table.invite(60);
    until(&mut host, &mut viewer, "it is refused", |_, viewer| {
        viewer.heard.iter().any(|event| matches!(event, Event::Trouble(words) if words.contains("not lead")))
    });
    let start = Instant::now();
    while viewer.table.invited().is_none_or(|invited| invited.is_ok()) {
        viewer.turn();
        assert!(start.elapsed() < PATIENCE);
    }
    assert!(!host.table.is_over());
    // What is taken back ends the look.
    for grant in scene.daycare.house.store.grants_of_toy(toy).unwrap() {
        let path = format!("/api/v1/toys/{toy}/grants/{}", grant.id);
        scene.daycare.get(anna, "DELETE", &path, Sent::Nothing);
    }
    until(&mut host, &mut viewer, "it is closed", |_, viewer| viewer.closed.is_some());
    assert_eq!(viewer.closed, Some(4403));
    // Garbage closes the socket, and not the table.
    host.socket.send(Message::Binary(vec![9; 12].into())).unwrap();
    until(&mut host, &mut viewer, "it is closed, too", |host, _| host.closed.is_some());
    assert_eq!((host.closed, scene.daycare.house.tables.count()), (Some(4400), 1));
}

#[test]
fn a_toy_that_is_removed_leaves_and_tables_are_counted() {
    let scene = scene(Daycare::new());
    let more: Vec<ToyId> = (0..4).map(|_| scene.daycare.toy(scene.anna.account)).collect();
    let sit = |toy: ToyId| {
        let path = format!("/api/v1/toys/{toy}/table");
        scene.daycare.ask(Some(&scene.anna), "POST", &path, Sent::Json(json!({}))).status
    };
    assert_eq!(more.iter().map(|toy| sit(*toy)).collect::<Vec<_>>(), [201; 4]);
    assert_eq!(sit(scene.hers), 409, "four toys of one owner");
    scene.daycare.get(&scene.anna, "DELETE", &format!("/api/v1/toys/{}", more[0]), Sent::Nothing);
    let start = Instant::now();
    while scene.daycare.house.tables.count() > 3 {
        std::thread::yield_now();
        assert!(start.elapsed() < PATIENCE);
    }
    assert_eq!(sit(scene.hers), 201);
}

#[test]
fn a_gift_is_not_doubled_by_a_kill() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = scene(Daycare::open(first.path(), unlimited()));
    let (mut host, mut guest) = before.meet();
    guest.table.command(Command::Touch(Seat::HOST));
    until(&mut host, &mut guest, "they touch", |host, guest| {
        [host, guest].iter().all(|page| page.pet(|event| matches!(event, player::Event::Touched { .. })))
    });
    let bell = Decoration::new(3).unwrap();
    host.table.command(Command::Gift(bell));
    until(&mut host, &mut guest, "the gift is on its way", |host, _| {
        host.pet(|event| matches!(event, player::Event::OnItsWay { .. }))
    });
    // What is on the disk at this moment is all that a kill leaves.
    before.daycare.house.store.backup(&second.path().join("daycare.sqlite")).unwrap();
    std::fs::copy(first.path().join("server.key"), second.path().join("server.key")).unwrap();
    drop((host, guest, before));

    let after = scene(Daycare::open(second.path(), unlimited()));
    let (mut host, mut guest) = after.meet();
    guest.table.command(Command::Touch(Seat::HOST));
    until(&mut host, &mut guest, "it is settled", |host, guest| {
        host.view().onway.is_empty() && host.pieces(bell) + guest.pieces(bell) == 2
    });
    assert_eq!(host.view().pieces.len() + guest.view().pieces.len(), 2 * Decoration::COUNT);
}
