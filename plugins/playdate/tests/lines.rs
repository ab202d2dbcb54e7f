//! Tables on real lines, on loopback.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "lines/toys.rs"]
mod toys;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_peer::{Friends, Identity, Invite, Limits};
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::{FileKeep, Keepsakes};
use eggtooth_playdate::message::{Emote, Farewell, Presence};
use eggtooth_playdate::net::{Command, Event, PlaydateHandle, Setup, Way};
use eggtooth_playdate::player::Event as Pet;
use eggtooth_playdate::{Decoration, Look, Name, Seat};

/// Longer than anything here should take.
const LONG: Duration = Duration::from_secs(60);
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn wall() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn setup(folder: &Path, name: &str) -> Setup {
    let toy = Name::new(&format!("{name}s toy")).unwrap();
    let keepsakes = Keepsakes::open(Box::new(FileKeep::new(folder.join("keepsakes.json"))), 7).unwrap();
    Setup {
        identity: Identity::load_or_create(folder.join("identity.key")).unwrap(),
        friends: Friends::open(folder).unwrap(),
        name: eggtooth_peer::Name::new(name).unwrap(),
        portrait: portrait(&toy, 1, keepsakes.pet(), &Labels::default(), &[], &[Lcd::from_rows([0x3C; 16], 0)]),
        toy,
        look: Look::new("plain").unwrap(),
        keepsakes: Some(keepsakes),
        show: Duration::from_millis(100),
        limits: Limits { handshakes: 1000, ..Limits::default() },
    }
}

/// A player, and everything that it was told.
struct Player {
    handle: PlaydateHandle,
    events: Vec<Event>,
    seen: usize,
}

impl Player {
    fn new(handle: PlaydateHandle) -> Player {
        Player { handle, events: Vec::new(), seen: 0 }
    }

    /// Waits for the next event of a kind; those before it are passed over.
    fn told<T>(&mut self, what: &str, mut of: impl FnMut(&Event) -> Option<T>) -> T {
        let end = Instant::now() + LONG;
        loop {
            self.events.extend(self.handle.events());
            while let Some(event) = self.events.get(self.seen) {
                self.seen += 1;
                if let Some(found) = of(event) {
                    return found;
                }
            }
            assert!(Instant::now() < end, "nothing of {what} came: {:?}", self.events);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn pet<T>(&mut self, what: &str, mut of: impl FnMut(&Pet) -> Option<T>) -> T {
        self.told(what, |event| match event {
            Event::Pet(event) => of(event),
            _ => None,
        })
    }

    fn sees(&mut self, what: &str, mut of: impl FnMut(&eggtooth_playdate::view::TableView) -> bool) {
        let end = Instant::now() + LONG;
        while !of(&self.handle.view()) {
            assert!(Instant::now() < end, "{what} is not seen: {:?}", self.handle.view());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn does(&self, command: Command) {
        assert!(self.handle.command(command));
    }

    fn over(&mut self) -> Farewell {
        self.told("the end", |event| match event {
            Event::Over(farewell) => Some(*farewell),
            Event::Failed(why) => panic!("{why}"),
            _ => None,
        })
    }
}

struct House {
    folders: Vec<tempfile::TempDir>,
}

impl House {
    fn new() -> House {
        House { folders: (0..4).map(|_| tempfile::tempdir().unwrap()).collect() }
    }

    fn folder(&self, who: usize) -> &Path {
        self.folders[who].path()
    }

    fn host(&self) -> Player {
        Player::new(PlaydateHandle::host(setup(self.folder(0), "Ada"), LOOPBACK).unwrap())
    }

    fn guest(&self, who: usize, invite: Invite) -> Player {
        let names = ["Ada", "Bo", "Cy", "Di"];
        let way = Way::Invite(Box::new(invite));
        Player::new(PlaydateHandle::join(setup(self.folder(who), names[who]), LOOPBACK, way).unwrap())
    }

    fn kept(&self, who: usize) -> Keepsakes {
        Keepsakes::open(Box::new(FileKeep::new(self.folder(who).join("keepsakes.json"))), 7).unwrap()
    }
}

fn invite(host: &Player) -> Invite {
    host.handle.invite(wall(), 300, &[]).unwrap().unwrap()
}

fn here(view: &eggtooth_playdate::view::TableView, number: usize) -> bool {
    view.seats[number].as_ref().is_some_and(|seat| seat.presence == Presence::Here)
}

fn seat(number: u8) -> Seat {
    Seat::new(number).unwrap()
}

fn thing(number: u8) -> Decoration {
    Decoration::new(number).unwrap()
}

/// Both have played, and each has what the other gave.
fn visit_and_swap(a: &mut Player, at: Seat, b: &mut Player, gives: [u8; 2]) {
    a.does(Command::Touch(at));
    for player in [&mut *a, &mut *b] {
        player.pet("a visit", |event| matches!(event, Pet::Visiting { .. }).then_some(()));
        player.pet("the playdate", |event| matches!(event, Pet::Played { visits: 1, .. }).then_some(()));
    }
    a.does(Command::Gift(thing(gives[0])));
    b.does(Command::Gift(thing(gives[1])));
    let mut all = Vec::new();
    for player in [&mut *a, &mut *b] {
        for _ in 0..2 {
            all.push(player.pet("a gift", |event| match event {
                Pet::Got { decoration, .. } => Some((true, decoration.number())),
                Pet::Arrived { decoration, .. } => Some((false, decoration.number())),
                _ => None,
            }));
        }
    }
    all.sort_unstable();
    let mut expected = [(false, gives[0]), (false, gives[1]), (true, gives[0]), (true, gives[1])];
    expected.sort_unstable();
    assert_eq!(all, expected);
    a.does(Command::Part);
    for player in [a, b] {
        player.pet("the parting", |event| matches!(event, Pet::Parted { .. }).then_some(()));
    }
}

#[test]
fn two_meet_visit_swap_and_part() {
    let house = House::new();
    let mut host = house.host();
    let mut guest = house.guest(1, invite(&host));
    host.sees("the guest", |view| here(view, 1));
    guest.sees("the host", |view| here(view, 0) && view.you == Some(seat(1)));
    host.handle.show(5, Lcd::from_rows([7; 16], 1), 8, Tone { divisor: 8, high_half_ticks: 8 });
    guest.sees("the picture", |view| view.seats[0].as_ref().unwrap().frame.is_some_and(|frame| frame.tick == 5));
    guest.does(Command::Emote(Emote::Song));
    host.told("the song", |event| (*event == Event::Emoted(seat(1), Emote::Song)).then_some(()));
    host.sees("it", |view| view.seats[1].as_ref().unwrap().emote == Some(Emote::Song));
    visit_and_swap(&mut guest, Seat::HOST, &mut host, [3, 9]);
    host.sees("what hangs there", |view| view.seats[1].as_ref().unwrap().worn == [thing(9)]);
    guest.does(Command::Leave);
    assert_eq!(guest.over(), Farewell::Left);
    host.sees("that it left", |view| view.seats[1].as_ref().unwrap().presence == Presence::Gone(Farewell::Left));
    drop((host, guest));
    let (a, b) = (house.kept(0), house.kept(1));
    let count = |kept: &Keepsakes, n: u8| kept.pieces().iter().filter(|piece| piece.decoration == thing(n)).count();
    assert_eq!([count(&a, 3), count(&a, 9), count(&b, 3), count(&b, 9)], [2, 0, 0, 2]);
    assert!(a.onway().is_empty() && a.marks().is_empty() && b.onway().is_empty() && b.marks().is_empty());
    assert_eq!((a.ties()[0].visits, b.ties()[0].visits), (1, 1));
    // Each knows the other from now on.
    for who in [0, 1] {
        assert!(Friends::open(house.folder(who)).unwrap().list()[0].added.is_some());
    }
}

#[test]
fn four_meet_and_two_pairs_visit_at_once() {
    let house = House::new();
    let mut host = house.host();
    let mut guests: Vec<Player> = (1..4)
        .map(|who| {
            let guest = house.guest(who, invite(&host));
            host.sees("a guest", |view| here(view, who));
            guest
        })
        .collect();
    for guest in &mut guests {
        guest.sees("all", |view| (0..4).all(|number| here(view, number)));
    }
    let [mut first, mut second, mut third] = <[Player; 3]>::try_from(guests).ok().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| visit_and_swap(&mut first, seat(2), &mut second, [1, 2]));
        scope.spawn(|| visit_and_swap(&mut host, seat(3), &mut third, [3, 4]));
    });
    host.does(Command::Kick(seat(3)));
    assert_eq!(third.over(), Farewell::Kicked);
    host.does(Command::Leave);
    assert_eq!(host.over(), Farewell::HostLeft);
    assert_eq!((first.over(), second.over()), (Farewell::HostLeft, Farewell::HostLeft));
    drop((host, first, second, third));
    for n in 0..16 {
        let count = |who| house.kept(who).pieces().iter().filter(|piece| piece.decoration == thing(n)).count();
        assert_eq!((0..4).map(count).sum::<usize>(), 4, "{n}");
    }
    // A host's word about the other guests is no proof of their keys.
    assert_eq!(Friends::open(house.folder(1)).unwrap().list(), []);
}

#[test]
fn a_gift_whose_giver_ends_before_it_arrives_is_settled_when_they_meet_again() {
    let house = House::new();
    let host = house.host();
    let addr = host.handle.local_addr();
    let mut guest = house.guest(1, invite(&host));
    guest.does(Command::Touch(Seat::HOST));
    let mut touched = host;
    guest.sees("the host", |view| here(view, 0));
    guest.does(Command::Touch(Seat::HOST));
    guest.pet("the touch", |event| matches!(event, Pet::Touched { .. }).then_some(()));
    guest.does(Command::Gift(thing(5)));
    guest.pet("that it is on its way", |event| matches!(event, Pet::OnItsWay { .. }).then_some(()));
    // The playdate is not over, so the gift has not gone.
    drop(guest);
    assert_eq!(house.kept(1).onway().len(), 1);
    touched.pet("the parting", |event| matches!(event, Pet::Parted { .. }).then_some(()));
    let again = Way::Invite(Box::new(touched.handle.invite(wall(), 300, &[addr]).unwrap().unwrap()));
    let mut guest = Player::new(PlaydateHandle::join(setup(house.folder(1), "Bo"), LOOPBACK, again).unwrap());
    guest.pet("that it is back", |event| matches!(event, Pet::Back { .. }).then_some(()));
    drop(guest);
    assert!(house.kept(1).onway().is_empty());
    assert_eq!(house.kept(1).pieces().len(), 16);
}

#[test]
fn a_friend_comes_again_without_an_invite_and_a_stranger_does_not() {
    let house = House::new();
    let mut host = house.host();
    let addr = host.handle.local_addr();
    // Where nobody was reached nobody is looked for again, whatever an invite says.
    let addresses = [addr, SocketAddr::from(([127, 0, 0, 1], 9))];
    let two = host.handle.invite(wall(), 300, &addresses).unwrap().unwrap();
    let mut guest = house.guest(1, two);
    guest.sees("the host", |view| here(view, 0));
    visit_and_swap(&mut guest, Seat::HOST, &mut host, [3, 9]);
    drop(guest);
    let friend = Friends::open(house.folder(1)).unwrap().list().remove(0);
    assert_eq!(friend.addresses, [addr]);
    let way = Way::Friend(friend.key, friend.addresses.clone());
    let mut again = Player::new(PlaydateHandle::join(setup(house.folder(1), "Bo"), LOOPBACK, way.clone()).unwrap());
    again.sees("the host", |view| here(view, 0));
    let mut stranger = Player::new(PlaydateHandle::join(setup(house.folder(2), "Cy"), LOOPBACK, way).unwrap());
    stranger.told("why not", |event| match event {
        Event::Failed(why) => Some(why.clone()),
        Event::Over(farewell) => panic!("{farewell}"),
        _ => None,
    });
    host.told("who was refused", |event| matches!(event, Event::Refused(..)).then_some(()));
    assert!(stranger.handle.is_over());
}

#[test]
fn a_guest_may_move_to_another_address_in_the_middle_of_a_visit() {
    let house = House::new();
    let mut host = house.host();
    let mut guest = house.guest(1, invite(&host));
    guest.sees("the host", |view| here(view, 0));
    guest.does(Command::Touch(Seat::HOST));
    guest.pet("the touch", |event| matches!(event, Pet::Touched { .. }).then_some(()));
    guest.does(Command::Rebind(LOOPBACK));
    for player in [&mut host, &mut guest] {
        player.pet("the playdate", |event| matches!(event, Pet::Played { .. }).then_some(()));
    }
    guest.does(Command::Cable(b"over the cable".to_vec()));
    host.told("the cable", |event| (*event == Event::Cable(b"over the cable".to_vec())).then_some(()));
    host.does(Command::Cable(b"and back".to_vec()));
    guest.told("the cable", |event| (*event == Event::Cable(b"and back".to_vec())).then_some(()));
    host.does(Command::Gift(thing(5)));
    guest.pet("the gift", |event| matches!(event, Pet::Got { .. }).then_some(()));
    assert!(guest.events.iter().all(|event| !matches!(event, Event::Trouble(_))), "{:?}", guest.events);
}

#[test]
fn two_guests_chips_talk_through_the_host_and_only_while_their_toys_touch() {
    let house = House::new();
    let mut host = house.host();
    let mut guests = [1, 2].map(|who| {
        let guest = house.guest(who, invite(&host));
        host.sees("a guest", |view| here(view, who));
        guest
    });
    guests[0].sees("the other", |view| here(view, 2));
    let cable = |player: &mut Player, sum: usize| {
        let mut heard = Vec::new();
        while heard.len() < sum {
            heard.extend(player.told("the cable", |event| match event {
                Event::Cable(bytes) => Some(bytes.clone()),
                _ => None,
            }));
        }
        heard
    };
    for round in [1_u8, 2] {
        guests[0].does(Command::Touch(seat(2)));
        for guest in &mut guests {
            guest.pet("the touch", |event| matches!(event, Pet::Touched { .. }).then_some(()));
            guest.sees("it", |view| view.touch().is_some());
        }
        assert_eq!(guests[0].handle.view().touch(), guests[1].handle.view().touch());
        // Both at once, each before it has heard of the other.
        guests[0].does(Command::Cable(vec![round; 3]));
        guests[1].does(Command::Cable(vec![round + 4; 5]));
        assert_eq!(cable(&mut guests[1], 3), vec![round; 3]);
        assert_eq!(cable(&mut guests[0], 5), vec![round + 4; 5]);
        guests[1].does(Command::Part);
        for guest in &mut guests {
            guest.pet("the parting", |event| matches!(event, Pet::Parted { .. }).then_some(()));
            guest.sees("it", |view| view.touch().is_none());
            // Nobody is told of what a cable without a friend loses.
            guest.does(Command::Cable(vec![9; 9]));
        }
    }
    for player in guests.iter().chain([&host]) {
        let told = |event: &Event| matches!(event, Event::Trouble(_)) || *event == Event::Cable(vec![9; 9]);
        assert!(!player.events.iter().any(told), "{:?}", player.events);
    }
    assert!(host.handle.view().touch().is_none());
}

#[test]
fn who_is_blocked_goes_at_once_and_whose_host_is_blocked_leaves() {
    let house = House::new();
    let mut host = house.host();
    let [mut first, mut second] = [1, 2].map(|who| {
        let guest = house.guest(who, invite(&host));
        host.sees("a guest", |view| here(view, who));
        guest
    });
    // As another program of the same folder does.
    let keys = [0, 1].map(|who| Identity::load_or_create(house.folder(who).join("identity.key")).unwrap().key());
    Friends::open(house.folder(0)).unwrap().block(keys[1], true).unwrap();
    assert_eq!(first.over(), Farewell::Kicked);
    host.sees("that it is gone", |view| view.seats[1].as_ref().unwrap().presence == Presence::Gone(Farewell::Kicked));
    Friends::open(house.folder(2)).unwrap().block(keys[0], true).unwrap();
    assert_eq!(second.over(), Farewell::Left);
    assert!(!host.handle.is_over());
}

#[test]
fn a_guest_that_takes_no_streams_holds_nobody_up() {
    let house = House::new();
    // Should the table wait for the stream, it would do so for longer than the test.
    let limits = |bidi_streams| Limits { handshakes: 1000, write: LONG * 10, bidi_streams, ..Limits::default() };
    let with =
        |who: usize, name: &str, bidi_streams| Setup { limits: limits(bidi_streams), ..setup(house.folder(who), name) };
    let mut host = Player::new(PlaydateHandle::host(with(0, "Ada", 4), LOOPBACK).unwrap());
    let way = |host: &Player| Way::Invite(Box::new(invite(host)));
    let mean = PlaydateHandle::join(with(1, "Bo", 0), LOOPBACK, way(&host)).unwrap();
    host.sees("the first", |view| here(view, 1));
    let mut other = Player::new(PlaydateHandle::join(with(2, "Cy", 4), LOOPBACK, way(&host)).unwrap());
    host.sees("the second", |view| here(view, 2));
    host.does(Command::Touch(seat(1)));
    host.pet("the touch", |event| matches!(event, Pet::Touched { .. }).then_some(()));
    other.does(Command::Emote(Emote::Wave));
    host.told("the wave", |event| (*event == Event::Emoted(seat(2), Emote::Wave)).then_some(()));
    host.does(Command::Leave);
    assert_eq!((host.over(), other.over()), (Farewell::HostLeft, Farewell::HostLeft));
    drop(mean);
}
