//! The hex examples in `TABLE.md` are the messages that it says they are.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use eggtooth_livelink::{Lcd, Tone};
use eggtooth_playdate::bridge::{Guard, Off, RATE, Stop, WINDOW, Word, Words};
use eggtooth_playdate::message::{
    Emote, Farewell, Framer, GiftId, Member, Presence, Profile, Snapshot, TieWords, Touching, Whisper,
};
use eggtooth_playdate::party::BRIDGE;
use eggtooth_playdate::visit::item;
use eggtooth_playdate::{Decoration, Frame, Look, Message, Name, Seat};

const PAGE: &str = include_str!("../TABLE.md");

/// Name and bytes of each block marked `hex`.
fn examples() -> Vec<(&'static str, Vec<u8>)> {
    let blocks = PAGE.split("```hex ").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let read = |block: &'static str| {
        let (name, digits) = block.split_once('\n').unwrap();
        let bytes = digits.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap());
        (name, bytes.collect())
    };
    blocks.map(read).collect()
}

fn seat(number: u8) -> Seat {
    Seat::new(number).unwrap()
}

fn bell() -> Decoration {
    Decoration::new(3).unwrap()
}

fn gift() -> GiftId {
    GiftId(std::array::from_fn(|index| 0xA0 + index as u8))
}

fn profile(toy: &str, worn: Vec<Decoration>) -> Profile {
    Profile { toy: Name::new(toy).unwrap(), look: Look::new("meadow").unwrap(), worn, pet: 5 }
}

fn message(name: &str) -> Message {
    let member = |key: u8, name: &str, toy: &str, presence| Member {
        key: [key; 32],
        name: Name::new(name).unwrap(),
        profile: profile(toy, Vec::new()),
        presence,
    };
    let to = |whisper| Message::To(seat(2), whisper);
    match name {
        "sit" => Message::Sit(profile("Pip", vec![bell()])),
        "emote" => Message::Emote(Emote::Heart),
        "touch" => Message::Touch(Seat::HOST),
        "beat" => Message::Beat,
        "table" => Message::Table(Box::new(Snapshot {
            sequence: 7,
            you: seat(1),
            members: [
                Some(member(0x11, "Ada", "Pip", Presence::Here)),
                Some(member(0x22, "Bo", "Egg", Presence::Here)),
                Some(member(0x33, "Cy", "Dot", Presence::Gone(Farewell::Left))),
                None,
            ],
            touching: vec![Touching { number: 1, opener: seat(1), other: Seat::HOST }],
        })),
        "emoted" => Message::Emoted(seat(2), Emote::Heart),
        "from" => Message::From(seat(2), Whisper::Expecting(gift())),
        "closed" => Message::Closed(Farewell::HostLeft),
        "offer" => to(Whisper::Offer { gift: gift(), decoration: bell() }),
        "settle" => to(Whisper::Settle(vec![gift()])),
        "told" => to(Whisper::Told { gift: gift(), have: true }),
        "forget" => to(Whisper::Forget(gift())),
        "tie" => to(Whisper::Tie(TieWords { mine: 5, yours: 6, friendship: 2, visits: 3, since: 1_700_000_000 })),
        other => panic!("the page has an example {other}, which this test does not know"),
    }
}

#[test]
fn the_pages_examples_are_what_it_says() {
    let examples = examples();
    assert_eq!(examples.len(), 21);
    for (name, bytes) in examples {
        match name {
            "frame" => {
                let mut rows = [0; 16];
                (rows[0], rows[15]) = (1, u32::MAX);
                let (lcd, tone) = (Lcd::from_rows(rows, 1), Tone { divisor: 16, high_half_ticks: 16 });
                let frame = Frame { seat: seat(1), sequence: 3, tick: 32_768, lcd, contrast: 8, tone };
                assert_eq!((Frame::decode(&bytes), frame.encode()), (Some(frame), bytes));
            }
            "bridge" => {
                let on = Word::On { mine: 1, yours: 0, guard: Guard::Secret };
                assert_eq!([&[BRIDGE, Seat::HOST.number(), 1, 0, 0, 0], &on.to_bytes()[..]].concat(), bytes);
            }
            "on" | "off" | "bytes" | "taken" | "stopped" => {
                let word = match name {
                    "on" => Word::On { mine: 1, yours: 1, guard: Guard::Blind },
                    "off" => Word::Off(Off::Unplugged),
                    "bytes" => Word::Bytes(b"ECHO REQ\r\n"),
                    "taken" => Word::Taken(4112),
                    _ => Word::Stopped { mine: false, why: Stop::Flash },
                };
                assert_eq!(word.to_bytes(), bytes, "{name}");
                assert_eq!(Words::default().next(&mut &bytes[..]), Ok(Some(word)), "{name}");
            }
            "item" => assert_eq!(item(&gift(), bell()).to_le_bytes(), bytes[..]),
            name => {
                let message = message(name);
                assert_eq!(message.to_bytes(), bytes, "{name}: {:02X?}", message.to_bytes());
                let mut framer = Framer::default();
                framer.push(&bytes);
                assert_eq!(framer.message(), Ok(Some(message)), "{name}");
            }
        }
    }
}

#[test]
fn the_page_names_every_decoration_and_farewell() {
    for decoration in Decoration::all() {
        assert!(PAGE.contains(&format!("{} {}", decoration.number(), decoration.name())), "{}", decoration.name());
    }
    for farewell in Farewell::ALL {
        assert!(PAGE.contains(&format!("| {} | {farewell} |", farewell as u8)), "{farewell}");
    }
}

#[test]
fn the_page_has_the_bridges_figures() {
    let digits = |number: usize| format!("{},{:03}", number / 1000, number % 1000);
    for figure in [WINDOW, RATE as usize] {
        assert!(PAGE.contains(&digits(figure)), "{figure}");
    }
}
