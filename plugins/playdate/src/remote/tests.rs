#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::keepsakes::{Onway, Origin, Piece, Tie};
use crate::message::{Emote, Farewell, GiftId, Presence, Touching};
use crate::player;
use crate::sprite::Sprite;
use crate::text::{Look, Name};
use crate::view::SeatView;
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_prong::packet::Ending;
use proptest::prelude::*;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn seat(number: u8) -> Seat {
    Seat::new(number).unwrap()
}

fn gift() -> GiftId {
    GiftId([0xA0; 16])
}

fn bell() -> Decoration {
    Decoration::new(3).unwrap()
}

fn frame(number: u8) -> Frame {
    let tone = Tone { divisor: 8, high_half_ticks: 8 };
    Frame { seat: seat(number), sequence: 3, tick: 32_768, lcd: Lcd([5; Lcd::SIZE]), contrast: 7, tone }
}

/// Bo alone at the table of an own toy, called Pip.
fn table() -> TableView {
    let host = SeatView {
        key: [0x11; 32],
        name: name("Bo"),
        toy: name("Pip"),
        look: Look::new("mint").unwrap(),
        worn: vec![bell()],
        presence: Presence::Here,
        words: "Bo is here".into(),
        frame: None,
        emote: Some(Emote::Heart),
    };
    let mut view = TableView { you: Some(Seat::HOST), ..TableView::default() };
    view.seats[0] = Some(host);
    view
}

fn two() -> TableView {
    let mut view = table();
    let guest =
        SeatView { key: [0x22; 32], presence: Presence::Gone(Farewell::Lost), ..view.seats[0].clone().unwrap() };
    view.seats[2] = Some(guest);
    view.touching = vec![Touching { number: 9, opener: seat(2), other: seat(0) }];
    view.words = "the line was lost".into();
    view
}

fn things() -> Things {
    let from = Some(Origin { key: [7; 32], name: name("Anna"), when: 5 });
    let piece = |from| Piece { decoration: bell(), from };
    let onway = |from| Onway { gift: gift(), to: [8; 32], since: 6, piece: piece(from) };
    let tie = Tie { key: [9; 32], pet: 4, name: name("Mimi"), friendship: 3, visits: 12, since: 1, last: 2 };
    Things { pieces: vec![bell(); 256], onway: vec![onway(None), onway(from)], ties: vec![tie; 256] }
}

fn all() -> Vec<ToPage> {
    let poses = vec![Sprite::new(3, &[1, 7]).unwrap(), Sprite::new(32, &[u32::MAX; 16]).unwrap()];
    let visitor =
        crate::ghost::Visitor { name: name("Mimi"), stage: 5, device: 1, pet: 2, hunger: 6, happiness: 20, poses };
    let pet = [
        player::Event::Touched { seat: seat(1), came: true },
        player::Event::Visiting { seat: seat(1), visitor: Box::new(visitor) },
        player::Event::Played {
            seat: seat(1),
            name: name("Mimi"),
            ending: Some(Ending::Fought),
            friendship: 4,
            visits: 7,
        },
        player::Event::Played { seat: seat(1), name: name("Mimi"), ending: None, friendship: 0, visits: 0 },
        player::Event::OnItsWay { gift: gift(), decoration: bell() },
        player::Event::Arrived { gift: gift(), decoration: bell() },
        player::Event::Back { gift: gift(), decoration: bell() },
        player::Event::Got { gift: gift(), decoration: bell(), seat: seat(3) },
        player::Event::Parted { seat: seat(1), why: Some("the line was lost".into()) },
        player::Event::Parted { seat: seat(1), why: None },
        player::Event::Trouble("nothing can be kept here".into()),
    ];
    let events = [
        Event::Emoted(seat(2), Emote::Song),
        Event::Line("at the table".into()),
        Event::Refused("[2001:db8::1]:7".parse().unwrap(), "a stranger".into()),
        Event::Befriended(name("Anna")),
        Event::Trouble("no".into()),
        Event::Over(Farewell::HostLeft),
        Event::Failed("nobody answers".into()),
    ];
    let mut all: Vec<ToPage> = pet.into_iter().map(Event::Pet).chain(events).map(ToPage::Event).collect();
    all.extend([
        ToPage::Table(Box::default()),
        ToPage::Table(Box::new(table())),
        ToPage::Table(Box::new(two())),
        ToPage::Things(Box::default()),
        ToPage::Things(Box::new(things())),
        ToPage::Frame(frame(1)),
        ToPage::Invite(Invited { text: "egg1qq".into(), expires: 9 }),
        ToPage::NoInvite("all seats are taken".into()),
        ToPage::Bye(4403, "taken back".into()),
    ]);
    all
}

fn commands() -> Vec<FromPage> {
    let mut all: Vec<Command> = Emote::ALL.map(Command::Emote).into();
    all.extend([Command::Touch(seat(3)), Command::Part, Command::Gift(bell()), Command::Kick(seat(2)), Command::Leave]);
    let mut all: Vec<FromPage> = all.into_iter().map(FromPage::Command).collect();
    all.extend([FromPage::Ticket([0xAB; 16]), FromPage::Invite(600)]);
    all
}

/// What any bytes are, and that they are encoded again as they were.
fn any_bytes(bytes: &[u8]) {
    if let Ok(message) = ToPage::decode(bytes) {
        assert_eq!(message.encode().as_deref(), Some(bytes));
    }
    if let Ok(message) = FromPage::decode(bytes) {
        assert_eq!(message.encode().as_deref(), Some(bytes));
    }
}

#[test]
fn every_message_there_and_back() {
    for message in all() {
        let bytes = message.encode().unwrap();
        assert!(bytes.len() <= LONGEST_TO_PAGE, "{}", bytes.len());
        assert_eq!(ToPage::decode(&bytes), Ok(message));
        // Nothing may be missing, and nothing follow.
        for end in (0..bytes.len()).step_by(bytes.len().div_ceil(300)) {
            assert!(ToPage::decode(&bytes[..end]).is_err(), "{end} of {bytes:02X?}");
        }
        assert!(ToPage::decode(&[&bytes[..], &[0]].concat()).is_err());
    }
    for message in commands() {
        let bytes = message.encode().unwrap();
        assert!(bytes.len() <= LONGEST_FROM_PAGE);
        assert_eq!(FromPage::decode(&bytes), Ok(message));
        assert!(FromPage::decode(&[&bytes[..], &[0]].concat()).is_err());
        assert!(FromPage::decode(&bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn what_is_the_daycares_alone_is_not_said() {
    let cable = Command::Cable(vec![1]);
    let profile = Command::Profile(name("Pip"), Look::default());
    let rebind = Command::Rebind("127.0.0.1:1".parse().unwrap());
    assert!([cable, profile, rebind].into_iter().all(|command| FromPage::Command(command).encode().is_none()));
    assert_eq!(ToPage::Event(Event::Cable(vec![1])).encode(), None);
    assert!(!format!("{:?}", FromPage::Ticket([0xAB; 16])).contains("AB"));
}

#[test]
fn sentences_are_cut_and_clean() {
    let bytes = ToPage::NoInvite(format!("a\u{1b}[2J\n{}", "é".repeat(400))).encode().unwrap();
    let Ok(ToPage::NoInvite(words)) = ToPage::decode(&bytes) else { panic!("{bytes:?}") };
    assert!(words.starts_with("a[2Jé") && words.len() <= SENTENCE && words.len() > SENTENCE - 3, "{words}");
    // Said as they are they are refused.
    assert!(ToPage::decode(&[1, 6, 1, 0, 0x1B]).is_err());
    assert!(ToPage::decode(&[1, 6, 1, 0, 0xFF]).is_err());
    assert_eq!(ToPage::decode(&[1, 6, 0xFF, 0xFF]), Err(MessageError::Short));
    assert_eq!(ToPage::decode(&[1, 2, 1, 1]), Err(MessageError::TooLong(257)));
    assert_eq!(ToPage::decode(&[2, 6]), Err(MessageError::Version(2)));
    assert_eq!(ToPage::decode(&vec![1; LONGEST_TO_PAGE + 1]), Err(MessageError::TooLong(LONGEST_TO_PAGE + 1)));
    assert_eq!(FromPage::decode(&[1; LONGEST_FROM_PAGE + 1]), Err(MessageError::TooLong(LONGEST_FROM_PAGE + 1)));
}

#[test]
fn the_page_has_the_table_as_the_daycare_has_it() {
    let page = RemoteTable::new([0xAB; 16]);
    assert_eq!(page.outgoing(), [FromPage::Ticket([0xAB; 16]).encode().unwrap()]);
    assert!(page.command(Command::Part) && page.invite(600) && !page.command(Command::Cable(vec![1])));
    assert_eq!(page.outgoing().len(), 2);
    let says = |message: ToPage| page.receive(&message.encode().unwrap()).unwrap();
    says(ToPage::Table(Box::new(two())));
    says(ToPage::Things(Box::new(things())));
    says(ToPage::Frame(frame(0)));
    says(ToPage::Frame(frame(2)));
    let mut whole = two();
    (whole.pieces, whole.onway, whole.ties) = (things().pieces, things().onway, things().ties);
    for number in [0, 2] {
        whole.seats[usize::from(number)].as_mut().unwrap().frame = Some(frame(number));
    }
    assert_eq!(*page.view(), whole);
    // Who comes to a seat does not show what another showed there.
    let mut other = two();
    other.seats[2].as_mut().unwrap().key = [0x33; 32];
    says(ToPage::Table(Box::new(other)));
    let frames = page.view().seats.clone().map(|seat| seat.is_some_and(|seat| seat.frame.is_some()));
    assert_eq!(frames, [true, false, false, false]);
    says(ToPage::Invite(Invited { text: "egg1qq".into(), expires: 9 }));
    assert!(page.invited().is_some_and(|invited| invited.is_ok_and(|invited| invited.text == "egg1qq")));
    assert_eq!(page.invited(), None);
    for _ in 0..300 {
        says(ToPage::Event(Event::Line("at the table".into())));
    }
    says(ToPage::Event(Event::Over(Farewell::Left)));
    page.lost("the socket is closed");
    let events = page.events();
    assert_eq!((events.len(), events.last()), (256, Some(&Event::Over(Farewell::Left))));
    assert!(page.is_over() && !page.command(Command::Part) && page.receive(&[9]).is_err());
}

#[test]
fn a_page_that_is_not_read_takes_no_more() {
    let page = RemoteTable::new([0; 16]);
    let taken = (0..1000).filter(|_| page.command(Command::Emote(Emote::Wave))).count();
    assert_eq!((taken, page.outgoing().len()), (63, 64));
    page.lost("the daycare does not answer");
    assert_eq!(page.events(), [Event::Failed("the daycare does not answer".into())]);
}

#[test]
fn the_examples_of_the_page_are_what_it_says() {
    const PAGE: &str = include_str!("../../TABLE.md");
    let example = |name: &str| -> Vec<u8> {
        let block = PAGE.split_once(&format!("```page {name}\n")).unwrap().1.split_once("```").unwrap().0;
        block.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
    };
    assert_eq!(ToPage::Table(Box::new(table())).encode(), Some(example("table")));
    assert_eq!(
        ToPage::Event(Event::Pet(player::Event::Touched { seat: seat(1), came: true })).encode(),
        Some(example("touched"))
    );
    assert_eq!(ToPage::Bye(4403, "It was taken back.".into()).encode(), Some(example("bye")));
    assert_eq!(FromPage::Command(Command::Gift(bell())).encode(), Some(example("gift")));
    assert_eq!(FromPage::Invite(600).encode(), Some(example("invite")));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        any_bytes(&bytes);
        for kind in (1..=7).chain(0x41..=0x43) {
            any_bytes(&[&[VERSION, kind][..], &bytes].concat());
        }
        // It brings a page to no panic, either.
        let page = RemoteTable::new([0; 16]);
        let _ = page.receive(&bytes);
        let _ = page.view();
    }

    #[test]
    fn wrong_bytes_in_right_messages(which in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut messages: Vec<Vec<u8>> = all().iter().filter_map(ToPage::encode).collect();
        messages.extend(commands().iter().filter_map(FromPage::encode));
        let mut bytes = which.get(&messages).clone();
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        any_bytes(&bytes);
    }
}
