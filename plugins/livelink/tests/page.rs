//! The hex examples in `LIVELINK.md` are the messages that it says they are.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use eggtooth_livelink::message::{Frame, Name, Reason, Sentence, Sound, Sounds, Standing, Status, Theme, Welcome};
use eggtooth_livelink::{ClientMessage, Close, Lcd, ServerMessage, Tone};

const PAGE: &str = include_str!("../LIVELINK.md");
/// A toy that is a minute old.
const TICK: u64 = 60 * 32_768;
const WALL: u64 = 1_729_000_000_000;

/// Name and bytes of each block marked `hex`.
fn examples() -> Vec<(&'static str, Vec<u8>)> {
    let mut blocks = PAGE.split("```hex ").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let read = |block: &'static str| {
        let (name, digits) = block.split_once('\n').unwrap();
        let bytes = digits.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap());
        (name, bytes.collect())
    };
    blocks.by_ref().map(read).collect()
}

fn from_server(name: &str) -> Option<ServerMessage> {
    let mut rows = [0; 16];
    (rows[0], rows[15]) = (1, u32::MAX);
    let sound = |tick, divisor| Sound { tick, tone: Tone { divisor, high_half_ticks: divisor } };
    Some(match name {
        "welcome" => ServerMessage::Welcome(Welcome {
            standing: Standing::Caretaker,
            toy: std::array::from_fn(|index| index as u8 * 0x11),
            tick: TICK,
            wall: WALL,
            sound: true,
            name: Name::new("Pip"),
            theme: Theme::new("meadow"),
        }),
        "frame" => ServerMessage::Frame(Frame {
            seq: 3,
            tick: 32_768,
            lcd: Lcd::from_rows(rows, 1),
            contrast: 8,
            tone: Tone { divisor: 16, high_half_ticks: 16 },
        }),
        "sounds" => ServerMessage::Sounds(Sounds::new(&[sound(32_768, 8), sound(36_864, 0)]).unwrap()),
        "status" => ServerMessage::Status(Status {
            tick: TICK,
            wall: WALL,
            running: true,
            calling: true,
            watchers: 2,
            ..Status::default()
        }),
        "ack" => ServerMessage::Ack { client_seq: 7, tick: 33_024 },
        "refused" => ServerMessage::Refused { client_seq: 8, reason: Reason::Paused, text: Sentence::new("it pauses") },
        "pong" => ServerMessage::Pong { nonce: 42, tick: 33_024 },
        "bye" => ServerMessage::Bye { code: Close::Revoked.code(), text: Sentence::new("revoked") },
        _ => return None,
    })
}

fn from_client(name: &str) -> ClientMessage {
    let counted = |from: u8| std::array::from_fn(|index| from + index as u8);
    match name {
        "ticket" => ClientMessage::Ticket { ticket: counted(0xA0), client: counted(0xC0) },
        "keys" => ClientMessage::Keys { client_seq: 7, mask: 5, since: None },
        "keys up" => ClientMessage::Keys { client_seq: 8, mask: 0, since: Some(150) },
        "ping" => ClientMessage::Ping { nonce: 42 },
        other => panic!("the page has an example {other}, which this test does not know"),
    }
}

#[test]
fn the_pages_examples_are_what_it_says() {
    let examples = examples();
    assert_eq!(examples.len(), 12);
    for (name, bytes) in examples {
        let written = match from_server(name) {
            Some(message) => {
                assert_eq!(ServerMessage::decode(&bytes), Ok(message.clone()), "{name}: {:02X?}", message.to_bytes());
                message.to_bytes()
            }
            None => {
                assert_eq!(ClientMessage::decode(&bytes), Ok(from_client(name)), "{name}");
                from_client(name).to_bytes()
            }
        };
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn the_pages_close_codes_are_the_programs() {
    let table = PAGE.split("## Close codes").nth(1).unwrap();
    let codes = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok());
    let codes: Vec<u16> = codes.filter(|code| *code != 1000).collect();
    assert_eq!(codes, Close::ALL.map(Close::code));
}
