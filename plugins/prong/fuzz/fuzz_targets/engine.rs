//! The engine: whatever comes and whatever is commanded, it sends lines and right chunks only, tells what can be,
//! keeps short queues, and silence or a cancel ends everything.
//!
//! Two bytes choose the engine, then come acts of two bytes each and perhaps more: bytes, lines, chunks right and
//! nearly so, time, commands; and whether what it wants is fetched.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::codec;
use eggtooth_prong::engine::{Activity, Config, Event, FarSide, Input, Listen, Outgoing, Timers};
use eggtooth_prong::{MAX_PACKET, chunks};
use libfuzzer_sys::fuzz_target;
use player::{Act, LINES, Player, SECRET, SIZES, Setup};

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/hostile/player.rs"]
mod player;

/// Microseconds.
const EDGES: [u64; 16] = [
    0,
    1,
    49_999,
    50_000,
    100_000,
    500_000,
    1_999_999,
    2_000_000,
    2_000_001,
    4_500_000,
    5_000_000,
    6_000_000,
    7_000_000,
    31_000_000,
    100_000_000_000_000,
    u64::MAX,
];
const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);

fn timers(of: u8) -> Timers {
    let all = match of {
        2 => Duration::ZERO,
        3 => Duration::MAX,
        _ => return Timers::default(),
    };
    Timers {
        packet: all,
        response: all,
        first: all,
        byte: all,
        echo: all,
        echo_interval: all,
        hold: all,
        reply_hold: all,
        gap: all,
        quiet: all,
        drain: all,
        linger: all,
        cooldown: all,
        jitter: all,
    }
}

/// What one act does, as far as the player knows it; the rest is done at once.
fn act(what: u8, value: u8, rest: &mut &[u8], player: &mut Player) -> Option<Act> {
    let number = usize::from(value);
    let act = match what & 15 {
        0 => {
            let (bytes, after) = rest.split_at(number.min(rest.len()));
            *rest = after;
            Act::Bytes(bytes.to_vec())
        }
        1 | 2 => Act::Line(number % LINES.len()),
        3 => {
            let (at, bits) = (rest.split_off_first().copied(), rest.split_off_first().copied());
            Act::Chunk {
                size: SIZES[number & 7],
                index: number >> 3 & 3,
                kind: value >> 5 & 3,
                set: value & 128 != 0,
                session: u32::from(what >> 4 & 1),
                flip: at.zip(bits).filter(|_| what & 32 != 0).map(|(at, bits)| (usize::from(at), bits)),
                keep: if what & 64 == 0 { usize::MAX } else { usize::from(at.unwrap_or_default()) },
            }
        }
        4 if value == 255 => Act::DueTwice,
        4 => Act::Due,
        5 => {
            for _ in 0..value & 31 {
                player.act(&Act::Due);
                player.fetch();
                look_at(player, 1);
            }
            return None;
        }
        6 => Act::Time(EDGES[number & 15], value & 16 != 0),
        7 => Act::Time(u64::from(value) * 40_000, what & 16 != 0),
        8 => [Act::Backwards, Act::Lost, Act::Reset, Act::Echo, Act::Say][number % 5].clone(),
        9 => Act::Send(value & 3, number >> 2 & 7, value & 192 == 192),
        10 => Act::Listen(value & 3, (value >> 2 & 3).min(2), value & 16 != 0),
        11 => Act::Answer(value & 7 != 0),
        12 => Act::Cancel,
        13 => Act::Bytes([&b"PKT 1048576\r\n"[..], b"PKT 32769\r\n", b"ENQ 7\r\n", b"CAN\r\n"][number & 3].to_vec()),
        14 => {
            // The largest one takes time to make.
            let large = if value < 192 { 4097 } else { MAX_PACKET };
            let size = [32_769, 16_384, 16_385, large][number & 3];
            if let Ok(outgoing) = Outgoing::new(value >> 2 & 15, vec![value; size]) {
                let _ = player.engine.send(outgoing.yielding_to(Listen::to(1)), player.now);
            }
            // An act that is a command and nothing else.
            Act::Answer(true)
        }
        _ => return None,
    };
    Some(act)
}

/// Looks at what was fetched after so many commands, and forgets it.
fn look_at(player: &mut Player, commands: usize) {
    let hardware = player.engine.config().far_side == FarSide::Hardware;
    assert!(player.events.len() <= 64 + 4 + 2 * commands, "{} events", player.events.len());
    assert!(player.sent.len() <= 16 + 9 + 4 * commands, "{} transmissions", player.sent.len());
    for (_, bytes, purge) in player.sent.drain(..) {
        match codec::decode(&SECRET, &mut bytes.clone()) {
            Ok(chunk) => {
                assert!(!purge && !chunk.data.is_empty());
                // The fifth chunk is the first one above 16 KiB.
                let forbidden = matches!((chunk.header.kind, chunk.header.index), (15, _) | (0 | 3, 4..));
                assert!(!hardware || !forbidden, "{:?} left without a permit", chunk.header);
            }
            Err(_) => {
                let line = std::str::from_utf8(&bytes).ok().and_then(|line| line.strip_suffix("\r\n"));
                let line = line.expect("what is sent is a chunk or a line");
                let word = line.split(' ').next().unwrap_or_default();
                assert!(line.len() <= 16 && ["ACK", "NAK", "CAN", "ENQ", "ECHO", "PKT", "SYNC"].contains(&word));
                assert!(!purge || ["ACK", "NAK", "CAN", "ENQ"].contains(&word));
            }
        }
    }
    for (_, event) in player.events.drain(..) {
        match event {
            Event::Receiving { size, done, chunks: all } => {
                assert!(done <= all && chunks(size as usize) == usize::from(all));
            }
            Event::Sending { done, chunks } => assert!(done <= chunks && chunks <= 256),
            Event::Held { index, chunks, kind } => assert!(index < chunks && kind < 16),
            Event::Received(packet) => assert!((1..=MAX_PACKET).contains(&packet.data.len()) && packet.kind < 16),
            Event::Stopped(stop) => assert!(stop.to_string().len() < 200),
            _ => {}
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let [flags, chosen, rest @ ..] = input else { return };
    let mut rest = rest;
    let flag = |bit: u8| flags >> bit & 1 != 0;
    let (strict, hold_on, rate, yields) = (flag(0), flag(1), flag(2), flag(3));
    let setup = Setup { strict, hold_on, rate, yields, chosen: u32::from(chosen & 63) * 9 };
    let lazy = flag(4);
    let secret = (chosen & 128 == 0).then(|| Arc::clone(&SECRET));
    let config = Config {
        far_side: if chosen & 64 == 0 { FarSide::Virtual } else { FarSide::Hardware },
        say_while_receiving: flag(7),
        timers: timers(flags >> 5 & 3),
        ..setup.config()
    };
    let patience = if flags >> 5 & 3 == 3 { 100 * YEAR } else { Duration::from_secs(60) };
    let mut player = Player::with(setup, config, secret);
    let mut commands = 0;
    while let [what, value, more @ ..] = rest {
        rest = more;
        let act = act(*what, *value, &mut rest, &mut player);
        if let Some(act) = &act {
            // A command may have something to tell, and so may the timers that it lets act.
            commands += usize::from(player.act(act));
        }
        assert!(player.engine.received().len() <= MAX_PACKET);
        if !lazy || act.is_none() {
            player.fetch();
            look_at(&mut player, commands);
            commands = 0;
        }
    }
    player.fetch();
    look_at(&mut player, commands);
    player.idle(patience);
    assert!(matches!(player.engine.activity(), Activity::Idle | Activity::Listening), "{:?}", player.engine);
    assert_eq!(player.deadline, None);
    look_at(&mut player, 20);
    player.engine.cancel(player.now);
    player.fetch();
    player.engine.handle_input(Input::Time, player.now);
    assert!(player.engine.echo(player.now).is_ok());
});
