//! Guests who are let in and misbehave, on real lines: they go with the reason, and nobody else notices.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eggtooth_cartridge::labels::Labels;
use eggtooth_peer::{Friends, Identity, Invite, Limits, Line, Meeting, Whom};
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::{FileKeep, Keepsakes};
use eggtooth_playdate::message::{Emote, Farewell, Presence, Profile};
use eggtooth_playdate::net::{Command, Event, PlaydateHandle, Setup, Way};
use eggtooth_playdate::{Look, Message, Name, Seat};
use tempfile::TempDir;

/// Longer than anything here should take.
const LONG: Duration = Duration::from_secs(60);
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn setup(folder: &Path, name: &str) -> Setup {
    let toy = Name::new(name).unwrap();
    let keepsakes = Keepsakes::open(Box::new(FileKeep::new(folder.join("keepsakes.json"))), 7).unwrap();
    Setup {
        identity: Identity::load_or_create(folder.join("identity.key")).unwrap(),
        friends: Friends::open(folder).unwrap(),
        name: eggtooth_peer::Name::new(name).unwrap(),
        portrait: portrait(&toy, 1, keepsakes.pet(), &Labels::default(), &[], &[]),
        toy,
        look: Look::default(),
        keepsakes: Some(keepsakes),
        show: Duration::from_millis(100),
        limits: Limits { handshakes: 1000, write: Duration::from_millis(500), ..Limits::default() },
    }
}

/// A table with an honest guest in seat 1.
struct House {
    host: PlaydateHandle,
    honest: PlaydateHandle,
    events: Vec<Event>,
    _folders: [TempDir; 2],
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "{what} does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn presence(table: &PlaydateHandle, seat: usize) -> Option<Presence> {
    table.view().seats[seat].as_ref().map(|seat| seat.presence)
}

fn invite(host: &PlaydateHandle) -> Invite {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    host.invite(wall, 300, &[]).unwrap().unwrap()
}

impl House {
    fn new() -> House {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let host = PlaydateHandle::host(setup(folders[0].path(), "Ada"), LOOPBACK).unwrap();
        let way = Way::Invite(Box::new(invite(&host)));
        let honest = PlaydateHandle::join(setup(folders[1].path(), "Bo"), LOOPBACK, way).unwrap();
        until("the honest guest", || presence(&host, 1) == Some(Presence::Here));
        House { host, honest, events: Vec::new(), _folders: folders }
    }

    fn host_key(&self) -> eggtooth_peer::PeerKey {
        invite(&self.host).host()
    }

    /// The honest guest is still there, and heard.
    fn all_is_well(&mut self) {
        assert!(self.honest.command(Command::Emote(Emote::Song)));
        let song = Event::Emoted(Seat::new(1).unwrap(), Emote::Song);
        let (host, events) = (&self.host, &mut self.events);
        until("the song", || {
            events.extend(host.events());
            events.contains(&song)
        });
        self.events.clear();
        assert_eq!(presence(&self.host, 1), Some(Presence::Here));
        assert!(!self.honest.is_over() && !self.host.is_over());
    }
}

/// A guest without a program: a key, and a line.
struct Mean {
    meeting: Meeting,
    key: [u8; 32],
    line: Line,
    writer: eggtooth_peer::Writer,
    /// Nobody reads it, and it stays open.
    _reader: eggtooth_peer::Reader,
}

fn profile(number: usize) -> Profile {
    let toy = Name::new(&format!("{number:0>32}")).unwrap();
    Profile { toy, look: Look::new(&"x".repeat(32)).unwrap(), worn: Vec::new(), pet: 9 }
}

impl Mean {
    fn new(host: &PlaydateHandle) -> Mean {
        Mean::with(host, Limits::default())
    }

    fn with(host: &PlaydateHandle, limits: Limits) -> Mean {
        let name = eggtooth_peer::Name::new("Eve").unwrap();
        let identity = Identity::generate().unwrap();
        let meeting = Meeting::open(LOOPBACK, &identity, &name, None, limits).unwrap();
        let line = meeting.join(&invite(host), LONG).unwrap();
        let (reader, writer) = line.control().unwrap();
        Mean { key: identity.key().0, meeting, line, writer, _reader: reader }
    }

    fn sits(host: &PlaydateHandle) -> Mean {
        Mean::new(host).seated(host)
    }

    fn seated(self, host: &PlaydateHandle) -> Mean {
        let mut mean = self;
        assert!(mean.says(&Message::Sit(profile(0))));
        // Another one may sit there already, and must not be taken for this one.
        let view = || host.view().seats.clone();
        until("the mean guest", || {
            view().iter().flatten().any(|seat| seat.key == mean.key && seat.presence == Presence::Here)
        });
        mean
    }

    fn says(&mut self, message: &Message) -> bool {
        self.writer.write_all(&message.to_bytes()).is_ok()
    }

    /// Why the host ended it.
    fn end(&self) -> Farewell {
        let ended = self.line.wait_ended(LONG).unwrap().unwrap();
        assert!(ended.by_them, "{ended:?}");
        Farewell::ALL[ended.code.unwrap() as usize - 100]
    }
}

#[test]
fn who_says_too_much_or_nonsense_or_nothing_goes() {
    let mut house = House::new();
    let mut flood = Mean::sits(&house.host);
    while flood.says(&Message::Emote(Emote::Wave)) {}
    assert_eq!(flood.end(), Farewell::TooMuch);
    house.all_is_well();
    for nonsense in [&[0xFF; 4096][..], &[1, 0, 0xEE], &[0, 0], &[3, 0, 6, 2, 9]] {
        let mut mean = Mean::sits(&house.host);
        mean.writer.write_all(nonsense).unwrap();
        assert_eq!(mean.end(), Farewell::Garbage, "{nonsense:?}");
    }
    house.all_is_well();
    let silent = Mean::new(&house.host);
    assert_eq!(silent.end(), Farewell::Silent);
    house.all_is_well();
}

#[test]
fn who_was_kicked_is_shown_out_again_and_again() {
    let mut house = House::new();
    let mean = Mean::sits(&house.host);
    // A friend, who needs no invite.
    house.host.command(Command::Kick(Seat::new(2).unwrap()));
    assert_eq!(mean.end(), Farewell::Kicked);
    for _ in 0..3 {
        let again = invite(&house.host);
        let line = mean.meeting.join(Whom::Invite(&again), LONG).unwrap();
        let ended = line.wait_ended(LONG).unwrap().unwrap();
        assert_eq!(ended.code, Some(100 + Farewell::Kicked as u32));
    }
    assert_eq!(presence(&house.host, 2), Some(Presence::Gone(Farewell::Kicked)));
    house.all_is_well();
}

#[test]
fn who_never_reads_is_given_up_and_a_table_that_ends_does_not_wait_for_it() {
    let mut house = House::new();
    let narrow = Limits { stream_window: 1 << 10, receive_window: 4 << 10, ..Limits::default() };
    let mut mean = Mean::with(&house.host, narrow.clone()).seated(&house.host);
    // Each look makes the host say the whole table, of which two fit into the window.
    assert!((1..8).all(|number| mean.says(&Message::Look(profile(number)))));
    until("the end of patience", || mean.line.ended().is_some());
    house.all_is_well();
    let mut mean = Mean::with(&house.host, narrow).seated(&house.host);
    assert!((1..8).all(|number| mean.says(&Message::Look(profile(number)))));
    house.all_is_well();
    drop(house);
    let ended = mean.line.wait_ended(LONG).unwrap();
    assert!(ended.is_some_and(|ended| ended.by_them));
}

#[test]
fn streams_and_datagrams_in_plenty_disturb_nobody() {
    let mut house = House::new();
    let mean = Mean::sits(&house.host);
    for round in 0..2000_u32 {
        // Datagrams of every length, most of them none of ours, and streams of all kinds with heads that lead nowhere.
        let _ = mean.line.send_datagram(&vec![round as u8 & 3; round as usize % 1100]);
        if round.is_multiple_of(20)
            && let Ok(stream) = mean.line.open(round as u8 % 4)
        {
            let (_, mut writer) = stream.split();
            let _ = writer.write_all(&[round as u8 % 5, 1, 0, 0, 0, 0xAA]);
        }
    }
    house.all_is_well();
    assert!(mean.line.ended().is_none());
}

#[test]
fn an_invite_that_found_no_seat_is_not_lost() {
    let mut house = House::new();
    let others = [(); 2].map(|()| Mean::sits(&house.host));
    let mut late = Mean::new(&house.host);
    assert!(late.says(&Message::Sit(profile(1))));
    assert_eq!(late.end(), Farewell::Full);
    let [mut leaving, _staying] = others;
    assert!(leaving.says(&Message::Leave));
    assert_eq!(leaving.end(), Farewell::Left);
    // As the words with which it was turned away say: again, and without another invite.
    let whom = Whom::Friend { key: house.host_key(), addresses: &[house.host.local_addr()] };
    late.line = late.meeting.join(whom, LONG).unwrap();
    (late._reader, late.writer) = late.line.control().unwrap();
    assert!(late.says(&Message::Sit(profile(1))));
    let toy = profile(1).toy;
    until("the late guest", || house.host.view().seats.iter().flatten().any(|seat| seat.toy == toy));
    house.all_is_well();
}
