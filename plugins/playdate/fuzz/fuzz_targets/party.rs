//! A host and a guest against the other end of their lines: whatever comes on control streams, streams between toys and
//! as datagrams, at whatever times, what goes out is messages and frames and not much more than came in; the table holds
//! together; nothing that was not offered and expected is gained, and nothing is lost.
//!
//! The input is a row of steps: a byte of what happens, a byte of how much time passes, and for what comes a byte of
//! length and the bytes.
#![no_main]

use std::io;
use std::time::Duration;

use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_playdate::bridge::{Guard, Off, PIECE, Turn};
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::{Keep, Keepsakes};
use eggtooth_playdate::message::{GiftId, Profile, SEATS, Whisper};
use eggtooth_playdate::party::{Output, Party};
use eggtooth_playdate::player::Player;
use eggtooth_playdate::{Decoration, Frame, Look, Message, Name, Seat};
use libfuzzer_sys::fuzz_target;

/// Keeps nothing, as nothing is ever read again.
struct Nowhere;

impl Keep for Nowhere {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

fn player(key: u8) -> Player {
    let name = Name::cleaned("Pip", "Pip");
    let exchange = portrait(&name, 1, 2, &Labels::default(), &[], &[]);
    let keepsakes = Keepsakes::open(Box::new(Nowhere), 5).expect("nothing fails here");
    let mut chance = u64::from(key);
    let draw = move || {
        chance = chance.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        chance
    };
    Player::new([key; 32], Some(keepsakes), exchange, Duration::from_secs(1), Box::new(draw))
}

/// Does what a party says, and looks at it.
fn drain(party: &mut Party, streams: &mut Vec<u64>, on: &mut bool) {
    let mut count = 0;
    while let Some(output) = party.output() {
        count += 1;
        assert!(count < 4000, "{output:?}");
        match output {
            Output::Control(_, bytes) => assert!(Message::decode(&bytes[2..]).is_ok()),
            Output::Datagram(_, bytes) => assert!(Frame::decode(&bytes).is_some()),
            Output::Open(_, stream, _) => streams.push(stream),
            Output::Bytes(_, bytes) => assert!(bytes.len() <= 8192),
            Output::Close(stream) => streams.retain(|other| *other != stream),
            // A real toy is told of joining and loss in turn, and gets bytes only between them.
            Output::Bridge(Turn::Joined) => assert!(!std::mem::replace(on, true)),
            Output::Bridge(Turn::Lost(_)) => assert!(std::mem::replace(on, false)),
            Output::Bridge(Turn::Bytes(bytes)) => assert!(*on && !bytes.is_empty() && bytes.len() <= PIECE),
            Output::Hang(..) | Output::Redial => {}
        }
    }
    while party.event().is_some() {}
    if let Some(table) = party.snapshot() {
        assert!(table.members.iter().flatten().count() <= SEATS && table.touching.len() <= 2);
    }
    let keepsakes = party.player().keepsakes().expect("they are there");
    let got = keepsakes.marks().iter().filter(|mark| mark.have).count();
    let own = keepsakes.pieces().len() + keepsakes.onway().len();
    assert!(own <= Decoration::COUNT + got.max(64) && keepsakes.marks().len() <= 1024);
}

fuzz_target!(|input: &[u8]| {
    let [first, rest @ ..] = input else { return };
    let (mut rest, is_host) = (rest, first & 1 == 0);
    let (name, look) = (Name::cleaned("Pip", "Pip"), Look::default());
    let mut now = Duration::ZERO;
    let mut party = if is_host {
        Party::host(name.clone(), name.clone(), look.clone(), player(1), now)
    } else {
        Party::guest(name.clone(), look.clone(), player(1), now)
    };
    let (mut line, mut streams, mut on) = (1, Vec::new(), false);
    party.connect(line, [2; 32], name.clone(), now);
    drain(&mut party, &mut streams, &mut on);
    while let [what, pause, more @ ..] = rest {
        rest = more;
        now += Duration::from_millis(u64::from(*pause) * if what & 128 == 0 { 1 } else { 100 });
        let mut take = || {
            let (length, more) = rest.split_first()?;
            let (bytes, more) = more.split_at(usize::from(*length).min(more.len()));
            rest = more;
            Some(bytes)
        };
        let seat = Seat::new(what >> 4 & 3).unwrap_or(Seat::HOST);
        match what & 15 {
            0 | 1 => {
                let Some(bytes) = take() else { return };
                party.control(line, bytes, now);
            }
            2 | 3 => {
                let Some(bytes) = take() else { return };
                let framed = [&(bytes.len() as u16).to_le_bytes()[..], bytes].concat();
                party.control(line, &framed, now);
            }
            4 => {
                let profile = Profile { toy: name.clone(), look: look.clone(), worn: Vec::new(), pet: 5 };
                party.control(line, &Message::Sit(profile).to_bytes(), now);
            }
            5 => {
                let Some(bytes) = take() else { return };
                party.datagram(line, bytes, now);
            }
            6 => streams.extend(party.stream(line, 1 + (what >> 4 & 3), now)),
            7 | 8 => {
                let Some(bytes) = take() else { return };
                if let Some(stream) = streams.last() {
                    party.stream_bytes(*stream, bytes, now);
                }
            }
            9 => {
                if let Some(stream) = streams.pop() {
                    party.stream_closed(stream, now);
                }
            }
            10 => {
                party.disconnect(line, now);
                streams.clear();
                line += 1;
                party.connect(line, [2 + (what >> 4 & 1); 32], name.clone(), now);
            }
            11 if what & 64 == 0 => party.touch(seat, now),
            11 => match (pause & 3, party.bridge_room(now)) {
                (0, _) => party.bridge_on(Guard::new(pause >> 2 & 3).unwrap_or(Guard::Raw), now),
                (1, _) => party.bridge_off(Off::new(pause >> 2 & 3).unwrap_or(Off::Switched), now),
                (2, room) => party.bridge_send(&vec![*pause; room], now),
                (_, _) if *pause & 4 == 0 => party.bridge_taken(usize::from(*pause) * 64, now),
                _ => party.bridge_anew(now),
            },
            12 => {
                // What cannot be given is refused.
                let _ = party.give(Decoration::new(what >> 4).unwrap_or(Decoration::all().next().expect("16")), now);
            }
            13 => {
                let gift = GiftId::new(u64::from(*pause & 3), 5, 5);
                let whisper = match what >> 4 & 3 {
                    0 => Whisper::Expecting(gift),
                    1 => Whisper::Settle(vec![gift]),
                    2 => Whisper::Told { gift, have: true },
                    _ => Whisper::Offer { gift, decoration: Decoration::all().next().expect("16") },
                };
                let message = if is_host { Message::To(Seat::HOST, whisper) } else { Message::From(Seat::HOST, whisper) };
                party.control(line, &message.to_bytes(), now);
            }
            14 => party.show(u64::from(*pause), Lcd::BLANK, 8, Tone::SILENT, now),
            _ => party.part(now),
        }
        drain(&mut party, &mut streams, &mut on);
        party.tick(now, 1000);
        drain(&mut party, &mut streams, &mut on);
    }
});
